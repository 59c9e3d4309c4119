"""The side of the requester: reminding, and asking once more with what was said beside it."""

from typing import Any

import pytest

from tests.journeys.conftest import Sit
from tests.support.cast import ADA, RITA
from tests.support.desk import Desk

pytestmark = pytest.mark.journey

BROWSERS = pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False}], ids=["htmx", "without JavaScript"]
)


@BROWSERS
def test_a_reminder_reaches_the_approver_once(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    approval = desk.ask(RITA, ADA)
    about = f"/approvals/{approval}"
    rita = sit(desk, "rita", to=about, **options)
    rita.reads("Ada Admin’s turn", "Without a decision it expires")
    rita.press("Remind Ada")
    rita.is_told("Ada is reminded, and gets a mail.")
    rita.reads("You reminded Ada today", "You can do so again tomorrow", "You reminded Ada Admin")
    assert not rita.button("Remind Ada").is_visible()
    mail = desk.mail("ada@acme.example", about=about, subject="still waits for you")
    assert "Rita Roe reminds you that it is your turn." in mail.text


@BROWSERS
def test_other_goods_take_two_presses_and_the_approver_sees_what_differs(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    approval = desk.ask(RITA, ADA)
    about = f"/approvals/{approval}"
    ada = sit(desk, "ada", to=about, **options)
    ada.write("Comment for Rita", "Would three drills do?")
    ada.press("Comment")
    ada.is_told("Your comment is sent to Rita.")

    rita = sit(desk, "rita", to=f"{about}/details", **options)
    rita.press("Withdraw and edit")
    rita.reads("Withdraw this request and edit the goods?")
    rita.press("Withdraw it and edit")
    rita.is_told("The request is withdrawn. Change the goods and ask again.")
    rita.reads("What was said before", "Would three drills do?")
    rita.group("Line 1").get_by_label("Quantity").fill("3")
    rita.press("Save the cart")
    rita.follow("Ask for approval")
    rita.reads("Would three drills do?")
    rita.press("Ask for approval")
    again = rita.here

    number = desk.approval(approval).number
    ada.open(f"/approvals/{again}")
    ada.reads("What differs from before", f"This replaces request {number}.")
    differing = ada.page.get_by_role("table", name="What changed").first
    assert "Cordless drill 18 V" in differing.inner_text()
    ada.follow(f"request {number}")
    ada.reads("replaces this one.", "Withdrawn")
