"""What a checkout has to know: the verdict on carts and quotes, and who may approve."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.approvals import queries as approvals
from webapp.approvals.policy import Subject, may_approve
from webapp.approvals.reasons import compared_amount
from webapp.carts.domain import Resource
from webapp.checkout.policy import CheckoutFacts, may_check_out
from webapp.identity import queries as identity
from webapp.identity.domain import Actor, Member, Role
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Sentence, Verdict, sentence
from webapp.orders.terms import Offer, by_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A colleague who might approve, and whether they may and why not."""

    member: Member
    verdict: Verdict


def verdict(session: Session, actor: Actor, resource: Resource) -> Verdict:
    """Whether the actor may check this out now, with the reason in words (R24)."""
    company = member = None
    if actor.company_id is not None:
        company = identity.company(session, actor.tenant_id, actor.company_id)
        member = identity.member(session, actor.tenant_id, actor.company_id, actor.person_id)
    settings = identity.settings(session, actor.tenant_id)
    live = approvals.live(session, actor.tenant_id, resource.type, resource.id)
    return may_check_out(
        CheckoutFacts(
            person_id=actor.person_id,
            owner_id=resource.owner_id,
            member=member,
            company=company,
            amount=compared_amount(resource.totals, settings.limit_basis),
            live=live,
        )
    )


def verdicts(session: Session, actor: Actor, resources: Sequence[Resource]) -> list[Verdict]:
    """The verdict on each of the resources, in their order."""
    return [verdict(session, actor, resource) for resource in resources]


def request_of(session: Session, actor: Actor, resource: Resource) -> tuple[Sentence, str] | None:
    """The number of the newest request for this, and its id, if it is the actor's own."""
    approval = approvals.latest_for(session, actor.tenant_id, resource.type, resource.id)
    if approval is None or approval.requester_id != actor.person_id:
        return None
    return sentence(N_("Request {number}"), number=str(approval.number)), approval.id


def candidates(session: Session, actor: Actor, resource: Resource) -> list[Candidate]:
    """The colleagues who may approve this, asked before first; then who may not, with why.

    Requesters who could never approve are left out: their names would only be noise.
    """
    if actor.company_id is None:
        return []
    settings = identity.settings(session, actor.tenant_id)
    subject = Subject(
        requester_id=actor.person_id,
        company=identity.company(session, actor.tenant_id, actor.company_id),
        compared=compared_amount(resource.totals, settings.limit_basis),
    )
    members = identity.members(session, actor.tenant_id, actor.company_id)
    found = [Candidate(member=member, verdict=may_approve(member, subject)) for member in members]
    asked = approvals.approvers_asked_before(session, actor)
    return sorted(filter(_worth_showing, found), key=lambda one: _rank(one, asked))


def _worth_showing(candidate: Candidate) -> bool:
    member = candidate.member
    buys = member.role in (Role.ADMIN, Role.BUYER)
    return bool(candidate.verdict) or (
        candidate.verdict.code != "own_request" and member.active and buys
    )


def _rank(candidate: Candidate, asked: list[str]) -> tuple[bool, int, str]:
    person = candidate.member.person_id
    place = asked.index(person) if person in asked else len(asked)
    return not candidate.verdict, place, candidate.member.last_name


def shipping_prices(offer: Offer) -> dict[str, Money]:
    """The net price of each shipping method on offer, by its key in the form."""
    return {key: method.price for key, method in by_key(offer.site.shipping_methods).items()}
