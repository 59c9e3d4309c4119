"""Reading history."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.ledger.domain import GENESIS
from webapp.ledger.models import LedgerEntry


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


def events(session: Session, tenant_id: str, stream_id: str) -> list[Event]:
    """The history of one stream, oldest first."""
    return [_event(row) for row in rows(session, tenant_id, stream_id)]


def latest(
    session: Session, tenant_id: str, stream_ids: Sequence[str], action: str
) -> dict[str, Event]:
    """The last entry of this kind in each of the streams that has one."""
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


def last_events(session: Session, tenant_id: str, stream_id: str, *, limit: int) -> list[Event]:
    """The last entries of one stream, newest first."""
    found = session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.tenant_id == tenant_id, LedgerEntry.stream_id == stream_id)
        .order_by(LedgerEntry.sequence.desc())
        .limit(limit)
    )
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


def streams(session: Session) -> Iterator[tuple[str, str]]:
    """Tenant and id of every stream that there is."""
    keys = select(LedgerEntry.tenant_id, LedgerEntry.stream_id).where(LedgerEntry.sequence == 1)
    ordered = keys.order_by(LedgerEntry.tenant_id, LedgerEntry.stream_id)
    yield from session.execute(ordered).yield_per(500)


def rows(session: Session, tenant_id: str, stream_id: str) -> Iterator[LedgerEntry]:
    """The stored entries of one stream, oldest first."""
    yield from session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.tenant_id == tenant_id, LedgerEntry.stream_id == stream_id)
        .order_by(LedgerEntry.sequence)
    )


def _event(row: LedgerEntry) -> Event:
    content = json.loads(row.content) if row.content else {}
    return Event(
        sequence=row.sequence,
        action=row.action,
        revision=row.revision,
        at=row.at,
        actor_id=row.actor_id,
        actor_name=content.get("actor", ""),
        for_name=content.get("for", ""),
        text=content.get("text", ""),
        data=content.get("data", {}),
        for_id=row.for_id,
    )
