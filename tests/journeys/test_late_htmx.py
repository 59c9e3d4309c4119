"""htmx comes when a page is used; what is pressed before it is there is sent, and sent once."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat
from tests.support.browser import wait_until
from tests.support.cast import ADA, BEN, MIA, RITA
from tests.support.desk import UNDER, Desk

pytestmark = pytest.mark.journey

FILE = "**/vendor/htmx*.js"
TOTAL = "1,510.00 EUR"
LATE = 1500
STAYS = "() => window.isSamePage"


def test_nothing_is_fetched_before_the_page_is_used(desk: Desk, sit: Sit) -> None:
    ben = sit(desk, "ben", to="/account")
    page: Page = ben.page
    asked = _asked_by(page)
    # Where the pointer rests, nothing moves.
    ben.open("/inbox")
    page.wait_for_timeout(500)
    assert not _files(asked)
    page.keyboard.press("Shift")
    wait_until(page, "'htmx' in window")
    page.mouse.move(200, 200)
    page.mouse.move(300, 300)
    assert len(_files(asked)) == 1


def test_a_row_that_was_pressed_early_opens_once(desk: Desk, sit: Sit) -> None:
    approval = desk.ask(MIA, BEN, UNDER)
    ben = _before(sit, desk, "ben", "/inbox?person=mia")
    asked = _asked_by(ben.page)
    with _late(ben):
        ben.page.locator(f"#request-{approval}-name").click()
        ben.page.locator(f"#request-{approval}-name").click()
        assert ben.page.locator("#open-row").count() == 0
    expect(ben.page.locator("#open-row")).to_contain_text("Cordless drill 18 V")
    assert ben.page.evaluate(STAYS)
    assert len([one for one in asked if one.headers.get("hx-request")]) == 1


def test_an_early_letter_opens_the_row_in_its_state(desk: Desk, sit: Sit) -> None:
    approval = desk.ask(MIA, BEN, UNDER)
    ben = _before(sit, desk, "ben", "/inbox?person=mia")
    with _late(ben):
        ben.page.locator(f"#request-{approval}-name").focus()
        ben.page.keyboard.press("q")
    expect(ben.field("Your question to Mia")).to_be_focused()
    assert ben.page.evaluate(STAYS)


def test_an_early_form_is_sent_once_with_its_button(desk: Desk, sit: Sit) -> None:
    approval = desk.ask(RITA, ADA)
    ada = _before(sit, desk, "ada", f"/approvals/{approval}")
    sent = _asked_by(ada.page)
    with _late(ada):
        ada.button(f"Approve {TOTAL}").focus()
        ada.page.keyboard.press("Enter")
        ada.press(f"Approve {TOTAL}")
    expect(ada.button("Approve and place the order")).to_be_focused()
    assert ada.page.evaluate(STAYS)
    assert len([one for one in sent if one.url.endswith("/decision")]) == 1
    ada.press("Approve and place the order")
    ada.is_told(f"You approved {TOTAL} for Rita")
    assert desk.approval(approval).order_id


def test_what_was_typed_early_narrows_the_list(desk: Desk, sit: Sit) -> None:
    desk.ask(MIA, BEN, UNDER)
    ben = _before(sit, desk, "ben", "/inbox")
    with _late(ben):
        ben.page.get_by_role("searchbox").fill("olive trees")
    ben.reads("Nothing that waits for you matches what you look for.")
    assert ben.page.evaluate(STAYS)


def test_a_preview_follows_an_early_choice(desk: Desk, sit: Sit) -> None:
    rita = _before(sit, desk, "rita", f"/carts/{desk.cart('rita')}/checkout")
    with _late(rita):
        rita.pick("Ship", "Express, next working day, 24.90 EUR")
    expect(rita.page.locator("#checkout-sums")).to_contain_text("24.90")
    assert rita.page.evaluate(STAYS)


@pytest.mark.parametrize("answer", ["none", "not found"])
def test_without_the_file_the_plain_form_goes(desk: Desk, sit: Sit, answer: str) -> None:
    approval = desk.ask(RITA, ADA)
    ada = _before(sit, desk, "ada", f"/approvals/{approval}")
    ada.page.route(FILE, (lambda route: None) if answer == "none" else _refuse)
    for button in (f"Approve {TOTAL}", "Approve and place the order"):
        ada.press(button)
    ada.is_told(f"You approved {TOTAL} for Rita")
    assert ada.path == f"/approvals/{approval}"
    assert desk.approval(approval).order_id


def test_without_the_file_the_plain_link_goes(desk: Desk, sit: Sit) -> None:
    approval = desk.ask(MIA, BEN, UNDER)
    ben = _before(sit, desk, "ben", "/inbox?person=mia")
    ben.page.route(FILE, _refuse)
    ben.page.locator(f"#request-{approval}-name").click()
    ben.reads("Cordless drill 18 V", "Conversation and history")
    assert ben.path == f"/approvals/{approval}"


def _before(sit: Sit, desk: Desk, person: str, path: str) -> Seat:
    """Somebody on a page that has no htmx yet; nobody has it in this browser."""
    seat: Seat = sit(desk, person, to="/account")
    seat.open(path)
    assert not seat.page.evaluate("window.htmx")
    seat.page.evaluate("window.isSamePage = true")
    return seat


@contextmanager
def _late(seat: Seat) -> Iterator[None]:
    """The file is on its way in the block, and comes some time after it."""
    routes: list[Route] = []

    def keep(route: Route) -> None:
        routes.append(route)

    seat.page.route(FILE, keep)
    yield
    seat.page.wait_for_timeout(LATE)
    assert not seat.page.evaluate("window.htmx")
    [route] = routes
    route.continue_()


def _refuse(route: Route) -> None:
    route.fulfill(status=404)


def _asked_by(page: Page) -> list[Request]:
    """What the page asks for from now on."""
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    page.on("request", note)
    return asked


def _files(asked: list[Request]) -> list[str]:
    return [one.url for one in asked if "/vendor/htmx" in one.url]
