"""Rows as lines of JSON, the same for SQLite and PostgreSQL.

Tables are taken as the database has them, not as this program describes them, so that a copy of an
older release can be read as well. A moment is UTC in ISO 8601, bytes are base64.
"""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, select

from webapp.sqlite import is_index

# Whoever was signed in signs in again, and limits of calls begin anew: a copy must not bring back
# a session that has ended since.
LEFT_OUT = frozenset({"alembic_version", "sessions", "rate_windows"})
_FEW = 1_000


def tables(bind: Engine | Connection) -> list[Table]:
    """The tables that a copy holds, those that others refer to first."""
    found = MetaData()
    found.reflect(bind, only=lambda name, _: not is_index(name))
    return [table for table in found.sorted_tables if table.name not in LEFT_OUT]


def read(connection: Connection, table: Table) -> Iterator[str]:
    """Every row of the table as a line; the order is that of its primary key."""
    kinds = [_ENCODERS.get(_python_type(column), _as_it_is) for column in table.columns]
    chosen = select(table).order_by(*table.primary_key.columns)
    streamed = connection.execution_options(yield_per=_FEW).execute(chosen)
    for row in streamed:
        values = [None if one is None else kind(one) for kind, one in zip(kinds, row, strict=True)]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def write(
    connection: Connection, table: Table, columns: Sequence[str], lines: Iterator[str]
) -> None:
    """Put these rows into the table; raises `ValueError` for a line that is no row of it."""
    names = list(columns)
    kinds = [_DECODERS.get(_python_type(table.columns[name]), _as_it_is) for name in names]
    batch: list[dict[str, Any]] = []
    for line in lines:
        values = json.loads(line)
        decoded = [
            None if one is None else kind(one) for kind, one in zip(kinds, values, strict=True)
        ]
        batch.append(dict(zip(names, decoded, strict=True)))
        if len(batch) == _FEW:
            connection.execute(table.insert(), batch)
            batch = []
    if batch:
        connection.execute(table.insert(), batch)


def _python_type(column: Any) -> type:
    try:
        kind: type = column.type.python_type
    except NotImplementedError:
        return str
    return kind


def _moment(value: datetime) -> str:
    # SQLite keeps moments without their zone, which is UTC.
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.isoformat()


def _as_it_is(value: Any) -> Any:
    return value


_ENCODERS: dict[type, Callable[[Any], Any]] = {
    datetime: _moment,
    date: date.isoformat,
    bytes: lambda value: base64.b64encode(value).decode(),
    Decimal: str,
}
_DECODERS: dict[type, Callable[[Any], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    bytes: base64.b64decode,
    Decimal: Decimal,
}
