"""Claiming messages that are due, and noting what became of them; one code path for both databases.

A claim is a lease: whoever dies with it loses it two minutes later, and the message goes out
again under the same id. `leased_until` is also the proof of ownership: whoever settles a message
names the lease it was given, and settles nothing when another worker has claimed it meanwhile.
An attempt counts from the moment it begins: whose turn had not come when a worker died lost none.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CursorResult,
    Select,
    and_,
    exists,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased

from webapp.outbox.domain import LEASE, MAILS, Kind, MessageStatus, Plan
from webapp.outbox.models import Message

_ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that is ours until the lease ends; `attempts` has the one that was begun."""

    tenant_id: str
    id: str
    stream_id: str
    kind: str
    recipient_id: str | None
    address: str
    language: str
    time_zone: str
    payload: Any
    attempts: int
    created_at: datetime
    leased_until: datetime
    due_at: datetime | None = None
    company_id: str | None = None
    target_id: str | None = None
    is_begun: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What leaves the same way: a kind of message, how often it is tried, and what rests.

    `resting` selects tenant and id of the targets that are left alone for now, `busy` names those
    that this process serves already.
    """

    kind: Kind
    plan: Plan
    resting: Select[str, str] | None = None
    busy: frozenset[tuple[str, str]] = frozenset()


MAIL_LANE = Lane(kind=Kind.MAIL, plan=MAILS)
_COLUMNS = [getattr(Message, name) for name in Claimed.__dataclass_fields__ if name != "is_begun"]


def anything_due(session: Session, *, now: datetime, lane: Lane = MAIL_LANE) -> bool:
    """Whether there is something to claim or to bury; asked without the write lock."""
    return session.execute(_due(now, lane).limit(1)).first() is not None


def claim(session: Session, *, limit: int, now: datetime, lane: Lane = MAIL_LANE) -> list[Claimed]:
    """Lease up to `limit` messages, the longest due first, at most one for each stream.

    A message waits while an earlier one of its stream is pending, so that order is kept and a
    poisoned message holds up nobody but its own stream.
    """
    with_attempts_left = _due(now, lane).where(Message.attempts < lane.plan.attempts)
    due = _locked(with_attempts_left.limit(limit), session)
    statement = (
        update(Message)
        .where(
            Message.status == MessageStatus.PENDING,
            tuple_(Message.tenant_id, Message.id).in_(select(due.c.tenant_id, due.c.id)),
        )
        .values(leased_until=now + LEASE)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    claimed = [Claimed(**row) for row in session.execute(statement).mappings()]
    return sorted(claimed, key=lambda message: message.id)


def begin(session: Session, message: Claimed, *, now: datetime) -> Claimed | None:
    """The message with an attempt more and a whole lease ahead of it, or None: it was lost."""
    attempts, until = message.attempts + 1, max(now + LEASE, message.leased_until)
    if not _settle(session, message, attempts=attempts, leased_until=until):
        return None
    return replace(message, attempts=attempts, leased_until=until, is_begun=True)


def sent(session: Session, message: Claimed, *, now: datetime) -> bool:
    """Note that it arrived; False when the lease was lost, so that it may arrive twice."""
    return _settle(
        session,
        message,
        status=MessageStatus.SENT,
        sent_at=now,
        leased_until=None,
        last_error=None,
    )


def failed(
    session: Session,
    message: Claimed,
    error: str,
    *,
    refused: bool,
    chance: float,
    now: datetime,
    plan: Plan = MAILS,
) -> MessageStatus:
    """Note why it did not arrive; it is tried again later, or DEAD after the last attempt."""
    over = plan.is_over(message.attempts, refused=refused)
    wait = None if over else plan.wait(message.attempts, chance)
    return put_off(session, message, error, wait=wait, now=now)


def put_off(
    session: Session, message: Claimed, error: str, *, wait: timedelta | None, now: datetime
) -> MessageStatus:
    """Note why it did not arrive, and try again after the wait; None: it is given up."""
    status = MessageStatus.DEAD if wait is None else MessageStatus.PENDING
    _settle(
        session,
        message,
        status=status,
        due_at=now + (wait or timedelta(0)),
        leased_until=None,
        last_error=error[:_ERROR_LENGTH],
    )
    return status


def release(session: Session, message: Claimed, error: str | None) -> None:
    """Give it back untried: the server is away, which is not the message's fault."""
    values: dict[str, Any] = {
        "leased_until": None,
        "attempts": message.attempts - message.is_begun,
    }
    if error is not None:
        values["last_error"] = error[:_ERROR_LENGTH]
    _settle(session, message, **values)


def bury(session: Session, *, now: datetime, lane: Lane = MAIL_LANE) -> int:
    """Give up messages whose every attempt ended with the death of its worker; returns how many."""
    statement = (
        update(Message)
        .where(
            Message.status == MessageStatus.PENDING,
            Message.kind == lane.kind,
            Message.attempts >= lane.plan.attempts,
            Message.due_at <= now,
            Message.leased_until <= now,
        )
        .values(
            status=MessageStatus.DEAD,
            leased_until=None,
            last_error="The worker stopped in the middle of every attempt.",
        )
        .execution_options(synchronize_session=False)
    )
    return _count(session.execute(statement))


def _due(now: datetime, lane: Lane) -> Any:
    earlier = aliased(Message)
    blocked = exists().where(
        earlier.tenant_id == Message.tenant_id,
        earlier.stream_id == Message.stream_id,
        # Ids of two processes follow their clocks, which may have been set back.
        tuple_(earlier.created_at, earlier.id) < tuple_(Message.created_at, Message.id),
        earlier.status == MessageStatus.PENDING,
    )
    query = (
        select(Message.tenant_id, Message.id)
        .where(
            Message.status == MessageStatus.PENDING,
            Message.kind == lane.kind,
            Message.due_at <= now,
            or_(Message.leased_until.is_(None), Message.leased_until <= now),
            ~blocked,
        )
        .order_by(Message.due_at, Message.tenant_id, Message.id)
    )
    target = tuple_(Message.tenant_id, Message.target_id)
    if lane.resting is not None:
        query = query.where(target.not_in(lane.resting))
    return query.where(target.not_in(sorted(lane.busy))) if lane.busy else query


def _locked(query: Any, session: Session) -> CTE:
    """Materialised, since PostgreSQL may evaluate a plain subquery again and lock more rows."""
    if session.get_bind().dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=Message)
    cte: CTE = query.cte("due").prefix_with("MATERIALIZED")
    return cte


def _settle(session: Session, message: Claimed, **values: Any) -> bool:
    statement = (
        update(Message)
        .where(_is_ours(message))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return _count(session.execute(statement)) == 1


def _is_ours(message: Claimed) -> ColumnElement[bool]:
    return and_(
        Message.tenant_id == message.tenant_id,
        Message.id == message.id,
        Message.status == MessageStatus.PENDING,
        Message.leased_until == message.leased_until,
    )


def _count(result: Any) -> int:
    counted: CursorResult[Any] = result
    return int(counted.rowcount)
