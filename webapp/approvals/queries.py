"""Reading approvals: every read starts at `visible_to`, so none forgets whose data it is."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Tuple, and_, false, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from webapp.approvals.domain import LIVE, Status, Turn
from webapp.approvals.models import Approval, Revision
from webapp.approvals.reasons import Reason, kept
from webapp.carts.domain import ResourceType
from webapp.db import Utc
from webapp.identity import queries as identity
from webapp.identity.domain import Actor
from webapp.kernel.errors import NotFound
from webapp.kernel.money import Money
from webapp.kernel.paging import Page, decode_cursor, decode_moment, encode_cursor
from webapp.kernel.sentence import N_, sentence

PAGE_SIZE = 20
COUNTED = 100


class Box(StrEnum):
    """The tabs of the inbox and of the requester's list."""

    TURN = "turn"
    WAITING = "waiting"
    OPEN = "open"
    DECIDED = "decided"
    ALL = "all"


class Side(StrEnum):
    """From which side a person looks at requests."""

    APPROVER = "approver"
    REQUESTER = "requester"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A request as a row of a list shows it."""

    id: str
    number: int
    status: str
    turn: str | None
    turn_since: datetime
    resource_type: str
    company_name: str
    requester_id: str
    requester_first_name: str
    requester_last_name: str
    approver_id: str
    approver_first_name: str
    approver_last_name: str
    comment: str | None
    approver_comment: str | None
    title: str
    item_count: int
    currency: str
    total_minor: int
    compared_minor: int
    limit_minor: int | None
    limit_currency: str | None
    why: str
    deciders: str
    revision: int
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by_name: str | None
    order_id: str | None

    @property
    def total(self) -> Money:
        """What the order will cost: goods and shipping."""
        return Money(self.total_minor, self.currency)

    @property
    def reason(self) -> Reason:
        """Why it is here."""
        return kept(self)

    @property
    def requester_name(self) -> str:
        """First and last name of the moment of submission."""
        return f"{self.requester_first_name} {self.requester_last_name}"

    @property
    def approver_name(self) -> str:
        """First and last name of the moment of submission."""
        return f"{self.approver_first_name} {self.approver_last_name}"


_SORTED_BY = {
    Box.TURN: Approval.turn_since,
    Box.WAITING: Approval.turn_since,
    Box.DECIDED: Approval.decided_at,
}
_COLUMNS = tuple(getattr(Approval, field.name) for field in fields(Summary))
_NAMES = tuple(field.name for field in fields(Summary))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The approvals assigned to this person, as requester or approver, in their company (R2).

    Without a chosen company, in all of those that they belong to now (R17).
    """
    mine = or_(Approval.requester_id == actor.person_id, Approval.approver_id == actor.person_id)
    scope = [Approval.tenant_id == actor.tenant_id, mine]
    if actor.company_id is not None:
        # A token may name a company that the person has left since.
        scope.append(Approval.company_id == actor.company_id if actor.role else false())
    else:
        own = identity.company_ids(actor.tenant_id, actor.person_id)
        scope.append(Approval.company_id.in_(own))
    return and_(*scope)


def resource_ids(actor: Actor, kind: ResourceType) -> Select[str]:
    """The carts or quotes of this person's approvals, to be used inside another query."""
    return select(Approval.resource_id).where(visible_to(actor), Approval.resource_type == kind)


def get(session: Session, actor: Actor, approval_id: str) -> Approval:
    """The approval; raises `NotFound` (code `no_approval`) when it is not this person's."""
    return _one(session, select(Approval).where(visible_to(actor), Approval.id == approval_id))


def claim(session: Session, actor: Actor, approval_id: str) -> Approval:
    """The approval, locked until the transaction ends, so that one change waits for the other."""
    return _one(
        session,
        select(Approval)
        .where(visible_to(actor), Approval.id == approval_id)
        .with_for_update()
        # What this session read before the lock may be of the past.
        .execution_options(populate_existing=True),
    )


def revision(session: Session, approval: Approval, number: int | None = None) -> Revision:
    """What stood in this revision of the approval; the current one without a number."""
    found = session.get(Revision, (approval.tenant_id, approval.id, number or approval.revision))
    if found is None:
        raise NotFound(sentence(N_("This revision does not exist.")), code="no_revision")
    return found


def live(
    session: Session, tenant_id: str, resource_type: ResourceType, resource_id: str
) -> Approval | None:
    """The pending or approved approval of this resource, if there is one (R7)."""
    return session.scalars(
        select(Approval).where(
            Approval.tenant_id == tenant_id,
            Approval.resource_type == resource_type,
            Approval.resource_id == resource_id,
            Approval.status.in_(LIVE),
        )
    ).one_or_none()


