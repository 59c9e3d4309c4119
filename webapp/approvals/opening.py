"""A request as its page opens it, in one statement: row, revision, and what is beside it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, select, tuple_
from sqlalchemy.orm import Session, aliased

from webapp.approvals import queries
from webapp.approvals.anybody import Kind, anybody, kind_of, told
from webapp.approvals.domain import Status, Turn
from webapp.approvals.listing import box_of, capped
from webapp.approvals.models import Approval, Look, Revision
from webapp.approvals.queries import Box, Side
from webapp.identity.domain import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A request with its current revision.

    `seen` is the revision that this person last looked at; `previous_id` and `next_id` are those
    beside it among the requests that wait for them, as this one does; `waiting` are the counters
    of the navigation.
    """

    approval: Approval
    revision: Revision
    seen: int | None
    previous_id: str | None
    next_id: str | None
    waiting: dict[str, int]


def opened(session: Session, actor: Actor, approval_id: str) -> Opened:
    """The request; raises `NotFound` (`no_approval`) when it is not this person's."""
    kind = kind_of(actor)
    query = _query(actor) if kind is None else _of_anybody(kind)
    row = session.execute(query, {**told(actor), "request": approval_id}).one_or_none()
    if row is None:
        raise queries.absent(session, actor, approval_id)
    approval, revision, seen, before, after, inbox, requests = row
    return Opened(
        approval=approval,
        revision=revision,
        seen=seen,
        previous_id=before,
        next_id=after,
        waiting={"inbox": inbox, "requests": requests},
    )


_shown = aliased(Approval)
_revision = and_(
    Revision.tenant_id == _shown.tenant_id,
    Revision.approval_id == _shown.id,
    Revision.revision == _shown.revision,
)


@lru_cache
def _of_anybody(kind: Kind) -> Select[Any]:
    return _query(anybody(kind))


def _query(actor: Actor) -> Select[Any]:
    own = select(Approval.id).where(queries.visible_to(actor), Approval.id == bindparam("request"))
    look = select(Look.revision).where(
        Look.tenant_id == _shown.tenant_id,
        Look.approval_id == _shown.id,
        Look.person_id == actor.person_id,
    )
    return (
        select(
            _shown,
            Revision,
            look.scalar_subquery(),
            _beside(actor, is_next=False),
            _beside(actor, is_next=True),
            capped(box_of(actor, Side.APPROVER, Box.TURN)),
            capped(box_of(actor, Side.REQUESTER, Box.TURN)),
        )
        .join(Revision, _revision)
        .where(_shown.tenant_id == actor.tenant_id, _shown.id.in_(own))
    )


def _beside(actor: Actor, *, is_next: bool) -> ScalarSelect[str]:
    place, shown = (tuple_(one.turn_since, one.id) for one in (Approval, _shown))
    order = (Approval.turn_since, Approval.id)
    waits: tuple[ColumnElement[bool], ...] = (
        _shown.status == Status.PENDING,
        _shown.turn == Turn.APPROVER,
        _shown.requester_id != actor.person_id,
    )
    return (
        box_of(actor, Side.APPROVER, Box.TURN)
        .where(*waits, place > shown if is_next else place < shown)
        .order_by(*(order if is_next else (one.desc() for one in order)))
        .limit(1)
        .correlate(_shown)
        .scalar_subquery()
    )
