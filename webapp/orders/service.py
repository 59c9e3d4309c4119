"""Placing orders: once for each cart, quote or request, from exactly what was approved."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from webapp.carts import queries as cart_queries
from webapp.carts import service as cart_service
from webapp.carts.domain import CartStatus, QuoteStatus, ResourceType
from webapp.carts.snapshot import thaw
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict
from webapp.kernel.ids import new_code
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, sentence
from webapp.orders import details, queries
from webapp.orders.domain import OrderDraft, first_status
from webapp.orders.models import Order
from webapp.webhooks.domain import Event, EventType
from webapp.webhooks.publishing import publish


def place(session: Session, actor: Actor, draft: OrderDraft, *, now: datetime) -> str:
    """Place the order and consume what it is placed from; its id.

    A cart that was submitted is ordered through its request only. Raises `Conflict`: `ordered` when
    there is an order already, `resource_taken` when the cart or quote is in no state to be ordered.
    """
    _refuse_second(session, actor, draft)
    try:
        _consume(session, actor, draft, now)
    except Conflict:
        # Somebody ordered between our look and our claim: the better answer names that order.
        _refuse_second(session, actor, draft)
        raise
    order_id, values = new_code(), _values(actor, draft, now)
    session.execute(insert(Order).values(**values, id=order_id))
    _announce(session, order_id, values, now=now)
    return order_id


def _refuse_second(session: Session, actor: Actor, draft: OrderDraft) -> None:
    order = queries.id_for_resource(
        session, actor.tenant_id, draft.resource_type, draft.resource_id
    )
    if order is not None:
        raise Conflict(
            sentence(N_("This was ordered already; the order is {order}."), order=order),
            code="ordered",
        )


def _consume(session: Session, actor: Actor, draft: OrderDraft, now: datetime) -> None:
    is_cart = draft.resource_type is ResourceType.CART
    submitted = is_cart and draft.approval_id is not None
    expected = (
        CartStatus.SUBMITTED if submitted else CartStatus.OPEN if is_cart else QuoteStatus.OPEN
    )
    resource = cart_queries.resource(
        session, actor.tenant_id, draft.resource_type, draft.resource_id
    )
    if resource is None or resource.status != expected:
        raise Conflict(
            sentence(N_("This can no longer be ordered: it was handed over or removed meanwhile.")),
            code="resource_taken",
        )
    to = CartStatus.ORDERED if is_cart else QuoteStatus.ACCEPTED
    cart_service.consume(session, resource, to, now=now)


def _announce(session: Session, order_id: str, values: dict[str, Any], *, now: datetime) -> None:
    total = Money(values["total_minor"], values["currency"])
    data = {
        "tenant": values["tenant_id"],
        "company": values["company_id"],
        "order": order_id,
        "status": str(values["status"]),
        "approval": values["approval_id"],
        "owner": values["owner_id"],
        "actor": values["placed_by_id"],
        "resource": {"type": str(values["resource_type"]), "id": values["resource_id"]},
        "total": {"amount": float(total.amount), "currency": total.currency},
    }
    event = Event(
        type=EventType.ORDERED,
        tenant_id=values["tenant_id"],
        company_id=values["company_id"],
        # Behind what was told of its request.
        stream_id=values["approval_id"] or order_id,
        data=data,
    )
    publish(session, event, now=now)


def _values(actor: Actor, draft: OrderDraft, now: datetime) -> dict[str, Any]:
    frozen = thaw(draft.snapshot)
    view = details.read(draft.details, frozen.currency)
    totals = frozen.totals
    shipping = details.shipping_price(draft.details, frozen.currency)
    return {
        "tenant_id": actor.tenant_id,
        "status": first_status(view.payment.provider if view.payment else ""),
        "resource_type": draft.resource_type,
        "resource_id": draft.resource_id,
        "approval_id": draft.approval_id,
        "owner_id": draft.owner_id,
        "owner_name": draft.owner_name,
        "placed_by_id": actor.person_id,
        "placed_by_name": actor.name,
        "company_id": draft.company_id,
        "company_name": draft.company_name,
        "site_code": draft.site_code,
        "currency": frozen.currency,
        "net_minor": totals.net.minor,
        "tax_minor": totals.tax.minor,
        "gross_minor": totals.gross.minor,
        "shipping_minor": shipping.minor,
        "total_minor": (totals.gross + shipping).minor,
        "title": ", ".join(frozen.names),
        "item_count": len(frozen.lines),
        "snapshot": draft.snapshot,
        "details": draft.details,
        "delivery_window": draft.delivery_window,
        "delivery_words": draft.delivery_words,
        "placed_at": now,
    }
