"""A client that is cheaper than what it asks: one thread, open connections, requests as bytes.

It takes some 20 microseconds for an answer, a hundredth of what a page takes, so that it is never
what is measured.
"""

import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

_MOST = 262_144
_PATIENCE = 60.0
_IDLE = 5.0
_ENDLESS = 1 << 62

# Called for each request that is sent.
Asking = Callable[[], bytes]


class Refused(Exception):
    """An answer that nobody wants to measure; the message holds how it begins."""


@dataclass
class Burst:
    """What happened in one slice of time: the wait for each answer in seconds.

    `processor` is the processor time that the server took for them, where it is known.
    """

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    processor: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds if self.seconds else 0.0


class Client:
    """Connections to one server that are kept from slice to slice."""

    def __init__(self, port: int, connections: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._lines = [_Line(port, self._selector) for _ in range(connections)]

    def burst(
        self, asking: Asking, seconds: float, *, most: int | None = None, is_patient: bool = True
    ) -> Burst:
        """Ask on every connection until the time is over, or until `most` requests were sent.

        What is still asked then is waited for, unless it is not to be; such a client is used up.
        Raises `Refused` for an answer of 400 or more.
        """
        result, began = Burst(), time.perf_counter()
        until, left = began + seconds, most if most is not None else _ENDLESS
        first = self._lines[:left]
        for line in first:
            line.send(asking())
        at_work, left = len(first), left - len(first)
        while at_work and (is_patient or time.perf_counter() < until):
            for line in self._answered(_PATIENCE if is_patient else seconds):
                now = time.perf_counter()
                result.waits.append(now - line.sent)
                if now < until and left > 0:
                    line.send(asking())
                    left -= 1
                else:
                    at_work -= 1
        result.seconds = time.perf_counter() - began
        return result

    def ask(self, request: bytes) -> bytes:
        """The body of one answer."""
        line = self._lines[0]
        line.send(request)
        while not line.receive():
            self._selector.select(_PATIENCE)
        return line.body

    def close(self) -> None:
        """Close all connections."""
        self._selector.close()
        for line in self._lines:
            with suppress(OSError):
                line.socket.close()

    def _answered(self, patience: float) -> list["_Line"]:
        """The connections whose answers are complete by now; raises `Refused` for silence."""
        ready = self._selector.select(patience)
        if not ready and patience >= _PATIENCE:
            raise Refused("The server does not answer.")
        return [key.data for key, _ in ready if key.data.receive()]


class _Line:
    """One connection with the answer that is coming in."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self.sent = 0.0
        self.body = b""
        self._port = port
        self._selector = selector
        self._heard = time.perf_counter()
        self._buffer = b""
        self._needed = 0
        self._connect()

    def send(self, request: bytes) -> None:
        """Send a request; it fits into what the kernel keeps."""
        # Servers close connections that nobody uses; a new one counts for nothing.
        if time.perf_counter() - self._heard > _IDLE:
            self._selector.unregister(self.socket)
            self.socket.close()
            self._connect()
        self._buffer, self._needed = b"", 0
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take what has come; whether the answer is complete."""
        with suppress(BlockingIOError):
            came = self.socket.recv(_MOST)
            self._heard = time.perf_counter()
            if not came:
                raise Refused("the server closed the connection")
            self._buffer = self._buffer + came if self._buffer else came
        if not self._needed:
            self._needed = _length(self._buffer)
        if not self._needed or len(self._buffer) < self._needed:
            return False
        self.body = self._buffer
        return True

    def _connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self._port), _PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self._selector.register(self.socket, selectors.EVENT_READ, self)


def _length(came: bytes) -> int:
    """How long the whole answer is; 0 while its head is not complete."""
    end = came.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = came[:end].lower()
    if not b"200" <= head[9:12] < b"400":
        raise Refused(came[:2000].decode("latin-1"))
    _, found, rest = head.partition(b"\r\ncontent-length:")
    return end + 4 + (int(rest.partition(b"\r\n")[0]) if found else 0)


def get(path: str, headers: dict[str, str]) -> bytes:
    """A request for a path."""
    return _request(f"GET {path}", headers)


def post(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """A request that sends something to a path."""
    return _request(f"POST {path}", {**headers, "Content-Length": str(len(body))}) + body


def _request(line: str, headers: dict[str, str]) -> bytes:
    lines = [f"{line} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items()), "", ""]
    return "\r\n".join(lines).encode()
