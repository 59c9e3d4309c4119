"""Several changes of a pending request that count together or not at all (R41)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.approvals import notices, queries
from webapp.approvals.changes import COMMENT, NOTE, Change
from webapp.approvals.claiming import Claimed, claim
from webapp.approvals.conversation import revise
from webapp.approvals.domain import Action, Amendable, Amendment, Status, Unset
from webapp.approvals.models import Approval, Revision
from webapp.approvals.notices import Notice, by
from webapp.approvals.policy import may_note
from webapp.approvals.recording import asked, demand, entry_by, record, signed_in_for
from webapp.approvals.service import ended
from webapp.approvals.substitution import represented
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, Forbidden, Invalid, require
from webapp.kernel.sentence import N_, Sentence, Verdict, sentence
from webapp.kernel.text import clean
from webapp.ledger.service import Entry
from webapp.orders.terms import Terms

# How a person ends a request, and what the other side is then told.
_ENDS = {
    Status.APPROVED: (Action.APPROVE, "approved"),
    Status.DECLINED: (Action.DECLINE, "declined"),
    Status.CLOSED: (Action.WITHDRAW, "withdrawn"),
}


def amendable(
    session: Session, actor: Actor, approval_id: str, *, seen_version: int | None, now: datetime
) -> Amendable:
    """What can be amended, as it stands; locked, so that `amend` in this transaction finds it so.

    Raises `NotFound` for strangers, and `Conflict`: `stale` when another version was seen,
    `finished` when the request is not pending any more or its time is over.
    """
    approval = _pending(session, actor, approval_id, seen_version=seen_version, now=now).approval
    current = queries.revision(session, approval)
    return Amendable(
        comment=approval.comment,
        note=approval.approver_comment,
        details=current.details,
        delivery_window=current.delivery_window,
    )


def amend(
    session: Session,
    actor: Actor,
    approval_id: str,
    amendment: Amendment,
    *,
    seen_version: int | None,
    now: datetime,
) -> Approval:
    """Change words and terms and end the request, as one change, and tell the other side once.

    What is as it was before is no change, and without any nothing is written. Words come first,
    then the terms, then the end: whoever changes the terms and approves, approves the revision that
    they make. Approving places no order, and declining needs no words (R41). Raises what
    `amendable` raises, `Invalid` (`details`, `bad_text`), and `Forbidden`: `not_yours_to_change`
    for the approver's words, `quote_terms`, `status_change` for an end that this person cannot give
    it, with the reason, and `sign_in_again` for a decision that needs a fresh sign-in (R53).
    """
    claimed = _pending(session, actor, approval_id, seen_version=seen_version, now=now)
    plan = _Plan(session, actor, claimed, now)
    plan.reword(amendment)
    plan.change_terms(amendment)
    plan.end(amendment)
    if plan.entries:
        plan.carry_out()
    return claimed.approval


@dataclass(slots=True)
class _Plan:
    """What an amendment comes to, gathered before anything is written."""

    session: Session
    actor: Actor
    claimed: Claimed
    now: datetime
    entries: list[Entry] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    revision: Revision | None = None
    template: str = "commented"
    words: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def approval(self) -> Approval:
        """What is amended."""
        return self.claimed.approval

    def reword(self, amendment: Amendment) -> None:
        """The words of either side; those that come with a decision are told with it."""
        before, after = self.approval.comment, _words(amendment.comment, self.approval.comment)
        if after != before:
            self.values["comment"] = after
            self._tell(COMMENT, before, after)
        before = self.approval.approver_comment
        after = _words(amendment.note, before)
        if after == before:
            return
        is_deputy = represented(self.actor, self.approval) is not None
        require(may_note(self.actor.person_id, self.approval, is_deputy=is_deputy))
        self.values["approver_comment"] = after
        if after is None or amendment.status not in (Status.APPROVED, Status.DECLINED):
            self._tell(NOTE, before, after)

    def change_terms(self, amendment: Amendment) -> None:
        """Delivery and payment: a new revision if they differ (R22, R29)."""
        terms = self._terms(amendment)
        revised = revise(self.session, self.actor, self.approval, terms, now=self.now)
        if revised is None:
            return
        self._demand(Action.CHANGE)
        if not terms.details:
            raise Invalid(sentence(N_("Choose how to deliver and pay.")), code="details")
        self.entries.append(revised.entry)
        self.values.update(revised.values)
        self.changes.extend(revised.changes)
        self.revision, self.template = revised.row, "changed"

    def end(self, amendment: Amendment) -> None:
        """Approve, decline or withdraw, on the revision that this amendment makes (R19)."""
        if isinstance(amendment.status, Unset):
            return
        action, self.template = _end(amendment.status)
        verdict = self._asked(action)
        if not verdict:
            raise Forbidden(verdict.reason or _NOT_SET, code="status_change")
        is_decision = action is not Action.WITHDRAW
        note = (self.values.get("approver_comment") or "") if is_decision else ""
        proof = signed_in_for(self.actor, self.claimed, now=self.now) if is_decision else {}
        self.words.extend([note] if note else [])
        self.values.update(ended(self.actor, self.approval, action, now=self.now))
        self.entries.append(self._entry(action, text=note, data=proof))

    def carry_out(self) -> None:
        """Write it as one change of the request, and tell the other side once."""
        record(self.session, self.approval, *self.entries, now=self.now, **self.values)
        if self.revision is not None:
            self.session.add(self.revision)
        notice = Notice(
            template=self.template,
            **by(self.actor, self.approval),
            text="\n\n".join(self.words),
            changes=self.changes,
        )
        than = self.actor.person_id
        notices.tell_other(self.session, self.approval, notice, than=than, now=self.now)
        if "status" in self.values:
            notices.tell_represented(
                self.session, self.actor, self.approval, notice.text, now=self.now
            )

    def _tell(self, label: str, before: str | None, after: str | None) -> None:
        """New words are said as any comment is; of others the history shows both."""
        if before is None and after is not None:
            self._demand(Action.COMMENT)
            self.entries.append(self._entry(Action.COMMENT, text=after))
            self.words.append(after)
            return
        self._demand(Action.REWORD)
        change = Change(label=label, old=before or "", new=after or "")
        self.entries.append(self._entry(Action.REWORD, data={"changes": [change.as_data()]}))
        self.changes.append(change)

    def _entry(self, action: Action, **content: Any) -> Entry:
        revision = self.values.get("revision")
        return entry_by(self.actor, action, self.approval, revision=revision, **content)

    def _demand(self, action: Action) -> None:
        demand(self.approval, self._asked(action))

    def _asked(self, action: Action) -> Verdict:
        return asked(
            self.session,
            self.actor,
            self.approval,
            action,
            now=self.now,
            known=self.claimed.parties,
        )

    def _terms(self, amendment: Amendment) -> Terms:
        current = queries.revision(self.session, self.approval)
        details, window = amendment.details, amendment.delivery_window
        return Terms(
            details=current.details if isinstance(details, Unset) else details,
            delivery_window=current.delivery_window if isinstance(window, Unset) else window,
        )


def _pending(
    session: Session, actor: Actor, approval_id: str, *, seen_version: int | None, now: datetime
) -> Claimed:
    claimed = claim(session, actor, approval_id)
    approval = claimed.approval
    if seen_version is not None and seen_version != approval.version:
        raise Conflict(
            sentence(N_("This request changed while you were reading it.")), code="stale"
        )
    # Both parties may comment as long as anything may happen.
    verdict = asked(session, actor, approval, Action.COMMENT, now=now, known=claimed.parties)
    demand(approval, verdict)
    return claimed


def _words(wanted: str | Unset | None, current: str | None) -> str | None:
    return current if isinstance(wanted, Unset) else clean(wanted) or None


def _end(status: Status) -> tuple[Action, str]:
    if status not in _ENDS:
        raise Forbidden(_NOT_SET, code="status_change")
    return _ENDS[status]


_NOT_SET: Sentence = sentence(
    N_("People approve, decline or withdraw a request; no other state is set.")
)
