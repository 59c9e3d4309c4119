"""Building a data set: the schema by its migrations, the rows by several processes."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial

from sqlalchemy import Engine, text

from webapp import migrating
from webapp.bench import rows
from webapp.bench.goods import SITE_DOCUMENT
from webapp.bench.loading import Put, is_empty, loading
from webapp.bench.plan import EXPIRY_DAYS, TENANT, Plan
from webapp.bench.rows import Rows
from webapp.db import Database, make_engine
from webapp.seeding import service as seeding

_WHOLE = text("SELECT name FROM tenants JOIN request_numbers ON tenant_id = id")
# Every range is drawn by itself, so that this number belongs to the data set.
_RANGE = 2_000

Progress = Callable[[str, int, int], None]


class NotOurs(Exception):
    """The database holds something else than the wanted data set; the message says what to do."""


def build(url: str, plan: Plan, *, progress: Progress) -> None:
    """Fill an empty database with the data set; one that holds it already is left as it is.

    `progress` hears of rows and then of indexes: how many are there, and of how many. Raises
    `NotOurs` where there is anything else in it, or a part of the data set.
    """
    engine = make_engine(url)
    try:
        if not is_empty(engine):
            _require_ours(engine, plan)
            return
        migrating.upgrade(engine)
        _seed(engine, plan)
        engine.dispose()
        _load(url, plan, progress)
        _finish(engine, plan)
    finally:
        engine.dispose()


def described(plan: Plan) -> str:
    """The name of the tenant, by which a data set is known again."""
    return f"Bench of {plan.approvals} approvals, seed {plan.seed}"


def _require_ours(engine: Engine, plan: Plan) -> None:
    with engine.connect() as connection:
        is_current = migrating.is_current(connection)
        names = connection.scalars(_WHOLE).all() if is_current else []
    if names != [described(plan)]:
        raise NotOurs("The database holds another data set, or half of one. Name an empty one.")


def _load(url: str, plan: Plan, progress: Progress) -> None:
    with loading(url, told=partial(progress, "indexes")) as put:
        _put(put, rows.people(plan))
        for done, found in enumerate(_in_ranges(plan), 1):
            _put(put, found)
            progress("rows", min(done * _RANGE, plan.approvals), plan.approvals)


def _finish(engine: Engine, plan: Plan) -> None:
    """The next request gets the number after the last one; it says that everything is there."""
    with engine.begin() as connection:
        insert = text("INSERT INTO request_numbers (tenant_id, last) VALUES (:tenant, :last)")
        connection.execute(insert, {"tenant": TENANT, "last": 1000 + plan.approvals})


def _seed(engine: Engine, plan: Plan) -> None:
    """The tenant and its price list, as a file of an operator would bring them."""
    document = {
        "tenant": TENANT,
        "name": described(plan),
        "settings": {"approval.default_expiryDays": EXPIRY_DAYS},
        "sites": [SITE_DOCUMENT],
    }
    with Database(engine).transaction() as session:
        seeding.load(session, document, now=plan.today)


def _put(put: Put, found: Rows) -> None:
    for table, (columns, values) in found.items():
        put(table, columns, values)


def _in_ranges(plan: Plan) -> Iterator[Rows]:
    """The rows of all approvals, range by range, made ahead by a process for each core."""
    starts = range(0, plan.approvals, _RANGE)
    if len(starts) < 4:
        for first in starts:
            yield _made(plan, first)
        return
    workers = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting: deque[Future[Rows]] = deque()
        for first in starts:
            waiting.append(pool.submit(_made, plan, first))
            # No more than can be kept in memory.
            if len(waiting) > workers + 2:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _made(plan: Plan, first: int) -> Rows:
    return rows.approvals(plan, first, min(first + _RANGE, plan.approvals))
