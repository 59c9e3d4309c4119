"""What an admin sees of the requests of their company: who waits for whom, and why (R36).

Only the company pages read here; nothing of it lets anybody decide.
"""

from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, and_, false, func, literal, select, tuple_
from sqlalchemy.orm import Session

from webapp.approvals import queries
from webapp.approvals.domain import Status, Turn
from webapp.approvals.models import Approval
from webapp.approvals.policy import Subject, may_approve, outcome
from webapp.approvals.queries import COUNTED, PAGE_SIZE, Summary
from webapp.approvals.reasons import Reason, kept
from webapp.approvals.recording import standing
from webapp.carts.snapshot import Snapshot, thaw
from webapp.db import Utc
from webapp.identity import queries as identity
from webapp.identity.domain import Actor, Role
from webapp.kernel.errors import NotFound
from webapp.kernel.money import Money
from webapp.kernel.paging import Page, decode_cursor, decode_moment, encode_cursor
from webapp.kernel.sentence import N_, Sentence, Verdict, sentence
from webapp.ledger.queries import Event, events
from webapp.orders.details import DetailsView, read

# So many waiting requests are shared out among the people; a company with more sees "at least".
_SHARED_OUT = 1000
_COLUMNS = tuple(getattr(Approval, field.name) for field in fields(Summary))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A pending request, and whether its approver may still decide with the rules of now (R19)."""

    summary: Summary
    standing: Verdict
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One request as an admin looks on: what, who, why and how long, and nothing to press."""

    summary: Summary
    snapshot: Snapshot
    details: DetailsView
    standing: Verdict
    events: list[Event]
    outcome: Sentence
    is_own: bool

    @property
    def reason(self) -> Reason:
        """Why it is here, with the numbers of the moment it was made (R16)."""
        return kept(self.summary)

    @property
    def order_total(self) -> Money:
        """Goods and shipping together."""
        return self.snapshot.totals.gross + (
            self.details.shipping or Money.zero(self.snapshot.currency)
        )

    @property
    def pending(self) -> bool:
        """Whether it still waits."""
        return self.summary.status == Status.PENDING


def overseen_by(actor: Actor) -> ColumnElement[bool]:
    """The requests of the company that this person is an admin of; nothing for anybody else."""
    if actor.role is not Role.ADMIN or actor.company_id is None:
        return false()
    return and_(Approval.tenant_id == actor.tenant_id, Approval.company_id == actor.company_id)


def waiting(session: Session, actor: Actor, *, cursor: str | None = None) -> Page[Waiting]:
    """A page of what is pending in the company, the oldest first."""
    query = select(*_COLUMNS).where(overseen_by(actor), Approval.status == Status.PENDING)
    if cursor:
        at, last_id = decode_cursor(cursor, 2)
        seen = tuple_(literal(decode_moment(at), Utc), literal(last_id))
        query = query.where(tuple_(Approval.created_at, Approval.id) > seen)
    query = query.order_by(Approval.created_at, Approval.id).limit(PAGE_SIZE + 1)
    found = [Summary(**row._asdict()) for row in session.execute(query)]
    listed = found[:PAGE_SIZE]
    last = listed[-1] if len(found) > PAGE_SIZE else None
    return Page(
        _with_standing(session, actor, listed),
        None if last is None else encode_cursor(last.created_at.isoformat(), last.id),
    )


def count(session: Session, actor: Actor) -> int:
    """How many requests are pending in the company, counted up to 100 and no further."""
    rows = select(Approval.id).where(overseen_by(actor), Approval.status == Status.PENDING)
    return session.scalar(select(func.count()).select_from(rows.limit(COUNTED).subquery())) or 0


def shared_out(session: Session, actor: Actor) -> dict[str, int]:
    """How many pending requests wait for whose move, by the ids of people."""
    rows = (
        select(Approval.approver_id, Approval.requester_id, Approval.turn)
        .where(overseen_by(actor), Approval.status == Status.PENDING)
        .order_by(Approval.created_at, Approval.id)
        .limit(_SHARED_OUT)
    )
    found: dict[str, int] = {}
    for approver_id, requester_id, turn in session.execute(rows):
        mover = requester_id if turn == Turn.REQUESTER else approver_id
        found[mover] = found.get(mover, 0) + 1
    return found


def open_overview(session: Session, actor: Actor, approval_id: str) -> Overview:
    """One request of the company in whatever state; raises `NotFound` for any other."""
    approval = session.scalars(
        select(Approval).where(overseen_by(actor), Approval.id == approval_id)
    ).one_or_none()
    if approval is None:
        raise NotFound(sentence(N_("There is no such request.")), code="no_approval")
    current = queries.revision(session, approval)
    names = (field.name for field in fields(Summary))
    return Overview(
        summary=Summary(**{name: getattr(approval, name) for name in names}),
        snapshot=thaw(current.snapshot),
        details=read(current.details, approval.currency),
        standing=standing(session, approval),
        events=events(session, approval.tenant_id, approval.id),
        outcome=outcome(approval),
        is_own=actor.person_id in (approval.requester_id, approval.approver_id),
    )


def _with_standing(session: Session, actor: Actor, listed: list[Summary]) -> list[Waiting]:
    """What `recording.standing` answers, for many requests of one company at once."""
    if not listed:
        return []
    company = identity.company(session, actor.tenant_id, str(actor.company_id))
    members = identity.members(session, actor.tenant_id, company.id)
    people = {one.person_id: one for one in members}
    return [
        Waiting(
            summary=one,
            standing=may_approve(
                people.get(one.approver_id),
                Subject(
                    requester_id=one.requester_id,
                    company=company,
                    compared=Money(one.compared_minor, one.currency),
                ),
            ),
            is_own=actor.person_id in (one.requester_id, one.approver_id),
        )
        for one in listed
    ]
