"""What a checkout has to know: the verdict on carts and quotes, and who may approve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.approvals import listing
from webapp.approvals import queries as approvals
from webapp.approvals.cover import Cover, cover
from webapp.approvals.domain import Status
from webapp.approvals.reasons import compared_amount
from webapp.approvals.recording import standing
from webapp.approvals.submission import owned_resource, workplace
from webapp.approvals.substitution import is_party, represented
from webapp.approvals.succession import Crew
from webapp.carts import queries as carts
from webapp.carts import quoting
from webapp.carts.domain import CartStatus, Resource, ResourceType
from webapp.carts.queries import CartView
from webapp.checkout.policy import CheckoutFacts, may_check_out
from webapp.identity import queries as identity
from webapp.identity.domain import Actor, Away, Member, Role
from webapp.kernel.errors import NotFound
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, YES, Sentence, Verdict, no, sentence
from webapp.orders.terms import Offer, by_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A colleague who might approve, whether they may, and whether they are away (R52)."""

    member: Member
    verdict: Verdict
    away: Away | None
    absence: Sentence | None
    is_covered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What somebody is about to be asked for."""

    requester_id: str
    compared_minor: int
    currency: str
    approver_id: str = ""


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
    if not is_party(actor, live):
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
    is_deputy = live is not None and represented(actor, live) is not None
    return may_check_out(
        CheckoutFacts(
            person_id=live.approver_id if live and is_deputy else actor.person_id,
            owner_id=resource.owner_id,
            member=member,
            company=company,
            amount=compared_amount(resource.totals, settings.limit_basis),
            live=live,
            standing=(
                standing(session, live, actor.person_id if is_deputy else None)
                if live and live.status == Status.PENDING
                else YES
            ),
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


def candidates(
    session: Session, actor: Actor, resource: Resource, *, now: datetime
) -> list[Candidate]:
    """The colleagues who may approve this, asked before first; then who may not, with why.

    Whoever is away without anybody who could decide for them stands behind those who could.
    Requesters who could never approve are left out: their names would only be noise.
    """
    if actor.company_id is None:
        return []
    basis = identity.settings(session, actor.tenant_id).limit_basis
    compared = compared_amount(resource.totals, basis)
    wish = _Wish(
        requester_id=actor.person_id,
        compared_minor=compared.minor,
        currency=compared.currency,
    )
    crew = Crew(
        company=identity.company(session, actor.tenant_id, actor.company_id),
        members=identity.members(session, actor.tenant_id, actor.company_id),
    )
    covered = cover(session, actor.tenant_id, crew, now=now)
    found = [_candidate(covered, wish, member) for member in crew.members]
    asked = listing.approvers_asked_before(session, actor)
    return sorted(filter(_worth_showing, found), key=lambda one: _rank(one, asked))


def approvers(
    session: Session,
    actor: Actor,
    resource_type: ResourceType,
    resource_id: str,
    *,
    now: datetime,
) -> list[Candidate]:
    """Whom the actor may ask about their cart or quote, asked before first (R11, R12).

    Raises `Forbidden` (`no_company`, `not_owner`), `NotFound` (`no_membership`, `no_resource`) and
    `Conflict` (`resource_closed`).
    """
    workplace(session, actor)
    resource = owned_resource(session, actor, resource_type, resource_id)
    return [one for one in candidates(session, actor, resource, now=now) if one.verdict]


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


def _candidate(covered: Cover, wish: _Wish, member: Member) -> Candidate:
    person_id = member.person_id
    return Candidate(
        member=member,
        verdict=covered.crew.verdict_on(person_id, wish),
        away=covered.away(person_id),
        absence=covered.words_on(wish, person_id, reader_id=wish.requester_id),
        is_covered=covered.is_decided(wish, person_id),
    )


def _worth_showing(candidate: Candidate) -> bool:
    member = candidate.member
    buys = member.role in (Role.ADMIN, Role.BUYER)
    return bool(candidate.verdict) or (
        candidate.verdict.code != "own_request" and member.active and buys
    )


def _rank(candidate: Candidate, asked: list[str]) -> tuple[bool, bool, int, str]:
    person = candidate.member.person_id
    place = asked.index(person) if person in asked else len(asked)
    return not candidate.verdict, not candidate.is_covered, place, candidate.member.last_name
