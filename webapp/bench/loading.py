"""Putting rows into a database by the million: no indexes meanwhile, and no looking up of keys.

It is only ever done to an empty database; what it writes is the business of whoever calls it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import sqlalchemy
from sqlalchemy.engine import make_url

_TABLES = (
    *("approvals", "approval_revisions", "approval_words"),
    *("ledger_entries", "people", "memberships"),
)
# Words are known to their index by triggers alone.
_MADE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name <> 'approval_words'"


class Put(Protocol):
    """Puts rows with these columns into a table."""

    def __call__(
        self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None: ...


@contextmanager
def loading(url: str) -> Iterator[Put]:
    """What puts rows into the database for the length of the block; then it has its indexes."""
    opened = _sqlite(url) if url.startswith("sqlite") else _postgresql(url)
    with opened as put:
        yield put


@contextmanager
def _sqlite(url: str) -> Iterator[Put]:
    import sqlite3

    connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    cursor = connection.cursor()
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
        cursor.execute(f"PRAGMA {pragma}")
    found = [
        (kind, name, sql)
        for kind, name, table, sql in cursor.execute(_MADE)
        if kind in ("index", "trigger") and sql and table in _TABLES
    ]

    def put(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * len(columns))
        names = ", ".join(columns)
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608

    cursor.execute("BEGIN")
    for kind, name, _ in found:
        cursor.execute(f'DROP {kind} "{name}"')
    yield put
    for _, _, sql in found:
        cursor.execute(sql)
    cursor.execute("COMMIT")
    cursor.execute("PRAGMA journal_mode=WAL")
    connection.close()


@contextmanager
def _postgresql(url: str) -> Iterator[Put]:
    import psycopg

    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        cursor = connection.cursor()
        _prepare(cursor)
        found = cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            " AND tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [list(_TABLES)],
        ).fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"'.encode())

        def put(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
            copying = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
            with cursor.copy(copying.encode()) as copy:
                for row in rows:
                    copy.write_row(row)

        yield put
        for _, definition in found:
            cursor.execute(definition.encode())
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def _prepare(cursor: Any) -> None:
    """Settings of this one connection; without the right to leave out checks they are made."""
    import psycopg

    for setting in ("timezone = 'UTC'", "maintenance_work_mem = '512MB'"):
        cursor.execute(f"SET {setting}")
    try:
        with cursor.connection.transaction():
            cursor.execute("SET session_replication_role = replica")
            # Rows of tables that were emptied in the same transaction need not be written twice.
            cursor.execute(f"TRUNCATE {', '.join(_TABLES)} CASCADE")
    except psycopg.errors.InsufficientPrivilege:
        pass


def is_empty(engine: sqlalchemy.Engine) -> bool:
    """Whether a database holds no table at all."""
    return not sqlalchemy.inspect(engine).get_table_names()
