"""Sessions that are about to end, and decisions that want a fresh sign-in."""

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, text

from tests.journeys.conftest import Sit
from tests.support.cast import ADA, RITA
from tests.support.desk import Desk
from webapp.identity.models import WebSession

pytestmark = pytest.mark.journey

WORDS = "Order the ladder as well."
BROWSERS = pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False}], ids=["htmx", "without JavaScript"]
)


@BROWSERS
def test_a_large_decision_goes_through_the_provider_and_keeps_the_words(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    about = f"/approvals/{desk.ask(RITA, ADA)}"
    with desk.database.transaction() as session:
        session.execute(
            text(
                "UPDATE companies SET again_minor = 100000, again_currency = 'EUR' WHERE id = 'le1'"
            )
        )
    try:
        ada = sit(desk, "ada", to=about, **options)
        _let_the_sign_in_age(desk, "ada")
        ada.press("Approve 1,510.00 EUR")
        ada.write("Comment for Rita if you like", WORDS)
        ada.press("Approve only")
        ada.reads("Sign in again first")
        ada.watched.problems.clear()
        ada.press("Sign in again")
        ada.heading("Who are you?")
        ada.press("ada")
        ada.reads("A decision is final.")
        assert ada.path == about
        assert ada.field("Comment for Rita if you like").input_value() == WORDS
        ada.press("Approve only")
        ada.reads("after signing in again", WORDS)
    finally:
        with desk.database.transaction() as session:
            session.execute(text("UPDATE companies SET again_minor = NULL, again_currency = NULL"))


def _let_the_sign_in_age(desk: Desk, person_id: str) -> None:
    with desk.database.transaction() as session:
        found = select(WebSession).where(WebSession.person_id == person_id)
        for row in session.scalars(found):
            row.data = {name: kept for name, kept in row.data.items() if name != "proof"}


def test_a_page_says_in_time_that_its_session_ends_and_one_press_extends_it(
    desk: Desk, sit: Sit
) -> None:
    ada = sit(desk, "ada")
    ada.page.clock.install()
    ada.open(f"/approvals/{desk.ask(RITA, ADA)}")
    field = ada.field("Comment for Rita if you like")
    field.fill(WORDS)
    warning = ada.page.locator("idle-warning")
    ada.page.clock.fast_forward("01:40:00")
    expect(warning.locator("p")).to_have_text("")
    ada.page.clock.fast_forward("00:06:00")
    expect(warning).to_contain_text("you will be signed out in about")
    warning.get_by_role("button", name="Stay signed in").click()
    ada.page.clock.run_for(1000)
    ada.is_told("You stay signed in.")
    expect(warning).not_to_contain_text("signed out")
    assert field.input_value() == WORDS
    ada.page.clock.fast_forward("02:00:00")
    expect(warning).to_contain_text("You have been signed out.")
