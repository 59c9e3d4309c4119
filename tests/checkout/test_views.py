"""The page on which a cart is ordered or handed over."""

from datetime import date, timedelta

import pytest

from tests.support.app import HTMX, As
from tests.support.cast import Desk
from webapp.kernel.clock import utcnow

WINDOW = "dw-morning/08-12"


def monday() -> date:
    """A working day of next week."""
    today = utcnow().date()
    return today + timedelta(days=7 - today.weekday())


def form(**changes: str) -> dict[str, str]:
    """Everything that the page sends, for Rita's cart and Bob."""
    return {
        "version": "1",
        "verdict": "needs_approval",
        "approver": "bob",
        "comment": "For the new team",
        "shipping_address": "le1-shipping",
        "billing_address": "le1-billing",
        "shipping_method": "zone-de/express",
        "payment_method": "none/invoice",
        "day": monday().isoformat(),
        "window": WINDOW,
        **changes,
    }


def test_the_page_says_why_somebody_has_to_be_asked_and_whom(as_: As) -> None:
    page = as_("rita").get("/carts/c500-rita/checkout").text
    assert "You may not place orders alone" in page
    for name in ("Ada Admin", "Alan Archer", "Bob Buyer", "Ben Baker"):
        assert name in page
    for name in ("Rob Reed", "Olga Olsen"):
        assert name not in page


def test_over_the_limit_buyers_stand_there_with_the_reason(as_: As) -> None:
    page = as_("bob").get("/carts/c1500-bob/checkout").text
    assert "1,500.00 EUR is <strong>500.00 over</strong> Hafen Logistik GmbH’s limit" in page
    assert "Ben cannot approve this: over Hafen Logistik GmbH’s limit only admins may." in page
    refused = as_("bob").post("/carts/c1500-bob/checkout", data=form(approver="ben"))
    assert refused.status_code == 422


def test_handing_over_keeps_the_details_as_the_api_has_them(desk: Desk, as_: As) -> None:
    rita = as_("rita")
    reply = rita.post("/carts/c500-rita/checkout", data=form())
    assert reply.status_code == 303
    made = reply.headers["Location"].rpartition("/")[2]
    terms = desk.terms(made)
    assert terms.details == {
        "currency": "EUR",
        "shipping": {
            "zoneId": "zone-de",
            "methodId": "express",
            "methodName": "Express, next working day",
            "amount": 24.9,
            "shippingTaxCode": "STANDARD",
        },
        "paymentMethods": [{"provider": "none", "method": "invoice", "amount": 524.9}],
        "addresses": [
            {**_HAFEN, "type": "SHIPPING"},
            {**_HAFEN, "type": "BILLING"},
        ],
    }
    assert terms.delivery_window == {
        "id": "dw-morning",
        "slotId": "08-12",
        "deliveryDate": f"{monday().isoformat()}T00:00:00.000Z",
    }
    assert desk.told(made) == [("submitted", "bob")]
    as_("bob").post(f"/approvals/{made}/decision", data={"step": "order", "revision": "1"})
    (order,) = desk.orders()
    assert (order.details, order.delivery_window) == (terms.details, terms.delivery_window)
    assert order.total_minor == 52490


def test_a_second_press_leads_to_the_same_request(desk: Desk, as_: As) -> None:
    rita = as_("rita")
    first = rita.post("/carts/c500-rita/checkout", data=form())
    second = rita.post("/carts/c500-rita/checkout", data=form())
    assert first.headers["Location"] == second.headers["Location"]
    assert len(desk.mails()) == 1
    assert rita.get("/carts/c500-rita/checkout").headers["Location"] == first.headers["Location"]


def test_a_buyer_within_the_limit_orders_alone(desk: Desk, as_: As) -> None:
    bob = as_("bob")
    page = bob.get("/carts/c1000-bob/checkout").text
    assert "is within Hafen Logistik GmbH’s limit of 1,000.00" in page
    reply = bob.post("/carts/c1000-bob/checkout", data=form(verdict="alone", approver=""))
    assert reply.headers["Location"].startswith("/orders/")
    assert [order.owner_id for order in desk.orders()] == ["bob"]
    again = bob.post("/carts/c1000-bob/checkout", data=form(verdict="alone", approver=""))
    assert again.headers["Location"] == reply.headers["Location"]


def test_nobody_orders_for_another_total_than_the_one_they_saw(desk: Desk, as_: As) -> None:
    bob, url = as_("bob"), "/carts/c500-bob/checkout"
    assert "Place the order for 510.00 EUR" in bob.get(url).text
    data = form(verdict="alone", approver="", total="51000")
    asked = bob.post(url, data=data)
    assert asked.status_code == 409
    assert "With this shipping the order costs 524.90 EUR." in asked.text
    assert "Place the order for 524.90 EUR" in asked.text
    assert desk.orders() == []
    assert bob.post(url, data={**data, "total": "52490"}).status_code == 303


