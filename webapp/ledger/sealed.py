"""Reading what was sealed: checkpoints, and the histories that they cover."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from webapp.ledger.keys import public_key
from webapp.ledger.merkle import Step, Tree, leaf
from webapp.ledger.models import Checkpoint, LedgerEntry, SealedHead
from webapp.ledger.queries import AT_ONCE, Stream, by_code_points
from webapp.ledger.statements import Signed, Statement


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
        .execution_options(yield_per=AT_ONCE)
    )
    with session.connection().execute(query) as found:
        yield from (Covered(**row) for row in found.mappings())


def grown(session: Session, tenant_id: str, number: int) -> Stream[tuple[str, int, str]]:
    """The histories that had grown when this checkpoint was made: name, length, last hash."""
    query = select(SealedHead.stream_id, SealedHead.length, SealedHead.head).where(
        SealedHead.tenant_id == tenant_id, SealedHead.number == number
    )
    ordered = query.order_by(by_code_points(session, SealedHead.stream_id))
    with session.connection().execute(ordered.execution_options(yield_per=AT_ONCE)) as found:
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
