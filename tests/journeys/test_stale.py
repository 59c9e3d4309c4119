"""Two windows on one request: the one that is behind learns it, and loses no text."""

from typing import Any

import pytest

from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat
from tests.support.cast import ADA, ALAN, RITA, ROB
from tests.support.desk import Desk

pytestmark = pytest.mark.journey

TOTAL = "1,510.00 EUR"
EXPRESS = "1,524.90 EUR"
WORDS = "Please order the next ones before the summer."
NOTE = "Comment for Rita if you like"
BROWSERS = pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False}], ids=["htmx", "without JavaScript"]
)


@BROWSERS
def test_the_second_window_sees_who_decided(desk: Desk, sit: Sit, options: dict[str, Any]) -> None:
    about = f"/approvals/{desk.ask(RITA, ADA)}"
    early, late = (sit(desk, "ada", to=about, **options) for _ in range(2))
    late.press(f"Approve {TOTAL}")
    late.write(NOTE, WORDS)
    early.press(f"Approve {TOTAL}")
    early.press("Approve and place the order")
    early.is_told(f"You approved {TOTAL} for Rita")

    late.press("Approve and place the order")
    late.reads("Ada Admin has approved this request.", "See the order")
    kept = late.field("What you typed is kept here, so that you can copy it")
    assert kept.input_value() == WORDS


@BROWSERS
def test_the_first_press_of_a_second_window_loses_nothing(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    about = f"/approvals/{desk.ask(RITA, ADA)}"
    late = sit(desk, "ada", to=about, **options)
    late.write(NOTE, WORDS)
    rita = sit(desk, "rita", to=about, **options)
    rita.press("Withdraw")
    rita.press("Withdraw it")
    rita.is_told("The request is withdrawn.")

    late.press("Decline")
    late.reads("Withdrawn", "Rita Roe")
    kept = late.field("What you typed is kept here, so that you can copy it")
    assert kept.input_value() == WORDS


@BROWSERS
def test_a_change_is_shown_before_the_decision(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    approval = desk.ask(RITA, ADA)
    about = f"/approvals/{approval}"
    ada = sit(desk, "ada", to=about, **options)
    ada.write(NOTE, WORDS)
    _change_to_express(sit(desk, "rita", to=about, **options))

    ada.press(f"Approve {TOTAL}")
    _sees_the_change(ada)
    assert ada.field("Your comment is kept").input_value() == WORDS
    ada.press("I have seen the change")
    assert ada.field(NOTE).input_value() == WORDS
    ada.press(f"Approve {EXPRESS}")
    ada.press("Approve and place the order")
    ada.is_told(f"You approved {EXPRESS} for Rita")

    order = desk.order_of(approval)
    assert (order.shipping_minor, order.total_minor) == (2490, 152490)
    assert order.details["shipping"]["methodId"] == "express"
    desk.mail("ada@acme.example", about=about, subject="Rita Roe changed request")
    assert WORDS in desk.mail("rita@acme.example", about=about, subject="Ada Admin approved").text


def test_a_change_between_the_two_presses_stops_the_second(desk: Desk, sit: Sit) -> None:
    approval = desk.ask(RITA, ADA)
    about = f"/approvals/{approval}"
    ada = sit(desk, "ada", to=about)
    ada.press(f"Approve {TOTAL}")
    ada.write(NOTE, WORDS)
    _change_to_express(sit(desk, "rita", to=about))

    ada.press("Approve and place the order")
    _sees_the_change(ada)
    assert ada.field("Your comment is kept").input_value() == WORDS
    assert desk.approval(approval).status == "PENDING"


def test_two_who_change_delivery_do_not_overwrite_each_other(desk: Desk, sit: Sit) -> None:
    approval = desk.ask(ROB, ALAN)
    about = f"/approvals/{approval}"
    rob, alan = sit(desk, "rob", to=f"{about}/details"), sit(desk, "alan", to=about)
    alan.follow("Change delivery or payment")
    alan.pick("Pay", "Prepayment")
    alan.press("Save as revision 2")
    alan.is_told("The request is changed, and the other side is told.")

    rob.pick("Ship", "Express, next working day, 24.90 EUR")
    rob.press("Save as revision 2")
    rob.reads("See how it stands now")
    assert "Express" in rob.field("Ship").locator("option:checked").inner_text()
    rob.follow("See how it stands now")
    rob.reads("Prepayment", "Revision 2")
    desk.mail("rob@acme.example", about=about, subject="Alan Archer changed request")


def _change_to_express(rita: Seat) -> None:
    rita.follow("Change delivery or payment")
    rita.pick("Ship", "Express, next working day, 24.90 EUR")
    rita.press("Save as revision 2")
    rita.is_told("The request is changed, and the other side is told.")
    rita.reads("Standard, 2 to 4 days", "Express, next working day", EXPRESS)


def _sees_the_change(ada: Seat) -> None:
    ada.reads("Rita Roe changed this after you opened it.")
    change = ada.group("This changed").get_by_role("table", name="What changed")
    for name in ("Revision 1", "Revision 2"):
        change.get_by_role("columnheader", name=name).wait_for()
    for old, new in (
        ("Ship Standard, 2 to 4 days", "Express, next working day"),
        ("Price of shipping 10.00 EUR", "24.90 EUR"),
    ):
        change.get_by_role("row", name=f"{old} {new}").wait_for()
