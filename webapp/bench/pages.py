"""Rows about pages and lists over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import text

from webapp.bench import serving
from webapp.bench.figures import Pairs, Spread
from webapp.bench.plan import BUSY, HEAVY, READER, TENANT
from webapp.bench.stage import INBOX, LIST, Stage
from webapp.bench.values import Value, at_least, at_most, pace
from webapp.bench.visitors import sign_in
from webapp.db import Database, make_engine
from webapp.kernel.paging import encode_cursor

_SIZE = 20
_DEEP = 4_500
_HISTORY = "/inbox?box=decided"


def inbox(stage: Stage) -> Iterator[Value]:
    """Row 1: the inbox against the same bytes out of memory."""
    pairs = _inbox(stage, 8)
    goal = {"sqlite": at_least(0.85, gate=0.55), "postgresql": at_least(0.60, gate=0.40)}
    yield Value("inbox / floor", pairs.rates, goal[stage.backend.name], note=_told(stage, pairs))


def request(stage: Stage) -> Iterator[Value]:
    """Row 2: the page of a request against the same bytes out of memory."""
    pairs = stage.against(
        (stage.desk, stage.get(stage.request_path)), (stage.floors, stage.floor("/pages/request"))
    )
    note = _told(stage, pairs, "request")
    yield Value("request / floor", pairs.rates, at_least(0.50, gate=0.35), note=note)


def tails(stage: Stage) -> Iterator[Value]:
    """Row 3: the slowest hundredth of the inbox against that of the floor."""
    for connections, limit in ((8, 1.5), (32, 2.0)):
        pairs = _inbox(stage, connections)
        what = f"p99 of inbox / of floor, {connections} connections"
        yield Value(what, pairs.tails(), at_most(limit, gate=3), note=pace(pairs))


def growth(stage: Stage) -> Iterator[Value]:
    """Row 4: the same person's inbox among a thousand approvals and among all of them."""
    engine = make_engine(stage.backend.small_url)
    try:
        [visitor] = sign_in(Database(engine), [f"p{READER}"])
    finally:
        engine.dispose()
    asking = stage.asking(INBOX, visitor)
    with serving.desk(stage.backend.small_url, stage.folder) as small:
        pairs = stage.against((small, asking), (stage.desk, stage.get(INBOX)))
    yield _slower("inbox, all / 1,000 approvals", pairs, 1.10, 1.3)


def load(stage: Stage) -> Iterator[Value]:
    """Row 5: the inbox of the heavy approver against that of a busy one, counters included."""
    pairs = stage.against(
        (stage.desk, stage.get(INBOX, BUSY)), (stage.desk, stage.get(INBOX, HEAVY))
    )
    pending = len(stage.pool)
    yield _slower(f"inbox, {pending:,} pending / fewer", pairs, 1.2, 1.5)


def depth(stage: Stage) -> Iterator[Value]:
    """Row 6: a page deep in the history against its first one."""
    number = min(_DEEP, stage.plan.history * 9 // 10 // _SIZE)
    deep = f"{_HISTORY}&after={_cursor(stage, number)}"
    pairs = stage.against(
        (stage.desk, stage.get(_HISTORY, HEAVY)), (stage.desk, stage.get(deep, HEAVY))
    )
    yield _slower(f"history, page {number:,} / page 1", pairs, 1.25, 2)


def api_list(stage: Stage) -> Iterator[Value]:
    """Row 10: the API's list of 20 with all details against the same JSON out of memory."""
    pairs = stage.against(
        (stage.desk, stage.asking(LIST, stage.bearer)), (stage.floors, stage.floor("/lists/list"))
    )
    goal = {"sqlite": at_least(0.90, gate=0.6), "postgresql": at_least(0.50, gate=0.3)}
    note = _told(stage, pairs, "list")
    yield Value("API list / floor", pairs.rates, goal[stage.backend.name], note=note)


def _inbox(stage: Stage, connections: int) -> Pairs:
    mine = stage.desk, stage.get(INBOX)
    return stage.against(mine, (stage.floors, stage.floor("/pages/inbox")), connections=connections)


def _told(stage: Stage, pairs: Pairs, name: str = "inbox") -> str:
    return f"{pace(pairs)}; {stage.sizes[name]:,} bytes"


def _slower(what: str, pairs: Pairs, limit: float, gate: float) -> Value:
    """How many times as long the second side takes."""
    spread: Spread = pairs.rates
    return Value(what, spread, at_most(limit, gate=gate), note=pace(pairs))


def _cursor(stage: Stage, page: int) -> str:
    """Where this page of the heavy approver's history begins."""
    query = text(
        "SELECT decided_at, id FROM approvals WHERE tenant_id = :tenant AND approver_id = :who"
        " AND status <> 'PENDING' ORDER BY decided_at DESC, id DESC LIMIT 1 OFFSET :skipped"
    )
    skipped = max(0, (page - 1) * _SIZE - 1)
    with stage.database.reading() as session:
        at, last = session.execute(
            query, {"tenant": TENANT, "who": f"p{HEAVY}", "skipped": skipped}
        ).one()
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at
    return encode_cursor(moment.isoformat(), last)
