"""The pages around a decision, with the keyboard alone: every stop of the focus has to be seen."""

import re
from datetime import date, timedelta

import pytest

from tests.journeys.conftest import Sit
from tests.journeys.keyboard import KeyboardSeat
from tests.support.cast import ADA, BOB, RITA
from tests.support.desk import UNDER, Desk

pytestmark = pytest.mark.journey

URL = "https://hooks.invalid/countersign"


def test_an_admin_sets_the_rules_of_a_company(quiet_desk: Desk, sit: Sit) -> None:
    ada = sit(quiet_desk, "ada", to="/company?view=rules", kind=KeyboardSeat)
    ada.choose("Above an amount")
    ada.type_into(ada.page.locator("#again-amount"), "5000")
    ada.press("Set the sign-in rule")
    ada.is_told("Who decides on more than 5,000.00 EUR has to sign in again first")
    ada.choose("Without signing in, below an amount")
    ada.type_into(ada.page.locator("#link-amount"), "100")
    ada.press("Set the link rule")
    ada.is_told("Links in mails decide on less than 100.00 EUR")
    ada.follow("Changes")
    ada.reads("asks for a fresh sign-in before decisions above 5,000.00 EUR")


def test_an_admin_sets_up_a_webhook_and_removes_it(quiet_desk: Desk, sit: Sit) -> None:
    ada = sit(quiet_desk, "ada", to="/company/webhooks", kind=KeyboardSeat)
    ada.follow("New webhook")
    ada.write("Address", URL)
    ada.toggle("A request was withdrawn")
    ada.press("Set up the webhook")
    ada.heading("The webhook is set up")
    ada.follow("I have copied it")
    ada.press("Send a test")
    ada.heading("ping")
    ada.follow("Webhook")
    ada.follow("Make a new secret")
    ada.press("Make a new secret")
    ada.follow("I have copied it")
    ada.follow("Remove")
    ada.press("Remove it")
    ada.reads("No program is told of anything yet.")
    ada.follow("Messages")
    ada.follow("Sent")
    ada.follow("Mails")


def test_a_deputy_is_named_and_the_absence_ended(quiet_desk: Desk, sit: Sit) -> None:
    bob = sit(quiet_desk, "bob", to="/account/absences/new", kind=KeyboardSeat)
    bob.date("First day", date.today())
    bob.date("Last day", date.today() + timedelta(days=3))
    bob.choose("Ben Baker")
    bob.press("Save")
    bob.is_told("Ben Baker decides for you")
    bob.enter(bob.page.get_by_role("button", name="End it now"))
    bob.is_told("Ben Baker does not represent you any more.")


def test_a_request_is_handed_over_and_decided_by_a_link(quiet_desk: Desk, sit: Sit) -> None:
    asked = quiet_desk.ask(RITA, BOB, UNDER)
    ada = sit(quiet_desk, "ada", to=f"/company/requests/{asked}", kind=KeyboardSeat)
    ada.choose("Ada Admin")
    ada.press("Hand the request over")
    ada.reads("You handed the request over from Bob Buyer to Ada Admin")
    decided = quiet_desk.ask(RITA, ADA)
    mail = quiet_desk.mail("ada@acme.example", about=f"/approvals/{decided}", subject="Rita Roe")
    [link] = re.findall(r"/decide\?token=[\w-]+", mail.text)
    ada.open(link)
    ada.write("Words to Rita", "Two would do.")
    ada.press("Decline")
    ada.reads("by the link of a mail")
    assert quiet_desk.approval(decided).approver_comment == "Two would do."


def test_an_approver_practises_and_puts_the_introduction_away(quiet_desk: Desk, sit: Sit) -> None:
    bob = sit(quiet_desk, "bob", to="/inbox", kind=KeyboardSeat)
    bob.follow("Show me")
    bob.follow("Practise on a request")
    bob.heading("Robin Example asks for 1,501.78 EUR")
    bob.page.keyboard.press("a")
    bob.reads("A decision is final.")
    bob.page.keyboard.press("Enter")
    bob.reads("That would have been it")
    bob.follow("Once more")
    bob.heading("Robin Example asks for 1,501.78 EUR")
    bob.page.keyboard.press("q")
    bob.reads("What do you want to know?")
    bob.write("Your question to Robin", "How many?")
    bob.press("Send the question")
    bob.reads("It would be Robin’s turn now")
    bob.follow("To the inbox")
    bob.press("Put this away")
    bob.is_told("You find it again under Help.")
