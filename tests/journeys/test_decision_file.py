"""The decision on paper: found on the page, read by both sides, with and without JavaScript."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests.journeys.conftest import Sit
from tests.journeys.keyboard import KeyboardSeat
from tests.journeys.seat import Seat
from tests.support.cast import ADA, RITA
from tests.support.desk import Desk

pytestmark = pytest.mark.journey

BROWSERS = pytest.mark.parametrize(
    "options",
    [{}, {"java_script_enabled": False}, {"kind": KeyboardSeat}],
    ids=["htmx", "without JavaScript", "keyboard"],
)


def words(seat: Seat, link: str) -> str:
    """What stands in the file behind a link, which the browser shows by itself."""
    seat.follow(link)
    seat.page.wait_for_url("**/decision.pdf")
    answer = seat.page.request.get(seat.page.url)
    seat.page.go_back()
    pages = PdfReader(BytesIO(answer.body())).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@BROWSERS
def test_both_sides_take_the_decision_along(desk: Desk, sit: Sit, options: dict[str, Any]) -> None:
    about = f"/approvals/{desk.ask(RITA, ADA)}"
    ada = sit(desk, "ada", to=about, **options)
    assert "Not decided yet" in words(ada, "The request as PDF")
    ada.press("Approve 1,510.00 EUR")
    ada.press("Approve and place the order")
    ada.is_told("You approved")
    assert "Approved" in words(ada, "The decision as PDF")

    rita = sit(desk, "rita", to=about, **options)
    assert "Rita Roe asked for 1,510.00 EUR" in words(rita, "The decision as PDF")
    rita.open("/orders")
    rita.page.locator("main a[href*='/orders/']").first.click()
    assert "Made by Rita Roe" in words(rita, "The decision as PDF")
