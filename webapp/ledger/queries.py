"""Reading history."""

import json
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, collate, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.ledger.domain import GENESIS
from webapp.ledger.models import LedgerEntry, SealedHead

# What is long is read through the connection of the session, which closes its cursor for whoever
# stops in the middle; the session itself would leave it open.
AT_ONCE = 1000

_T = TypeVar("_T")
# Close it, or read it to its end.
Stream = Generator[_T, None, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An entry of the history as pages show it; an erased one has no names and no words."""

    sequence: int
    action: str
    revision: int
    at: datetime
    actor_id: str | None
    actor_name: str
    for_name: str
    text: str
    data: dict[str, Any] = field(default_factory=dict)
    for_id: str | None = None
    is_erased: bool = False


def events(session: Session, tenant_id: str, stream_id: str) -> list[Event]:
    """The history of one stream, oldest first."""
    values = {"tenant": tenant_id, "stream": stream_id}
    return [_event(row) for row in session.connection().execute(_shown, values)]


def telling(actions: Collection[str]) -> Select[Any]:
    """The entries of these kinds in columns, to be read beside what they are about."""
    return select(*LedgerEntry.__table__.columns).where(LedgerEntry.action.in_(actions))


def latest(
    session: Session, tenant_id: str, stream_ids: Sequence[str], action: str
) -> dict[str, Event]:
    """The last entry of this kind in each of the streams that has one."""
    if not stream_ids:
        return {}
    found = session.scalars(
        select(LedgerEntry)
        .where(
            LedgerEntry.tenant_id == tenant_id,
            LedgerEntry.stream_id.in_(stream_ids),
            LedgerEntry.action == action,
        )
        .order_by(LedgerEntry.stream_id, LedgerEntry.sequence)
    )
    return {row.stream_id: _event(row) for row in found}


def last_events(
    session: Session, tenant_id: str, stream_id: str, *, limit: int, before: int | None = None
) -> list[Event]:
    """The last entries of one stream, or the last before this one, newest first."""
    query = select(LedgerEntry).where(
        LedgerEntry.tenant_id == tenant_id, LedgerEntry.stream_id == stream_id
    )
    if before is not None:
        query = query.where(LedgerEntry.sequence < before)
    found = session.scalars(query.order_by(LedgerEntry.sequence.desc()).limit(limit))
    return [_event(row) for row in found]


def head_of_stream(session: Session, tenant_id: str, stream_id: str) -> tuple[int, str]:
    """Length and last hash of a stream that has no row of its own to keep them.

    Whoever appends behind it holds a lock, so that two writers do not meet in the primary key.
    """
    row = session.execute(
        select(LedgerEntry.sequence, LedgerEntry.hash)
        .where(LedgerEntry.tenant_id == tenant_id, LedgerEntry.stream_id == stream_id)
        .order_by(LedgerEntry.sequence.desc())
        .limit(1)
    ).one_or_none()
    return (0, GENESIS) if row is None else (row.sequence, row.hash)


def tenants(session: Session) -> list[str]:
    """Every tenant that has a history."""
    return list(session.scalars(select(LedgerEntry.tenant_id).distinct().order_by("tenant_id")))


def entries(session: Session, tenant_id: str, *, after: int = 0) -> Stream[tuple[str, Any]]:
    """Every entry of a tenant as a tuple of columns with its stream, in the order of the streams.

    Only those which the checkpoint of this number does not cover. Streams come by the code points
    of their ids, whatever the database sorts by; nothing is kept in memory.
    """
    query = select(*LedgerEntry.__table__.columns).where(LedgerEntry.tenant_id == tenant_id)
    if after:
        query = query.where(
            ~exists().where(
                SealedHead.tenant_id == LedgerEntry.tenant_id,
                SealedHead.stream_id == LedgerEntry.stream_id,
                SealedHead.number <= after,
                SealedHead.length >= LedgerEntry.sequence,
            )
        )
    ordered = by_code_points(session, LedgerEntry.stream_id), LedgerEntry.sequence
    streamed = query.order_by(*ordered).execution_options(yield_per=AT_ONCE)
    with session.connection().execute(streamed) as found:
        for row in found:
            yield row.stream_id, row


def by_code_points(session: Session, column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """What sorts by code points on both databases."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return collate(column, "C") if is_postgresql else column.expression


def hash_at(session: Session, tenant_id: str, stream_id: str, sequence: int) -> str | None:
    """The hash of one entry, if it is there."""
    return session.scalar(
        select(LedgerEntry.hash).where(
            LedgerEntry.tenant_id == tenant_id,
            LedgerEntry.stream_id == stream_id,
            LedgerEntry.sequence == sequence,
        )
    )


def rows(session: Session, tenant_id: str, stream_id: str) -> Iterator[LedgerEntry]:
    """The stored entries of one stream, oldest first."""
    yield from session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.tenant_id == tenant_id, LedgerEntry.stream_id == stream_id)
        .order_by(LedgerEntry.sequence)
    )


# What pages show of the entries of a stream; digests and salts are for whoever proves something.
_shown = (
    select(
        LedgerEntry.sequence, LedgerEntry.action, LedgerEntry.revision, LedgerEntry.at,
        LedgerEntry.actor_id, LedgerEntry.for_id, LedgerEntry.content,
    )
    .where(
        LedgerEntry.tenant_id == bindparam("tenant"), LedgerEntry.stream_id == bindparam("stream")
    )
    .order_by(LedgerEntry.sequence)
)  # fmt: skip


def _event(row: Any) -> Event:
    content = json.loads(row.content) if row.content else {}
    # Digests are for whoever proves something, not for whoever reads.
    data = {name: value for name, value in content.get("data", {}).items() if name != "seal"}
    return Event(
        sequence=row.sequence,
        action=row.action,
        revision=row.revision,
        at=row.at,
        actor_id=row.actor_id,
        actor_name=content.get("actor", ""),
        for_name=content.get("for", ""),
        text=content.get("text", ""),
        data=data,
        for_id=row.for_id,
        is_erased=row.content is None,
    )
