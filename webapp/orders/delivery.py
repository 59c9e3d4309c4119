"""Delivery and payment of an order in the words of its site."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.carts.domain import SiteFacts
from webapp.orders.details import DetailsView
from webapp.orders.terms import key_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """When it is delivered and how it is paid; empty where nothing was chosen."""

    day: date | None
    slot: str
    payment: str


def in_words(view: DetailsView, window: dict[str, Any] | None, site: SiteFacts) -> Delivery:
    """The site's own labels, or the codes that a client sent where the site has none."""
    return Delivery(day=_day(window), slot=_slot(window, site), payment=_payment(view, site))


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
