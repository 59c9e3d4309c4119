"""What differs between two revisions, as people read it (R29)."""

from datetime import date
from typing import Any

import pytest

from tests.support.cast import DETAILS, WINDOW, details
from webapp.approvals.changes import OTHER, Change, changes
from webapp.carts.domain import DeliveryWindow, PaymentMethod, SiteFacts
from webapp.kernel.money import Money
from webapp.orders.terms import Terms

SITE = SiteFacts(
    code="main",
    currency="EUR",
    countries=("DE",),
    shipping_methods=(),
    delivery_windows=(
        DeliveryWindow(id="dw-morning", slot_id="08-12", label="8 to 12", weekdays=(1,)),
    ),
    payment_methods=(PaymentMethod(provider="none", method="invoice", label="Invoice, 30 days"),),
)
BEFORE = Terms(details=DETAILS, delivery_window=WINDOW)
HAFEN = "Hafen Logistik GmbH, Rita Roe, Hafenweg 7, 48155 Münster, DE"
KAI = "Kai 3, Rob Reed, Am Kai 3, 20457 Hamburg, DE"
_KAI = {
    "companyName": "Kai 3",
    "contactName": "Rob Reed",
    "street": "Am Kai",
    "streetNumber": "3",
    "zipCode": "20457",
    "city": "Hamburg",
    "country": "DE",
}
SHIPPING, BILLING = DETAILS["addresses"]
EXPRESS = {"methodId": "express", "methodName": "Express", "amount": 24.9}


def after(*, window: dict[str, Any] | None = WINDOW, **changed: Any) -> Terms:
    return Terms(details=details(**changed), delivery_window=window)


@pytest.mark.parametrize(
    ("terms", "label", "old", "new"),
    [
        (after(addresses=[{**_KAI, "type": "SHIPPING"}, BILLING]), "Deliver to", HAFEN, KAI),
        (after(addresses=[SHIPPING, {**_KAI, "type": "BILLING"}]), "Invoice to", HAFEN, KAI),
        (after(addresses=[SHIPPING]), "Invoice to", HAFEN, ""),
        (
            after(shipping={**DETAILS["shipping"], "amount": 24.9}),
            "Price of shipping", "10.00 EUR", "24.90 EUR",
        ),
        (
            after(shipping={**DETAILS["shipping"], "methodName": "Slow"}),
            "Ship", "Standard, 2 to 4 days", "Slow",
        ),
        (
            after(paymentMethods=[{"provider": "custom", "method": "prepayment"}]),
            "Pay", "Invoice, 30 days", "prepayment",
        ),
        (after(paymentMethods=[]), "Pay", "Invoice, 30 days", ""),
        (
            after(window={**WINDOW, "deliveryDate": "2026-03-10T00:00:00.000Z"}),
            "Delivery date", "2026-03-09", "2026-03-10",
        ),
        (after(window={**WINDOW, "slotId": "12-17"}), "Delivery window", "8 to 12", "12-17"),
    ],
)  # fmt: skip
def test_one_difference_is_named_with_its_old_and_its_new_words(
    terms: Terms, label: str, old: str, new: str
) -> None:
    assert changes(BEFORE, terms, currency="EUR", site=SITE) == [
        Change(label=label, old=old, new=new)
    ]


def test_several_differences_stand_in_the_order_of_the_page() -> None:
    terms = after(
        window=None,
        paymentMethods=[],
        shipping=EXPRESS,
        addresses=[{**_KAI, "type": "SHIPPING"}, {**_KAI, "type": "BILLING"}],
    )
    assert [change.label for change in changes(BEFORE, terms, currency="EUR", site=SITE)] == [
        "Deliver to",
        "Invoice to",
        "Ship",
        "Price of shipping",
        "Pay",
        "Delivery date",
        "Delivery window",
    ]


def test_nothing_is_said_where_nothing_differs() -> None:
    assert changes(BEFORE, after(), currency="EUR", site=SITE) == []


@pytest.mark.parametrize(
    "terms",
    [
        after(remark="ring twice"),
        after(paymentMethods=[{"provider": "none", "method": "invoice", "amount": 1.0}]),
        after(window={**WINDOW, "note": "gate 4"}),
    ],
)
def test_what_has_no_words_is_still_a_difference(terms: Terms) -> None:
    assert changes(BEFORE, terms, currency="EUR", site=SITE) == [
        Change(label=OTHER, old="", new="")
    ]


def test_what_has_no_words_stands_back_behind_what_has() -> None:
    found = changes(BEFORE, after(shipping=EXPRESS, remark="ring twice"), currency="EUR", site=SITE)
    assert [change.label for change in found] == ["Ship", "Price of shipping"]


def test_the_first_choices_are_differences_from_nothing() -> None:
    found = changes(Terms(details=None, delivery_window=None), BEFORE, currency="EUR", site=SITE)
    assert [change.old for change in found] == [""] * 7
    assert found[0].new == HAFEN


def test_a_change_is_kept_in_the_history_as_it_was() -> None:
    change = Change(label="Ship", old="Standard", new="Express")
    assert change.as_data() == {"label": "Ship", "old": "Standard", "new": "Express"}
    assert Change(**change.as_data()) == change


def test_dates_and_money_are_told_as_values_so_that_every_reader_gets_their_own() -> None:
    price = Change(label="Price of shipping", old="10.00 EUR", new="24.90 EUR")
    assert [one.params.get("value") for one in price.told()[1:]] == [
        Money(1000, "EUR"),
        Money(2490, "EUR"),
    ]
    day = Change(label="Delivery date", old="", new="2026-03-10")
    assert [one.params.get("value") for one in day.told()[1:]] == ["", date(2026, 3, 10)]
    slot = Change(label="Delivery window", old="8 to 12", new="12-17")
    assert [one.plain() for one in slot.told()] == ["Delivery window", "8 to 12", "12-17"]
