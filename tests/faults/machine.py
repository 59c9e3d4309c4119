"""A desk that is served by `countersign serve` and can be killed as if the power went."""

import os
import resource
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from tests.faults.program import CLOCK
from tests.outbox.server import MailServer
from tests.support.desk import ACME, Desk, free_port
from webapp.config import PREFIX
from webapp.db import Database, make_engine

# What seals secrets, and what shows the figures.
KEY = "a key for faults only, 0123456789"
FIGURES = "a token for faults only, 0123456789"

_PATIENCE = 120.0
_FULL = 1024


@dataclass
class Machine:
    """Web processes and worker in one process group; starting again finds what was committed."""

    folder: Path
    database_url: str
    log: Path
    mails: MailServer = field(default_factory=MailServer)
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None
    _engines: list[Engine] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Make the schema and bring in the people."""
        self.run("db", "upgrade")
        self.run("import", str(ACME))

    def run(self, *words: str, is_fine: bool = True) -> str:
        """Run a command of the program, which has to be content or not; what it printed."""
        done = subprocess.run(
            [*_PROGRAM, *words],
            env=self._environ(),
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        said = done.stdout + done.stderr
        assert (done.returncode == 0) is is_fine, said
        return said

    def start(self, *, is_ready: bool = True) -> None:
        """Serve, and come back when it can serve; with `is_ready` off, when it lives."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_PROGRAM, "serve", "--port", str(self.port)],
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_for("/readyz" if is_ready else "/healthz")

    def wait_for(self, path: str, patience: float = _PATIENCE) -> None:
        """Return when this path is answered with 200."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            with suppress(OSError), urllib.request.urlopen(self.url + path, timeout=5):  # noqa: S310
                return
            time.sleep(0.02)
        log = self.log.read_text("utf-8", "replace")
        raise AssertionError(f"{self.url}{path} is not answered: {log[-2000:]}")

    def move_clock(self, **ahead: float) -> None:
        """Let its clock go this far ahead of the true one; nothing said, it is right again."""
        moved = self.folder / "moved"
        moved.write_text(str(timedelta(**ahead).total_seconds()), "ascii")
        # At once, since the program looks at it at any moment.
        moved.replace(self._clock)

    def kill(self) -> None:
        """End every process at once; none of them gets a chance to write anything down."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def fill_disk(self, *, is_full: bool = True) -> None:
        """Let its processes write nothing beyond the first bytes of a file, or let them again."""
        limit = _FULL if is_full else resource.RLIM_INFINITY
        group = subprocess.run(
            ["pgrep", "-g", str(self._group)], capture_output=True, text=True, check=True
        )
        for pid in map(int, group.stdout.split()):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    def stop(self) -> None:
        """End it in order, as an operator does."""
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(20)
            self.kill()

    def desk(self) -> Desk:
        """Its database, to ask and to look; connections of one's own until `hang_up`."""
        self._engines.append(make_engine(self.database_url))
        return Desk(self.url, Database(self._engines[-1]), "", self.mails)

    def hang_up(self) -> None:
        """Close what `desk` opened."""
        for engine in self._engines:
            engine.dispose()

    @property
    def _clock(self) -> Path:
        return self.folder / "clock"

    @property
    def _group(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _environ(self) -> dict[str, str]:
        own = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
        settings = {
            "ENV": "test",
            "BASE_URL": self.url,
            "DATABASE_URL": self.database_url,
            "FILES_DIR": str(self.folder / "files"),
            "SECRET_KEY": KEY,
            "SMTP_URL": self.mails.url,
            "WORKERS": "2",
            "TOKEN_CALLS": "0",
            "LOG_LEVEL": "warning",
            "METRICS_TOKEN": FIGURES,
            "WEBHOOK_ALLOW": "127.0.0.1",
        }
        own[CLOCK] = str(self._clock)
        return {**own, **{PREFIX + name: text for name, text in settings.items()}}


_PROGRAM = [sys.executable, "-m", "tests.faults.program"]
