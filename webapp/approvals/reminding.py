"""Reminding approvers of what waits for them (R50)."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from webapp.approvals import due, notices
from webapp.approvals.domain import Action, next_reminder
from webapp.approvals.models import Approval
from webapp.approvals.notices import Notice
from webapp.approvals.policy import ApprovalFacts, in_time, may
from webapp.approvals.recording import entry_by, open_for, record
from webapp.approvals.service import SYSTEM
from webapp.approvals.sweeping import Key, Swept, each
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict
from webapp.kernel.sentence import N_, YES, Verdict, no
from webapp.ledger.service import Entry


def may_remind(
    person_id: str, approval: ApprovalFacts, standing: Verdict = YES, *, now: datetime
) -> Verdict:
    """Whether this person may remind the approver now, and why not."""
    verdict = in_time(approval, now) and may(person_id, Action.REMIND, approval, standing=standing)
    return verdict and rested(approval, now)


def rested(approval: ApprovalFacts, now: datetime) -> Verdict:
    """No, while the approver was reminded less than a day ago (R50)."""
    last = approval.reminded_at
    if last is None or next_reminder(last) <= now:
        return YES
    return no(
        "too_soon",
        N_("You reminded {name} {when}. You can do so again {again}."),
        name=approval.approver_first_name,
        when=last,
        again=next_reminder(last),
    )


def remind(session: Session, actor: Actor, approval_id: str, *, now: datetime) -> Approval:
    """Remind the approver on behalf of the requester, once in 24 hours.

    Raises `Forbidden` with the reason, and `Conflict` (`finished`, `too_soon`).
    """
    approval = open_for(session, actor, approval_id, Action.REMIND, now=now).approval
    verdict = rested(approval, now)
    if not verdict and verdict.reason is not None:
        raise Conflict(verdict.reason, code=verdict.code)
    entry = entry_by(actor, Action.REMIND, approval, data=_of(approval))
    record(session, approval, entry, now=now, reminded_at=now)
    _tell(session, approval, actor.name, now=now)
    return approval


def remind_due(
    session: Session, *, now: datetime, limit: int = 100, but: Collection[Key] = ()
) -> Swept:
    """Remind of what expires soon, each request once, but for these."""
    found = due.to_remind(session, now=now, limit=limit, but=but)
    return each(session, found, partial(_remind, session, now=now))


def _remind(session: Session, approval: Approval, *, now: datetime) -> None:
    entry = Entry(
        action=Action.REMIND,
        revision=approval.revision,
        actor_id=None,
        actor_name=SYSTEM,
        data=_of(approval),
    )
    record(session, approval, entry, now=now, reminder_due_at=None)
    _tell(session, approval, "", now=now)


def _of(approval: Approval) -> dict[str, str]:
    return {"approver": f"{approval.approver_first_name} {approval.approver_last_name}"}


def _tell(session: Session, approval: Approval, actor_name: str, *, now: datetime) -> None:
    notice = Notice(template="reminded", actor_name=actor_name)
    notices.tell_approver(session, approval, notice, now=now)
