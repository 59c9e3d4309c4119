"""Reading history."""

import json
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, collate, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from webapp.ledger.domain import GENESIS
from webapp.ledger.keys import public_key
from webapp.ledger.merkle import Step, Tree, leaf
from webapp.ledger.models import Checkpoint, LedgerEntry, SealedHead
from webapp.ledger.statements import Signed, Statement

# What is long is read through the connection of the session, which closes its cursor for whoever
# stops in the middle; the session itself would leave it open.
_AT_ONCE = 1000

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
    streamed = query.order_by(*ordered).execution_options(yield_per=_AT_ONCE)
    with session.connection().execute(streamed) as found:
        for row in found:
            yield row.stream_id, row


def by_code_points(session: Session, column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """What sorts by code points on both databases."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return collate(column, "C") if is_postgresql else column.expression


def checkpoint(session: Session, tenant_id: str, number: int | None = None) -> Signed | None:
    """A checkpoint as it was signed; the newest one without a number."""
    query = select(Checkpoint).where(Checkpoint.tenant_id == tenant_id)
    query = query if number is None else query.where(Checkpoint.number == number)
    row = session.scalars(query.order_by(Checkpoint.number.desc()).limit(1)).one_or_none()
    return None if row is None else _signed(row)


def checkpoints(session: Session, tenant_id: str, *, unsent: bool = False) -> list[Signed]:
    """The checkpoints of a tenant, oldest first; those that were not carried away yet."""
    query = select(Checkpoint).where(Checkpoint.tenant_id == tenant_id)
    query = query.where(Checkpoint.sent_at.is_(None)) if unsent else query
    return [_signed(row) for row in session.scalars(query.order_by(Checkpoint.number))]


def not_carried(session: Session) -> int:
    """How many checkpoints of all tenants have not left yet."""
    query = select(func.count()).select_from(Checkpoint).where(Checkpoint.sent_at.is_(None))
    return session.scalar(query) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Where a checkpoint saw a history end, and the hash that stands there now, if any does."""

    stream_id: str
    length: int
    head: str
    found: str | None


def covered(session: Session, tenant_id: str, number: int) -> Stream[Covered]:
    """All histories that a checkpoint covers, in the order in which they were folded."""
    later = aliased(SealedHead)
    query = (
        select(
            SealedHead.stream_id,
            SealedHead.length,
            SealedHead.head,
            LedgerEntry.hash.label("found"),
        )
        .outerjoin(
            LedgerEntry,
            and_(
                LedgerEntry.tenant_id == SealedHead.tenant_id,
                LedgerEntry.stream_id == SealedHead.stream_id,
                LedgerEntry.sequence == SealedHead.length,
            ),
        )
        .where(
            SealedHead.tenant_id == tenant_id,
            SealedHead.number <= number,
            ~exists().where(
                later.tenant_id == SealedHead.tenant_id,
                later.stream_id == SealedHead.stream_id,
                later.number > SealedHead.number,
                later.number <= number,
            ),
        )
        .order_by(by_code_points(session, SealedHead.stream_id))
        .execution_options(yield_per=_AT_ONCE)
    )
    with session.connection().execute(query) as found:
        yield from (Covered(**row) for row in found.mappings())


def hash_at(session: Session, tenant_id: str, stream_id: str, sequence: int) -> str | None:
    """The hash of one entry, if it is there."""
    return session.scalar(
        select(LedgerEntry.hash).where(
            LedgerEntry.tenant_id == tenant_id,
            LedgerEntry.stream_id == stream_id,
            LedgerEntry.sequence == sequence,
        )
    )


def grown(session: Session, tenant_id: str, number: int) -> Stream[tuple[str, int, str]]:
    """The histories that had grown when this checkpoint was made: name, length, last hash."""
    query = select(SealedHead.stream_id, SealedHead.length, SealedHead.head).where(
        SealedHead.tenant_id == tenant_id, SealedHead.number == number
    )
    ordered = query.order_by(by_code_points(session, SealedHead.stream_id))
    with session.connection().execute(ordered.execution_options(yield_per=_AT_ONCE)) as found:
        for row in found:
            yield row.stream_id, row.length, row.head


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How a history is contained in a checkpoint: its end there, and the way to the digest."""

    checkpoint: Signed
    length: int
    head: str
    path: list[Step]


def proof(session: Session, tenant_id: str, stream_id: str) -> Proof | None:
    """The newest checkpoint that covers a history, with the proof; None before there is one."""
    signed = checkpoint(session, tenant_id)
    if signed is None:
        return None
    tree, mine = Tree(), None
    for one in covered(session, tenant_id, signed.statement.number):
        wanted = one.stream_id == stream_id
        mine = one if wanted else mine
        tree.add(leaf(one.stream_id, one.length, one.head), wanted=wanted)
    if mine is None or tree.digest() != signed.statement.digest:
        return None
    return Proof(checkpoint=signed, length=mine.length, head=mine.head, path=tree.path)


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


def _signed(row: Any) -> Signed:
    key = public_key(row.public_key)
    return Signed(
        statement=Statement(
            tenant=row.tenant_id,
            number=row.number,
            at=row.at.isoformat(timespec="microseconds"),
            streams=row.streams,
            digest=row.digest,
            changed=row.changed,
            heads=row.heads,
            previous=row.previous,
            key=key.id,
        ),
        signature=row.signature,
        key=key,
    )
