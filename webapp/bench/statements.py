"""Rows about the SQL of a page: how many statements, how they are run, how long a search takes.

Pages are answered by the desk inside this process, so that their statements can be listened to.
"""

import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError

from webapp import logs
from webapp.app import create_app
from webapp.bench import serving
from webapp.bench.figures import percentile, ratios, spread
from webapp.bench.plan import BUSY, HEAVY, READER
from webapp.bench.stage import INBOX, Form, Stage
from webapp.bench.values import Goal, Value, at_most
from webapp.bench.visitors import Headers, sign_in
from webapp.config import Settings
from webapp.db import Database, make_engine

# A word of many requests, one of an item, a name, one of a comment, and one that is nowhere.
_TERMS = ("Torque", "SKU-000123", "Lindqvist", "inspection", "zzyzx")
_SEARCH = "/inbox?box=all&q="
_REPEATED = 25
_LONG_ENOUGH = 0.5
_COUNTS = "SELECT (SELECT count"
_MANY = 100_000
# What ends a message to PostgreSQL after which the answer is waited for.
_TRIP = re.compile(r"\tF\t\d+\t(?:Query|Sync)\b")
_READS = re.compile(r"\bFROM (approvals|ledger_entries)\b")
# In the words of SQLite and in those of PostgreSQL.
_BAD = re.compile(r"^SCAN (approvals|ledger_entries)\b(?! USING)|TEMP B-TREE FOR ORDER|"
                  r"Seq Scan on (approvals|ledger_entries)|Sort Key", re.MULTILINE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as the driver got it, and how many columns it answers with."""

    sql: str
    parameters: Any
    columns: int


class Inside:
    """The desk inside this process, over a database of its own connection pool."""

    def __init__(self, app: Flask, engine: Engine, visitors: dict[int, Headers]) -> None:
        self.engine = engine
        self._app = app
        self._visitors = visitors

    def page(self, path: str, who: int = READER) -> list[Statement]:
        """The statements of somebody's page; raises `LookupError` when it is not answered."""
        with _listening(self.engine) as heard:
            self._ask("GET", path, headers=self._visitors[who])
        return heard

    def read(self, path: str, who: int = READER) -> str:
        """Somebody's page; raises `LookupError` when it is not answered."""
        return self._ask("GET", path, headers=self._visitors[who])

    def trips(self, form: Form) -> int:
        """How often the driver of PostgreSQL goes there and back until a form is answered."""
        with tempfile.TemporaryFile("w+") as trace, _tracing(self.engine, trace.fileno()):
            path, headers, body = form
            self._ask("POST", path, headers=headers, data=body)
            trace.seek(0)
            return len(_TRIP.findall(trace.read()))

    def _ask(self, method: str, path: str, **rest: Any) -> str:
        client = self._app.test_client(use_cookies=False)
        answer = client.open(path, method=method, base_url=f"https://{serving.HOST}", **rest)
        if answer.status_code >= 400:
            raise LookupError(f"{path} was answered with {answer.status}.")
        return answer.get_data(as_text=True)

    def run(self, statement: Statement) -> float:
        """How many seconds a statement takes, its rows fetched."""
        with self.engine.connect() as connection:
            began = time.perf_counter()
            connection.exec_driver_sql(statement.sql, statement.parameters).all()
            return time.perf_counter() - began

    def plan(self, statement: Statement) -> str:
        """How the database runs a statement, in its own words."""
        explain = "EXPLAIN QUERY PLAN " if self.engine.dialect.name == "sqlite" else "EXPLAIN "
        with self.engine.connect() as connection:
            rows = connection.exec_driver_sql(explain + statement.sql, statement.parameters)
            return "\n".join(str(row[-1]) for row in rows)


@contextmanager
def inside(url: str) -> Iterator[Inside]:
    """The desk over this database, without a server, with its people signed in."""
    engine = make_engine(url)
    database = Database(engine)
    cast = (HEAVY, BUSY, READER)
    visitors = dict(zip(cast, sign_in(database, [f"p{n}" for n in cast]), strict=True))
    before = structlog.get_config()
    logs.configure("error", json=True)
    settings = Settings(
        env="production", base_url=f"https://{serving.HOST}", database_url=url,
        secret_key=serving.SECRET, oidc_issuer="https://id.example", oidc_client_id="desk",
        oidc_client_secret="secret", page_calls=0,  # noqa: S106 - opens nothing
    )  # fmt: skip
    try:
        yield Inside(create_app(settings, database=database), engine, visitors)
    finally:
        structlog.configure(**before)
        engine.dispose()


def counts(stage: Stage) -> Iterator[Value]:
    """Row 12: statements of the inbox and of a request."""
    with inside(stage.backend.url) as desk:
        for what, path, most in (("inbox", INBOX, 3), ("request", stage.request_path, 4)):
            desk.page(path)
            found = float(len(desk.page(path)))
            yield Value(f"statements of the {what}", spread([found]), at_most(most, gate=most))
        if stage.backend.name == "postgresql":
            found = float(desk.trips(stage.pool.form()))
            yield Value("round trips of a decision", spread([found]), at_most(3, gate=3))


def growth(stage: Stage) -> Iterator[Value]:
    """Row 4: the statements of the inbox among all approvals and among a thousand."""
    with inside(stage.backend.url) as all_, inside(stage.backend.small_url) as few:
        large, small = all_.page(INBOX), few.page(INBOX)
        rounds = [(_total(all_, large), _total(few, small)) for _ in range(_REPEATED)][2:]
        grown = ratios([mine for mine, _ in rounds], [other for _, other in rounds])
        yield Value("its statements, all / 1,000", grown, at_most(1.10, gate=1.3))
        # Few rows are read whole, since that is quicker.
        if stage.plan.approvals < _MANY:
            return
        bad = [one for one in large if _READS.search(one.sql) and _is_bad(all_.plan(one))]
        note = "; ".join(" ".join(one.sql.split())[:160] for one in bad)
        none = at_most(0, gate=0)
        yield Value("its statements that scan or sort", spread([float(len(bad))]), none, note=note)


def searches(stage: Stage) -> Iterator[Value]:
    """Row 11: the newest 20 of one person that hold a word, by the statement alone."""
    limits = {"sqlite": at_most(2, gate=10), "postgresql": at_most(10, gate=50)}
    with inside(stage.backend.url) as desk:
        for who, name in ((READER, "few requests"), (BUSY, "some"), (HEAVY, "very many")):
            yield _search(desk, who, f"search of somebody with {name}", limits[stage.backend.name])


def _search(desk: Inside, who: int, what: str, goal: Goal) -> Value:
    usual = {one.sql for one in desk.page("/inbox?box=all", who)}
    medians = {}
    for term in _TERMS:
        try:
            found = desk.page(_SEARCH + term, who)
        except DBAPIError:
            continue
        # The index of words, and the list; not the counter above it.
        listed = {one.sql: one for one in found if not one.sql.startswith(_COUNTS)}
        times = [_timed(desk, one) for sql, one in listed.items() if sql not in usual]
        medians[term] = sum(times) * 1000
    note = ", ".join(f"{term} {taken:.1f}" for term, taken in medians.items())
    return Value(what, spread(list(medians.values())), goal, "ms", note)


def _timed(desk: Inside, statement: Statement) -> float:
    """The median of some runs; few of what is slow."""
    first = desk.run(statement)
    times = min(_REPEATED, int(_LONG_ENOUGH / first))
    return percentile([first, *(desk.run(statement) for _ in range(times))], 0.5)


def _total(desk: Inside, statements: list[Statement]) -> float:
    return sum(desk.run(one) for one in statements)


def _is_bad(plan: str) -> bool:
    """Whether a plan reads a whole table, or sorts what it found."""
    return _BAD.search(plan) is not None


@contextmanager
def _tracing(engine: Engine, file: int) -> Iterator[None]:
    """Let every new connection write down what it sends; there are only new ones in the block."""

    def trace(connection: Any, _record: object) -> None:
        connection.pgconn.trace(file)

    engine.dispose()
    event.listen(engine, "connect", trace)
    try:
        with engine.connect() as connection:
            # What a new connection asks first is not asked for each request.
            connection.execute(text("SELECT 1"))
        os.truncate(file, 0)
        yield
    finally:
        event.remove(engine, "connect", trace)
        engine.dispose()


@contextmanager
def _listening(engine: Engine) -> Iterator[list[Statement]]:
    heard: list[Statement] = []

    def note(_connection: Any, cursor: Any, sql: str, *rest: Any) -> None:
        if not sql.startswith("BEGIN"):
            heard.append(Statement(sql, rest[0], len(cursor.description or ())))

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(engine, "after_cursor_execute", note)
