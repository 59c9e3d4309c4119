"""The price list of a site (R34), out of the documents that the seed file brings."""

from collections.abc import Iterable
from typing import Any

from webapp.carts.domain import DeliveryWindow, PaymentMethod, ShippingMethod, SiteFacts
from webapp.kernel.money import Money

_EVERY_DAY = range(1, 8)


def facts(site: Any) -> SiteFacts:
    """The site in this row with its price list, prices in its currency."""
    return SiteFacts(
        code=site.code,
        currency=site.currency,
        countries=tuple(site.countries),
        shipping_methods=shipping_methods(site.shipping_methods, site.currency),
        delivery_windows=delivery_windows(site.delivery_windows),
        payment_methods=payment_methods(site.payment_methods),
    )


def shipping_methods(
    documents: Iterable[dict[str, Any]], currency: str
) -> tuple[ShippingMethod, ...]:
    """The ways of shipping with their net prices in the site's currency."""
    return tuple(
        ShippingMethod(
            zone_id=method["zoneId"],
            method_id=method["methodId"],
            name=method.get("methodName") or method["methodId"],
            price=Money.of(str(method["amount"]), currency),
            tax_code=method.get("shippingTaxCode") or "",
        )
        for method in documents
    )


def delivery_windows(documents: Iterable[dict[str, Any]]) -> tuple[DeliveryWindow, ...]:
    """The parts of the day; one without weekdays is open on all of them."""
    return tuple(
        DeliveryWindow(
            id=window["id"],
            slot_id=window["slotId"],
            label=window.get("label") or window["slotId"],
            weekdays=tuple(window.get("weekdays") or _EVERY_DAY),
        )
        for window in documents
    )


def payment_methods(documents: Iterable[dict[str, Any]]) -> tuple[PaymentMethod, ...]:
    """The ways of paying, under the label that people see."""
    return tuple(
        PaymentMethod(
            provider=method["provider"],
            method=method.get("method") or "",
            label=method.get("label") or method.get("method") or method["provider"],
        )
        for method in documents
    )
