"""The row about open pages: what they cost while nothing happens, and how soon they hear."""

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import cycle

from sqlalchemy import text

from webapp.bench import serving
from webapp.bench.client import Asking, Client, get
from webapp.bench.figures import spread
from webapp.bench.plan import TENANT
from webapp.bench.stage import Stage
from webapp.bench.values import Value, at_most
from webapp.bench.visitors import Headers, sign_in
from webapp.kernel.clock import utcnow

_PAGES = 1_000
# Longer than the desk lets a page wait for an answer, so that every page asks again meanwhile.
_WATCHED = 20.0
_TIMES = 5
_FILES = 4_096


def open_pages(stage: Stage) -> Iterator[Value]:
    """Row 17."""
    pages, watched = (100, 3.0) if stage.effort.is_quick else (_PAGES, _WATCHED)
    _allow_files()
    with serving.desk(stage.backend.url, stage.folder) as desk:
        yield _cost(stage, desk, pages, watched)
        heard = [_heard(stage, desk) for _ in range(2 if stage.effort.is_quick else _TIMES)]
    yield Value("a decision is heard of after", spread(heard), at_most(2, gate=3), "s")


def _cost(stage: Stage, desk: serving.Served, pages: int, watched: float) -> Value:
    """The share of a core that waiting pages take beyond what an idle server takes."""
    people = (f"p{at % stage.plan.people}" for at in range(pages))
    asking = _asking(sign_in(stage.database, people))
    alone = _share(desk, watched / 3)
    with closing(Client(desk.port, pages)) as client, ThreadPoolExecutor(1) as thread:
        # The first round opens the connections and lets the server know the sessions.
        client.burst(asking, 0.0)
        waiting = thread.submit(client.burst, asking, watched + 2, is_patient=False)
        time.sleep(1)
        busy = _share(desk, watched)
        answers = len(waiting.result().waits)
    what = f"{pages:,} open pages, of one core"
    note = f"{alone:.2f} % without them; {answers:,} answers in {watched + 2:.0f} s"
    return Value(what, spread([busy]), at_most(5, gate=20), "%", note)


def _heard(stage: Stage, desk: serving.Served) -> float:
    """After how many seconds the requester's open page hears that the approver has decided."""
    requester = _requester(stage)
    asking = _asking(sign_in(stage.database, [requester]))
    with (
        closing(Client(desk.port, 1)) as page,
        closing(Client(stage.desk.port, 1)) as approver,
        ThreadPoolExecutor(1) as thread,
    ):
        page.burst(asking, 0.0)
        waiting = thread.submit(page.burst, asking, 0.0)
        time.sleep(0.5)
        approver.burst(stage.pool.decide, 0.0)
        decided = time.perf_counter()
        waiting.result()
        return time.perf_counter() - decided


def _asking(visitors: list[Headers]) -> Asking:
    """What open pages ask: whether there is anything new since now."""
    moment = int(utcnow().timestamp() * 1000)
    headers = {"X-Background": "live"}
    requests = cycle([get(f"/live?seen={moment}", {**one, **headers}) for one in visitors])
    return lambda: next(requests)


def _requester(stage: Stage) -> str:
    """Who asked for what is decided next."""
    query = text("SELECT requester_id FROM approvals WHERE tenant_id = :tenant AND id = :id")
    with stage.database.reading() as session:
        found = session.scalar(query, {"tenant": TENANT, "id": stage.pool.next_id})
    return str(found)


def _share(desk: serving.Served, seconds: float) -> float:
    """Processor time in per cent of a core."""
    before, began = desk.processor(), time.perf_counter()
    time.sleep(seconds)
    return (desk.processor() - before) / (time.perf_counter() - began) * 100


def _allow_files() -> None:
    """A connection for each page."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
