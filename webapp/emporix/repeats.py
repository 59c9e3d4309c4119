"""The keys of repeated requests in the database: claimed, answered, given back, forgotten."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.emporix.models import IdempotencyKey
from webapp.kernel.errors import Conflict, Invalid
from webapp.kernel.sentence import sentence

# How long a request may work before somebody else may try, and how long its answer is given again.
_LEASE = timedelta(seconds=60)
_KEPT = timedelta(hours=24)
_PRUNED_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a request: a JSON body, or none."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A request under a key: whose it is, what was asked for, and which attempt this one is."""

    tenant_id: str
    person_id: str
    key: str
    fingerprint: str
    attempt: str


def claim(session: Session, mine: Claim, *, now: datetime) -> Answer | None:
    """The answer that was given before; None when the work is now ours to do.

    Raises `Invalid` (`key_reused`) for another request under the key, and `Conflict`
    (`key_running`) while the first one is still at work.
    """
    _forget(session, mine, expired_at=now)
    if _insert(session, mine, now=now):
        return None
    table = IdempotencyKey
    row = session.execute(select(table).where(_is(mine)).with_for_update()).scalar_one()
    if row.fingerprint != mine.fingerprint:
        raise Invalid(sentence("This key was used for another request."), code="key_reused")
    if row.status is not None:
        body = json.loads(row.body) if row.body else None
        return Answer(status=row.status, body=body, headers=row.headers)
    if row.locked_until > now:
        raise _is_running()
    taken = update(table).where(_is(mine)).values(attempt=mine.attempt, locked_until=now + _LEASE)
    session.execute(taken.execution_options(synchronize_session=False))
    return None


def keep(session: Session, mine: Claim, answer: Answer) -> None:
    """Store the answer with the work; if somebody took the work over, neither is done.

    Raises `Conflict` (`key_running`) in that case.
    """
    kept = session.execute(
        update(IdempotencyKey)
        .where(_is_still(mine))
        .values(
            status=answer.status,
            headers=dict(answer.headers),
            body="" if answer.body is None else json.dumps(answer.body),
        )
        .execution_options(synchronize_session=False)
    )
    if kept.rowcount != 1:  # type: ignore[attr-defined]
        raise _is_running()


def release(session: Session, mine: Claim) -> None:
    """Give the key back unanswered, so that the request can be tried again."""
    session.execute(delete(IdempotencyKey).where(_is_still(mine)))


def prune(session: Session, *, now: datetime) -> int:
    """Forget keys that are a day old, a few hundred at once; how many there were."""
    table = IdempotencyKey
    old = select(table.tenant_id, table.person_id, table.key).where(table.expires_at <= now)
    found = session.execute(old.limit(_PRUNED_AT_ONCE)).all()
    for tenant_id, person_id, key in found:
        session.execute(
            delete(table).where(
                table.tenant_id == tenant_id, table.person_id == person_id, table.key == key
            )
        )
    return len(found)


def _forget(session: Session, mine: Claim, *, expired_at: datetime) -> None:
    session.execute(
        delete(IdempotencyKey).where(_is(mine), IdempotencyKey.expires_at <= expired_at)
    )


def _insert(session: Session, mine: Claim, *, now: datetime) -> bool:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    made = session.execute(
        insert(IdempotencyKey)
        .values(
            tenant_id=mine.tenant_id,
            person_id=mine.person_id,
            key=mine.key,
            fingerprint=mine.fingerprint,
            attempt=mine.attempt,
            locked_until=now + _LEASE,
            headers={},
            created_at=now,
            expires_at=now + _KEPT,
        )
        .on_conflict_do_nothing()
        # How many rows were written is not known on PostgreSQL; what comes back is.
        .returning(IdempotencyKey.key)
    )
    return made.scalar_one_or_none() is not None


def _is(mine: Claim) -> Any:
    table = IdempotencyKey
    return and_(
        table.tenant_id == mine.tenant_id,
        table.person_id == mine.person_id,
        table.key == mine.key,
    )


def _is_still(mine: Claim) -> Any:
    table = IdempotencyKey
    return and_(_is(mine), table.attempt == mine.attempt, table.status.is_(None))


def _is_running() -> Conflict:
    return Conflict(sentence("The first request with this key still runs."), code="key_running")
