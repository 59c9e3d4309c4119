"""Ordering alone, where that is allowed."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.approvals import queries as approvals
from webapp.approvals.submission import owned_resource
from webapp.carts import queries as carts
from webapp.carts.domain import ResourceType
from webapp.carts.snapshot import freeze
from webapp.checkout import queries
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, require
from webapp.kernel.sentence import N_, sentence
from webapp.orders import delivery
from webapp.orders import service as orders
from webapp.orders.domain import OrderDraft
from webapp.orders.terms import Terms


def order_alone(
    session: Session,
    actor: Actor,
    resource_type: ResourceType,
    resource_id: str,
    *,
    terms: Terms,
    now: datetime,
) -> str:
    """Place the order of a cart or quote without an approval; its id (R24).

    Raises `NotFound`, `Forbidden` with the reason where an approval is needed, and `Conflict` when
    it was ordered or submitted meanwhile.
    """
    resource = owned_resource(session, actor, resource_type, resource_id)
    require(queries.verdict(session, actor, resource))
    if approvals.live(session, actor.tenant_id, resource.type, resource.id) is not None:
        raise Conflict(
            sentence(N_("There is a request for this; order it from there.")), code="exists"
        )
    words = delivery.freeze(terms, carts.site(session, actor.tenant_id, resource.site_code))
    return orders.place(
        session,
        actor,
        OrderDraft(
            resource_type=resource.type,
            resource_id=resource.id,
            approval_id=None,
            owner_id=actor.person_id,
            owner_name=actor.name,
            company_id=actor.company_id,
            company_name=actor.company_name,
            site_code=resource.site_code,
            snapshot=freeze(resource),
            details=terms.details,
            delivery_window=terms.delivery_window,
            delivery_words=words,
        ),
        now=now,
    )
