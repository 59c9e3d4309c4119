"""Composing delivery and payment: what was chosen is replaced, everything else stays (R15, R34)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.support.cast import DETAILS, WINDOW, details
from webapp.carts.domain import DeliveryWindow, PaymentMethod, ShippingMethod, SiteFacts
from webapp.kernel.money import Money
from webapp.orders.terms import Choice, Offer, Terms, by_key, compose, key_of, on_price_list

GOODS = Money(50000, "EUR")
STANDARD = ShippingMethod(
    zone_id="zone-de",
    method_id="standard",
    name="Standard, 2 to 4 days",
    price=Money(1000, "EUR"),
    tax_code="STANDARD",
)
EXPRESS = ShippingMethod(
    zone_id="zone-de",
    method_id="express",
    name="Express, next working day",
    price=Money(2490, "EUR"),
    tax_code="REDUCED",
)
MORNING = DeliveryWindow(id="dw-morning", slot_id="08-12", label="8 to 12", weekdays=(1, 2))
AFTERNOON = DeliveryWindow(id="dw-afternoon", slot_id="12-17", label="12 to 17", weekdays=(1,))
INVOICE = PaymentMethod(provider="none", method="invoice", label="Invoice, 30 days")
PREPAYMENT = PaymentMethod(provider="custom", method="prepayment", label="Prepayment")
SITE = SiteFacts(
    code="main",
    currency="EUR",
    countries=("DE",),
    shipping_methods=(STANDARD, EXPRESS),
    delivery_windows=(MORNING, AFTERNOON),
    payment_methods=(INVOICE, PREPAYMENT),
)
KAI = {"companyName": "Kai 3", "street": "Am Kai", "city": "Hamburg", "country": "DE"}
OFFER = Offer(site=SITE, shipping_addresses={"kai": KAI}, billing_addresses={"kai": KAI})
NOW = Terms(details=DETAILS, delivery_window=WINDOW)
NOTHING = Terms(details=None, delivery_window=None)
SHIPPING, BILLING = DETAILS["addresses"]
DAY = date(2026, 3, 16)


def composed(current: Terms = NOW, goods: Money = GOODS, **chosen: Any) -> dict[str, Any]:
    made = compose(current, Choice(**chosen), OFFER, goods).details
    assert made is not None
    return made


def test_choosing_nothing_changes_nothing() -> None:
    assert compose(NOW, Choice(), OFFER, GOODS) == NOW


def test_what_the_desk_does_not_know_is_kept() -> None:
    current = Terms(details=details(remark={"deep": [1, None]}), delivery_window=None)
    made = composed(current, shipping_method="zone-de/express", payment_method="custom/prepayment")
    assert made["remark"] == {"deep": [1, None]}
    assert made["addresses"] == DETAILS["addresses"]


def test_the_terms_that_stood_before_are_left_as_they_were() -> None:
    before = details()
    composed(
        Terms(details=before, delivery_window=None),
        shipping_method="zone-de/express",
        shipping_address="kai",
        billing_address="kai",
        payment_method="custom/prepayment",
    )
    assert before == DETAILS


def test_a_shipping_method_comes_with_the_price_of_the_site() -> None:
    made = composed(shipping_method="zone-de/express")
    assert made["shipping"] == {
        "zoneId": "zone-de",
        "methodId": "express",
        "methodName": "Express, next working day",
        "amount": 24.9,
        "shippingTaxCode": "REDUCED",
    }


@pytest.mark.parametrize(
    ("amount", "paid"),
    [
        (510.0, 524.9),  # what goods and shipping came to: follows
        (510, 524.9),
        (None, None),  # the client's own business: stays
        (400.0, 400.0),
        ("510.00", "510.00"),
    ],
)
def test_what_is_to_be_paid_follows_unless_a_client_asked_for_another_sum(
    amount: object, paid: object
) -> None:
    first, second = {"provider": "none", "method": "invoice"}, {"provider": "x"}
    methods = [{**first, "amount": amount}, second]
    current = Terms(details=details(paymentMethods=methods), delivery_window=None)
    made = composed(current, shipping_method="zone-de/express")
    assert made["paymentMethods"] == [{**first, "amount": paid}, second]


def test_a_payment_without_an_amount_gets_one() -> None:
    current = Terms(details=details(paymentMethods=[{"provider": "none"}]), delivery_window=None)
    assert composed(current)["paymentMethods"] == [{"provider": "none", "amount": 510.0}]


@pytest.mark.parametrize("methods", [None, [], "invoice", [None], {"provider": "none"}])
def test_what_is_no_payment_stays_as_it_is(methods: object) -> None:
    current = Terms(details=details(paymentMethods=methods), delivery_window=None)
    made = composed(current, shipping_method="zone-de/express")
    assert made["paymentMethods"] == methods


def test_a_way_of_paying_asks_for_goods_and_shipping() -> None:
    made = composed(payment_method="custom/prepayment")
    assert made["paymentMethods"] == [
        {"provider": "custom", "method": "prepayment", "amount": 510.0}
    ]


def test_the_first_terms_of_a_cart_are_composed_from_choices_alone() -> None:
    made = compose(
        NOTHING,
        Choice(
            shipping_address="kai",
            billing_address="kai",
            shipping_method="zone-de/standard",
            payment_method="none/invoice",
            window="dw-morning/08-12",
            day=DAY,
        ),
        OFFER,
        GOODS,
    )
    assert made.details == {
        "currency": "EUR",
        "shipping": DETAILS["shipping"],
        "addresses": [{**KAI, "type": "SHIPPING"}, {**KAI, "type": "BILLING"}],
        "paymentMethods": [{"provider": "none", "method": "invoice", "amount": 510.0}],
    }
    assert made.delivery_window == {
        "id": "dw-morning",
        "slotId": "08-12",
        "deliveryDate": "2026-03-16T00:00:00.000Z",
    }


def test_the_currency_is_that_of_the_goods_unless_one_stands_there() -> None:
    assert composed(NOTHING)["currency"] == "EUR"
    assert composed(NOTHING, goods=Money(500, "JPY"))["currency"] == "JPY"
    kept = Terms(details={"currency": "CHF"}, delivery_window=None)
    assert composed(kept)["currency"] == "CHF"


@pytest.mark.parametrize(
    ("chosen", "addresses"),
    [
        ({"shipping_address": "kai"}, [{**KAI, "type": "SHIPPING"}, BILLING]),
        ({"billing_address": "kai"}, [SHIPPING, {**KAI, "type": "BILLING"}]),
        (
            {"shipping_address": "kai", "billing_address": "kai"},
            [{**KAI, "type": "SHIPPING"}, {**KAI, "type": "BILLING"}],
        ),
    ],
)
def test_one_address_is_replaced_and_the_other_kept(
    chosen: dict[str, Any], addresses: list[object]
) -> None:
    assert composed(**chosen)["addresses"] == addresses


@pytest.mark.parametrize("before", [None, "none", {}])
def test_an_address_replaces_what_is_no_list_of_addresses(before: object) -> None:
    current = Terms(details=details(addresses=before), delivery_window=None)
    made = composed(current, shipping_address="kai")
    assert made["addresses"] == [{**KAI, "type": "SHIPPING"}]


def test_addresses_of_other_kinds_are_kept() -> None:
    odd = ["?", {"type": "HOME"}, {}]
    current = Terms(details=details(addresses=[SHIPPING, *odd]), delivery_window=None)
    made = composed(current, shipping_address="kai")
    assert made["addresses"] == [{**KAI, "type": "SHIPPING"}, *odd]


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"window": "dw-afternoon/12-17"},
        {"day": DAY},
        {"window": "", "day": DAY},
    ],
)
def test_a_delivery_window_is_kept_until_a_window_and_a_day_are_chosen(
    chosen: dict[str, Any],
) -> None:
    assert compose(NOW, Choice(**chosen), OFFER, GOODS).delivery_window == WINDOW


def test_a_window_and_a_day_replace_the_delivery_window() -> None:
    made = compose(NOW, Choice(window="dw-afternoon/12-17", day=DAY), OFFER, GOODS)
    assert made.delivery_window == {
        "id": "dw-afternoon",
        "slotId": "12-17",
        "deliveryDate": "2026-03-16T00:00:00.000Z",
    }


@pytest.mark.parametrize(
    "chosen",
    [
        {"shipping_method": "zone-de/drone"},
        {"payment_method": "none/barter"},
        {"shipping_address": "moon"},
        {"billing_address": "moon"},
        {"window": "dw-night/22-04", "day": DAY},
    ],
)
def test_what_is_not_on_offer_cannot_be_chosen(chosen: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        compose(NOW, Choice(**chosen), OFFER, GOODS)


@pytest.mark.parametrize(
    ("item", "key"),
    [
        (EXPRESS, "zone-de/express"),
        (INVOICE, "none/invoice"),
        (MORNING, "dw-morning/08-12"),
    ],
)
def test_an_item_of_the_price_list_has_a_key(
    item: ShippingMethod | PaymentMethod | DeliveryWindow, key: str
) -> None:
    assert key_of(item) == key


def test_a_price_list_is_looked_up_by_key() -> None:
    assert by_key((STANDARD, EXPRESS)) == {"zone-de/standard": STANDARD, "zone-de/express": EXPRESS}


def shipping(**changes: Any) -> dict[str, Any]:
    return {"shipping": {**DETAILS["shipping"], **changes}}


@pytest.mark.parametrize(
    ("document", "listed"),
    [
        (DETAILS, True),
        (shipping(), True),
        (shipping(amount="10.00"), True),
        (shipping(methodName="anything"), True),
        (shipping(amount=9.99), False),
        (shipping(amount=0), False),
        (shipping(amount=None), False),
        (shipping(methodId="express"), False),
        (shipping(methodId="express", amount=24.9), True),
        (shipping(methodId="drone"), False),
        (shipping(zoneId="zone-at"), False),
        ({"shipping": {}}, False),
        ({"shipping": "standard"}, True),
        ({}, True),
        (None, True),
    ],
)
def test_shipping_is_the_sites_own_only_at_the_sites_price(
    document: dict[str, Any] | None, listed: bool
) -> None:
    assert on_price_list(document, SITE) is listed


def test_a_free_method_of_the_list_is_on_the_list() -> None:
    free = replace(STANDARD, price=Money(0, "EUR"))
    assert on_price_list(shipping(amount=0), replace(SITE, shipping_methods=(free,)))
