"""What stands around the pages: addresses of others, companies, the way out, language and time."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Sit
from tests.support.cast import ADA, BOB, RITA
from tests.support.desk import UNDER, Desk

pytestmark = pytest.mark.journey

SIGN_IN = "Nothing is ordered until someone countersigns."
LONG = "A very long story. " * 530


def test_what_is_not_yours_does_not_exist(desk: Desk, sit: Sit) -> None:
    request, cart = desk.ask(RITA, ADA), desk.cart("rita")
    bob = sit(desk, "bob")
    for path in (
        f"/approvals/{request}",
        f"/approvals/{request}/details",
        f"/carts/{cart}",
        f"/carts/{cart}/checkout",
        "/carts/no-such-cart",
        "/approvals/%00",
        "/orders/0000",
    ):
        bob.open(path)
        bob.heading("There is nothing here")
        bob.never_reads("Rita", "Cordless drill")
    ada = sit(desk, "ada", to="/company/people/olga")
    ada.heading("There is nothing here")


def test_ten_thousand_characters_are_refused_and_kept(desk: Desk, sit: Sit) -> None:
    rita = sit(desk, "rita", to=f"/approvals/{desk.ask(RITA, ADA)}")
    assert len(LONG) > 10_000
    rita.write("Comment for Ada", LONG)
    rita.press("Comment")
    rita.reads("Shorten the text to 4,000 characters.")
    assert rita.field("Comment for Ada").input_value() == LONG
    rita.write("Comment for Ada", "A bell \a rings.")
    rita.press("Comment")
    rita.reads("cannot be stored")


def test_mia_acts_for_one_company_at_a_time(desk: Desk, sit: Sit) -> None:
    at_hafen = desk.cart("mia", UNDER, company="le1")
    at_werk = desk.cart("mia", UNDER, company="le3")
    mia = sit(desk, "mia", to=f"/carts/{at_hafen}")
    mia.reads("You may not place orders alone")
    mia.open_menu()
    mia.press("Werk Drei KG")
    mia.is_told("You now act for Werk Drei KG.")
    mia.open(f"/carts/{at_hafen}")
    mia.heading("There is nothing here")
    mia.open(f"/carts/{at_werk}")
    mia.reads("Werk Drei KG has no limit, so you may place this order alone.")


def test_after_the_way_out_back_shows_nothing(desk: Desk, sit: Sit) -> None:
    bob = sit(desk, "bob", to=f"/approvals/{desk.ask(RITA, BOB, UNDER)}")
    bob.reads("Cordless drill 18 V")
    bob.open_menu()
    bob.press("Sign out")
    bob.heading("You are signed out")
    bob.page.go_back()
    bob.heading(SIGN_IN)
    bob.never_reads("Cordless drill 18 V")
    bob.open("/inbox")
    bob.heading(SIGN_IN)


def test_signing_out_everywhere_reaches_the_other_browser(desk: Desk, sit: Sit) -> None:
    here, there = sit(desk, "gus", to="/account"), sit(desk, "gus", to="/requests")
    here.open("/account")
    here.press("Sign out everywhere")
    here.heading("You are signed out")
    there.open("/requests")
    there.heading(SIGN_IN)


def test_times_and_language_are_those_of_the_reader(desk: Desk, sit: Sit) -> None:
    olga = sit(desk, "olga", to="/account")
    olga.pick("Time zone", "America/New York")
    olga.press("Save")
    olga.is_told("Your settings are saved.")
    shown = olga.page.get_by_text("This one, since").inner_text()
    assert datetime.now(ZoneInfo("America/New_York")).strftime("%H:") in shown

    olga.pick("Language", "Deutsch")
    olga.page.get_by_role("main").get_by_role("button").first.click()
    html = olga.page.locator("html")
    expect(html).to_have_attribute("lang", "de")
    for path in ("/inbox", "/carts", "/company"):
        olga.open(path)
        expect(html).to_have_attribute("lang", "de")
