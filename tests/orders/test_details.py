"""Reading what clients send as `details`: odd values are survived, good ones are shown (R15)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cast import DETAILS
from webapp.kernel.money import Money
from webapp.orders.details import Address, Payment, read, shipping_price

NOTHING = read(None, "EUR")


def test_what_the_desk_itself_writes_is_read_in_full() -> None:
    view = read(DETAILS, "EUR")
    hafen = Address(
        name="Hafen Logistik GmbH",
        lines=("Rita Roe", "Hafenweg 7", "48155 Münster, DE"),
        phone="",
    )
    assert (view.shipping_address, view.billing_address) == (hafen, hafen)
    assert (view.shipping_id, view.shipping_name) == ("standard", "Standard, 2 to 4 days")
    assert view.shipping == Money(1000, "EUR")
    assert view.payment == Payment(provider="none", method="invoice")


@pytest.mark.parametrize("document", [None, {}, {"currency": "EUR"}, {"shipping": None}])
def test_what_is_missing_is_left_out(document: dict[str, Any] | None) -> None:
    view = read(document, "EUR")
    assert view == NOTHING
    assert (view.shipping_address, view.billing_address, view.payment) == (None, None, None)
    assert (view.shipping_id, view.shipping_name, view.shipping) == ("", "", None)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Standard", "Standard"),
        ({"en": "Standard", "de": "Normal"}, "Standard"),
        ({"en": "", "de": "Normal"}, "Normal"),
        ({"en": None, "de": " Normal "}, "Normal"),
        ({}, "std"),
        ({"en": {"deep": "er"}}, "std"),
        (None, "std"),
        ("", "std"),
        ("  ", "std"),
        (["Standard"], "std"),
        (7, "7"),
        (True, "std"),
    ],
)
def test_a_method_is_named_by_its_name_or_its_id(name: object, shown: str) -> None:
    assert read({"shipping": {"methodId": "std", "methodName": name}}, "EUR").shipping_name == shown


@pytest.mark.parametrize(
    ("amount", "minor"),
    [
        (10, 1000),
        (10.0, 1000),
        (10.005, 1001),
        ("10", 1000),
        ("10.50", 1050),
        (" 10.5 ", 1050),
        ("1e1", 1000),
        (0, 0),
        (0.0, 0),
        (1e-9, 0),
    ],
)
def test_a_price_may_be_a_number_or_a_text(amount: object, minor: int) -> None:
    assert read({"shipping": {"amount": amount}}, "EUR").shipping == Money(minor, "EUR")


@pytest.mark.parametrize(
    "amount",
    [None, "", "free", "10,50", "NaN", "sNaN", "Infinity", float("nan"), float("inf"), 1e300,
     "1e999999", "-1e999999", 10**200, True, False, [], {}, {"value": 10}, -1, -0.01, "-10", "1\0"],
)  # fmt: skip
def test_a_price_that_makes_no_sense_is_none(amount: object) -> None:
    details = {"shipping": {"amount": amount}}
    assert read(details, "EUR").shipping is None
    assert shipping_price(details, "EUR") == Money(0, "EUR")


def test_a_client_cannot_make_an_order_cheaper_by_shipping_it() -> None:
    assert shipping_price({"shipping": {"amount": -499}}, "EUR") == Money(0, "EUR")


def test_the_price_of_shipping_is_read_in_the_currency_of_the_goods() -> None:
    assert shipping_price({"shipping": {"amount": "12.5"}}, "JPY") == Money(13, "JPY")
    assert shipping_price(None, "JPY") == Money(0, "JPY")


@pytest.mark.parametrize(
    ("address", "name", "lines"),
    [
        ({"companyName": "Hafen", "contactName": "Rita"}, "Hafen", ("Rita",)),
        ({"companyName": "Hafen", "contactName": "Hafen"}, "Hafen", ()),
        ({"contactName": "Rita"}, "Rita", ()),
        ({}, "", ()),
        ({"street": "Kai", "streetNumber": 7, "streetAppendix": "b"}, "", ("Kai 7 b",)),
        ({"streetNumber": "7"}, "", ("7",)),
        ({"zipCode": 48155, "city": "Münster", "state": "NRW", "country": "DE"}, "",
         ("48155 Münster, NRW, DE",)),
        ({"city": "Münster"}, "", ("Münster",)),
        ({"country": ["DE"], "city": {"en": "x"}, "street": None}, "", ()),
        ({"id": "a1", "tags": [], "metadata": {}, "isDefault": True, "city": "X"}, "", ("X",)),
    ],
)  # fmt: skip
def test_an_address_is_read_as_far_as_it_goes(
    address: dict[str, Any], name: str, lines: tuple[str, ...]
) -> None:
    view = read({"addresses": [{**address, "type": "SHIPPING"}]}, "EUR")
    assert view.shipping_address == Address(name=name, lines=lines, phone="")
    assert view.billing_address is None


def test_the_phone_of_an_address_is_kept_apart() -> None:
    view = read({"addresses": [{"type": "BILLING", "contactPhone": "+49 251 1"}]}, "EUR")
    assert view.billing_address == Address(name="", lines=(), phone="+49 251 1")


def test_of_two_addresses_of_a_kind_the_first_counts() -> None:
    addresses = [{"type": "SHIPPING", "city": city} for city in ("Münster", "Kiel")]
    view = read({"addresses": addresses}, "EUR")
    assert view.shipping_address is not None
    assert view.shipping_address.lines == ("Münster",)


@pytest.mark.parametrize(
    "addresses",
    [None, "none", {"type": "SHIPPING"}, [], [None], ["x"], [{"city": "X"}], [{"type": "HOME"}]],
)
def test_what_is_no_list_of_addresses_is_left_out(addresses: object) -> None:
    view = read({"addresses": addresses}, "EUR")
    assert (view.shipping_address, view.billing_address) == (None, None)


@pytest.mark.parametrize(
    ("methods", "payment"),
    [
        ([{"provider": "none", "method": "invoice"}], Payment(provider="none", method="invoice")),
        ([{"provider": "stripe"}, {"provider": "x"}], Payment(provider="stripe", method="")),
        ([{"method": 1, "provider": None}], Payment(provider="", method="1")),
        ([], None),
        ([{}], None),
        ([None], None),
        ("invoice", None),
        ({"provider": "none"}, None),
        (None, None),
    ],
)
def test_the_first_way_of_paying_counts(methods: object, payment: Payment | None) -> None:
    assert read({"paymentMethods": methods}, "EUR").payment == payment


keys = st.sampled_from(
    "shipping addresses paymentMethods methodId methodName amount type companyName street zipCode "
    "city country contactPhone provider method SHIPPING en".split()
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["SHIPPING", "BILLING", "1e999999", "-1", "NaN", "12.5"])
)
documents = st.dictionaries(
    keys,
    st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=12,
    ),
    max_size=4,
)


@given(documents, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_whatever_a_client_sends_can_be_read(document: dict[str, Any], currency: str) -> None:
    view = read(document, currency)
    assert view.shipping is None or view.shipping.minor >= 0
    assert shipping_price(document, currency).currency == currency
