"""The form of delivery and payment: for a checkout, and for changes while a request is pending."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[attr-defined]
    DateField,
    SelectChoice,
    SelectField,
)
from wtforms.validators import Optional, ValidationError

from webapp.carts.domain import DeliveryWindow
from webapp.i18n import money
from webapp.orders.details import Address, Payment, read
from webapp.orders.terms import KEEP, Choice, Offer, Terms, by_key, key_of

_STREET_AND_PLACE = 2


class DeliveryForm(FlaskForm):  # type: ignore[misc]
    """Addresses, shipping, delivery window and payment, each out of what is on offer."""

    shipping_address = SelectField(_l("Deliver to"))
    billing_address = SelectField(_l("Invoice to"))
    shipping_method = SelectField(_l("Ship"))
    day = DateField(_l("Delivery date"), validators=[Optional()])
    window = SelectField(_l("Delivery window"), validators=[Optional()])
    payment_method = SelectField(_l("Pay"))

    windows: tuple[DeliveryWindow, ...] = ()
    today: date = date.min

    def offer(self, offer: Offer, current: Terms, *, today: date) -> None:
        """Fill the choices; what stands in `current` but not on offer can be kept as it is."""
        self.windows, self.today = offer.site.delivery_windows, today
        view = read(current.details, offer.site.currency)
        addresses = view.shipping_address, view.billing_address
        kept = [_kept_address(address) for address in addresses]
        shipping = ", ".join(
            filter(None, (view.shipping_name, money(view.shipping) if view.shipping else ""))
        )
        _fill(self.shipping_address, kept[0], _address_choices(offer.shipping_addresses))
        _fill(self.billing_address, kept[1], _address_choices(offer.billing_addresses))
        _fill(self.shipping_method, shipping, _shipping_choices(offer))
        _fill(self.payment_method, _kept_payment(view.payment, offer), _payment_choices(offer))
        self.window.choices = _window_choices(offer, current)

    def choice(self) -> Choice:
        """What was chosen."""
        return Choice(
            shipping_address=self.shipping_address.data or KEEP,
            billing_address=self.billing_address.data or KEEP,
            shipping_method=self.shipping_method.data or KEEP,
            payment_method=self.payment_method.data or KEEP,
            window=self.window.data or KEEP,
            day=self.day.data,
        )

    # Each of the two is asked only when it was filled in, so each looks for the other.
    def validate_day(self, field: DateField) -> None:
        """A day goes with a window, lies ahead, and is one on which the window is offered."""
        window = {key_of(w): w for w in self.windows}.get(self.window.data or "")
        if field.data is None:
            return
        if field.data < self.today:
            raise ValidationError(_("Choose today or a later day."))
        if window is None and self.windows:
            raise ValidationError(_("Choose a delivery window for this day."))
        if window is not None and field.data.isoweekday() not in window.weekdays:
            raise ValidationError(_("This delivery window is not offered on that day of the week."))

    def validate_window(self, _field: SelectField) -> None:
        """A window goes with a day."""
        if self.day.data is None and not self.day.errors:
            raise ValidationError(_("Choose a day for this delivery window."))


def _fill(field: SelectField, kept: str, choices: list[SelectChoice]) -> None:
    as_it_is = [SelectChoice(KEEP, _("As it is: {text}").format(text=kept))] if kept else []
    field.choices = [*as_it_is, *choices]


def _address_choices(addresses: dict[str, dict[str, Any]]) -> list[SelectChoice]:
    return [SelectChoice(key, _address_text(address)) for key, address in addresses.items()]


def _address_text(address: dict[str, Any]) -> str:
    # The company is the same for all; the contact tells two addresses in one street apart.
    name = address.get("contactName") or address.get("companyName") or ""
    street = " ".join(filter(None, (address.get("street"), address.get("streetNumber"))))
    city = " ".join(filter(None, (address.get("zipCode"), address.get("city"))))
    return ", ".join(filter(None, (name, street, city)))


def _kept_address(address: Address | None) -> str:
    if address is None:
        return ""
    company_and_contact = len(address.lines) > _STREET_AND_PLACE
    return ", ".join(address.lines if company_and_contact else (address.name, *address.lines))


def _kept_payment(payment: Payment | None, offer: Offer) -> str:
    """Its name on the price list; what a client sent beyond that list, as it was sent."""
    if payment is None:
        return ""
    known = by_key(offer.site.payment_methods).get(f"{payment.provider}/{payment.method}")
    return known.label if known else payment.method


def _shipping_choices(offer: Offer) -> list[SelectChoice]:
    methods = by_key(offer.site.shipping_methods)
    return [SelectChoice(key, f"{m.name}, {money(m.price)}") for key, m in methods.items()]


def _payment_choices(offer: Offer) -> list[SelectChoice]:
    return [SelectChoice(key, m.label) for key, m in by_key(offer.site.payment_methods).items()]


def _window_choices(offer: Offer, current: Terms) -> list[SelectChoice]:
    empty = _("As it is") if current.delivery_window else _("As soon as possible")
    windows = by_key(offer.site.delivery_windows)
    return [SelectChoice(KEEP, empty), *(SelectChoice(key, w.label) for key, w in windows.items())]
