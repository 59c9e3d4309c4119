"""Delivery and payment as the API's `details` hold them: read leniently, kept unchanged (R15).

Clients send more than the schema allows, so every reader here survives missing and odd values;
what cannot be read is left out of the page and still stands in the order.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from webapp.kernel.money import AmountOutOfRange, Money

_ADDRESS_LINE = ("street", "streetNumber", "streetAppendix")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address in words: who, then the lines below."""

    name: str
    lines: tuple[str, ...]
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A way of paying as it was chosen."""

    provider: str
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsView:
    """What a page shows of the details."""

    shipping_address: Address | None
    billing_address: Address | None
    shipping_id: str
    shipping_name: str
    shipping: Money | None
    payment: Payment | None


def read(details: dict[str, Any] | None, currency: str) -> DetailsView:
    """The details in words and money of the given currency; what is missing is None or empty."""
    document = details or {}
    shipping = _dict(document.get("shipping"))
    return DetailsView(
        shipping_address=_address(document, "SHIPPING"),
        billing_address=_address(document, "BILLING"),
        shipping_id=_text(shipping.get("methodId")),
        shipping_name=_name(shipping.get("methodName")) or _text(shipping.get("methodId")),
        shipping=_money(shipping.get("amount"), currency),
        payment=_payment(document),
    )


def shipping_price(details: dict[str, Any] | None, currency: str) -> Money:
    """The net price of shipping, part of the order's total (R25); zero if there is none."""
    return read(details, currency).shipping or Money.zero(currency)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return (
        str(value).strip()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
        else ""
    )


def _name(value: object) -> str:
    """Some clients send the method's name as a map from language to name."""
    if isinstance(value, dict):
        return next((_text(name) for name in value.values() if _text(name)), "")
    return _text(value)


def _money(value: object, currency: str) -> Money | None:
    text = _text(value)
    if not text:
        return None
    try:
        money = Money.of(Decimal(text), currency)
    except (InvalidOperation, AmountOutOfRange, ValueError, OverflowError):
        return None
    return money if money.minor >= 0 else None


def _address(document: dict[str, Any], kind: str) -> Address | None:
    addresses = document.get("addresses")
    found = (
        [_dict(a) for a in addresses if _dict(a).get("type") == kind]
        if isinstance(addresses, list)
        else []
    )
    if not found:
        return None
    first = found[0]
    names = [_text(first.get("companyName")), _text(first.get("contactName"))]
    name, *others = [*dict.fromkeys(filter(None, names)), ""]
    street = " ".join(filter(None, (_text(first.get(key)) for key in _ADDRESS_LINE)))
    city = " ".join(filter(None, (_text(first.get("zipCode")), _text(first.get("city")))))
    place = ", ".join(filter(None, (city, _text(first.get("state")), _text(first.get("country")))))
    return Address(
        name=name,
        lines=tuple(filter(None, (*others, street, place))),
        phone=_text(first.get("contactPhone")),
    )


def _payment(document: dict[str, Any]) -> Payment | None:
    methods = document.get("paymentMethods")
    first = _dict(methods[0]) if isinstance(methods, list) and methods else {}
    if not first:
        return None
    return Payment(provider=_text(first.get("provider")), method=_text(first.get("method")))
