"""A buyer orders alone up to the company limit, and needs an admin above it."""

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.conftest import Sit
from tests.support.desk import UNDER, Desk

pytestmark = pytest.mark.journey


def test_under_the_limit_a_buyer_orders_alone(desk: Desk, sit: Sit) -> None:
    cart = desk.cart("bob", UNDER)
    bob = sit(desk, "bob", to=f"/carts/{cart}")
    bob.reads("500.00 EUR is within Hafen Logistik GmbH’s limit of 1,000.00, so you may place")
    bob.follow("Check out")
    bob.heading("Check out")
    bob.pick("Pay", "Prepayment")
    bob.press("Place the order for 510.00 EUR")
    bob.heading("You ordered 510.00 EUR")
    bob.reads("No approval was needed.")

    order = desk.order_for(cart)
    assert (order.total_minor, order.approval_id) == (51000, None)
    # A provider of its own has still to take the money (R26).
    assert order.status == "IN_CHECKOUT"


def test_over_the_limit_only_admins_can_be_asked(desk: Desk, sit: Sit) -> None:
    cart = desk.cart("bob")
    bob = sit(desk, "bob", to=f"/carts/{cart}/checkout")
    bob.reads("1,500.00 EUR is 500.00 over Hafen Logistik GmbH’s limit of 1,000.00")
    ben = bob.page.get_by_role("radio", name="Ben Baker")
    assert ben.is_disabled()
    assert "over Hafen Logistik GmbH’s limit only admins may" in ben.evaluate(
        "one => document.getElementById(one.getAttribute('aria-describedby')).textContent"
    )
    bob.choose("Alan Archer")
    bob.press("Ask for approval")
    bob.heading("You ask for 1,510.00 EUR")

    alan = sit(desk, "alan", to="/inbox")
    alan.page.get_by_role("link", name="Bob Buyer").first.click()
    alan.reads("so an admin must approve.")


def test_the_preview_follows_what_is_being_typed(desk: Desk, sit: Sit) -> None:
    rita = sit(desk, "rita", to=f"/carts/{desk.cart('rita')}/checkout")
    words = rita.field("What should they know? if you like")
    words.press_sequentially("For the new")
    preview = rita.page.locator("#preview")
    expect(preview).to_contain_text("For the new")
    words.press_sequentially(" hall")
    expect(preview).to_contain_text("For the new hall")
    expect(words).to_be_focused()
    expect(words).to_have_value("For the new hall")


def test_a_preview_on_its_way_holds_nobody_back(desk: Desk, sit: Sit) -> None:
    bob = sit(desk, "bob", to=f"/carts/{desk.cart('bob')}/checkout")
    held: list[Route] = []

    def hold_previews(route: Route) -> None:
        if "step=preview" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    bob.page.route("**/checkout", hold_previews)
    with bob.page.expect_request("**/checkout"):
        bob.pick("Pay", "Prepayment")
    bob.press("Ask for approval")
    bob.heading("You ask for 1,510.00 EUR")
    assert held


def test_a_preview_that_comes_too_late_says_nothing(desk: Desk, sit: Sit) -> None:
    bob = sit(desk, "bob", to=f"/carts/{desk.cart('bob')}/checkout")
    path = bob.path
    token = bob.page.get_by_role("main").locator("[name=csrf_token]").first.input_value()
    bob.press("Ask for approval")
    bob.heading("You ask for 1,510.00 EUR")
    late = bob.page.request.post(
        path,
        form={"csrf_token": token, "step": "preview"},
        headers={"HX-Request": "true", "Origin": desk.url},
    )
    assert late.status == 204
    bob.open("/carts")
    expect(bob.page.get_by_role("status")).to_be_empty()


def test_a_cart_is_handed_over_once(desk: Desk, sit: Sit) -> None:
    """Two tabs with the same cart: the second one leads to what the first one did."""
    cart = desk.cart("ben")
    first, second = (sit(desk, "ben", to=f"/carts/{cart}/checkout") for _ in range(2))
    first.press("Ask for approval")
    first.heading("You ask for 1,510.00 EUR")
    second.press("Ask for approval")
    second.is_told("This was handed over before; here is the request.")
    assert second.here == first.here
