"""May this cart or quote be checked out, by whom, and why not (R24)."""

from dataclasses import dataclass
from typing import Protocol

from webapp.approvals.domain import Status
from webapp.approvals.policy import may_need_approval
from webapp.approvals.reasons import reason
from webapp.identity.domain import CompanyFacts, Member
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, YES, Verdict, no, yes


class LiveApproval(Protocol):
    """The pending or approved request of the resource, as far as checkout needs it."""

    @property
    def status(self) -> str: ...
    @property
    def requester_id(self) -> str: ...
    @property
    def approver_id(self) -> str: ...
    @property
    def approver_first_name(self) -> str: ...
    @property
    def order_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutFacts:
    """Who wants to check out what; `amount` is what counts against the limit (R9).

    `standing` is whether the approver of the live request may still decide it (R19).
    """

    person_id: str
    owner_id: str
    member: Member | None
    company: CompanyFacts | None
    amount: Money
    live: LiveApproval | None = None
    standing: Verdict = YES


def may_check_out(facts: CheckoutFacts) -> Verdict:
    """The truth table of the reference service (its section 5.4), each answer with its reason."""
    if facts.company is None:
        return no(
            "no_company", N_("You do not belong to any company, so nothing is approved here.")
        )
    if facts.live is not None and facts.person_id in (
        facts.live.requester_id,
        facts.live.approver_id,
    ):
        return _with_request(facts, facts.company, facts.live)
    if facts.person_id != facts.owner_id:
        return no("not_owner", N_("Only its owner may do this."))
    return _alone(facts, facts.company)


def _with_request(facts: CheckoutFacts, company: CompanyFacts, live: LiveApproval) -> Verdict:
    if live.order_id is not None:
        return no("ordered", N_("The order {order} has been placed."), order=live.order_id)
    if live.status == Status.APPROVED:
        return yes("approved", N_("This was approved, so the order can be placed."))
    if facts.person_id == live.approver_id:
        decides = yes("approver", N_("You decide this request; ordering approves it."))
        return facts.standing and decides
    alone = _alone(facts, company)
    if alone:
        return alone
    return no("pending", N_("{approver} has not decided yet."), approver=live.approver_first_name)


def _alone(facts: CheckoutFacts, company: CompanyFacts) -> Verdict:
    """A refusal of `may_need_approval` because none is needed is the permission to order alone."""
    needed = may_need_approval(facts.member, company, facts.amount)
    if needed.code == "not_needed":
        return Verdict(True, "alone", needed.reason)
    if not needed or facts.member is None:
        return needed
    why = reason(company, facts.amount, requester=facts.member.first_name)
    return Verdict(False, "needs_approval", why.sentence(to_requester=True))
