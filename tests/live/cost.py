"""What open pages cost while nothing happens, and how soon they hear of something.

    python -m tests.live.cost --pages 1000 --seconds 30

Serves a desk with its web processes as an operator would, signs in a session for each page, lets
all of them ask as static/js/live-page.js does, and counts the processor time of the server's
processes, without pages and with them. Linux only.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import update

from tests.support.cast import BOB, RITA
from tests.support.desk import (
    ACME,
    TENANT,
    UNDER,
    Desk,
    _await,
    _environ,
    _run,
    _started,
    free_port,
)
from webapp.approvals.models import Approval
from webapp.db import Database, make_engine
from webapp.identity import session_store
from webapp.kernel.clock import utcnow

# As in live-page.js: nobody asks again sooner than this after asking.
_PACE = 1.5
_PEOPLE = ("bob", "ben", "ada", "alan", "rita", "rob", "olga", "gus")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Pages:
    """Open pages, each with a connection that is kept."""

    url: str
    tokens: list[str]
    answers: int = 0
    heard: list[float] = field(default_factory=list)

    async def open(self, over: float) -> list["asyncio.Task[None]"]:
        """Open all of them within so many seconds; they ask until they are cancelled."""
        step = over / len(self.tokens)
        return [
            asyncio.create_task(self._ask(token, at * step)) for at, token in enumerate(self.tokens)
        ]

    async def _ask(self, token: str, begin: float) -> None:
        await asyncio.sleep(begin)
        place = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        moment = _now()
        while True:
            asked = time.monotonic()
            writer.write(
                f"GET /live?seen={moment} HTTP/1.1\r\nHost: {place.netloc}\r\n"
                f"Cookie: countersign={token}\r\nX-Background: live\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            self.answers += 1
            if b" 200 " in head[:16]:
                self.heard.append(time.monotonic())
                moment = _now()
            elif b" 204 " not in head[:16]:
                raise RuntimeError(head.decode("latin-1"))
            await asyncio.sleep(max(0.0, _PACE - (time.monotonic() - asked)))


def main() -> None:
    """Measure and print."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--pages", type=int, default=1000)
    wanted.add_argument("--seconds", type=float, default=30)
    wanted.add_argument("--database", help="an empty PostgreSQL; SQLite where nothing is given")
    wanted.add_argument("--waiting", default="1000", help="COUNTERSIGN_WAITING")
    chosen = wanted.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        database = chosen.database or f"sqlite:///{folder}/desk.db"
        desk, process = stack.enter_context(_served(Path(folder), database, chosen.waiting))
        pages = Pages(desk.url, _sign_in(desk, chosen.pages))
        asyncio.run(_measure(desk, pages, process, chosen.seconds))


async def _measure(desk: Desk, pages: Pages, process: int, seconds: float) -> None:
    alone, empty = await _share(process, seconds / 3), _memory(process)
    asking = await pages.open(over=_PACE * 4)
    await asyncio.sleep(_PACE * 4 + 17)
    began = pages.answers
    busy = await _share(process, seconds)
    per_second = (pages.answers - began) / seconds
    print(f"{len(pages.tokens)} pages, {per_second:.0f} answers a second")
    print(f"processor: {busy:.2f} % of a core with pages, {alone:.2f} % without")
    print(f"memory (PSS): {_memory(process):.0f} MiB with pages, {empty:.0f} MiB before")
    delays = [await _hear(desk, pages) for _ in range(7)]
    print(f"heard after: {statistics.median(delays):.2f} s, at most {max(delays):.2f} s")
    for task in asking:
        task.cancel()
    failures = [one for one in await asyncio.gather(*asking, return_exceptions=True)
                if not isinstance(one, asyncio.CancelledError)]  # fmt: skip
    print(f"pages that gave up: {len(failures)} {failures[:1] or ''}")


async def _hear(desk: Desk, pages: Pages) -> float:
    """Let a request change, and say after how long the last page of its people has heard of it."""
    pages.heard.clear()
    await asyncio.to_thread(_change, desk)
    began = time.monotonic()
    await asyncio.sleep(3)
    return max(pages.heard) - began if pages.heard else float("inf")


def _change(desk: Desk) -> None:
    with desk.database.transaction() as session:
        changed = {"modified_at": utcnow(), "version": Approval.version + 1}
        session.execute(update(Approval).values(changed))


def _sign_in(desk: Desk, pages: int) -> list[str]:
    desk.ask(RITA, BOB, UNDER)
    tokens = [session_store.new_token() for _ in range(pages)]
    with desk.database.transaction() as session:
        for at, token in enumerate(tokens):
            session_store.create_for(
                session, token, {}, (TENANT, _PEOPLE[at % len(_PEOPLE)], None),
                user_agent="cost", lifetime=timedelta(hours=1), now=utcnow(),
            )  # fmt: skip
    return tokens


@contextmanager
def _served(folder: Path, database_url: str, waiting: str) -> Iterator[tuple[Desk, int]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = _environ(
        ENV="test", BASE_URL=url, DATABASE_URL=database_url, LOG_LEVEL="warning",
        SECRET_KEY="a key for measuring only, 0123456789", OIDC_ISSUER="https://id.invalid",
        OIDC_CLIENT_ID="desk", OIDC_CLIENT_SECRET="secret", WAITING=waiting,
    )  # fmt: skip
    _run("db", "upgrade", environ=environ)
    _run("import", str(ACME), environ=environ)
    log = folder / "serve.log"
    serve = ("serve", "--no-worker", "--port", str(port))
    with _started(*serve, environ=environ, log=log) as process:
        _await(process, url, log)
        engine = make_engine(database_url)
        try:
            yield Desk(url, Database(engine), ""), process.pid
        finally:
            engine.dispose()


async def _share(process: int, seconds: float) -> float:
    """Processor time of a process and its children, in per cent of a core."""
    before, began = _used(process), time.monotonic()
    await asyncio.sleep(seconds)
    return (_used(process) - before) / (time.monotonic() - began) * 100


def _used(process: int) -> float:
    ticks = 0
    for one in _family(process):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def _memory(process: int) -> float:
    sizes = [Path(f"/proc/{one}/smaps_rollup").read_text() for one in _family(process)]
    return sum(int(text.partition("\nPss:")[2].split()[0]) for text in sizes) / 1024


def _family(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(one for child in children for one in _family(int(child)))]


def _now() -> int:
    return int(utcnow().timestamp() * 1000)


if __name__ == "__main__":
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    main()
