"""Who may do what with an approval, and why not; pages, API and mails all ask here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from webapp.approvals.domain import NEXT, Action, Status, Turn
from webapp.approvals.reasons import Deciders, deciders, exceeds
from webapp.carts.domain import ResourceType
from webapp.identity.domain import CompanyFacts, Member, Role
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, YES, Sentence, Verdict, no, sentence


class ApprovalFacts(Protocol):
    """What the rules need to know of an approval; the table's rows satisfy it."""

    @property
    def status(self) -> str: ...
    @property
    def turn(self) -> str | None: ...
    @property
    def resource_type(self) -> str: ...
    @property
    def requester_id(self) -> str: ...
    @property
    def requester_first_name(self) -> str: ...
    @property
    def approver_id(self) -> str: ...
    @property
    def approver_first_name(self) -> str: ...
    @property
    def approver_last_name(self) -> str: ...
    @property
    def decided_by_id(self) -> str | None: ...
    @property
    def decided_by_name(self) -> str | None: ...
    @property
    def order_id(self) -> str | None: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def reminded_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What somebody would decide on: whose request, in which company now, over which amount."""

    requester_id: str
    company: CompanyFacts
    compared: Money


def may_need_approval(member: Member | None, company: CompanyFacts, amount: Money) -> Verdict:
    """Whether this person asks for approval, may order alone, or does not buy here (R4, R6)."""
    if member is None or not member.active:
        return no("no_membership", N_("You do not belong to {company}."), company=company.name)
    if member.role is Role.CONTACT:
        return no(
            "contact",
            N_("Contacts of {company} do not buy, so they ask for nothing."),
            company=company.name,
        )
    if member.role is Role.ADMIN:
        return no(
            "not_needed",
            N_("As an admin of {company} you may place this order alone."),
            company=company.name,
        )
    if member.role is Role.BUYER and not exceeds(amount, company.limit):
        return _buyer_needs_none(company, amount)
    return YES


def may_approve(candidate: Member | None, subject: Subject) -> Verdict:
    """Whether this person may decide now: company, activity, group or role and limit (R11, R12)."""
    if candidate is None or candidate.company_id != subject.company.id:
        return no(
            "not_member", N_("They do not belong to {company}."), company=subject.company.name
        )
    if candidate.person_id == subject.requester_id:
        return no("own_request", N_("Nobody approves their own request."))
    if not candidate.active:
        return no("inactive", N_("{name} is not active any more."), name=candidate.first_name)
    return _QUALIFIED[deciders(subject.company, subject.compared)](candidate, subject)


def may(
    person_id: str,
    action: Action,
    approval: ApprovalFacts,
    *,
    standing: Verdict = YES,
    is_deputy: bool = False,
) -> Verdict:
    """Whether this person may do this now; `standing` is `may_approve`, asked again now (R19).

    A deputy of the approver may do what the approver may, with the standing of their own (R52).
    """
    if (Status(approval.status), action) not in NEXT:
        return Verdict(False, "finished", outcome(approval))
    return _RULES[action](_acts_as(person_id, approval, is_deputy), approval, standing)


def may_note(person_id: str, approval: ApprovalFacts, *, is_deputy: bool = False) -> Verdict:
    """Whether this person may say what the approver says beside a decision (R41)."""
    if _acts_as(person_id, approval, is_deputy) == approval.approver_id:
        return YES
    return no(
        "not_yours_to_change",
        N_("These are the words of {name}, so only they change them."),
        name=approval.approver_first_name,
    )


def in_time(approval: ApprovalFacts, now: datetime) -> Verdict:
    """No, once the time of a pending request is over, even if nobody has noted it yet (R20)."""
    if approval.status == Status.PENDING and approval.expires_at <= now:
        return Verdict(False, "finished", sentence(_OUTCOMES[Status.EXPIRED]))
    return YES


def outcome(approval: ApprovalFacts) -> Sentence:
    """How the request stands, who decided, and for whom (law 2, R52)."""
    owner = decided_for(approval)
    texts = _OUTCOMES_FOR if owner else _OUTCOMES
    name = approval.decided_by_name or ""
    return sentence(texts[Status(approval.status)], name=name, owner=owner)


def decided_for(approval: ApprovalFacts) -> str:
    """The name of the approver on whose behalf a deputy ended it; empty for everybody else."""
    if approval.decided_by_id in (None, approval.requester_id, approval.approver_id):
        return ""
    return f"{approval.approver_first_name} {approval.approver_last_name}"


def _acts_as(person_id: str, approval: ApprovalFacts, is_deputy: bool) -> str:
    """The party whose side this person takes; a requester is never on the other one."""
    return approval.approver_id if is_deputy and person_id != approval.requester_id else person_id


def _buyer_needs_none(company: CompanyFacts, amount: Money) -> Verdict:
    if company.limit is None:
        return no(
            "not_needed",
            N_("{company} has no limit, so you may place this order alone."),
            company=company.name,
        )
    return no(
        "not_needed",
        N_(
            "{total} is within {company}’s limit of {limit:bare}, "
            "so you may place this order alone."
        ),
        total=amount,
        company=company.name,
        limit=company.limit,
    )


def _in_group(candidate: Member, subject: Subject) -> Verdict:
    if candidate.in_group:
        return YES
    return no(
        "not_in_group",
        N_("{name} cannot approve this: only members of {company}’s approval group decide."),
        name=candidate.first_name,
        company=subject.company.name,
    )


def _is_admin(candidate: Member, subject: Subject) -> Verdict:
    if candidate.role is Role.ADMIN:
        return YES
    return no(
        "only_admins",
        N_("{name} cannot approve this: over {company}’s limit only admins may."),
        name=candidate.first_name,
        company=subject.company.name,
    )


def _is_admin_or_buyer(candidate: Member, subject: Subject) -> Verdict:
    if candidate.role in (Role.ADMIN, Role.BUYER):
        return YES
    return no(
        "role",
        N_("{name} cannot approve this: only admins and buyers of {company} may."),
        name=candidate.first_name,
        company=subject.company.name,
    )


_QUALIFIED: dict[Deciders, Callable[[Member, Subject], Verdict]] = {
    Deciders.GROUP: _in_group,
    Deciders.ADMIN: _is_admin,
    Deciders.ADMIN_OR_BUYER: _is_admin_or_buyer,
}


def _decides(person_id: str, approval: ApprovalFacts, standing: Verdict) -> Verdict:
    assigned = _is_approver(person_id, approval, standing)
    return standing if assigned else assigned


def _is_approver(person_id: str, approval: ApprovalFacts, _standing: Verdict) -> Verdict:
    if person_id == approval.requester_id:
        return no("own_request", N_("You asked for this, so somebody else has to decide."))
    if person_id != approval.approver_id:
        return no(
            "not_assigned",
            N_("{name} decides this request."),
            name=f"{approval.approver_first_name} {approval.approver_last_name}",
        )
    return YES


def _is_party(person_id: str, approval: ApprovalFacts, _standing: Verdict) -> Verdict:
    if person_id in (approval.requester_id, approval.approver_id):
        return YES
    return no("not_party", N_("Only the requester and the approver may do this."))


def _is_requester(person_id: str, approval: ApprovalFacts, _standing: Verdict) -> Verdict:
    if person_id == approval.requester_id:
        return YES
    return no("not_requester", N_("Only {name} may do this."), name=approval.requester_first_name)


def _answers(person_id: str, approval: ApprovalFacts, standing: Verdict) -> Verdict:
    if approval.turn != Turn.REQUESTER:
        return no("no_question", N_("There is no open question to answer."))
    return _is_requester(person_id, approval, standing)


def _reminds(person_id: str, approval: ApprovalFacts, standing: Verdict) -> Verdict:
    asks = _is_requester(person_id, approval, standing)
    if asks and approval.turn != Turn.APPROVER:
        return no(
            "your_turn",
            N_("It is your turn, so there is nothing to remind {name} of."),
            name=approval.approver_first_name,
        )
    return asks and standing


def _changes(person_id: str, approval: ApprovalFacts, standing: Verdict) -> Verdict:
    party = _is_party(person_id, approval, standing)
    if party and approval.resource_type == ResourceType.QUOTE:
        return no("quote_terms", N_("A quote brings its own terms; they are not changed here."))
    return party


def _orders(person_id: str, approval: ApprovalFacts, standing: Verdict) -> Verdict:
    if approval.order_id is not None:
        return no("ordered", N_("The order {order} has been placed."), order=approval.order_id)
    return _is_party(person_id, approval, standing)


def _is_handed_over(_person: str, _approval: ApprovalFacts, _standing: Verdict) -> Verdict:
    return no("by_admins", N_("Only admins hand requests over, on the page of the company."))


def _happens_by_itself(_person: str, _approval: ApprovalFacts, _standing: Verdict) -> Verdict:
    return no("by_itself", N_("Requests expire by themselves."))


_RULES: dict[Action, Callable[[str, ApprovalFacts, Verdict], Verdict]] = {
    Action.APPROVE: _decides,
    Action.DECLINE: _decides,
    Action.ASK: _is_approver,
    Action.ANSWER: _answers,
    Action.COMMENT: _is_party,
    Action.REMIND: _reminds,
    Action.CHANGE: _changes,
    Action.REWORD: _is_party,
    Action.WITHDRAW: _is_party,
    Action.EXPIRE: _happens_by_itself,
    Action.ORDER: _orders,
    Action.RESUBMIT: _is_requester,
    Action.REASSIGN: _is_handed_over,
    Action.ATTACH: _is_party,
    Action.DETACH: _is_party,
}

_OUTCOMES = {
    Status.PENDING: N_("This request is waiting for a decision."),
    Status.APPROVED: N_("{name} has approved this request."),
    Status.DECLINED: N_("{name} has declined this request."),
    Status.CLOSED: N_("{name} has withdrawn this request."),
    Status.EXPIRED: N_("This request has expired without a decision."),
}
_OUTCOMES_FOR = {
    Status.APPROVED: N_("{name} has approved this request for {owner}."),
    Status.DECLINED: N_("{name} has declined this request for {owner}."),
    Status.CLOSED: N_("{name} has withdrawn this request for {owner}."),
}
