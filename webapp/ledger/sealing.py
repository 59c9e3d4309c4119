"""Making checkpoints: every history of a tenant folded into one signed digest (R30).

The histories are read once, in one statement, without any lock; nobody who decides waits for it.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from webapp.ledger import queries, sealed
from webapp.ledger.domain import GENESIS
from webapp.ledger.keys import SigningKey
from webapp.ledger.merkle import Tree, leaf
from webapp.ledger.models import Checkpoint, LedgerEntry, SealedHead
from webapp.ledger.service import Break
from webapp.ledger.statements import Signed, Statement, sign

_BATCH = 1000


class Contradiction(Exception):
    """The history is not the one that was sealed before, so it is not sealed again."""

    def __init__(self, found: Break) -> None:
        super().__init__(f"{found.stream_id}, entry {found.sequence}: {found.problem}.")
        self.found = found


def fold(
    session: Session, tenant_id: str, key: SigningKey, heads: IO[bytes], *, now: datetime
) -> Signed:
    """The next checkpoint of a tenant, signed and not yet stored.

    Writes the ends of the histories that have grown since the last one into `heads`, a line for
    each. Raises `Contradiction` when one is shorter or another than it was.
    """
    last = sealed.checkpoint(session, tenant_id)
    tree, listed, changed = Tree(), hashlib.sha256(), 0
    for found in _ends(session, tenant_id):
        _compare(tenant_id, found)
        tree.add(leaf(found.stream_id, found.sequence, found.hash))
        if found.length != found.sequence:
            line = head_line(found.stream_id, found.sequence, found.hash)
            heads.write(line)
            listed.update(line)
            changed += 1
    if last is not None and tree.count < last.statement.streams:
        problem = f"{last.statement.streams} histories were sealed, {tree.count} are left"
        raise Contradiction(Break(tenant_id=tenant_id, stream_id="", sequence=0, problem=problem))
    statement = Statement(
        tenant=tenant_id,
        number=last.statement.number + 1 if last else 1,
        at=now.astimezone(UTC).isoformat(timespec="microseconds"),
        streams=tree.count,
        digest=tree.digest(),
        changed=changed,
        heads=listed.hexdigest(),
        previous=last.statement.hash if last else GENESIS,
        key=key.public.id,
    )
    return sign(statement, key)


def store(session: Session, signed: Signed, heads: IO[bytes]) -> None:
    """Keep the checkpoint and what it covers.

    Raises `IntegrityError` when another process has made one of this number meanwhile.
    """
    stated = signed.statement
    session.execute(
        insert(Checkpoint).values(
            tenant_id=stated.tenant,
            number=stated.number,
            at=datetime.fromisoformat(stated.at),
            streams=stated.streams,
            digest=stated.digest,
            changed=stated.changed,
            heads=stated.heads,
            previous=stated.previous,
            signature=signed.signature,
            public_key=signed.key.as_data(),
        )
    )
    heads.seek(0)
    for batch in _batches(heads):
        rows = [dict(zip(("stream_id", "length", "head"), one, strict=True)) for one in batch]
        common = {"tenant_id": stated.tenant, "number": stated.number}
        session.execute(insert(SealedHead), [row | common for row in rows])


def mark_sent(session: Session, stated: Statement, *, now: datetime) -> bool:
    """Note that a checkpoint was carried everywhere; False when somebody else has noted it."""
    statement = (
        update(Checkpoint)
        .where(
            Checkpoint.tenant_id == stated.tenant,
            Checkpoint.number == stated.number,
            Checkpoint.sent_at.is_(None),
        )
        .values(sent_at=now)
        .execution_options(synchronize_session=False)
    )
    result: Any = session.execute(statement)
    return bool(result.rowcount)


def head_line(stream_id: str, length: int, head: str) -> bytes:
    """A line of the list of heads: length, last hash, and the name of the history."""
    return f"{length} {head} {stream_id}\n".encode()


def read_head(line: bytes) -> tuple[str, int, str]:
    """Name, length and last hash out of a line; raises `ValueError`."""
    length, head, stream_id = line.decode().rstrip("\n").split(" ", 2)
    return stream_id, int(length), head


def _batches(heads: IO[bytes]) -> Iterator[list[tuple[str, int, str]]]:
    batch: list[tuple[str, int, str]] = []
    for line in heads:
        batch.append(read_head(line))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _compare(tenant_id: str, found: Any) -> None:
    if found.length is None or (found.sequence >= found.length and found.covered == found.head):
        return
    shorter = found.sequence < found.length
    raise Contradiction(
        Break(
            tenant_id=tenant_id,
            stream_id=found.stream_id,
            sequence=found.sequence + 1 if shorter else found.length,
            problem="it is missing, and was sealed" if shorter else "another one was sealed",
        )
    )


def _ends(session: Session, tenant_id: str) -> Iterator[Any]:
    """The last entry of every history, and how far the last checkpoint covers it."""
    later, sealed, covered = aliased(LedgerEntry), aliased(SealedHead), aliased(LedgerEntry)
    is_newest = sealed.number == _newest_number()
    is_covered = covered.sequence == sealed.length
    columns = (LedgerEntry.stream_id, LedgerEntry.sequence, LedgerEntry.hash)
    query = (
        select(*columns, sealed.length, sealed.head, covered.hash.label("covered"))
        .select_from(LedgerEntry)
        .outerjoin(sealed, and_(_same_history(sealed), is_newest))
        .outerjoin(covered, and_(_same_history(covered), is_covered))
        .where(
            LedgerEntry.tenant_id == tenant_id,
            ~exists().where(_same_history(later), later.sequence > LedgerEntry.sequence),
        )
        .order_by(queries.by_code_points(session, LedgerEntry.stream_id))
    )
    with session.connection().execute(query.execution_options(yield_per=_BATCH)) as found:
        yield from found


def _same_history(other: Any) -> ColumnElement[bool]:
    return and_(other.tenant_id == LedgerEntry.tenant_id, other.stream_id == LedgerEntry.stream_id)


def _newest_number() -> Any:
    """The number of the newest checkpoint before which a history had grown."""
    newer = aliased(SealedHead)
    query = select(func.max(newer.number)).where(_same_history(newer))
    return query.correlate(LedgerEntry).scalar_subquery()
