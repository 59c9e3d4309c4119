"""What differs between two revisions, in words (R29)."""

from dataclasses import dataclass

from webapp.kernel.sentence import N_
from webapp.orders.details import Address, DetailsView, read
from webapp.orders.terms import Terms

_LABELS = {
    "deliver_to": N_("Deliver to"),
    "invoice_to": N_("Invoice to"),
    "shipping": N_("Ship"),
    "payment": N_("Pay"),
    "delivery_date": N_("Delivery date"),
    "delivery_slot": N_("Delivery window"),
}
OTHER = N_("Other details")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference: the label is to be translated, old and new are as they were stored."""

    label: str
    old: str
    new: str

    def as_data(self) -> dict[str, str]:
        """The change as it is kept in the history."""
        return {"label": self.label, "old": self.old, "new": self.new}


def changes(before: Terms, after: Terms, currency: str) -> list[Change]:
    """The differences that a person can read; one general entry when only the rest differs."""
    old, new = _words(before, currency), _words(after, currency)
    found = [
        Change(label=_LABELS[key], old=old[key], new=new[key])
        for key in _LABELS
        if old[key] != new[key]
    ]
    if not found and before != after:
        found.append(Change(label=OTHER, old="", new=""))
    return found


def _words(terms: Terms, currency: str) -> dict[str, str]:
    view = read(terms.details, currency)
    window = terms.delivery_window or {}
    return {
        "deliver_to": _address(view.shipping_address),
        "invoice_to": _address(view.billing_address),
        "shipping": _shipping(view),
        "payment": view.payment.method if view.payment else "",
        "delivery_date": str(window.get("deliveryDate") or "")[:10],
        "delivery_slot": str(window.get("slotId") or ""),
    }


def _address(address: Address | None) -> str:
    return ", ".join((address.name, *address.lines)) if address else ""


def _shipping(view: DetailsView) -> str:
    price = "" if view.shipping is None else str(view.shipping)
    return ", ".join(filter(None, (view.shipping_name, price)))
