"""Putting rows into a database by the million: no indexes meanwhile, and no looking up of keys.

It is only ever done to an empty database; what it writes is the business of whoever calls it.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Protocol

import sqlalchemy
from sqlalchemy.engine import make_url

_TABLES = (
    *("approvals", "approval_revisions", "approval_words"),
    *("ledger_entries", "people", "memberships"),
)
_HASTE = (
    *("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF"),
    *("PRAGMA foreign_keys=OFF", "PRAGMA cache_size=-400000"),
)
_MADE = "SELECT type, name, tbl_name, sql FROM sqlite_master"
# What triggers do for each row, for all rows: within a trigger every row is a piece of the index of
# its own, and pieces are merged all the time.
_WORDS = (
    "INSERT INTO approval_words_places (place, tenant_id, approval_id)"
    " SELECT rowid, tenant_id, approval_id FROM approval_words",
    "INSERT INTO approval_words_index (rowid, words) SELECT rowid, words FROM approval_words",
)
# The longest work takes one processor, so that all others fit beside it.
_AT_ONCE = 2

Told = Callable[[int, int], None]


class Put(Protocol):
    """Puts rows with these columns into a table."""

    def __call__(
        self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None: ...


@contextmanager
def loading(url: str, *, told: Told) -> Iterator[Put]:
    """What puts rows into the database for the length of the block; then it has its indexes.

    `told` hears how many indexes are there, and of how many.
    """
    opened = _sqlite if url.startswith("sqlite") else _postgresql
    with opened(url, told) as put:
        yield put


@contextmanager
def _sqlite(url: str, told: Told) -> Iterator[Put]:
    import sqlite3

    connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    cursor = connection.cursor()
    for pragma in _HASTE:
        cursor.execute(pragma)
    found = [
        (kind, name, sql)
        for kind, name, table, sql in cursor.execute(_MADE)
        if kind in ("index", "trigger") and sql and table in _TABLES
    ]

    cursor.execute("BEGIN")
    for kind, name, _ in found:
        cursor.execute(f'DROP {kind} "{name}"')
    yield partial(_insert, cursor)
    steps = [*_WORDS, *(sql for _, _, sql in found)]
    for done, step in enumerate(steps, 1):
        cursor.execute(step)
        told(done, len(steps))
    cursor.execute("COMMIT")
    cursor.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _insert(
    cursor: Any, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    marks = ", ".join("?" * len(columns))
    names = ", ".join(columns)
    cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


@contextmanager
def _postgresql(url: str, told: Told) -> Iterator[Put]:
    import psycopg

    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        cursor = connection.cursor()
        frozen = " WITH (FREEZE)" if _prepare(cursor) else ""
        found = cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            " AND tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [list(_TABLES)],
        ).fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"'.encode())

        def put(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
            wanted = frozen if table in _TABLES else ""
            copying = f"COPY {table} ({', '.join(columns)}) FROM STDIN{wanted}"
            with cursor.copy(copying.encode()) as copy:
                for row in rows:
                    copy.write_row(row)

        yield put
    _index(address, [definition for _, definition in found], told)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def _prepare(cursor: Any) -> bool:
    """Leave out checks, for this one connection; whether it has the right to.

    Rows of tables that were emptied in the same transaction need not be written twice, and are
    seen by everybody at once.
    """
    import psycopg

    cursor.execute("SET timezone = 'UTC'")
    # As operators are told to set it; not every build knows it.
    with suppress(psycopg.errors.InvalidParameterValue), cursor.connection.transaction():
        cursor.execute("SET default_toast_compression = lz4")
    try:
        with cursor.connection.transaction():
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(f"TRUNCATE {', '.join(_TABLES)} CASCADE")
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _index(address: str, definitions: list[str], told: Told) -> None:
    """Make these indexes, those of words first: they take as long as all others."""
    import psycopg

    def make(definition: str) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SET maintenance_work_mem = '512MB'")
            connection.execute(definition.encode())

    ordered = sorted(definitions, key=lambda definition: "USING gin" not in definition)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        made = as_completed([pool.submit(make, definition) for definition in ordered])
        for done, one in enumerate(made, 1):
            one.result()
            told(done, len(ordered))


def is_empty(engine: sqlalchemy.Engine) -> bool:
    """Whether a database holds no table at all."""
    return not sqlalchemy.inspect(engine).get_table_names()
