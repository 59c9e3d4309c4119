"""Nothing that was typed is lost: ended sessions, forms too old, answers that are slow."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat
from tests.support.cast import ADA, ALAN, BEN, RITA, ROB
from tests.support.desk import PROVIDER, Desk

pytestmark = pytest.mark.journey

WORDS = "The ladder goes to Halle,\nthe drills stay in Münster."
NOTE = "Comment for Rita if you like"
BROWSERS = pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False}], ids=["htmx", "without JavaScript"]
)


@BROWSERS
@pytest.mark.parametrize("over", [Desk.end_sessions, Desk.delete_sessions], ids=["old", "gone"])
def test_a_session_that_ends_while_typing_takes_nothing(
    desk: Desk, sit: Sit, over: Callable[[Desk, str], None], options: dict[str, Any]
) -> None:
    about = f"/approvals/{desk.ask(ROB, ALAN)}"
    alan = sit(desk, "alan", to=about, **options)
    alan.write("Comment for Rob", WORDS)
    over(desk, "alan")
    alan.press("Comment")
    _sign_in_again(alan, "alan")
    _send_again(alan, WORDS)
    alan.is_told("Your comment is sent to Rob.")
    assert alan.path == about
    alan.reads("The ladder goes to Halle,")


@BROWSERS
def test_a_form_that_is_too_old_is_sent_again(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    about = f"/approvals/{desk.ask(BEN, ALAN)}"
    ben = sit(desk, "ben", to=about, **options)
    ben.write("Comment for Alan", WORDS)
    desk.replace_form_tokens("ben")
    ben.press("Comment")
    _send_again(ben, WORDS)
    ben.is_told("Your comment is sent to Alan.")
    ben.reads("The ladder goes to Halle,")


def test_somebody_else_at_the_same_browser_does_not_get_the_words(desk: Desk, sit: Sit) -> None:
    about = f"/approvals/{desk.ask(ROB, ALAN)}"
    browser = sit(desk, "alan", to=about)
    browser.write("Comment for Rob", WORDS)
    desk.end_sessions("alan")
    browser.press("Comment")
    _sign_in_again(browser, "bob")
    browser.never_reads("What you typed is still here", "The ladder goes to Halle")
    browser.open("/continue")
    browser.never_reads("What you typed is still here", "The ladder goes to Halle")
    browser.open(about)
    browser.heading("There is nothing here")


def test_words_typed_while_an_answer_is_on_its_way_stay(desk: Desk, sit: Sit) -> None:
    ada = sit(desk, "ada", to=f"/approvals/{desk.ask(RITA, ADA)}")
    held: list[Route] = []
    ada.page.route("**/decision", lambda route: held.append(route))  # noqa: PLW0108 - is marked
    with ada.page.expect_request("**/decision"):
        ada.press("Approve 1,510.00 EUR")
    ada.write(NOTE, WORDS)
    held.pop().continue_()
    ada.reads("A decision is final.")
    expect(ada.field(NOTE)).to_have_value(WORDS)


def test_words_outlive_a_lost_connection_and_a_reload(desk: Desk, sit: Sit) -> None:
    ada = sit(desk, "ada", to=f"/approvals/{desk.ask(RITA, ADA)}")
    ada.write(NOTE, WORDS)
    ada.page.context.set_offline(True)
    ada.press("Decline")
    lost = ada.page.get_by_role("alert").get_by_text("The connection is lost.")
    lost.wait_for()
    ada.page.context.set_offline(False)
    assert ada.field(NOTE).input_value() == WORDS
    ada.open(ada.path)
    assert ada.field(NOTE).input_value() == WORDS
    ada.watched.problems.clear()


def test_what_was_sent_is_not_offered_again(desk: Desk, sit: Sit) -> None:
    ada = sit(desk, "ada", to=f"/approvals/{desk.ask(RITA, ADA)}")
    ada.write("Comment for Rita", WORDS)
    ada.press("Comment")
    ada.is_told("Your comment is sent to Rita.")
    assert ada.field("Comment for Rita").input_value() == ""
    ada.open(ada.path)
    assert ada.field("Comment for Rita").input_value() == ""


def _sign_in_again(seat: Seat, person: str) -> None:
    seat.page.get_by_role("button", name="Sign in").first.click()
    if seat.button(f"Sign in with {PROVIDER}").is_visible():
        seat.press(f"Sign in with {PROVIDER}")
    seat.heading("Who are you?")
    seat.press(person)


def _send_again(seat: Seat, words: str) -> None:
    seat.heading("What you typed is still here")
    assert seat.field("Your words").input_value() == words
    seat.press("Send it again")
