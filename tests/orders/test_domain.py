"""States of orders, and delivery and payment in words."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.carts.domain import DeliveryWindow, PaymentMethod, SiteFacts
from webapp.kernel.money import Money
from webapp.orders.delivery import Delivery, freeze, in_words, thaw
from webapp.orders.details import read, shipping_price
from webapp.orders.domain import OrderStatus, first_status
from webapp.orders.terms import Terms

SITE = SiteFacts(
    code="main",
    currency="EUR",
    countries=("DE",),
    shipping_methods=(),
    delivery_windows=(
        DeliveryWindow(id="dw", slot_id="08-12", label="8 to 12 o'clock", weekdays=(1,)),
    ),
    payment_methods=(PaymentMethod(provider="none", method="invoice", label="Invoice, 30 days"),),
)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("provider", "status"),
    [
        ("custom", OrderStatus.IN_CHECKOUT),
        ("none", OrderStatus.CREATED),
        ("payment-gateway", OrderStatus.CREATED),
        ("", OrderStatus.CREATED),
    ],
)
def test_the_first_state_follows_the_payment(provider: str, status: OrderStatus) -> None:
    assert first_status(provider) is status


@pytest.mark.parametrize("status", list(OrderStatus))
def test_every_state_has_a_word(status: OrderStatus) -> None:
    assert status.label


@pytest.mark.parametrize(
    ("details", "window", "expected"),
    [
        (None, None, Delivery(day=None, slot="", payment="")),
        (
            {"paymentMethods": [{"provider": "none", "method": "invoice"}]},
            {"id": "dw", "slotId": "08-12", "deliveryDate": "2026-11-23T00:00:00.000Z"},
            Delivery(day=date(2026, 11, 23), slot="8 to 12 o'clock", payment="Invoice, 30 days"),
        ),
        (
            {"paymentMethods": [{"provider": "stripe", "method": "card"}]},
            {"id": "other", "slotId": "night", "deliveryDate": "soon"},
            Delivery(day=None, slot="night", payment="card"),
        ),
        (
            {"paymentMethods": [{"provider": "stripe"}]},
            {"id": "dw"},
            Delivery(day=None, slot="", payment="stripe"),
        ),
    ],
)
def test_delivery_and_payment_are_said_in_the_words_of_the_site(
    details: dict[str, Any] | None, window: dict[str, Any] | None, expected: Delivery
) -> None:
    assert in_words(read(details, "EUR"), window, SITE) == expected


def test_the_words_of_the_site_are_kept_whatever_it_says_later() -> None:
    terms = Terms(
        details={
            "shipping": {"zoneId": "de", "methodId": "std", "amount": 10.0},
            "paymentMethods": [{"provider": "none", "method": "invoice"}],
        },
        delivery_window={"id": "dw", "slotId": "08-12", "deliveryDate": "2026-11-23T00:00:00.000Z"},
    )
    kept = freeze(terms, SITE)
    assert thaw(kept, terms.delivery_window) == Delivery(
        day=date(2026, 11, 23),
        slot="8 to 12 o'clock",
        payment="Invoice, 30 days",
        is_listed=False,
    )
    assert thaw(freeze(Terms(details=None, delivery_window=None), SITE), None) == Delivery(
        day=None, slot="", payment="", is_listed=True
    )


def test_the_details_are_read_as_the_shop_sends_them() -> None:
    view = read(
        {
            "addresses": [
                {"type": "BILLING", "contactName": "Accounts", "city": "Hamburg"},
                {
                    "type": "SHIPPING", "companyName": "Hafen Logistik GmbH",
                    "contactName": "Gate 2", "street": "Hafenweg", "streetNumber": 7,
                    "zipCode": "48155", "city": "Münster", "country": "DE",
                    "contactPhone": "+49 1",
                },
                "nonsense",
            ],
            "shipping": {"methodId": "express", "methodName": {"de": "", "en": "Express"},
                         "amount": 24.9},
            "paymentMethods": [{"provider": "none", "method": "invoice"}],
        },
        "EUR",
    )  # fmt: skip
    assert view.shipping_address is not None
    assert view.billing_address is not None
    assert view.payment is not None
    assert view.shipping_address.name == "Hafen Logistik GmbH"
    assert view.shipping_address.lines == ("Gate 2", "Hafenweg 7", "48155 Münster, DE")
    assert view.shipping_address.phone == "+49 1"
    assert (view.billing_address.name, view.billing_address.lines) == ("Accounts", ("Hamburg",))
    assert (view.shipping_id, view.shipping_name) == ("express", "Express")
    assert view.shipping == Money(2490, "EUR")
    assert (view.payment.provider, view.payment.method) == ("none", "invoice")


@pytest.mark.parametrize(
    ("amount", "minor"),
    [("10.00", 1000), (10, 1000), (9.995, 1000), (None, 0), ("", 0), ("NaN", 0), ("x", 0),
     ("1e400", 0), (True, 0), ({"a": 1}, 0)],
)  # fmt: skip
def test_an_odd_price_of_shipping_counts_as_none(amount: object, minor: int) -> None:
    assert shipping_price({"shipping": {"amount": amount}}, "EUR") == Money(minor, "EUR")


def test_a_method_without_a_name_is_called_by_its_id() -> None:
    assert read({"shipping": {"methodId": "m"}}, "EUR").shipping_name == "m"
    assert (
        read({"shipping": {"methodId": "m", "methodName": {"de": ""}}}, "EUR").shipping_name == "m"
    )


@settings(deadline=None)
@given(_JSON, _JSON)
def test_any_document_is_read_without_a_fault(details: Any, window: Any) -> None:
    document = details if isinstance(details, dict) else {
        "addresses": details, "shipping": details, "paymentMethods": details
    }  # fmt: skip
    view = read(document, "EUR")
    in_words(view, window if isinstance(window, dict) else None, SITE)
