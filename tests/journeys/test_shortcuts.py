"""Single letters press what they stand for, and nothing while somebody types."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat
from tests.support.cast import BEN, MIA
from tests.support.desk import UNDER, Desk

pytestmark = pytest.mark.journey


def test_letters_decide(desk: Desk, sit: Sit) -> None:
    approval = desk.ask(MIA, BEN, UNDER)
    ben = sit(desk, "ben", to=f"/approvals/{approval}")
    keys = ben.page.keyboard
    keys.press("q")
    _is_typing(ben, "Your question to Mia")
    keys.type("Quick: a drill or a kit?")
    assert ben.field("Your question to Mia").input_value() == "Quick: a drill or a kit?"
    ben.press("Go back")
    ben.button("Approve 510.00 EUR").wait_for()

    keys.press("d")
    _is_typing(ben, "Your words to Mia")
    ben.press("Go back")
    ben.button("Approve 510.00 EUR").wait_for()

    keys.press("c")
    expect(ben.page.locator("textarea[data-key=c]")).to_be_focused()
    ben.page.locator("h1").click()

    keys.press("a")
    expect(ben.button("Approve and place the order")).to_be_focused()
    keys.press("Enter")
    ben.is_told("You approved 510.00 EUR for Mia")
    assert desk.order_of(approval).placed_by_id == "ben"


def test_letters_move_through_the_inbox(desk: Desk, sit: Sit) -> None:
    wanted = [desk.ask(MIA, BEN, UNDER) for _ in range(2)]
    ben = sit(desk, "ben", to="/inbox")
    keys = ben.page.keyboard
    seen = []
    for _ in range(2):
        keys.press("j")
        seen.append(str(ben.page.evaluate("document.activeElement.getAttribute('href')")))
    keys.press("k")
    assert ben.page.evaluate("document.activeElement.getAttribute('href')") == seen[0]
    keys.press("Enter")
    ben.page.locator("#open-row").wait_for()
    ben.follow("Open the full request")
    ben.reads("asks for 510.00 EUR", "Ben Baker")
    assert ben.path == seen[0]
    keys.press("u")
    ben.page.wait_for_url("**/inbox**")
    assert set(seen) <= {f"/approvals/{one}" for one in wanted} | set(_listed(ben))


def test_letters_can_be_switched_off(desk: Desk, sit: Sit) -> None:
    approval = desk.ask(MIA, BEN, UNDER)
    ben = sit(desk, "ben", to="/account")
    ben.page.get_by_role("checkbox", name="Single letters press buttons").uncheck(force=True)
    ben.press("Save")
    ben.is_told("Your settings are saved.")
    ben.open(f"/approvals/{approval}")
    ben.page.keyboard.press("d")
    ben.open(f"/approvals/{approval}")
    ben.button("Approve 510.00 EUR").wait_for()
    ben.open("/account")
    ben.page.get_by_role("checkbox", name="Single letters press buttons").check(force=True)
    ben.press("Save")
    ben.is_told("Your settings are saved.")


def _is_typing(seat: Seat, label: str) -> None:
    expect(seat.field(label)).to_be_focused()


def _listed(seat: Seat) -> list[str]:
    links = seat.page.get_by_role("list", name="Requests").get_by_role("link")
    return [str(link.get_attribute("href")) for link in links.all()]
