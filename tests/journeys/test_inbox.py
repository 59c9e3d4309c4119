"""An approver clears the inbox: by letters, several at once, and without JavaScript."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat
from tests.support.cast import BEN, MIA, ROB
from tests.support.desk import UNDER, Desk

pytestmark = pytest.mark.journey

BROWSERS = pytest.mark.parametrize(
    "options",
    [{}, {"java_script_enabled": False}, {"viewport": {"width": 320, "height": 640}}],
    ids=["htmx", "without JavaScript", "320 px"],
)


def test_several_requests_are_decided_by_letters_alone(desk: Desk, sit: Sit) -> None:
    first, second, third = (desk.ask(MIA, BEN, UNDER) for _ in range(3))
    ben = sit(desk, "ben", to="/inbox?person=mia")
    _go_to(ben, first)
    ben.page.keyboard.press("Enter")
    expect(ben.page.locator("#open-row")).to_contain_text("Cordless drill 18 V")
    ben.page.keyboard.press("a")
    expect(ben.button("Approve and place the order")).to_be_focused()
    ben.page.keyboard.press("Enter")
    ben.is_told("You approved 510.00 EUR for Mia")
    expect(_link(ben, second)).to_be_focused()
    _say(ben, "d", "Your words to Mia", "Not now: j and k are only letters here.")
    ben.is_told("You declined.")
    expect(_link(ben, third)).to_be_focused()
    _say(ben, "q", "Your question to Mia", "Why?")
    ben.is_told("It is Mia’s turn now.")
    assert desk.approval(first).order_id
    assert desk.approval(second).status == "DECLINED"
    assert desk.approval(third).turn == "REQUESTER"


@BROWSERS
def test_several_are_decided_at_once_and_one_had_changed(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    changed, calm = desk.ask(ROB, BEN, UNDER), desk.ask(ROB, BEN, UNDER)
    ben = sit(desk, "ben", to="/inbox?person=rob", **options)
    for one in (changed, calm):
        number = desk.approval(one).number
        # By the keyboard, since the bar may lie over what is below it.
        ben.page.get_by_label(f"Select request {number} of Rob Reed").press("Space")
    ben.page.get_by_role("button", name="Approve", exact=False).last.click()
    ben.heading("Approve 2 requests, 1,020.00 EUR?")
    rob = sit(desk, "rob", to=f"/approvals/{changed}")
    rob.follow("Change delivery or payment")
    rob.pick("Pay", "Prepayment")
    rob.press("Save as revision 2")
    ben.press("Approve only")
    ben.heading("One request is decided")
    ben.reads("Rob changed it after you selected it.")
    assert desk.approval(calm).status == "APPROVED"
    assert desk.approval(changed).status == "PENDING"


@BROWSERS
def test_a_search_stays_through_tabs_and_back(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    desk.ask(MIA, BEN, UNDER)
    ben = sit(desk, "ben", to="/inbox", **options)
    box = ben.page.get_by_role("searchbox")
    box.fill("olive trees")
    box.press("Enter")
    ben.reads("Nothing that waits for you matches what you look for.")
    ben.follow("Look in all requests")
    ben.reads("No request matches what you look for.")
    ben.page.go_back()
    ben.reads("Nothing that waits for you matches what you look for.")
    ben.page.get_by_role("link", name="“olive trees”").click()
    ben.reads("Mia Moor")


def _say(seat: Seat, letter: str, label: str, words: str) -> None:
    seat.page.keyboard.press(letter)
    expect(seat.field(label)).to_be_focused()
    seat.page.keyboard.type(words)
    seat.page.keyboard.press("Tab")
    seat.page.keyboard.press("Enter")


def _go_to(seat: Seat, approval_id: str) -> None:
    for _ in range(30):
        seat.page.keyboard.press("j")
        if _link(seat, approval_id).evaluate("link => link === document.activeElement"):
            return
    raise AssertionError("j never comes to the request")


def _link(seat: Seat, approval_id: str) -> Any:
    return seat.page.locator(f"#request-{approval_id}-name")
