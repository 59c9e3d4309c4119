"""Delivery and payment of an order in the words of its site, as they were when it was chosen."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.carts.domain import SiteFacts
from webapp.orders.details import DetailsView, read
from webapp.orders.terms import Terms, key_of, on_price_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """When it is delivered and how it is paid; empty where nothing was chosen.

    `is_listed` tells whether shipping came from the price list of its site (R34).
    """

    day: date | None
    slot: str
    payment: str
    is_listed: bool = True


def in_words(view: DetailsView, window: dict[str, Any] | None, site: SiteFacts) -> Delivery:
    """The site's own labels, or the codes that a client sent where the site has none."""
    return Delivery(day=_day(window), slot=_slot(window, site), payment=_payment(view, site))


def freeze(terms: Terms, site: SiteFacts) -> dict[str, Any]:
    """What the site calls and charges for these terms now, to be kept with them (R16)."""
    view = read(terms.details, site.currency)
    return {
        "slot": _slot(terms.delivery_window, site),
        "payment": _payment(view, site),
        "listed": on_price_list(terms.details, site),
    }


def thaw(words: dict[str, Any], window: dict[str, Any] | None) -> Delivery:
    """The words that `freeze` kept, whatever the site says by now."""
    return Delivery(
        day=_day(window),
        slot=words["slot"],
        payment=words["payment"],
        is_listed=words["listed"],
    )


def _day(window: dict[str, Any] | None) -> date | None:
    try:
        return date.fromisoformat(str((window or {}).get("deliveryDate") or "")[:10])
    except ValueError:
        return None


def _slot(window: dict[str, Any] | None, site: SiteFacts) -> str:
    if not window:
        return ""
    labels = {key_of(slot): slot.label for slot in site.delivery_windows}
    return labels.get(f"{window.get('id')}/{window.get('slotId')}", str(window.get("slotId") or ""))


def _payment(view: DetailsView, site: SiteFacts) -> str:
    if view.payment is None:
        return ""
    labels = {key_of(method): method.label for method in site.payment_methods}
    key = f"{view.payment.provider}/{view.payment.method}"
    return labels.get(key, view.payment.method or view.payment.provider)
