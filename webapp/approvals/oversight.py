"""What an admin sees of the requests of their company: who waits for whom, and why (R36).

Only the company pages read here; nothing of it lets anybody decide.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, literal, select, tuple_
from sqlalchemy.orm import Session

from webapp.approvals import queries
from webapp.approvals.cover import Cover, cover
from webapp.approvals.domain import Status, Turn
from webapp.approvals.models import Approval
from webapp.approvals.policy import outcome
from webapp.approvals.queries import COUNTED, PAGE_SIZE, Summary
from webapp.approvals.reasons import Reason, kept
from webapp.approvals.recording import standing
from webapp.approvals.succession import Crew, Means, Stranded, compare
from webapp.carts.snapshot import Snapshot, thaw
from webapp.db import Utc
from webapp.identity import queries as identity
from webapp.identity.domain import Actor, Away, Member, Role
from webapp.kernel.errors import NotFound
from webapp.kernel.money import Money
from webapp.kernel.paging import Page, decode_cursor, decode_moment, encode_cursor
from webapp.kernel.sentence import N_, Sentence, Verdict, sentence
from webapp.ledger.queries import Event, events
from webapp.orders.details import DetailsView, read

# So many pending requests are looked at in one go; a company with more sees "at least".
_LOOKED_AT = 1000
_COLUMNS = tuple(getattr(Approval, name) for name in Summary._fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A pending request, and whether its approver may still decide with the rules of now (R19)."""

    summary: Summary
    standing: Verdict
    successors: list[Member]
    absence: Sentence | None
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What waits for one person: how many requests, and the one that waits longest."""

    person_id: str
    name: str
    count: int
    oldest: Summary
    absence: Sentence | None

    @property
    def decides(self) -> bool:
        """Whether it is a decision that waits, and not an answer."""
        return self.oldest.turn == Turn.APPROVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """All that is pending in a company, the oldest first, and who could decide on it.

    Of a company with very many only the oldest are looked at: `is_cut` says so.
    """

    cases: list[Summary]
    cover: Cover
    is_cut: bool

    @property
    def crew(self) -> Crew:
        """The company and its people, as they are."""
        return self.cover.crew

    @property
    def stranded(self) -> list[Stranded[Summary]]:
        """What its approver may not decide on any more, and who could take it over (R42)."""
        judged = ((one, self.crew.standing(one)) for one in self.cases)
        return [
            Stranded(case=one, standing=standing, successors=self.crew.successors(one))
            for one, standing in judged
            if not standing
        ]

    @property
    def loads(self) -> list[Load]:
        """What waits for whose move, the longest queue first."""
        queues: dict[str, list[Summary]] = {}
        for one in self.cases:
            queues.setdefault(_mover(one)[0], []).append(one)
        loads = [
            Load(
                person_id=person_id,
                name=_mover(queue[0])[1],
                count=len(queue),
                oldest=min(queue, key=lambda one: one.turn_since),
                absence=self.cover.words(person_id),
            )
            for person_id, queue in queues.items()
        ]
        return sorted(loads, key=lambda one: (-one.count, one.oldest.turn_since))

    @property
    def longest(self) -> Summary | None:
        """What has waited longest for the same move."""
        return min(self.cases, key=lambda one: one.turn_since, default=None)

    def of(self, person_id: str) -> list[Summary]:
        """What this person was asked to decide on, whoever's turn it is."""
        return [one for one in self.cases if one.approver_id == person_id]

    def effect(self, after: Crew) -> "Effect":
        """What it would mean if company and people were like this."""
        return Effect(
            means=compare(self.cases, self.crew, after),
            after=after,
            bereft=self.cover.bereft(after),
            is_cut=self.is_cut,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change of the company would mean for what is pending, for a page to tell."""

    means: Means[Summary]
    after: Crew
    bereft: list[Away]
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One request as an admin looks on: what, who, why and how long, and nothing to press."""

    summary: Summary
    snapshot: Snapshot
    details: DetailsView
    standing: Verdict
    successors: list[Member]
    cover: Cover
    events: list[Event]
    outcome: Sentence
    is_own: bool

    @property
    def reason(self) -> Reason:
        """Why it is here, with the numbers of the moment it was made (R16)."""
        return kept(self.summary)

    @property
    def absence(self) -> Sentence | None:
        """Until when its approver is away, and who decides meanwhile; None while they are there."""
        return self.absence_of(self.summary.approver_id) if self.pending else None

    def absence_of(self, person_id: str) -> Sentence | None:
        """The same of somebody who could decide instead."""
        return self.cover.words_on(self.summary, person_id)

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


def waiting(
    session: Session, actor: Actor, found: Cover, *, cursor: str | None = None
) -> Page[Waiting]:
    """A page of what is pending in the company, the oldest first, judged by who is there."""
    query = select(*_COLUMNS).where(overseen_by(actor), Approval.status == Status.PENDING)
    if cursor:
        at, last_id = decode_cursor(cursor, 2)
        seen = tuple_(literal(decode_moment(at), Utc), literal(last_id))
        query = query.where(tuple_(Approval.created_at, Approval.id) > seen)
    query = query.order_by(Approval.created_at, Approval.id).limit(PAGE_SIZE + 1)
    rows = [Summary._make(row) for row in session.execute(query)]
    listed = rows[:PAGE_SIZE]
    last = listed[-1] if len(rows) > PAGE_SIZE else None
    return Page(
        [_judged(found, actor, one) for one in listed],
        None if last is None else encode_cursor(last.created_at.isoformat(), last.id),
    )


def count(session: Session, actor: Actor) -> int:
    """How many requests are pending in the company, counted up to 100 and no further."""
    rows = select(Approval.id).where(overseen_by(actor), Approval.status == Status.PENDING)
    return session.scalar(select(func.count()).select_from(rows.limit(COUNTED).subquery())) or 0


def pending(session: Session, actor: Actor, *, now: datetime, known: Crew | None = None) -> Pending:
    """All that is pending in the company, the oldest first; nothing for whoever is no admin.

    Whoever has read the company and its people hands them over as `known`, here and below.
    """
    query = select(*_COLUMNS).where(overseen_by(actor), Approval.status == Status.PENDING)
    query = query.order_by(Approval.created_at, Approval.id).limit(_LOOKED_AT + 1)
    found = [Summary._make(row) for row in session.execute(query)]
    return Pending(
        cases=found[:_LOOKED_AT],
        cover=covered(session, actor, now=now, known=known),
        is_cut=len(found) > _LOOKED_AT,
    )


def crew(session: Session, actor: Actor) -> Crew:
    """The company that this person acts for and its people, as they are."""
    company = identity.company(session, actor.tenant_id, str(actor.company_id))
    return Crew(company=company, members=identity.members(session, actor.tenant_id, company.id))


def covered(session: Session, actor: Actor, *, now: datetime, known: Crew | None = None) -> Cover:
    """The people of the company that this person acts for, and who of them is away."""
    return cover(session, actor.tenant_id, known or crew(session, actor), now=now)


def open_overview(session: Session, actor: Actor, approval_id: str, *, now: datetime) -> Overview:
    """One request of the company in whatever state; raises `NotFound` for any other."""
    approval = session.scalars(
        select(Approval).where(overseen_by(actor), Approval.id == approval_id)
    ).one_or_none()
    if approval is None:
        raise NotFound(sentence(N_("There is no such request.")), code="no_approval")
    current = queries.revision(session, approval)
    is_pending = approval.status == Status.PENDING
    found = covered(session, actor, now=now)
    return Overview(
        summary=Summary._make(getattr(approval, name) for name in Summary._fields),
        snapshot=thaw(current.snapshot),
        details=read(current.details, approval.currency),
        standing=standing(session, approval),
        successors=found.crew.successors(approval) if is_pending else [],
        cover=found,
        events=events(session, approval.tenant_id, approval.id),
        outcome=outcome(approval),
        is_own=actor.person_id in (approval.requester_id, approval.approver_id),
    )


def _judged(found: Cover, actor: Actor, one: Summary) -> Waiting:
    """What `recording.standing` answers, from people who were read once."""
    return Waiting(
        summary=one,
        standing=found.crew.standing(one),
        successors=found.crew.successors(one),
        absence=found.words_on(one, one.approver_id) if one.turn == Turn.APPROVER else None,
        is_own=actor.person_id in (one.requester_id, one.approver_id),
    )


def _mover(one: Summary) -> tuple[str, str]:
    """Id and name of whoever has the next move."""
    if one.turn == Turn.REQUESTER:
        return one.requester_id, one.requester_name
    return one.approver_id, one.approver_name
