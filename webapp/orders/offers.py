"""What there is to choose from when something is delivered and paid."""

from sqlalchemy.orm import Session

from webapp.carts import queries as carts
from webapp.identity import queries as identity
from webapp.identity.domain import Actor
from webapp.orders.terms import Offer


def offer(session: Session, actor: Actor, site_code: str) -> Offer:
    """The site's price list and the addresses of the actor's company, by id."""
    addresses = (
        identity.addresses(session, actor.tenant_id, actor.company_id) if actor.company_id else []
    )
    return Offer(
        site=carts.site(session, actor.tenant_id, site_code),
        shipping_addresses={a.id: dict(a.address) for a in addresses if a.kind == "SHIPPING"},
        billing_addresses={a.id: dict(a.address) for a in addresses if a.kind == "BILLING"},
    )
