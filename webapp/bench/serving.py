"""Servers of a measurement: children of this process on loopback, stopped by their ids."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from webapp.config import PREFIX

HOST = "desk.example"
SECRET = "only to measure with, 0123456789abcdef"  # noqa: S105 - opens nothing
_PATIENCE = 60.0
_GRACE = 15.0
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class NotServed(Exception):
    """A server did not come up; the message holds what it said."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: where it is, and the process that everything of it comes from."""

    port: int
    pid: int

    def processor(self) -> float:
        """The processor time in seconds that it and its children have taken; 0 except on Linux."""
        if sys.platform != "linux":
            return 0.0
        ticks = 0
        for one in _family(self.pid):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / _TICKS

    def memory(self) -> float:
        """Memory of it and its children in MiB, shared pages counted once; 0 except on Linux."""
        if sys.platform != "linux":
            return 0.0
        sizes = [Path(f"/proc/{one}/smaps_rollup").read_text() for one in _family(self.pid)]
        return sum(int(text.partition("\nPss:")[2].split()[0]) for text in sizes) / 1024


@contextmanager
def desk(database_url: str, folder: Path, *, workers: int = 1) -> Iterator[Served]:
    """`countersign serve` as production has it, without its worker, for the length of the block.

    Raises `NotServed`.
    """
    port = _free_port()
    program = [sys.executable, "-m", "webapp", "serve", "--no-worker", "--port", str(port)]
    environ = _environ(database_url, folder, workers=workers)
    with _started(program, port, environ, folder / f"desk-{port}.log") as served:
        yield served


@contextmanager
def floors(material: Path, folder: Path, *, workers: int = 1) -> Iterator[Served]:
    """The floors on the same server; `material` is the file of what they answer."""
    port = _free_port()
    program = [sys.executable, "-m", "webapp.bench.floors", str(port), str(material)]
    environ = _environ("sqlite://", folder, workers=workers)
    with _started(program, port, environ, folder / f"floors-{port}.log") as served:
        yield served


def _environ(database_url: str, folder: Path, *, workers: int) -> dict[str, str]:
    """The settings of production; those of a desk of the caller are left out."""
    own = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    # Modules are compiled when the desk is installed, also where a checkout keeps nothing of that.
    own.pop("PYTHONDONTWRITEBYTECODE", None)
    settings = {
        "BASE_URL": f"https://{HOST}",
        "DATABASE_URL": database_url,
        "FILES_DIR": str(folder / "files"),
        "SECRET_KEY": SECRET,
        "OIDC_ISSUER": "https://id.example",
        "OIDC_CLIENT_ID": "desk",
        "OIDC_CLIENT_SECRET": "secret",
        "WORKERS": str(workers),
    }
    # As the unit in docs/operations.md has it.
    own["MALLOC_ARENA_MAX"] = "2"
    return {**own, **{PREFIX + name: text for name, text in settings.items()}}


@contextmanager
def _started(
    program: list[str], port: int, environ: Mapping[str, str], log: Path
) -> Iterator[Served]:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own program
            program, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        _await(process, port, log)
        yield Served(port, process.pid)
    finally:
        _stop(process)


def _await(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    request = f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 5)) as line:
            line.sendall(request)
            if b" 200 " in line.recv(4096)[:16]:
                return
        time.sleep(0.02)
    raise NotServed(f"A server did not come up: {log.read_text('utf-8', 'replace')[-2000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _family(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(one for child in children for one in _family(int(child)))]
