"""Somebody is away, and somebody else decides for them: seen by everybody concerned."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat
from tests.support.cast import ADA, ALAN, BOB, RITA, ROB
from tests.support.desk import UNDER, Desk
from webapp.identity import absences
from webapp.identity.deputies import planned_in
from webapp.kernel.clock import utcnow

pytestmark = pytest.mark.journey

PHONE: dict[str, Any] = {"has_touch": True}
BROWSERS = pytest.mark.parametrize(
    "options",
    [{}, {"java_script_enabled": False}, PHONE],
    ids=["htmx", "without JavaScript", "phone"],
)
TOTAL = "510.00 EUR"
LAST = date.today() + timedelta(days=4)


@pytest.fixture(autouse=True)
def back_again(quiet_desk: Desk) -> Iterator[None]:
    """Everybody is back when a test ends, so that the next one may leave."""
    yield
    with quiet_desk.database.transaction() as session:
        for one in planned_in(session, "acme", "le1", now=utcnow()):
            absences.come_back(session, ADA, one.id, now=utcnow())


def sit_down(sit: Sit, desk: Desk, person: str, *, to: str, **options: Any) -> Seat:
    """Somebody at a browser, on a phone where the options ask for one."""
    seat: Seat = sit(desk, person, to=to, **options)
    if "has_touch" in options:
        seat.page.set_viewport_size({"width": 390, "height": 844})
    return seat


def plan(seat: Seat, deputy: str) -> None:
    seat.date("First day", date.today())
    seat.date("Last day", LAST)
    seat.choose(deputy)
    seat.press("Save")


@BROWSERS
def test_a_deputy_decides_and_everybody_reads_for_whom(
    quiet_desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    before = quiet_desk.ask(RITA, BOB, UNDER)
    about = f"/approvals/{before}"
    bob = sit_down(sit, quiet_desk, "bob", to="/account/absences/new", **options)
    plan(bob, "Ben Baker")
    bob.is_told("Ben Baker decides for you")
    mail = quiet_desk.mail("ben@acme.example", about="/inbox", subject="You represent Bob Buyer")
    assert "You decide on it for Bob Buyer" in mail.text

    after = quiet_desk.ask(ROB, BOB, UNDER)
    ben = sit_down(sit, quiet_desk, "ben", to="/inbox", **options)
    for asked in (before, after):
        expect(ben.page.locator(f"#request-{asked}")).to_contain_text("for Bob Buyer")
    rita = sit_down(sit, quiet_desk, "rita", to=about, **options)
    rita.reads("Bob Buyer is away until", "Ben Baker decides meanwhile")

    ben.open(about)
    ben.reads("You decide for Bob Buyer, who is away until")
    approve(ben)
    ben.is_told(f"You approved {TOTAL} for Rita")
    for seat in (ben, rita, bob):
        seat.open(about)
        seat.reads("Ben Baker, for Bob Buyer")
    rita.reads("Ben Baker approved revision 1, for Bob Buyer")
    bob.reads("Ben Baker approved revision 1, for you")
    ben.reads("You approved revision 1, for Bob Buyer")
    quiet_desk.mail("bob@acme.example", about=about, subject="for you")
    told = quiet_desk.mail("rita@acme.example", about=about, subject="approved")
    assert "Ben Baker represents Bob Buyer, who is away." in told.text


@BROWSERS
def test_the_owner_decides_as_ever_and_the_deputy_learns_it(
    quiet_desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    after = quiet_desk.ask(ROB, BOB, UNDER)
    bob = sit_down(sit, quiet_desk, "bob", to="/account/absences/new", **options)
    plan(bob, "Ben Baker")
    ben = sit_down(sit, quiet_desk, "ben", to="/inbox", **options)
    expect(ben.page.locator(f"#request-{after}")).to_contain_text("for Bob Buyer")
    bob.open(f"/approvals/{after}")
    bob.reads("You are away until", "whoever is first decides")
    approve(bob)
    bob.is_told(f"You approved {TOTAL} for Rob")
    ben.open(f"/approvals/{after}")
    ben.reads("Bob Buyer approved revision 1")


@BROWSERS
def test_an_absence_ends_early_and_the_page_of_the_deputy_says_so(
    quiet_desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    asked = quiet_desk.ask(RITA, BOB, UNDER)
    bob = sit_down(sit, quiet_desk, "bob", to="/account/absences/new", **options)
    plan(bob, "Ben Baker")
    ben = sit_down(sit, quiet_desk, "ben", to=f"/approvals/{asked}", **options)
    ben.reads("You decide for Bob Buyer")
    bob.open("/account")
    bob.page.get_by_role("button", name="End it now").click()
    bob.is_told("Ben Baker does not represent you any more.")
    quiet_desk.mail("ben@acme.example", about="/inbox", subject="do not represent Bob Buyer")
    ben.open(f"/approvals/{asked}")
    ben.heading("There is nothing here")
    ben.reads("You do not represent Bob Buyer any more")
    ben.open("/inbox")
    ben.never_reads("for Bob Buyer")
    ben.watched.problems.clear()


@BROWSERS
def test_an_admin_says_it_for_somebody_and_everybody_who_asks_sees_it(
    quiet_desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    quiet_desk.ask(ROB, BOB, UNDER)
    ada = sit_down(sit, quiet_desk, "ada", to="/company/people/bob", **options)
    ada.follow("Plan an absence")
    plan(ada, "Ben Baker")
    ada.is_told("Ben Baker decides for Bob Buyer")
    ada.reads("Ben Baker decides")
    for who, subject in (("bob", "Ben Baker represents you"), ("ben", "You represent Bob Buyer")):
        about = "/account#away" if who == "bob" else "/inbox"
        quiet_desk.mail(f"{who}@acme.example", about=about, subject=subject)
    ada.open("/company?view=waiting")
    ada.reads("represented by Ben Baker.")
    cart = quiet_desk.cart("rita", UNDER)
    rita = sit_down(sit, quiet_desk, "rita", to=f"/carts/{cart}/checkout", **options)
    rita.reads("represented by Ben Baker.")
    rita.choose("Bob Buyer")
    rita.press("Ask for approval")
    rita.reads("Bob Buyer is away until", "Ben Baker decides meanwhile")


def test_a_deputy_who_goes_is_seen_before_and_after(quiet_desk: Desk, sit: Sit) -> None:
    bob = sit_down(sit, quiet_desk, "bob", to="/account/absences/new")
    plan(bob, "Alan Archer")
    ada = sit_down(sit, quiet_desk, "ada", to="/company/people/alan")
    ada.press("Look after Alan here")
    ada.choose("Requester")
    ada.press("Show what it means")
    ada.reads("One absence would be without a deputy.", "Bob Buyer")
    ada.press("Change the role")
    ada.is_told(f"{ALAN.name} is a requester now.")
    quiet_desk.mail("bob@acme.example", about="/account#away", subject="Nobody represents you")
    bob.open("/account")
    bob.reads("deputy missing")
    ada.open("/company?view=waiting")
    ada.reads("One absence has no deputy any more")


def approve(seat: Seat) -> None:
    seat.press(f"Approve {TOTAL}")
    seat.press("Approve only")
