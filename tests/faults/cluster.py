"""PostgreSQL as in production: it writes everything down, and it can be killed and promoted."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.support import postgres
from tests.support.desk import free_port

_PATIENCE = 60.0


@dataclass
class Server:
    """One server on loopback; `data` outlives it."""

    binaries: Path
    folder: Path
    port: int

    @property
    def data(self) -> Path:
        """Its files."""
        return self.folder / "data"

    def start(self) -> None:
        """Run, recovering from a crash if there was one."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self._run(
            "pg_ctl", "-D", self.data, "-l", self.folder / "log", "-o", options, "-w", "start"
        )

    def crash(self) -> None:
        """End as if the power went: nothing is written down any more."""
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def stop(self) -> None:
        """End in order, as for an update: whoever is connected is cut off."""
        self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def promote(self) -> None:
        """Stop following and take writes."""
        self._run("pg_ctl", "-D", self.data, "-w", "promote")

    def follow(self, primary: "Server", name: str) -> None:
        """Copy this primary, and be what it waits for before it acknowledges."""
        source = f"host=127.0.0.1 port={primary.port} user=postgres application_name={name}"
        self._run(
            "pg_basebackup", "-D", self.data, "-R", "-C", "-c", "fast", "-S", name, "-d", source
        )
        self.start()
        primary.execute(f"ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 ({name})'")
        primary.execute("SELECT pg_reload_conf()")
        until = time.monotonic() + _PATIENCE
        while not primary.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"):
            assert time.monotonic() < until, "the standby does not follow"
            time.sleep(0.05)

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run this as the superuser."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            result = connection.execute(statement.encode())
            return result.fetchall() if result.description else []

    def initialise(self) -> None:
        """An empty cluster that waits for the disk."""
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C", "--no-instructions")  # fmt: skip

    def _run(self, program: str, *words: object) -> None:
        subprocess.run(
            [f"{self.binaries}/{program}", *map(str, words)],
            cwd=self.folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            **postgres.identity(),
        )


@contextmanager
def servers(count: int) -> Iterator[list[Server]]:
    """Folders and ports for so many servers; whatever runs at the end is ended."""
    folder = Path(tempfile.mkdtemp(prefix="cs-fault-", dir="/tmp"))
    folder.chmod(0o755)
    made: list[Server] = []
    try:
        binaries = postgres.readable(postgres.find_binaries(), folder)
        for number in range(count):
            own = folder / str(number)
            own.mkdir()
            if os.geteuid() == 0:
                shutil.chown(own, "nobody", "nogroup")
            made.append(Server(binaries, own, free_port()))
        yield made
    finally:
        for one in made:
            with suppress(subprocess.SubprocessError):
                one.crash()
        shutil.rmtree(folder, ignore_errors=True)


def url(*hosts: Server) -> str:
    """The address of the desk's database at whichever of these takes writes."""
    names = ",".join("127.0.0.1" for _ in hosts)
    ports = ",".join(str(one.port) for one in hosts)
    aim = "&connect_timeout=2"
    if len(hosts) > 1:
        aim += "&target_session_attrs=read-write"
    return f"postgresql+psycopg://postgres@/desk?host={names}&port={ports}{aim}"