def test_the_sums_and_the_button_follow_the_choice_of_shipping(as_: As) -> None:
    data = form(verdict="alone", approver="", step="preview")
    reply = as_("bob").post("/carts/c500-bob/checkout", data=data, headers=HTMX)
    for part in ("checkout-sums", "checkout-act"):
        assert f'id="{part}"' in reply.text
    assert reply.text.count('hx-swap-oob="true"') == 2
    assert "Place the order for 524.90 EUR" in reply.text


def test_a_quote_is_handed_over_without_details(desk: Desk, as_: As) -> None:
    rita = as_("rita")
    assert "Delivery and payment" not in rita.get("/quotes/Q1/checkout").text
    data = {"version": "1", "verdict": "needs_approval", "approver": "bob"}
    made = rita.post("/quotes/Q1/checkout", data=data).headers["Location"].rpartition("/")[2]
    assert desk.terms(made).details is None
    assert "Rita Roe asks for 500.00 EUR" in as_("bob").get(f"/approvals/{made}").text


@pytest.mark.parametrize("who", ["ada", "alan"])
def test_an_admin_is_never_asked_to_ask(as_: As, who: str) -> None:
    page = as_(who).get(f"/carts/c1500-{who}/checkout").text
    assert "you may place this order alone" in page
    assert "Whom to ask" not in page


def test_who_belongs_to_no_company_reads_why_nothing_can_be_done(as_: As) -> None:
    page = as_("carl").get("/carts/c500-carl/checkout").text
    assert "You do not belong to any company" in page


@pytest.mark.parametrize("path", ["/carts/c500-rob/checkout", "/carts/nothing/checkout"])
def test_carts_of_others_do_not_exist(as_: As, path: str) -> None:
    rita = as_("rita")
    assert rita.get(path).status_code == 404
    assert rita.post(path, data=form()).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"approver": ""}, "Choose whom to ask."),
        ({"approver": "rob"}, "Not a valid choice"),
        ({"shipping_method": "zone-de/rocket"}, "Not a valid choice"),
        ({"day": "soon"}, "Not a valid date value"),
        ({"day": ""}, "Choose a day for this delivery window."),
        ({"window": ""}, "Choose a delivery window for this day."),
        ({"comment": "a" * 4001}, "Shorten the text to 4,000 characters."),
    ],
)
def test_what_cannot_be_used_is_named_and_the_rest_kept(
    desk: Desk, as_: As, changes: dict[str, str], words: str
) -> None:
    reply = as_("rita").post("/carts/c500-rita/checkout", data=form(**changes))
    assert reply.status_code == 422
    assert words in reply.text
    assert form(**changes)["comment"] in reply.text
    assert desk.mails() == []


def test_a_cart_that_changed_meanwhile_is_looked_at_again(desk: Desk, as_: As) -> None:
    desk.sql("UPDATE carts SET version = 2 WHERE id = 'c500-rita'")
    reply = as_("rita").post("/carts/c500-rita/checkout", data=form())
    assert reply.status_code == 409
    assert "The cart changed in another window." in reply.text
    assert "For the new team" in reply.text


def test_a_limit_that_changed_meanwhile_is_told_before_anything_happens(
    desk: Desk, as_: As
) -> None:
    desk.sql("UPDATE companies SET limit_minor = 10000 WHERE id = 'le1'")
    reply = as_("bob").post("/carts/c500-bob/checkout", data=form(verdict="alone", approver=""))
    assert reply.status_code in (409, 422)
    assert "400.00 over" in reply.text
    assert desk.orders() == []


def test_the_preview_shows_what_the_approver_will_see(as_: As) -> None:
    rita = as_("rita")
    data = form(step="preview", approver="ada", comment="Look & see")
    fragment = rita.post("/carts/c500-rita/checkout", data=data, headers=HTMX)
    assert "What Ada will see" in fragment.text
    assert "Rita Roe asks for 524.90 EUR" in fragment.text
    assert "Look &amp; see" in fragment.text
    assert "<html" not in fragment.text
    assert "What Ada will see" in rita.post("/carts/c500-rita/checkout", data=data).text


_HAFEN = {
    "contactName": "Hafen Logistik GmbH",
    "companyName": "Hafen Logistik GmbH",
    "street": "Hafenweg",
    "streetNumber": "7",
    "zipCode": "48155",
    "city": "Münster",
    "country": "DE",
}
