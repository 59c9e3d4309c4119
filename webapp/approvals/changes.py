"""What differs between two revisions, in words (R29)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.carts.domain import SiteFacts
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Sentence, sentence
from webapp.orders.delivery import in_words
from webapp.orders.details import Address, read
from webapp.orders.terms import Terms

_LABELS = {
    "deliver_to": N_("Deliver to"),
    "invoice_to": N_("Invoice to"),
    "shipping": N_("Ship"),
    "shipping_price": N_("Price of shipping"),
    "payment": N_("Pay"),
    "day": N_("Delivery date"),
    "slot": N_("Delivery window"),
}
OTHER = N_("Other details")
COMMENT = N_("Comment of the requester")
NOTE = N_("Comment of the approver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference: the label is to be translated, old and new are as they were stored."""

    label: str
    old: str
    new: str

    def as_data(self) -> dict[str, str]:
        """The change as it is kept in the history."""
        return {"label": self.label, "old": self.old, "new": self.new}

    def told(self) -> tuple[Sentence, Sentence, Sentence]:
        """Label, old and new for a reader: dates and money are printed as the reader has them."""
        return sentence(self.label), self._value(self.old), self._value(self.new)

    def _value(self, stored: str) -> Sentence:
        read_as = _READ.get(self.label)
        return sentence("{value}", value=read_as(stored) if read_as and stored else stored)


def changes(before: Terms, after: Terms, *, currency: str, site: SiteFacts) -> list[Change]:
    """The differences that a person can read; one general entry when only the rest differs."""
    old, new = _words(before, currency, site), _words(after, currency, site)
    found = [
        Change(label=_LABELS[key], old=old[key], new=new[key])
        for key in _LABELS
        if old[key] != new[key]
    ]
    if not found and not alike(before, after):
        found.append(Change(label=OTHER, old="", new=""))
    return found


def alike(before: Terms, after: Terms) -> bool:
    """Whether both say the same as JSON documents do: true is not 1, while 1 is 1.0."""
    return _same(before.details, after.details) and _same(
        before.delivery_window, after.delivery_window
    )


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _words(terms: Terms, currency: str, site: SiteFacts) -> dict[str, str]:
    view = read(terms.details, currency)
    delivery = in_words(view, terms.delivery_window, site)
    return {
        "deliver_to": _address(view.shipping_address),
        "invoice_to": _address(view.billing_address),
        "shipping": view.shipping_name,
        "shipping_price": "" if view.shipping is None else _stored(view.shipping),
        "payment": delivery.payment,
        "day": delivery.day.isoformat() if delivery.day else "",
        "slot": delivery.slot,
    }


def _address(address: Address | None) -> str:
    return ", ".join((address.name, *address.lines)) if address else ""


def _stored(money: Money) -> str:
    return f"{money.amount} {money.currency}"


def _money(stored: str) -> Money:
    amount, _, currency = stored.partition(" ")
    return Money.of(amount, currency)


_READ: dict[str, Callable[[str], object]] = {
    _LABELS["shipping_price"]: _money,
    _LABELS["day"]: date.fromisoformat,
}
