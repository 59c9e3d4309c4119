"""What differs between two revisions, as people read it (R29)."""

from typing import Any

import pytest

from tests.support.cast import DETAILS, WINDOW, details
from webapp.approvals.changes import OTHER, Change, changes
from webapp.orders.terms import Terms

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
        (after(shipping=EXPRESS), "Ship", "Standard, 2 to 4 days, 10.00 EUR", "Express, 24.90 EUR"),
        (after(shipping=None), "Ship", "Standard, 2 to 4 days, 10.00 EUR", ""),
        (
            after(paymentMethods=[{"provider": "custom", "method": "prepayment"}]),
            "Pay", "invoice", "prepayment",
        ),
        (after(paymentMethods=[]), "Pay", "invoice", ""),
        (
            after(window={**WINDOW, "deliveryDate": "2026-03-10T00:00:00.000Z"}),
            "Delivery date", "2026-03-09", "2026-03-10",
        ),
        (after(window={**WINDOW, "slotId": "12-17"}), "Delivery window", "08-12", "12-17"),
    ],
)  # fmt: skip
def test_one_difference_is_named_with_its_old_and_its_new_words(
    terms: Terms, label: str, old: str, new: str
) -> None:
    assert changes(BEFORE, terms, "EUR") == [Change(label=label, old=old, new=new)]


def test_several_differences_stand_in_the_order_of_the_page() -> None:
    terms = after(
        window=None,
        paymentMethods=[],
        shipping=EXPRESS,
        addresses=[{**_KAI, "type": "SHIPPING"}, {**_KAI, "type": "BILLING"}],
    )
    assert [change.label for change in changes(BEFORE, terms, "EUR")] == [
        "Deliver to",
        "Invoice to",
        "Ship",
        "Pay",
        "Delivery date",
        "Delivery window",
    ]


def test_nothing_is_said_where_nothing_differs() -> None:
    assert changes(BEFORE, after(), "EUR") == []


@pytest.mark.parametrize(
    "terms",
    [
        after(remark="ring twice"),
        after(paymentMethods=[{"provider": "none", "method": "invoice", "amount": 1.0}]),
        after(window={**WINDOW, "note": "gate 4"}),
    ],
)
def test_what_has_no_words_is_still_a_difference(terms: Terms) -> None:
    assert changes(BEFORE, terms, "EUR") == [Change(label=OTHER, old="", new="")]


def test_what_has_no_words_stands_back_behind_what_has() -> None:
    found = changes(BEFORE, after(shipping=EXPRESS, remark="ring twice"), "EUR")
    assert [change.label for change in found] == ["Ship"]


def test_the_first_choices_are_differences_from_nothing() -> None:
    found = changes(Terms(details=None, delivery_window=None), BEFORE, "EUR")
    assert [change.old for change in found] == [""] * 6
    assert found[0].new == HAFEN


def test_a_change_is_kept_in_the_history_as_it_was() -> None:
    change = Change(label="Ship", old="Standard", new="Express")
    assert change.as_data() == {"label": "Ship", "old": "Standard", "new": "Express"}
    assert Change(**change.as_data()) == change
