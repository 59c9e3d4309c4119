"""What happens to carts and quotes: made, changed, deleted, handed over and brought back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.carts import listing, queries, recording
from webapp.carts.domain import (
    CartStatus,
    QuoteStatus,
    Resource,
    ResourceType,
    may_hand_over,
)
from webapp.carts.drafting import Draft, Goods, Terms, resolve
from webapp.carts.lines import NewLine, check_lines
from webapp.carts.models import Cart, Quote
from webapp.carts.parsing import Reading
from webapp.carts.queries import CartView
from webapp.carts.recording import Key
from webapp.carts.snapshot import thaw
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, NotFound
from webapp.kernel.sentence import N_, sentence


def draft(
    session: Session,
    actor: Actor,
    reading: Reading,
    *,
    cart: CartView | None = None,
    default_tax: Decimal | None = None,
) -> Draft:
    """What these lines would be in the actor's cart, or in a new one at the default site."""
    if cart is None:
        currency = queries.default_site(session, actor.tenant_id).currency
    else:
        currency = cart.resource.currency
    unnamed = any(not line.sku for line in reading.lines)
    listed = listing.products(session, actor.tenant_id, currency) if unnamed else []
    skus = {line.sku for line in reading.lines if line.sku}
    goods = Goods(
        by_sku=listing.products_by_sku(session, actor.tenant_id, currency, skus),
        by_name={product.name.lower(): product for product in listed},
        kept=cart.resource.lines if cart else (),
    )
    return resolve(reading, goods, Terms(currency=currency, default_tax=default_tax))


def create(
    session: Session,
    actor: Actor,
    *,
    name: str,
    lines: Sequence[NewLine],
    now: datetime,
    cart_id: str | None = None,
) -> str:
    """A new open cart of the actor at the tenant's default site; its id.

    A form that brings an id and is sent twice makes one cart (R64). Raises `Invalid` when a cart
    cannot hold these lines.
    """
    site = queries.default_site(session, actor.tenant_id)
    check_lines(lines, site.currency)
    place = {"site_code": site.code, "currency": site.currency}
    own: dict[str, Any] = {**_owner(actor), **place, "name": name, "now": now}
    store = partial(recording.store, session, actor.tenant_id, lines, **own)
    if cart_id is None:
        return store()
    try:
        with session.begin_nested():
            return store(cart_id=cart_id)
    except IntegrityError:
        is_there = _is_there(session, actor, cart_id, name=name, lines=lines)
        return cart_id if is_there else store()


def change(
    session: Session,
    actor: Actor,
    cart_id: str,
    *,
    name: str,
    lines: Sequence[NewLine],
    seen_version: int,
    now: datetime,
) -> None:
    """Give the actor's open cart this name and these lines.

    A form that is sent again finds the cart as it wants it, and changes nothing (R64). Raises
    `NotFound`, `Invalid` for bad lines, and `Conflict`: `cart_closed` once it was handed over,
    `cart_changed` when it is not the version the person saw (R29).
    """
    cart = queries.get(session, actor, cart_id)
    require_open(cart)
    currency = cart.resource.currency
    check_lines(lines, currency)
    kept = recording.with_ids(lines)
    key = Key(actor.tenant_id, cart_id)
    values = {"name": name, **recording.sums(kept, currency), "updated_at": now}
    try:
        recording.claim(session, key, seen_version, values)
    except Conflict:
        if _is_there(session, actor, cart_id, name=name, lines=lines):
            return
        raise
    recording.replace_lines(session, key, kept)


def remove(
    session: Session, actor: Actor, cart_id: str, *, seen_version: int, now: datetime
) -> None:
    """Delete the actor's open cart; raises as `change` does."""
    cart = queries.get(session, actor, cart_id)
    require_open(cart)
    values = {"status": CartStatus.DELETED, "updated_at": now}
    recording.claim(session, Key(actor.tenant_id, cart_id), seen_version, values)


def consume(
    session: Session, resource: Resource, to: CartStatus | QuoteStatus, *, now: datetime
) -> None:
    """Hand the resource over to a request or an order, once (R7, R25).

    It must still be in the state and version in which `queries.resource` read it; otherwise
    somebody was quicker, and `Conflict` (code `resource_taken`) is raised.
    """
    if not may_hand_over(resource, to):
        raise _taken(resource)
    table = Cart if resource.type is ResourceType.CART else Quote
    statement = update(table).where(
        table.tenant_id == resource.tenant_id,
        table.id == resource.id,
        table.status == resource.status,
        table.version == resource.version,
    )
    values = {"status": to, "version": table.version + 1, "updated_at": now}
    if recording.count(session, statement.values(values)) != 1:
        raise _taken(resource)


def restore(
    session: Session,
    actor: Actor,
    *,
    snapshot: dict[str, Any],
    details: dict[str, Any] | None,
    delivery_window: dict[str, Any] | None,
    resubmits_id: str | None,
    now: datetime,
) -> str:
    """A new open cart with the goods and choices of a request that failed (R27); its id."""
    frozen = thaw(snapshot)
    lines = [
        NewLine(
            product_id=line.product_id,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            unit_price=line.unit_price if line.new_unit_price is None else line.new_unit_price,
            tax_rate=line.tax_rate,
        )
        for line in frozen.lines
    ]
    return recording.store(
        session,
        actor.tenant_id,
        lines,
        **_owner(actor),
        site_code=frozen.site_code,
        currency=frozen.currency,
        details=details,
        delivery_window=delivery_window,
        resubmits_id=resubmits_id,
        now=now,
    )


def require_open(cart: CartView) -> None:
    """Return while the cart can be changed; raises `Conflict` (code `cart_closed`)."""
    if not cart.resource.open:
        raise Conflict(
            sentence(N_("This cart was handed over already, so it cannot be changed any more.")),
            code="cart_closed",
        )


def _is_there(
    session: Session, actor: Actor, cart_id: str, *, name: str, lines: Sequence[NewLine]
) -> bool:
    """Whether this cart of the actor's is as it would be made of these lines."""
    try:
        cart = queries.get(session, actor, cart_id)
    except NotFound:
        return False
    made = [replace(line, line_id="") for line in cart.resource.lines]
    return cart.name == name and made == [line.as_line("") for line in lines]


def _owner(actor: Actor) -> dict[str, str | None]:
    return {"owner_id": actor.person_id, "company_id": actor.company_id}


def _taken(resource: Resource) -> Conflict:
    text = (
        N_("This cart was handed over already.")
        if resource.type is ResourceType.CART
        else N_("This quote can no longer be ordered.")
    )
    return Conflict(sentence(text), code="resource_taken")
