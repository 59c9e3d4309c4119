"""Composing delivery and payment from what a person chose on the site's price list (R15, R34)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from webapp.carts.domain import DeliveryWindow, PaymentMethod, ShippingMethod, SiteFacts
from webapp.kernel.money import Money
from webapp.orders.details import shipping_price

Item = TypeVar("Item", ShippingMethod, PaymentMethod, DeliveryWindow)

# The choice that leaves a part as it is; a client may have sent what no list of ours offers.
KEEP = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How an order is delivered and paid: the API's `details` and `deliveryWindow` documents."""

    details: dict[str, Any] | None
    delivery_window: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What there is to choose from: the site's price list and the company's addresses by id."""

    site: SiteFacts
    shipping_addresses: dict[str, dict[str, Any]]
    billing_addresses: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person chose: ids of the offer, or `KEEP`; `day` and `window` go together."""

    shipping_address: str = KEEP
    billing_address: str = KEEP
    shipping_method: str = KEEP
    payment_method: str = KEEP
    window: str = KEEP
    day: date | None = None


def compose(current: Terms, choice: Choice, offer: Offer, goods: Money) -> Terms:
    """The terms with the chosen parts replaced and everything else kept as it was sent.

    `goods` is the gross total of the goods; payment is asked for goods and shipping together.
    Raises `KeyError` for an id that is not on offer (the form has refused it before).
    """
    before = dict(current.details or {})
    details = dict(before)
    details.setdefault("currency", goods.currency)
    if choice.shipping_method != KEEP:
        details["shipping"] = _shipping(by_key(offer.site.shipping_methods)[choice.shipping_method])
    _replace_address(details, "SHIPPING", offer.shipping_addresses, choice.shipping_address)
    _replace_address(details, "BILLING", offer.billing_addresses, choice.billing_address)
    if choice.payment_method != KEEP:
        details["paymentMethods"] = [
            _payment(by_key(offer.site.payment_methods)[choice.payment_method])
        ]
    _set_amount(details, before, goods)
    return Terms(details=details, delivery_window=_window(current, choice, offer))


def key_of(item: ShippingMethod | PaymentMethod | DeliveryWindow) -> str:
    """The key of an item of the price list in a form."""
    if isinstance(item, ShippingMethod):
        return f"{item.zone_id}/{item.method_id}"
    if isinstance(item, PaymentMethod):
        return f"{item.provider}/{item.method}"
    return f"{item.id}/{item.slot_id}"


def by_key(items: Sequence[Item]) -> dict[str, Item]:
    """The items of a price list by their key."""
    return {key_of(item): item for item in items}


def on_price_list(details: dict[str, Any] | None, site: SiteFacts) -> bool:
    """Whether the shipping of these details is the site's own, at the site's price (R34)."""
    shipping = (details or {}).get("shipping")
    if not isinstance(shipping, dict):
        return True
    price = shipping_price(details, site.currency)
    return any(
        method.method_id == shipping.get("methodId")
        and method.zone_id == shipping.get("zoneId")
        and method.price == price
        for method in site.shipping_methods
    )


def at_list_price(terms: Terms, site: SiteFacts) -> Terms:
    """The terms with the site's own price where the site has this way of shipping (R34)."""
    shipping = (terms.details or {}).get("shipping")
    if not isinstance(shipping, dict):
        return terms
    for method in site.shipping_methods:
        chosen = (shipping.get("zoneId"), shipping.get("methodId"))
        if chosen == (method.zone_id, method.method_id):
            listed = {**shipping, "amount": float(method.price.amount)}
            return replace(terms, details={**(terms.details or {}), "shipping": listed})
    return terms


def _shipping(method: ShippingMethod) -> dict[str, Any]:
    return {
        "zoneId": method.zone_id,
        "methodId": method.method_id,
        "methodName": method.name,
        "amount": float(method.price.amount),
        "shippingTaxCode": method.tax_code,
    }


def _payment(method: PaymentMethod) -> dict[str, Any]:
    return {"provider": method.provider, "method": method.method}


def _replace_address(
    details: dict[str, Any], kind: str, addresses: dict[str, dict[str, Any]], chosen: str
) -> None:
    if chosen == KEEP:
        return
    before = details.get("addresses")
    others = (
        [a for a in before if not (isinstance(a, dict) and a.get("type") == kind)]
        if isinstance(before, list)
        else []
    )
    address = {**addresses[chosen], "type": kind}
    details["addresses"] = [address, *others] if kind == "SHIPPING" else [*others, address]


def _set_amount(details: dict[str, Any], before: dict[str, Any], goods: Money) -> None:
    """What is to be paid follows the price of shipping, unless a client asked for another sum."""
    methods = details.get("paymentMethods")
    if not isinstance(methods, list) or not methods or not isinstance(methods[0], dict):
        return
    old_total = goods + shipping_price(before, goods.currency)
    if methods[0].get("amount", float(old_total.amount)) != float(old_total.amount):
        return
    total = goods + shipping_price(details, goods.currency)
    details["paymentMethods"] = [{**methods[0], "amount": float(total.amount)}, *methods[1:]]


def _window(current: Terms, choice: Choice, offer: Offer) -> dict[str, Any] | None:
    if choice.window == KEEP or choice.day is None:
        return current.delivery_window
    window = by_key(offer.site.delivery_windows)[choice.window]
    return {
        "id": window.id,
        "slotId": window.slot_id,
        "deliveryDate": f"{choice.day.isoformat()}T00:00:00.000Z",
    }