def latest_for(
    session: Session, tenant_id: str, resource_type: ResourceType, resource_id: str
) -> Approval | None:
    """The newest approval of this resource in whatever state."""
    return session.scalars(
        select(Approval)
        .where(
            Approval.tenant_id == tenant_id,
            Approval.resource_type == resource_type,
            Approval.resource_id == resource_id,
        )
        .order_by(Approval.created_at.desc(), Approval.id.desc())
        .limit(1)
    ).one_or_none()


def listing(
    session: Session, actor: Actor, side: Side, box: Box, *, cursor: str | None = None
) -> Page[Summary]:
    """A page of requests: what is somebody's turn longest waiting first, the rest newest first."""
    key = _SORTED_BY.get(box, Approval.created_at)
    oldest_first = box in (Box.TURN, Box.WAITING)
    query = select(*_COLUMNS).where(_side(actor, side), *_in_box(side, box))
    if cursor:
        at, last_id = decode_cursor(cursor, 2)
        row, seen = tuple_(key, Approval.id), _cursor_row(at, last_id)
        query = query.where(row > seen if oldest_first else row < seen)
    order = (key, Approval.id) if oldest_first else (key.desc(), Approval.id.desc())
    rows = session.execute(query.order_by(*order).limit(PAGE_SIZE + 1)).all()
    items = [_summary(row) for row in rows[:PAGE_SIZE]]
    if len(rows) <= PAGE_SIZE:
        return Page(items, None)
    return Page(items, encode_cursor(getattr(items[-1], key.key).isoformat(), items[-1].id))


def count(session: Session, actor: Actor, side: Side, box: Box) -> int:
    """How many requests are in the box, counted up to 100 and no further."""
    rows = select(Approval.id).where(_side(actor, side), *_in_box(side, box)).limit(COUNTED)
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def neighbours(session: Session, actor: Actor, approval_id: str) -> tuple[str | None, str | None]:
    """The ids before and after this request among those that wait for this person's decision."""
    waiting = session.scalars(
        select(Approval.id)
        .where(_side(actor, Side.APPROVER), *_in_box(Side.APPROVER, Box.TURN))
        .order_by(Approval.turn_since, Approval.id)
        .limit(COUNTED)
    ).all()
    if approval_id not in waiting:
        return None, None
    at = waiting.index(approval_id)
    return (waiting[at - 1] if at else None), (waiting[at + 1] if at + 1 < len(waiting) else None)


def approvers_asked_before(session: Session, actor: Actor) -> list[str]:
    """The ids of the approvers this person asked lately, the last one first."""
    rows = session.scalars(
        select(Approval.approver_id)
        .where(_side(actor, Side.REQUESTER))
        .order_by(Approval.created_at.desc(), Approval.id.desc())
        .limit(PAGE_SIZE)
    )
    return list(dict.fromkeys(rows))


def is_due(session: Session, actor: Actor, *, now: datetime) -> bool:
    """Whether the time of a pending approval of this person is over and nobody has noted it."""
    row = select(Approval.id).where(visible_to(actor), *_due(now)).limit(1)
    return session.scalar(row) is not None


def due(
    session: Session, *, now: datetime, limit: int = 100, actor: Actor | None = None
) -> list[Approval]:
    """Pending approvals whose time is over, oldest first, locked for the caller.

    Those of every tenant, or only those that this person sees.
    """
    whose = [] if actor is None else [visible_to(actor)]
    return list(
        session.scalars(
            select(Approval)
            .where(*whose, *_due(now))
            .order_by(Approval.expires_at, Approval.tenant_id, Approval.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    )


def _due(now: datetime) -> list[ColumnElement[bool]]:
    return [Approval.status == Status.PENDING, Approval.expires_at <= now]


def _one(session: Session, query: Select[Any]) -> Approval:
    found: Approval | None = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(sentence(N_("There is no such request.")), code="no_approval")
    return found


def _side(actor: Actor, side: Side) -> ColumnElement[bool]:
    column = Approval.approver_id if side is Side.APPROVER else Approval.requester_id
    return and_(visible_to(actor), column == actor.person_id)


def _in_box(side: Side, box: Box) -> list[ColumnElement[bool]]:
    own_turn = Turn.APPROVER if side is Side.APPROVER else Turn.REQUESTER
    pending = Approval.status == Status.PENDING
    return {
        Box.TURN: [pending, Approval.turn == own_turn],
        Box.WAITING: [pending, Approval.turn != own_turn],
        Box.OPEN: [pending],
        Box.DECIDED: [Approval.status != Status.PENDING],
        Box.ALL: [],
    }[box]


def _summary(row: Sequence[Any]) -> Summary:
    return Summary(**dict(zip(_NAMES, row, strict=True)))


def _cursor_row(at: str, last_id: str) -> Tuple:
    return tuple_(literal(decode_moment(at), Utc), literal(last_id))
