"""A receiver of webhooks over a real socket, which can be away, slow, rude, or lie."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from standardwebhooks import Webhook

Behaviour = Callable[[socket.socket], None]


@dataclass
class Heard:
    """One request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: str


def answer(status: str, body: str = "", *headers: str) -> Behaviour:
    """Answer properly."""

    def behave(sock: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", body]
        sock.sendall("\r\n".join(lines).encode())

    return behave


def raw(text: bytes) -> Behaviour:
    """Say just this, and hang up."""
    return lambda sock: sock.sendall(text)


def drip(text: bytes, pause: float) -> Behaviour:
    """Say it letter by letter."""

    def behave(sock: socket.socket) -> None:
        for letter in text:
            sock.sendall(bytes([letter]))
            time.sleep(pause)

    return behave


def flood(sock: socket.socket) -> None:
    """Say more than anybody wants to hear."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
    for _ in range(100):
        sock.sendall(b"x" * 1_000_000)


def silence(sock: socket.socket) -> None:
    """Take it and say nothing."""
    with suppress(OSError):
        sock.recv(1)


@dataclass
class Receiver:
    """Listens at a port of the loopback; what it does next stands in `script`, then in `always`."""

    always: Behaviour = field(default_factory=lambda: answer("204 No Content"))
    script: list[Behaviour] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    port: int = 0
    _listener: socket.socket | None = None

    def start(self) -> "Receiver":
        """Be there, at the same port as before."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, args=(self._listener,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Be away."""
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/hook?from=desk"

    @property
    def bodies(self) -> list[str]:
        """What was said to it, in order."""
        return [one.body for one in self.heard]

    def verify(self, secret: str, number: int = -1) -> dict[str, object]:
        """The message, once the reference library took it for genuine."""
        heard = self.heard[number]
        found: dict[str, object] = Webhook(secret).verify(heard.body, heard.headers)
        return found

    def _listen(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError), sock:
            sock.settimeout(5)
            wire = self.tls.wrap_socket(sock, server_side=True) if self.tls else sock
            with wire:
                self.heard.append(_read(wire))
                (self.script.pop(0) if self.script else self.always)(wire)


def _read(sock: socket.socket) -> Heard:
    said = b""
    while b"\r\n\r\n" not in said:
        said += sock.recv(65536)
    head, _, body = said.partition(b"\r\n\r\n")
    line, *rest = head.decode().split("\r\n")
    headers = {name.lower(): text for name, text in (one.split(": ", 1) for one in rest)}
    while len(body) < int(headers["content-length"]):
        body += sock.recv(65536)
    return Heard(line=line, headers=headers, body=body.decode())
