"""Everything that the checkout page shows, read in one go."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.approvals import queries as approvals
from webapp.approvals.earlier import Earlier, earlier
from webapp.approvals.reasons import Reason, compared_amount, reason
from webapp.carts import queries as carts
from webapp.carts.domain import Resource, ResourceType
from webapp.carts.queries import CartView
from webapp.carts.snapshot import Snapshot, freeze, thaw
from webapp.checkout import queries
from webapp.checkout.queries import Candidate
from webapp.identity import queries as identity
from webapp.identity.domain import Actor
from webapp.kernel.money import Money
from webapp.kernel.sentence import Verdict
from webapp.orders import queries as orders
from webapp.orders.offers import offer
from webapp.orders.terms import Offer, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A cart or quote of the actor, whether they may order it alone, and what is on offer."""

    view: CartView
    snapshot: Snapshot
    verdict: Verdict
    reason: Reason | None
    candidates: list[Candidate]
    offer: Offer
    request_id: str | None
    order_id: str | None
    earlier: Earlier | None

    @property
    def resource(self) -> Resource:
        """What is checked out."""
        return self.view.resource

    @property
    def alone(self) -> bool:
        """Whether it can be ordered without asking."""
        return self.verdict.code == "alone"

    @property
    def asks(self) -> bool:
        """Whether somebody has to be asked."""
        return self.verdict.code == "needs_approval"

    @property
    def is_handed_over(self) -> bool:
        """Whether there is a request or an order for it already."""
        return self.request_id is not None or self.order_id is not None

    @property
    def terms(self) -> Terms:
        """The choices that the cart brings with it."""
        return Terms(details=self.resource.details, delivery_window=self.resource.delivery_window)

    @property
    def has_terms(self) -> bool:
        """Whether delivery and payment are chosen here; a quote brings its own (R28)."""
        return self.resource.type is ResourceType.CART

    @property
    def goods(self) -> Money:
        """The gross total of the goods."""
        return self.resource.totals.gross

    def candidate(self, person_id: str | None) -> Candidate | None:
        """The colleague with this id."""
        return next((c for c in self.candidates if c.member.person_id == person_id), None)


def load(
    session: Session, actor: Actor, kind: ResourceType, resource_id: str, *, now: datetime
) -> Scene:
    """The scene of the actor's cart or quote; raises `NotFound` when it is not theirs."""
    find = carts.get if kind is ResourceType.CART else carts.quote
    view = find(session, actor, resource_id)
    resource = view.resource
    verdict = queries.verdict(session, actor, resource)
    live = approvals.live(session, actor.tenant_id, kind, resource.id)
    return Scene(
        view=view,
        snapshot=thaw(freeze(resource)),
        verdict=verdict,
        reason=_reason(session, actor, resource) if verdict.code == "needs_approval" else None,
        candidates=queries.candidates(session, actor, resource, now=now),
        offer=offer(session, actor, resource.site_code),
        request_id=live.id if live else None,
        order_id=orders.id_for_resource(session, actor.tenant_id, kind, resource.id),
        earlier=earlier(session, actor, view.resubmits_id),
    )


def _reason(session: Session, actor: Actor, resource: Resource) -> Reason:
    basis = identity.settings(session, actor.tenant_id).limit_basis
    company = identity.company(session, actor.tenant_id, actor.company_id or "")
    amount = compared_amount(resource.totals, basis)
    return reason(company, amount, requester=actor.first_name)
