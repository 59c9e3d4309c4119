"""Handing a pending request over to another approver, by an admin of the company (R42)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.approvals import notices
from webapp.approvals.domain import Action, Turn
from webapp.approvals.models import Approval
from webapp.approvals.notices import Notice
from webapp.approvals.oversight import overseen_by
from webapp.approvals.policy import Subject, in_time
from webapp.approvals.recording import demand, entry_by, record
from webapp.approvals.succession import may_reassign
from webapp.identity import queries as identity
from webapp.identity.domain import Actor, Member
from webapp.kernel.errors import Conflict, NotFound
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Verdict, sentence


def reassign(
    session: Session, actor: Actor, approval_id: str, approver_id: str, *, seen: str, now: datetime
) -> Approval:
    """Let somebody else decide; `seen` is the id of the approver that the admin saw.

    What is decided on stays as it is, and so does an open question; whose turn it is passes from
    the old approver to the new one. Both and the requester are told, except whoever does it.

    Raises:
        NotFound: the actor is no admin of its company (`no_approval`).
        Conflict: it has ended (`finished`), or somebody else decides it by now (`changed`).
        Forbidden: this person may not decide on it, with the reason.
    """
    approval = _claim(session, actor, approval_id)
    successor = identity.member(session, actor.tenant_id, approval.company_id, approver_id)
    demand(approval, in_time(approval, now) and _verdict(session, actor, approval, successor))
    if seen != approval.approver_id:
        why = N_("This request was handed over meanwhile: {name} decides it now.")
        name = f"{approval.approver_first_name} {approval.approver_last_name}"
        raise Conflict(sentence(why, name=name), code="changed")
    assert successor is not None  # noqa: S101 - nobody at all may not approve
    former = _Former(
        person_id=approval.approver_id,
        name=f"{approval.approver_first_name} {approval.approver_last_name}",
    )
    _hand_over(session, actor, approval, former=former, successor=successor, now=now)
    _tell(session, actor, approval, former, now=now)
    return approval


@dataclass(frozen=True, slots=True, kw_only=True)
class _Former:
    """Who decided before, kept from the row that is about to change."""

    person_id: str
    name: str


def _claim(session: Session, actor: Actor, approval_id: str) -> Approval:
    found = session.scalars(
        select(Approval)
        .where(overseen_by(actor), Approval.id == approval_id)
        .with_for_update()
        # What this session read before the lock may be of the past.
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound(sentence(N_("There is no such request.")), code="no_approval")
    return found


def _verdict(
    session: Session, actor: Actor, approval: Approval, successor: Member | None
) -> Verdict:
    subject = Subject(
        requester_id=approval.requester_id,
        company=identity.company(session, approval.tenant_id, approval.company_id),
        compared=Money(approval.compared_minor, approval.currency),
    )
    return may_reassign(actor.role, approval, successor, subject)


def _hand_over(
    session: Session,
    actor: Actor,
    approval: Approval,
    *,
    former: _Former,
    successor: Member,
    now: datetime,
) -> None:
    data = {
        "former": former.name,
        "former_id": former.person_id,
        "approver": successor.name,
        "approver_id": successor.person_id,
    }
    passes = approval.turn == Turn.APPROVER
    record(
        session,
        approval,
        entry_by(actor, Action.REASSIGN, approval, data=data),
        now=now,
        approver_id=successor.person_id,
        approver_first_name=successor.first_name,
        approver_last_name=successor.last_name,
        approver_email=successor.email,
        **({"turn_since": now} if passes else {}),
    )


def _tell(
    session: Session, actor: Actor, approval: Approval, former: _Former, *, now: datetime
) -> None:
    notice = Notice(template="reassigned", actor_name=actor.name, former=former.name)
    if actor.person_id != approval.requester_id:
        notices.tell_requester(session, approval, notice, now=now)
    if actor.person_id != approval.approver_id:
        notices.tell_approver(session, approval, notice, now=now)
    if actor.person_id != former.person_id:
        # The request itself is not theirs to open any more (R2).
        gone = Notice(template="taken_over", actor_name=actor.name, path="/inbox")
        notices.tell_former_approver(session, approval, gone, person_id=former.person_id, now=now)
