"""One request to an endpoint: to an address that was judged, within a time, with nothing followed.

The standard library's client over a socket of ours: no proxy of the environment, no redirect, no
cookie, no pool. Time and bytes are counted for the whole exchange, not for each read, so that a
receiver that drips is as late as one that is silent.
"""

import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

from webapp.webhooks.addresses import Allowed, Refused, Resolve, Target, choose, parse, resolve_now
from webapp.webhooks.domain import MOST_ANSWER, Outcome

TIMEOUT = 20.0
_MOST_BYTES = 64 * 1024
_TLS_ERRORS = (ssl.SSLError, ssl.CertificateError)


class TooLate(TimeoutError):
    """The time for the whole exchange is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How requests leave; tests bring a shorter time, and certificates of their own."""

    allowed: Allowed = field(default_factory=Allowed)
    timeout: float = TIMEOUT
    resolve: Resolve = resolve_now
    tls: Callable[[], ssl.SSLContext] = field(default=ssl.create_default_context)

    def post(self, url: str, body: str, headers: Mapping[str, str]) -> Outcome:
        """Send it once; whatever goes wrong stands in the outcome."""
        start = time.monotonic()
        status, answer, error = None, "", None
        try:
            status, answer = self._exchange(url, body.encode(), headers, start + self.timeout)
        except Refused as refusal:
            error = str(refusal)
        except _TLS_ERRORS as wrong:
            error = f"TLS failed: {_brief(wrong)}"
        except TimeoutError:
            error = f"It took longer than {self.timeout:g} seconds."
        except (OSError, HTTPException, ValueError) as wrong:
            error = f"The connection failed: {_brief(wrong)}"
        took = int((time.monotonic() - start) * 1000)
        return Outcome(status=status, answer=answer, error=error, duration_ms=took)

    def _exchange(
        self, url: str, body: bytes, headers: Mapping[str, str], deadline: float
    ) -> tuple[int, str]:
        target = parse(url)
        wire = self._connect(target, choose(target, self.allowed, self.resolve), deadline)
        connection = HTTPConnection(target.host, target.port)
        connection.sock = wire
        try:
            connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
            for name, text in _framed(target, body, headers).items():
                connection.putheader(name, text)
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, _first_words(response)
        finally:
            connection.close()
            wire.close()

    def _connect(self, target: Target, addresses: list[str], deadline: float) -> "_Wire":
        raw = _reached(addresses, target.port, deadline)
        if target.scheme == "http":
            return _Wire(raw, deadline)
        try:
            raw.settimeout(_left(deadline))
            # The name is proved to us by its certificate, whatever address it has.
            return _Wire(self.tls().wrap_socket(raw, server_hostname=target.host), deadline)
        except BaseException:
            raw.close()
            raise


class _Wire(io.RawIOBase):
    """A socket that stops when the time is over or too much was said."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline
        self._left = _MOST_BYTES

    def sendall(self, data: bytes) -> None:
        """Send everything in the time that is left."""
        self._sock.settimeout(_left(self._deadline))
        self._sock.sendall(data)

    def makefile(self, _mode: str, *_args: Any, **_options: Any) -> io.BufferedReader:
        """What the client reads the answer from."""
        return io.BufferedReader(_Ear(self), 2048)

    def hear(self, buffer: Any) -> int:
        """Read what is there; raises `OSError` when too much was said."""
        if self._left <= 0:
            raise OSError("it says more than anybody wants to hear")
        self._sock.settimeout(_left(self._deadline))
        heard = self._sock.recv_into(buffer, min(len(buffer), self._left))
        self._left -= heard
        return heard

    def close(self) -> None:
        """Hang up."""
        self._sock.close()


class _Ear(io.RawIOBase):
    """The reading end of a wire."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._wire.hear(buffer)


def _reached(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """A connection to the first of these addresses that takes one."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=_left(deadline) / 2)
    return socket.create_connection((addresses[-1], port), timeout=_left(deadline))


def _framed(target: Target, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
    return {
        "Host": target.authority,
        "User-Agent": "Countersign-Webhooks/1",
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }


def _first_words(response: Any) -> str:
    """The beginning of the answer; the status counts, whatever becomes of the rest."""
    said = b""
    with suppress(OSError, HTTPException, ValueError):
        while len(said) < MOST_ANSWER and (more := response.read1(MOST_ANSWER - len(said))):
            said += more
    text = said.decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\ufffd" for sign in text)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TooLate
    return left


def _brief(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{error.verify_message}."
    text = getattr(error, "strerror", None) or str(error)
    return f"{text or type(error).__name__}"[:200].rstrip(".") + "."
