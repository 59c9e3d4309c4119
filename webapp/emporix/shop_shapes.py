"""Shops, products and deliveries in the words of the reference service (section 6.5)."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_name

from webapp.carts.catalogue import Shop
from webapp.carts.domain import DeliveryWindow, Product, ShippingMethod

_METADATA = {"version": 1, "mixins": {}}
_HOURS = re.compile(r"([01][0-9]|2[0-4])-([01][0-9]|2[0-4])")
_LOOKED_AHEAD = 60


def context(shop: Shop, *, session_id: str, person_id: str | None) -> dict[str, Any]:
    """In which shop a session is: always the first one, since carts name theirs themselves."""
    return {
        "sessionId": session_id,
        **({"customerId": person_id} if person_id else {}),
        "siteCode": shop.facts.code,
        "currency": shop.facts.currency,
        "language": shop.default_language,
        "targetLocation": next(iter(shop.facts.countries), ""),
        "context": {},
        "metadata": {"version": 1},
    }


def site(shop: Shop) -> dict[str, Any]:
    """A shop; its prices are net."""
    facts = shop.facts
    return {
        "code": facts.code,
        "name": facts.code,
        "active": True,
        "default": shop.is_default,
        "includesTax": False,
        "currency": facts.currency,
        "availableCurrencies": [facts.currency],
        "languages": list(shop.languages),
        "defaultLanguage": shop.default_language,
        "shipToCountries": list(facts.countries),
        "homeBase": {"address": {"country": next(iter(facts.countries), "")}},
        "mixins": {},
        "metadata": _METADATA,
    }


def currency(code: str) -> dict[str, Any]:
    """A currency in which one can buy."""
    name = get_currency_name(code, locale="en")
    return {"id": code, "code": code, "name": name, "metadata": _METADATA}


def product(tenant_id: str, known: Product) -> dict[str, Any]:
    """A product, or goods that only a cart names; there are no pictures."""
    return {
        "id": known.id,
        "yrn": f"urn:yaas:saasag:caasproduct:product:{tenant_id};{known.id}",
        "code": known.sku or known.id,
        "name": known.name or known.sku or known.id,
        "description": "",
        "published": True,
        "productType": "BASIC",
        "media": [],
        "mixins": {},
        "metadata": _METADATA,
    }


def available(site_code: str, known: Product) -> dict[str, Any]:
    """What is on the list can be ordered; stock is not counted here."""
    return {
        "id": f"{site_code}:{known.id}",
        "productId": known.id,
        "site": site_code,
        "available": True,
        "metadata": {"version": 1},
    }


def zones(shop: Shop) -> list[dict[str, Any]]:
    """The price list of shipping, zone by zone (R34); a price is the same for every order."""
    return [
        {
            "id": zone_id,
            "name": zone_id,
            "default": number == 0,
            "active": True,
            "shipTo": [{"country": code} for code in shop.facts.countries],
            "methods": [_method(shop, method) for method in methods],
            "metadata": {"version": 1},
        }
        for number, (zone_id, methods) in enumerate(_by_zone(shop).items())
    ]


def site_with_windows(shop: Shop, *, after: date, most: int) -> dict[str, Any]:
    """A shop that delivers, with up to `most` windows after this day for each way of shipping."""
    found = zones(shop)
    for zone in found:
        zone["actualDeliveryWindows"] = [
            _window(day, slot, zone["id"], method["id"])
            for method in zone["methods"]
            for day, slot in _next(shop.facts.delivery_windows, after, most)
        ]
    return {"id": shop.facts.code, "code": shop.facts.code, "name": shop.facts.code, "zones": found}


def tax(price: Decimal, tax_class: str, country: str) -> dict[str, Any]:
    """Prices without tax of their own: an order adds the net price of shipping and nothing else."""
    amount = float(price)
    given = {"targetTaxClass": tax_class, "targetLocation": {"countryCode": country}}
    return {
        "input": {**given, "includesTax": False, "price": amount},
        "output": {
            "taxClass": tax_class,
            "taxRate": 0.0,
            "netPrice": amount,
            "grossPrice": amount,
            "taxValue": 0.0,
        },
    }


def _by_zone(shop: Shop) -> dict[str, list[ShippingMethod]]:
    found: dict[str, list[ShippingMethod]] = {}
    for method in shop.facts.shipping_methods:
        found.setdefault(method.zone_id, []).append(method)
    return found


def _method(shop: Shop, method: ShippingMethod) -> dict[str, Any]:
    money = {"amount": float(method.price.amount), "currency": method.price.currency}
    return {
        "id": method.method_id,
        "name": dict.fromkeys(shop.languages, method.name),
        "active": True,
        "shippingTaxCode": method.tax_code,
        "countryTaxRates": [],
        "fees": [
            {"minOrderValue": {"amount": 0.0, "currency": method.price.currency}, "cost": money}
        ],
    }


def _next(
    windows: tuple[DeliveryWindow, ...], after: date, most: int
) -> list[tuple[date, DeliveryWindow]]:
    return [found for found, _ in zip(_days(windows, after), range(most), strict=False)]


def _days(
    windows: tuple[DeliveryWindow, ...], after: date
) -> Iterator[tuple[date, DeliveryWindow]]:
    for number in range(1, _LOOKED_AHEAD + 1):
        day = after + timedelta(days=number)
        for window in windows:
            if day.isoweekday() in window.weekdays:
                yield day, window


def _window(day: date, window: DeliveryWindow, zone_id: str, method_id: str) -> dict[str, Any]:
    return {
        "id": window.id,
        "slotId": window.slot_id,
        "zoneId": zone_id,
        "deliveryMethod": method_id,
        "deliveryDate": f"{day.isoformat()}T00:00:00.000Z",
        "deliveryTimeRange": _hours(window),
        "label": window.label,
    }


def _hours(window: DeliveryWindow) -> dict[str, str]:
    match = _HOURS.fullmatch(window.slot_id)
    if match is None:
        return {"startTime": window.label, "endTime": ""}
    return {"startTime": f"{match[1]}:00", "endTime": f"{match[2]}:00"}
