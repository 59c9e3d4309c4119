"""Writing history, and proving that nobody rewrote it."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from webapp.db import GOES_ALONG
from webapp.ledger import queries
from webapp.ledger.domain import GENESIS, canonical, content_digest, entry_hash
from webapp.ledger.models import LedgerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a chain; it stands on the row of its subject, so there is no hot spot."""

    tenant_id: str
    stream_id: str
    length: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened: who did it (None for the system), for whom, on which revision."""

    action: str
    revision: int
    actor_id: str | None
    actor_name: str
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    for_id: str | None = None
    for_name: str = ""


def append(session: Session, head: Head, entry: Entry, *, now: datetime) -> Head:
    """Write the entry behind `head` in the caller's transaction and return the new head.

    Two writers with the same head meet in the primary key, so a chain cannot fork (R30).
    """
    content = canonical(
        {"actor": entry.actor_name, "for": entry.for_name, "text": entry.text, "data": entry.data}
    ).decode()
    salt = secrets.token_hex(16)
    digest = content_digest(salt, content)
    sequence = head.length + 1
    sealed = entry_hash(
        tenant_id=head.tenant_id,
        stream_id=head.stream_id,
        sequence=sequence,
        action=entry.action,
        revision=entry.revision,
        at=now,
        actor_id=entry.actor_id,
        for_id=entry.for_id,
        digest=digest,
        previous=head.hash,
    )
    row = {
        "tenant_id": head.tenant_id,
        "stream_id": head.stream_id,
        "sequence": sequence,
        "action": entry.action,
        "revision": entry.revision,
        "at": now,
        "actor_id": entry.actor_id,
        "for_id": entry.for_id,
        "content": content,
        "salt": salt,
        "digest": digest,
        "previous": head.hash,
        "hash": sealed,
    }
    session.connection().execute(_write, row)
    return Head(tenant_id=head.tenant_id, stream_id=head.stream_id, length=sequence, hash=sealed)


_write = insert(LedgerEntry.__table__).execution_options(**{GOES_ALONG: True})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The first entry of a chain that does not fit, and why."""

    tenant_id: str
    stream_id: str
    sequence: int
    problem: str


def verify(session: Session, head: Head) -> Break | None:
    """None when the chain leads unbroken to `head`, otherwise the first entry that does not fit."""
    previous, sequence = GENESIS, 0
    for row in queries.rows(session, head.tenant_id, head.stream_id):
        sequence += 1
        problem = misfit(row, sequence, previous)
        if problem:
            return _break(head, sequence, problem)
        previous = row.hash
    if sequence != head.length:
        problem = f"the row counts {head.length} entries, the chain has {sequence}"
        return _break(head, sequence + 1, problem)
    if previous != head.hash:
        return _break(head, sequence, "the row names another last hash")
    return None


def misfit(row: Any, sequence: int, previous: str) -> str:
    """Why an entry cannot be the one of this number behind this hash; empty when it can."""
    if row.sequence != sequence:
        return f"entry {sequence} is missing"
    if row.previous != previous:
        return "it does not follow the entry before it"
    if row.content is None or row.salt is None:
        digest = row.digest
    else:
        digest = content_digest(row.salt, row.content)
    if digest != row.digest:
        return "its content was changed"
    sealed = entry_hash(
        tenant_id=row.tenant_id,
        stream_id=row.stream_id,
        sequence=row.sequence,
        action=row.action,
        revision=row.revision,
        at=row.at,
        actor_id=row.actor_id,
        for_id=row.for_id,
        digest=row.digest,
        previous=row.previous,
    )
    return "" if sealed == row.hash else "its hash does not match what it states"


def _break(head: Head, sequence: int, problem: str) -> Break:
    return Break(
        tenant_id=head.tenant_id, stream_id=head.stream_id, sequence=sequence, problem=problem
    )
