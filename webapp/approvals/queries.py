"""Reading approvals: every read starts at `visible_to`, so none forgets whose data it is."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from webapp.approvals.domain import LIVE, Status
from webapp.approvals.models import Approval, Revision
from webapp.approvals.reasons import Reason, kept
from webapp.carts.domain import ResourceType
from webapp.identity import deputies
from webapp.identity import queries as identity
from webapp.identity.domain import Actor
from webapp.kernel.errors import NotFound
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Sentence, sentence

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


class Summary(NamedTuple):
    """A request as a row of a list shows it."""

    id: str
    number: int
    status: str
    turn: str | None
    turn_since: datetime
    resource_type: str
    company_id: str
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
    reminded_at: datetime | None
    decided_at: datetime | None
    decided_by_id: str | None
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


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The approvals assigned to this person, as requester or approver, in their company (R2).

    Without a chosen company, in all of those that they belong to now (R17). Whoever stands in for
    somebody sees what waits for them, and later what they decided on their behalf (R52).
    """
    return and_(in_scope(actor), or_(Approval.requester_id == actor.person_id, decided_as(actor)))


def visible_from(actor: Actor, side: Side) -> ColumnElement[bool]:
    """What of that a person sees as requester, or as the one who decides.

    Databases find it at one end of an index, which they do not for both sides together.
    """
    if side is Side.APPROVER:
        return and_(in_scope(actor), decided_as(actor))
    return and_(in_scope(actor), Approval.requester_id == actor.person_id)


def decided_as(actor: Actor) -> ColumnElement[bool]:
    """What this person was asked to decide on, or somebody whom they represent was (R52)."""
    own = Approval.approver_id == actor.person_id
    if not actor.has_represented:
        return own
    theirs = or_(*_entrusted(actor), Approval.decided_by_id == actor.person_id)
    return or_(own, and_(theirs, Approval.requester_id != actor.person_id))


def resource_ids(actor: Actor, kind: ResourceType) -> Select[str]:
    """The carts or quotes of this person's approvals, to be used inside another query."""
    return select(Approval.resource_id).where(visible_to(actor), Approval.resource_type == kind)


def get(session: Session, actor: Actor, approval_id: str) -> Approval:
    """The approval; raises `NotFound` (code `no_approval`) when it is not this person's."""
    query = select(Approval).where(visible_to(actor), Approval.id == approval_id)
    return _one(session, query, actor, approval_id)


def claim(session: Session, actor: Actor, approval_id: str) -> Approval:
    """The approval, locked until the transaction ends, so that one change waits for the other."""
    query = select(Approval).where(visible_to(actor), Approval.id == approval_id)
    # What this session read before the lock may be of the past.
    locked = query.with_for_update().execution_options(populate_existing=True)
    return _one(session, locked, actor, approval_id)


def revision(session: Session, approval: Approval, number: int | None = None) -> Revision:
    """What stood in this revision of the approval; the current one without a number."""
    found = session.get(Revision, (approval.tenant_id, approval.id, number or approval.revision))
    if found is None:
        raise NotFound(sentence(N_("This revision does not exist.")), code="no_revision")
    return found


def no_approval(why: Sentence | None = None) -> NotFound:
    """What is raised for a request that is not there for somebody (law 4)."""
    return NotFound(why or sentence(N_("There is no such request.")), code="no_approval")


def absent(session: Session, actor: Actor, approval_id: str) -> NotFound:
    """The same for somebody who looked for this one; whoever was a deputy is told so (R52)."""
    return no_approval(_no_more(session, actor, approval_id) if actor.has_represented else None)


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


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """Tenant and company of this person, where everything that they see is (R17)."""
    own_tenant = Approval.tenant_id == actor.tenant_id
    if actor.company_id is not None:
        # A token may name a company that the person has left since.
        return and_(own_tenant, Approval.company_id == actor.company_id if actor.role else false())
    own = identity.company_ids(actor.tenant_id, actor.person_id)
    return and_(own_tenant, Approval.company_id.in_(own))


def _entrusted(actor: Actor) -> Iterator[ColumnElement[bool]]:
    """What is pending, and what was decided since, so that a deputy who is late learns how."""
    for one in actor.represents:
        yield and_(
            Approval.company_id == one.company_id,
            Approval.approver_id == one.owner_id,
            or_(Approval.status == Status.PENDING, Approval.decided_at >= one.starts_at),
        )


def _one(session: Session, query: Select[Any], actor: Actor, approval_id: str) -> Approval:
    found: Approval | None = session.scalars(query).one_or_none()
    if found is None:
        raise absent(session, actor, approval_id)
    return found


def _no_more(session: Session, actor: Actor, approval_id: str) -> Sentence | None:
    """Why a deputy does not see any more what they could see while the absence lasted (R52)."""
    row = session.scalars(
        select(Approval).where(
            Approval.tenant_id == actor.tenant_id,
            Approval.id == approval_id,
            Approval.company_id == actor.company_id,
            Approval.requester_id != actor.person_id,
        )
    ).one_or_none()
    if row is None:
        return None
    away = deputies.once(
        session,
        actor,
        company_id=row.company_id,
        owner_id=row.approver_id,
        since=row.created_at,
        until=row.decided_at,
    )
    if away is None:
        return None
    why = N_("You do not represent {owner} any more, so this request is not yours to decide.")
    return sentence(why, owner=away.owner_name)
