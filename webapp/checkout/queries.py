"""What a checkout has to know: the verdict on carts and quotes, and who may approve."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.approvals import listing
from webapp.approvals import queries as approvals
from webapp.approvals.domain import Status
from webapp.approvals.policy import Subject, may_approve
from webapp.approvals.reasons import compared_amount
from webapp.approvals.recording import standing
from webapp.approvals.submission import owned_resource, workplace
from webapp.carts import queries as carts
from webapp.carts import quoting
from webapp.carts.domain import CartStatus, Resource, ResourceType
from webapp.carts.queries import CartView
from webapp.checkout.policy import CheckoutFacts, may_check_out
from webapp.identity import queries as identity
from webapp.identity.domain import Actor, Member, Role
from webapp.kernel.errors import NotFound
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, YES, Sentence, Verdict, no, sentence
from webapp.orders.terms import Offer, by_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A colleague who might approve, and whether they may and why not."""

    member: Member
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A verdict on checking out, and the live request that the actor is a party of."""

    verdict: Verdict
    approval_id: str | None = None
    status: str | None = None


def permission(
    session: Session, actor: Actor, resource_type: ResourceType, resource_id: str
) -> Permission:
    """Whether the actor may check this out, and by which request; of a colleague's: no (R24).

    Raises `Forbidden` (`no_company`) and `NotFound` (`no_membership`, `no_resource`).
    """
    company, _ = workplace(session, actor)
    resource = carts.resource(session, actor.tenant_id, resource_type, resource_id)
    live = approvals.live(session, actor.tenant_id, resource_type, resource_id)
    is_gone = live is None and resource is not None and resource.status == CartStatus.ORDERED
    if resource is None or resource.company_id != company.id or is_gone:
        raise NotFound(sentence(N_("There is no such cart or quote.")), code="no_resource")
    found = verdict(session, actor, resource)
    if live is None:
        return Permission(verdict=unless_taken(found, resource))
    if actor.person_id not in (live.requester_id, live.approver_id):
        return Permission(verdict=found)
    return Permission(verdict=found, approval_id=live.id, status=live.status)


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
            standing=standing(session, live) if live and live.status == Status.PENDING else YES,
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
    asked = listing.approvers_asked_before(session, actor)
    return sorted(filter(_worth_showing, found), key=lambda one: _rank(one, asked))


def approvers(
    session: Session, actor: Actor, resource_type: ResourceType, resource_id: str
) -> list[Member]:
    """Whom the actor may ask about their cart or quote, asked before first (R11, R12).

    Raises `Forbidden` (`no_company`, `not_owner`), `NotFound` (`no_membership`, `no_resource`) and
    `Conflict` (`resource_closed`).
    """
    workplace(session, actor)
    resource = owned_resource(session, actor, resource_type, resource_id)
    return [one.member for one in candidates(session, actor, resource) if one.verdict]


def unless_taken(found: Verdict, resource: Resource) -> Verdict:
    """The verdict, but no for a cart that a request took: it is not given back (R7)."""
    if resource.open or not found:
        return found
    if resource.type is ResourceType.QUOTE:
        return no("resource_closed", N_("This quote is not open any more."))
    return no(
        "resource_closed", N_("The request for this cart has ended. Put the goods into a new cart.")
    )


def quote(session: Session, actor: Actor, quote_id: str) -> CartView:
    """The actor's quote, or one that the actor was asked to approve; raises `NotFound`."""
    asked = approvals.latest_for(session, actor.tenant_id, ResourceType.QUOTE, quote_id)
    if asked is None or asked.approver_id != actor.person_id:
        return carts.quote(session, actor, quote_id)
    approvals.get(session, actor, asked.id)
    return quoting.of_anybody(session, actor.tenant_id, quote_id)


def shipping_prices(offer: Offer) -> dict[str, Money]:
    """The net price of each shipping method on offer, by its key in the form."""
    return {key: method.price for key, method in by_key(offer.site.shipping_methods).items()}


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
