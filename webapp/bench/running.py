"""One run: data sets built or found, both databases in turn, every wanted row."""

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from webapp.bench import building
from webapp.bench.client import Refused
from webapp.bench.cluster import NoPostgres, beside, cluster
from webapp.bench.plan import Plan, planned
from webapp.bench.stage import Backend, Effort, TooFew, staged
from webapp.bench.table import ROWS, Row
from webapp.bench.values import Value

SMALL = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to measure, on what, and how hard; `url` is an empty PostgreSQL of the caller."""

    approvals: int
    seed: int
    backends: tuple[str, ...]
    effort: Effort
    rows: Collection[int] = ()
    url: str = ""
    data: Path | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A row on one database: its values, or why there are none."""

    row: Row
    backend: str
    values: list[Value] = field(default_factory=list)
    why_not: str = ""


Say = Callable[[str], None]
Progress = Callable[[str, int, int], None]


def run(wanted: Wanted, *, now: datetime, say: Say, progress: Progress) -> Iterator[Found]:
    """Measure; each row as soon as it is there.

    Raises `NotOurs`, `NotServed`, `NotThere`.
    """
    for backend in wanted.backends:
        rows = [row for row in ROWS if backend in row.backends]
        rows = [row for row in rows if not wanted.rows or row.number in wanted.rows]
        if not rows:
            continue
        try:
            yield from _on(backend, rows, wanted, now=now, say=say, progress=progress)
        except NoPostgres as error:
            say(f"PostgreSQL is left out: {error}")


def _on(
    name: str, rows: list[Row], wanted: Wanted, *, now: datetime, say: Say, progress: Progress
) -> Iterator[Found]:
    plan = planned(wanted.approvals, wanted.seed, now)
    with ExitStack() as stack:
        folder = stack.enter_context(_folder(None))
        backend = stack.enter_context(_databases(name, wanted))
        _build(backend.url, plan, progress)
        if any(row.needs_small for row in rows):
            _build(backend.small_url, planned(SMALL, wanted.seed, now), progress)
        stage = stack.enter_context(staged(backend, plan, folder, wanted.effort))
        for row in rows:
            say(f"{row.number:>3}  {row.title}, {name} ...")
            try:
                yield Found(row, name, list(row.measure(stage)))
            except (TooFew, Refused, LookupError) as error:
                yield Found(row, name, why_not=str(error)[:300])


def _build(url: str, plan: Plan, progress: Progress) -> None:
    kind = f"{plan.approvals:,} approvals on {make_url(url).get_backend_name()}"

    def told(what: str, done: int, every: int) -> None:
        progress(f"{kind}, {what}", done, every)

    building.build(url, plan, progress=told)


@contextmanager
def _databases(name: str, wanted: Wanted) -> Iterator[Backend]:
    """Where the data set lies, and the small one."""
    with ExitStack() as stack:
        if name == "sqlite":
            folder = stack.enter_context(_folder(wanted.data))
            files = (f"bench-{wanted.approvals}.db", f"bench-{SMALL}-small.db")
            yield Backend(name, *(f"sqlite:///{folder}/{file}" for file in files))
            return
        place = wanted.data / f"postgresql-{wanted.approvals}" if wanted.data else None
        url = wanted.url or stack.enter_context(cluster(place))
        yield Backend(name, url, beside(url))


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """A folder to work in; gone afterwards unless it is to be kept."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    folder = Path(tempfile.mkdtemp(prefix="countersign-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
