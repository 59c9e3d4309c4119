"""What else can become of a request: declined and asked again, approved only, withdrawn."""

from typing import Any

import pytest

from tests.journeys.conftest import Sit
from tests.journeys.keyboard import KeyboardSeat
from tests.journeys.seat import Seat
from tests.support.cast import ADA, ALAN, RITA, ROB
from tests.support.desk import Desk
from webapp.approvals.domain import Status

pytestmark = pytest.mark.journey

TOTAL = "1,510.00 EUR"
REASON = "Take the smaller ladder; we have two of these in Halle."


def test_a_decline_needs_a_reason_and_keeps_the_words(desk: Desk, sit: Sit) -> None:
    approval = desk.ask(RITA, ADA)
    ada = sit(desk, "ada", to=f"/approvals/{approval}")
    ada.write("Comment for Rita if you like", REASON)
    ada.press("Decline")
    assert ada.field("Your words to Rita").input_value() == REASON
    ada.write("Your words to Rita", " ")
    ada.press(f"Decline {TOTAL}")
    ada.reads("One thing needs your attention", "Say why, so that Rita can act on it.")
    ada.write("Your words to Rita", "x" * 4001)
    ada.press(f"Decline {TOTAL}")
    ada.reads("Shorten the text to 4,000 characters.")
    assert ada.field("Your words to Rita").input_value() == "x" * 4001
    assert desk.approval(approval).status == Status.PENDING


@pytest.mark.parametrize(
    "options",
    [{}, {"java_script_enabled": False}, {"kind": KeyboardSeat}],
    ids=["htmx", "without JavaScript", "keyboard"],
)
def test_what_was_declined_is_changed_and_asked_again(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    declined = desk.ask(RITA, ADA)
    ada = sit(desk, "ada", to=f"/approvals/{declined}", **options)
    _decline(ada)
    about = f"/approvals/{declined}"
    mail = desk.mail("rita@acme.example", about=about, subject="Ada Admin declined request")
    assert REASON in mail.text

    rita = sit(desk, "rita", to=about, **options)
    cart, again = _ask_for_one_less(rita)
    ada.open(f"/approvals/{again}")
    ada.press("Approve 1,210.00 EUR")
    ada.press("Approve only")
    ada.is_told("You approved 1,210.00 EUR for Rita.")

    rita.open(f"/approvals/{again}")
    rita.press("Place the order for 1,210.00 EUR")
    rita.is_told("is placed.")
    order = desk.order_of(again)
    assert (order.resource_id, order.total_minor) == (cart, 121000)
    assert (order.placed_by_id, order.owner_id) == ("rita", "rita")
    rita.follow("See the order")
    rita.heading("You ordered 1,210.00 EUR")


def test_what_is_withdrawn_says_who_and_comes_back(desk: Desk, sit: Sit) -> None:
    approval = desk.ask(ROB, ALAN)
    rob = sit(desk, "rob", to=f"/approvals/{approval}")
    rob.press("Withdraw")
    rob.reads("Withdraw this request?")
    assert desk.approval(approval).status == Status.PENDING
    rob.press("Withdraw it")
    rob.is_told("The request is withdrawn.")

    about = f"/approvals/{approval}"
    desk.mail("alan@acme.example", about=about, subject="Rob Reed withdrew request")
    alan = sit(desk, "alan", to=about)
    alan.reads("Withdrawn", "Rob Reed withdrew")
    assert not alan.button("Approve 1,510.00 EUR").is_visible()

    rob.press("Edit and resubmit")
    rob.is_told("Here is your cart again.")
    rob.reads("Cordless drill 18 V", "Workbench", "1,500.00")


def test_a_second_thought_costs_one_press(desk: Desk, sit: Sit) -> None:
    approval = desk.ask(RITA, ADA)
    ada = sit(desk, "ada", to=f"/approvals/{approval}")
    for first in (f"Approve {TOTAL}", "Decline", "Ask a question"):
        ada.press(first)
        ada.press("Go back")
        ada.button(f"Approve {TOTAL}").wait_for()
    assert desk.approval(approval).status == Status.PENDING


def _decline(ada: Seat) -> None:
    ada.press("Decline")
    ada.write("Your words to Rita", REASON)
    ada.press(f"Decline {TOTAL}")
    ada.is_told("You declined. Rita gets your words and can change the cart.")


def _ask_for_one_less(rita: Seat) -> tuple[str, str]:
    """Take the goods of a declined request back, change them and ask again; cart and request."""
    rita.reads(REASON, "Declined")
    rita.press("Edit and resubmit")
    rita.reads("This cart holds again what you asked for before.", "Cordless drill 18 V", REASON)
    cart = rita.here
    rita.follow("Edit")
    rita.type_into(rita.group("Line 1").get_by_label("Quantity"), "3")
    rita.press("Save the cart")
    rita.follow("Ask for approval")
    # What was chosen the first time is offered again, and Ada is the first to ask.
    assert rita.field("Ship").locator("option:checked").inner_text().startswith("As it is")
    assert rita.page.get_by_role("radio", name="Ada Admin").is_checked()
    rita.press("Ask for approval")
    rita.heading("You ask for 1,210.00 EUR")
    return cart, rita.here
