"""The database: base, column types, engines for SQLite and PostgreSQL, transactions."""

import json
import os
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from inspect import signature
from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    Text,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from webapp import sqlite

# Long enough for the ids of the API (R8) with room for prefixes of other systems.
Id = String(66)
Code = String(32)

READ_ONLY = "countersign_read_only"
# The option of a statement that nobody waits for: PostgreSQL is asked together with the next one.
GOES_ALONG = "countersign_goes_along"
# The option of a statement that PostgreSQL plans for its values, and not once for any.
PLANNED_ANEW = "countersign_planned_anew"
_UNBOUND = "countersign_unbound"
# A connection that was in use within so many seconds is not asked whether it lives.
_FRESH = 1.0
# So many seconds a writer waits for its turn, and then as long for the database.
_PATIENCE = 5.0
_USED_AT = "countersign_used_at"
_KEPT = "countersign_kept"


class Utc(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        # A page of a list reads a hundred of them.
        return _moment if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _moment(kept: str | None) -> datetime | None:
    """What SQLite keeps of a moment: text without a zone, unless somebody wrote it by hand."""
    if kept is None:
        return None
    try:
        return datetime.fromisoformat(f"{kept}+00:00")
    except ValueError:
        return datetime.fromisoformat(kept).astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON document as text, so that it comes back exactly as it went in, key order included."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return (
            None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        )

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    """The base of every table; constraints get predictable names."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(referred_table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """Sessions over one engine: `transaction()` to write, `reading()` to look."""

    def __init__(self, bind: Engine | Connection, **session_options: Any) -> None:
        self.bind = bind
        options = {"expire_on_commit": False, "info": {_KEPT: {}}, **session_options}
        self._write = sessionmaker[Session](bind, **options)
        self._read = sessionmaker[Session](_read_only(bind), **options)
        self._look = sessionmaker[Session](_unbound(bind), **options)
        is_sqlite = isinstance(bind, Engine) and bind.dialect.name == "sqlite"
        self._turn = _in_turn(Lock()) if is_sqlite else nullcontext

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are committed when the block ends, and undone when it raises."""
        with self._turn(), self._write.begin() as session:
            yield session

    def reading(self) -> AbstractContextManager[Session]:
        """A session that sees one consistent state and never takes the write lock."""
        return self._read()

    def looking(self) -> AbstractContextManager[Session]:
        """A session for a few short statements, each of which sees what is committed by then.

        Both databases are spared begin and end. What is long, or streamed, asks for `reading`.
        """
        return self._look()


def kept_beside(session: Session) -> dict[Hashable, Any]:
    """What this process keeps of a database: nothing to begin with, and lost with its `Database`.

    Keys have to say everything that a value is made of.
    """
    kept: dict[Hashable, Any] = session.info.setdefault(_KEPT, {})
    return kept


def _in_turn(lock: Lock) -> Callable[[], AbstractContextManager[None]]:
    """What lets one writer of this process go after the other.

    SQLite has its own lock, and whoever meets that one sleeps and tries again, longer each time:
    some of many wait for seconds. It decides all the same where a turn takes too long.
    """

    @contextmanager
    def turn() -> Iterator[None]:
        is_ours = lock.acquire(timeout=_PATIENCE)
        try:
            yield
        finally:
            if is_ours:
                lock.release()

    return turn


def make_engine(url: str) -> Engine:
    """An engine for a `sqlite:///` or `postgresql+psycopg://` address, set up for this desk.

    Its errors name the statement and no values, since they end in logs.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    # The driver of PostgreSQL is installed where one is used.
    from webapp.postgresql import plan_anew, send_together

    # Autocommit in the driver hands BEGIN to us, so that it can go with the first statement.
    engine = create_engine(
        url, pool_size=10, max_overflow=10, hide_parameters=True, isolation_level="AUTOCOMMIT"
    )
    send_together(engine, GOES_ALONG)
    plan_anew(engine, PLANNED_ANEW)
    event.listen(engine, "begin", _begin_postgresql)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _ping_after_rest(engine.dialect))
    return engine


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = monotonic()


def _ping_after_rest(dialect: Dialect) -> Callable[..., None]:
    """What finds out whether a connection still lives, unless it has just been in use.

    It raises `InvalidatePoolError` where it does not; the pool then opens new ones.
    """

    def ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if monotonic() - record.info.get(_USED_AT, 0) < _FRESH:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    return ping


def _sqlite_engine(url: str) -> Engine:
    # Autocommit in the driver hands BEGIN to us: its own deferred BEGIN loses updates under
    # threads.
    driver = {"isolation_level": None, "timeout": 10}
    engine = create_engine(url, connect_args=driver, pool_size=20, hide_parameters=True)
    event.listen(engine, "do_connect", _keep_private, once=True)
    engine.dialect.statement_compiler = _HintingCompiler
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _keep_private(_dialect: object, _record: object, where: list[Any], _rest: object) -> None:
    """Make a new file one that only its owner may read; what lies beside it takes after it."""
    path = str(where[0])
    if path != ":memory:" and not path.startswith("file:"):
        # Where that is refused, the driver says so in its own way.
        with suppress(OSError):
            os.close(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600))


class _HintingCompiler(SQLiteCompiler):
    """Writes what `with_hint` says behind a table: which index is used."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


def _prepare_sqlite(connection: Any, _record: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    # What PostgreSQL can do by itself.
    for name, function in sqlite.FUNCTIONS.items():
        count = len(signature(function).parameters)
        connection.create_function(name, count, function, deterministic=True)


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(_UNBOUND, False):
        read_only = options.get(READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    # What asks for an isolation of its own is begun by the driver.
    is_ours = getattr(connection.connection.dbapi_connection, "autocommit", False)
    if is_ours and not connection.get_execution_options().get(_UNBOUND, False):
        connection.exec_driver_sql("BEGIN", execution_options={GOES_ALONG: True})


def _unbound(bind: Engine | Connection) -> Engine | Connection:
    """Without a transaction around the statements."""
    return bind.execution_options(**{_UNBOUND: True}) if isinstance(bind, Engine) else bind


def _read_only(bind: Engine | Connection) -> Engine | Connection:
    return bind.execution_options(**{READ_ONLY: True}) if isinstance(bind, Engine) else bind


def one_of(column: str, values: Iterable[str]) -> str:
    """The SQL of a check that a column holds one of these values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"
