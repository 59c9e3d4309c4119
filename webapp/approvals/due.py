"""Reading what the time has come for: requests to expire, and to remind of (R20, R50)."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, bindparam, literal_column, select, tuple_
from sqlalchemy.orm import Session

from webapp.approvals.anybody import Kind, anybody, kind_of, told
from webapp.approvals.domain import Status, Turn
from webapp.approvals.models import Approval
from webapp.approvals.queries import visible_to
from webapp.db import Utc
from webapp.identity.domain import Actor

# Written out, so that SQLite sees which of its indexes hold it.
_IS_PENDING = Approval.status == literal_column("'PENDING'")


def is_due(session: Session, actor: Actor, *, now: datetime) -> bool:
    """Whether the time of a pending approval of this person is over and nobody has noted it."""
    kind = kind_of(actor)
    query = _due_to(actor) if kind is None else _due_to_anybody(kind)
    return session.connection().execute(query, {**told(actor), "now": now}).first() is not None


def to_expire(
    session: Session,
    *,
    now: datetime,
    limit: int = 100,
    actor: Actor | None = None,
    but: Collection[tuple[str, str]] = (),
) -> list[Approval]:
    """Pending approvals whose time is over, oldest first, locked for the caller.

    Those of every tenant, or only those that this person sees; without those that `but` names by
    tenant and id.
    """
    whose = [] if actor is None else [visible_to(actor)]
    return list(
        session.scalars(
            select(Approval)
            .where(*whose, *_due(now), *_none_of(but))
            .order_by(Approval.expires_at, Approval.tenant_id, Approval.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    )


def to_remind(
    session: Session, *, now: datetime, limit: int = 100, but: Collection[tuple[str, str]] = ()
) -> list[Approval]:
    """Requests of every tenant that wait for an approver and expire soon, locked (R50).

    Without those that `but` names by tenant and id.
    """
    return list(
        session.scalars(
            select(Approval)
            .where(
                Approval.status == Status.PENDING,
                Approval.reminder_due_at <= now,
                Approval.expires_at > now,
                Approval.turn == Turn.APPROVER,
                *_none_of(but),
            )
            .order_by(Approval.reminder_due_at, Approval.tenant_id, Approval.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    )


@lru_cache
def _due_to_anybody(kind: Kind) -> Select[str]:
    return _due_to(anybody(kind))


def _due_to(actor: Actor) -> Select[str]:
    """One that is over; few are that nobody has noted, and the index of times begins with those."""
    is_over = Approval.expires_at <= bindparam("now", type_=Utc())
    query = select(Approval.id).where(visible_to(actor), _IS_PENDING, is_over).limit(1)
    return query.with_hint(Approval, "INDEXED BY ix_approvals_due", "sqlite")


def _due(now: datetime) -> list[ColumnElement[bool]]:
    return [_IS_PENDING, Approval.expires_at <= now]


def _none_of(keys: Collection[tuple[str, str]]) -> list[ColumnElement[bool]]:
    return [tuple_(Approval.tenant_id, Approval.id).not_in(sorted(keys))] if keys else []
