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
    )
