"""The choices of delivery and payment, in words that tell one from the other."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from webapp import i18n
from webapp.carts.domain import PaymentMethod, SiteFacts
from webapp.orders.forms import DeliveryForm
from webapp.orders.terms import Offer, Terms

_APP = Flask("forms")
_APP.config.update(SECRET_KEY="for tests", WTF_CSRF_ENABLED=False)
i18n.init_app(_APP)
_STREET = {"companyName": "Hafen Logistik", "street": "Kai", "streetNumber": "3", "city": "Bremen"}
RAMP, STORE = _STREET | {"contactName": "Ramp 4"}, _STREET | {"contactName": "Store"}
SITE = SiteFacts(
    code="main",
    currency="EUR",
    countries=("DE",),
    shipping_methods=(),
    delivery_windows=(),
    payment_methods=(PaymentMethod(provider="none", method="invoice", label="Invoice, 30 days"),),
)
OFFER = Offer(site=SITE, shipping_addresses={"a": RAMP, "b": STORE}, billing_addresses={})


@pytest.fixture(autouse=True)
def _in_a_request() -> Iterator[None]:
    with _APP.test_request_context():
        yield


def words(field: str, **details: Any) -> list[str]:
    form = DeliveryForm()
    terms = Terms(details=details, delivery_window=None)
    form.offer(OFFER, terms, today=date(2026, 3, 16))
    choices: list[SelectChoice] = form[field].choices
    return [str(choice.label) for choice in choices]


def test_two_addresses_in_one_street_are_told_apart() -> None:
    assert words("shipping_address") == ["Ramp 4, Kai 3, Bremen", "Store, Kai 3, Bremen"]


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (RAMP, "Ramp 4, Kai 3, Bremen"),
        (_STREET, "Hafen Logistik, Kai 3, Bremen"),
        ({"contactName": "Rita Roe", "city": "Bremen"}, "Rita Roe, Bremen"),
    ],
)
def test_an_address_that_was_chosen_reads_like_the_others(
    address: dict[str, str], text: str
) -> None:
    kept = words("shipping_address", addresses=[{**address, "type": "SHIPPING"}])
    assert kept[0] == f"As it is: {text}"


@pytest.mark.parametrize(
    ("method", "text"), [("invoice", "Invoice, 30 days"), ("barter", "barter")]
)
def test_payment_has_its_name_on_the_price_list(method: str, text: str) -> None:
    assert words("payment_method", paymentMethods=[{"provider": "none", "method": method}]) == [
        f"As it is: {text}",
        "Invoice, 30 days",
    ]


def test_nothing_can_be_kept_where_nothing_was_chosen() -> None:
    assert words("payment_method") == ["Invoice, 30 days"]
