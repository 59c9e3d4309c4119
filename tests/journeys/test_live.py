"""Two people at work at once: what one does appears at the other, who is not disturbed by it."""

import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat
from tests.support.cast import ADA, ALAN, BEN, RITA, ROB
from tests.support.desk import UNDER, Desk

pytestmark = pytest.mark.journey

TOTAL = "1,510.00 EUR"
# Two seconds to be told, and what a busy machine adds.
SOON = 6_000
WORDS = "Please order the next ones before the summer."
COMMENT = "Comment for Rita"
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def row(seat: Seat, asked: str) -> Locator:
    return seat.page.locator(f"#request-{asked}")


def test_a_new_request_appears_in_an_open_inbox(quiet_desk: Desk, sit: Sit) -> None:
    quiet_desk.ask(RITA, ALAN)
    alan = sit(quiet_desk, "alan", to="/inbox")
    alan.page.locator("[data-row]").first.wait_for()
    before = alan.page.locator("[data-row]").count()
    alan.page.mouse.move(5, 5)
    began = time.monotonic()
    asked = quiet_desk.ask(ROB, ALAN, UNDER)
    expect(row(alan, asked)).to_be_visible(timeout=SOON)
    assert time.monotonic() - began < SOON / 1000
    expect(alan.page.locator("[data-row]")).to_have_count(before + 1)
    expect(alan.page.locator("#count-inbox")).to_have_text(str(before + 1))
    alan.is_told("One new request")


def test_a_row_under_the_pointer_stays_while_another_is_added_below(
    quiet_desk: Desk, sit: Sit
) -> None:
    first = quiet_desk.ask(RITA, ALAN)
    alan = sit(quiet_desk, "alan", to="/inbox")
    mine = row(alan, first)
    mine.hover()
    mine.evaluate("(row) => { row.dataset.untouched = 'yes'; }")
    box = mine.bounding_box()
    asked = quiet_desk.ask(ROB, ALAN, UNDER)
    expect(row(alan, asked)).to_be_visible(timeout=SOON)
    expect(mine).to_have_attribute("data-untouched", "yes")
    assert mine.bounding_box() == box


def test_what_somebody_else_ended_leaves_when_the_pointer_has(quiet_desk: Desk, sit: Sit) -> None:
    asked = quiet_desk.ask(RITA, ALAN)
    alan = sit(quiet_desk, "alan", to="/inbox")
    mine = row(alan, asked)
    others = alan.page.locator("[data-row]").count() - 1
    mine.hover()
    rita = sit(quiet_desk, "rita", to=f"/approvals/{asked}")
    rita.press("Withdraw")
    rita.press("Withdraw it")
    rita.is_told("The request is withdrawn.")
    expect(mine).to_contain_text("Withdrawn by Rita Roe, just now", timeout=SOON)
    alan.is_told("Withdrawn by Rita Roe")
    expect(mine.locator("button, input")).to_have_count(0)
    expect(alan.page.locator("#count-inbox")).to_have_text(str(others or ""))
    alan.page.wait_for_timeout(3_000)
    expect(mine).to_be_visible()
    alan.page.mouse.move(5, 5)
    expect(mine).to_have_count(0, timeout=SOON)
    expect(alan.page.locator(".live-news p")).to_be_empty()
    expect(alan.button("Show")).to_have_count(0)


def test_what_somebody_else_ended_is_not_selected_any_more(quiet_desk: Desk, sit: Sit) -> None:
    ended, stays = quiet_desk.ask(RITA, ALAN), quiet_desk.ask(ROB, ALAN, UNDER)
    alan = sit(quiet_desk, "alan", to="/inbox")
    for asked in (ended, stays):
        row(alan, asked).locator("[data-select]").check()
    row(alan, ended).locator(".row-link").focus()
    quiet_desk.withdraw(RITA, ended)
    alan.is_told("It is not selected any more.")
    expect(alan.page.locator("[data-selected-text]")).to_have_text("1 selected")
    expect(row(alan, ended)).to_contain_text("Withdrawn by Rita Roe")
    expect(row(alan, ended).locator(".row-link")).to_be_focused()
    row(alan, stays).locator(".row-link").focus()
    alan.page.mouse.move(5, 5)
    expect(row(alan, ended)).to_have_count(0, timeout=SOON)
    expect(row(alan, stays).locator("[data-select]")).to_be_checked()


def test_a_decision_shows_on_the_open_page_of_the_requester(desk: Desk, sit: Sit) -> None:
    asked = desk.ask(RITA, ADA)
    rita = sit(desk, "rita", to=f"/approvals/{asked}")
    rita.page.mouse.move(5, 5)
    ada = sit(desk, "ada", to=f"/approvals/{asked}")
    ada.press(f"Approve {TOTAL}")
    ada.press("Approve only")
    ada.is_told(f"You approved {TOTAL} for Rita")
    expect(rita.button(f"Place the order for {TOTAL}")).to_be_visible(timeout=SOON)
    rita.is_told("Ada Admin approved")
    # What came can be used like what was there.
    rita.press(f"Place the order for {TOTAL}")
    rita.is_told("is placed")
    # Ada’s focus is still where she decided.
    expect(ada.page.locator(".live-news")).to_contain_text("Rita Roe", timeout=SOON)
    ada.press("Show")
    ada.reads("See the order")


def test_who_writes_is_told_and_not_disturbed(desk: Desk, sit: Sit) -> None:
    asked = desk.ask(RITA, ADA)
    ada = sit(desk, "ada", to=f"/approvals/{asked}")
    field = ada.field(COMMENT)
    field.click()
    field.press_sequentially(WORDS)
    rita = sit(desk, "rita", to=f"/approvals/{asked}")
    rita.write("Comment for Ada", "It is for the new hall.")
    rita.press("Comment")
    expect(ada.page.locator(".live-news")).to_contain_text("Rita Roe", timeout=SOON)
    expect(field).to_be_focused()
    expect(field).to_have_value(WORDS)
    ada.never_reads("It is for the new hall.")
    field.press_sequentially(" Thanks.")
    ada.press("Show")
    ada.reads("It is for the new hall.")
    expect(ada.field(COMMENT)).to_have_value(f"{WORDS} Thanks.")
    expect(ada.page.locator(".timeline-entry:focus")).to_have_count(1)
    ada.press("Comment")
    ada.reads(WORDS)


def test_who_decides_sees_a_change_before_the_buttons_come_back(desk: Desk, sit: Sit) -> None:
    asked = desk.ask(RITA, ADA)
    ada = sit(desk, "ada", to=f"/approvals/{asked}")
    ada.field(COMMENT).fill(WORDS)
    rita = sit(desk, "rita", to=f"/approvals/{asked}/details")
    rita.pick("Ship", "Express, next working day, 24.90 EUR")
    rita.press("Save as revision 2")
    expect(ada.page.locator(".live-news")).to_contain_text("Rita Roe", timeout=SOON)
    ada.press("Show")
    ada.reads("changed this")
    expect(ada.button("Decline")).to_have_count(0)
    ada.press("I have seen the change")
    expect(ada.page.locator("#decision-panel")).to_contain_text("revision 2")


def test_a_tab_that_was_hidden_is_up_to_date_when_it_is_looked_at(desk: Desk, sit: Sit) -> None:
    asked = desk.ask(RITA, ADA)
    rita = sit(desk, "rita", to=f"/approvals/{asked}")
    rita.page.mouse.move(5, 5)
    rita.page.evaluate(HIDE, True)
    questions: list[str] = []
    ada = sit(desk, "ada", to=f"/approvals/{asked}")
    rita.page.wait_for_timeout(2_000)
    rita.page.on("request", lambda request: questions.append(request.url))
    ada.write("Comment for Rita", "One more thing.")
    ada.press("Comment")
    ada.reads("One more thing.")
    rita.page.wait_for_timeout(3_000)
    assert questions == []
    rita.page.evaluate(HIDE, False)
    expect(rita.page.get_by_role("main")).to_contain_text("One more thing.", timeout=SOON)


def test_a_server_that_was_away_is_asked_again(desk: Desk, sit: Sit) -> None:
    asked = desk.ask(RITA, BEN, UNDER)
    rita = sit(desk, "rita", to=f"/approvals/{asked}")
    rita.page.mouse.move(5, 5)
    away = lambda route: route.fulfill(status=503, headers={"Retry-After": "5"})  # noqa: E731
    rita.page.route("**/live?*", away)
    ben = sit(desk, "ben", to=f"/approvals/{asked}")
    ben.write(COMMENT, "Is this urgent?")
    ben.press("Comment")
    rita.page.wait_for_timeout(4_000)
    rita.never_reads("Is this urgent?")
    rita.page.unroute("**/live?*", away)
    expect(rita.page.get_by_role("main")).to_contain_text("Is this urgent?", timeout=20_000)
    rita.watched.problems.clear()


def test_who_was_signed_out_is_asked_nothing_any_more(desk: Desk, sit: Sit) -> None:
    ben = sit(desk, "ben", to="/inbox")
    desk.end_sessions("ben")
    # The process forgets sessions that ended within half a minute.
    with ben.page.expect_response(
        lambda reply: "/live" in reply.url and reply.status == 302, timeout=40_000
    ):
        pass
    questions: list[str] = []
    ben.page.on("request", lambda request: questions.append(urlsplit(request.url).path))
    ben.page.wait_for_timeout(4_000)
    assert "/live" not in questions


def test_who_is_signed_out_is_offered_the_way_back_and_keeps_the_words(
    desk: Desk, sit: Sit
) -> None:
    asked = desk.ask(RITA, BEN, UNDER)
    ben = sit(desk, "ben", to=f"/approvals/{asked}")
    ben.field(COMMENT).fill(WORDS)
    desk.end_sessions("ben")
    expect(ben.page.locator(".live-news")).to_contain_text("You are signed out", timeout=60_000)
    expect(ben.field(COMMENT)).to_have_value(WORDS)
    ben.press("Sign in")
    ben.page.wait_for_url("**/sign-in?**")
    ben.sign_in("ben", f"/approvals/{asked}")
    expect(ben.field(COMMENT)).to_have_value(WORDS)


def test_the_pages_of_the_company_follow(quiet_desk: Desk, sit: Sit) -> None:
    ada = sit(quiet_desk, "ada", to="/company?view=waiting")
    ada.page.mouse.move(5, 5)
    asked = quiet_desk.ask(RITA, BEN, UNDER)
    expect(row(ada, asked)).to_be_visible(timeout=SOON)
    ada.page.goto(f"/company/requests/{asked}")
    expect(ada.page.get_by_role("main")).not_to_contain_text("Withdrawn")
    ada.page.mouse.move(5, 5)
    quiet_desk.withdraw(RITA, asked)
    expect(ada.page.get_by_role("main")).to_contain_text("Withdrawn", timeout=SOON)


def test_a_cart_and_its_checkout_follow_what_becomes_of_the_request(desk: Desk, sit: Sit) -> None:
    asked = desk.ask(RITA, ADA)
    cart = desk.approval(asked).resource_id
    on_cart = sit(desk, "rita", to=f"/carts/{cart}")
    on_checkout = sit(desk, "rita", to=f"/carts/{cart}/checkout")
    on_orders = sit(desk, "rita", to="/orders")
    for seat in (on_cart, on_checkout, on_orders):
        seat.page.mouse.move(5, 5)
    ada = sit(desk, "ada", to=f"/approvals/{asked}")
    ada.press(f"Approve {TOTAL}")
    ada.press("Approve and place the order")
    ada.is_told("is placed")
    order = desk.order_of(asked).id
    expect(on_cart.page.get_by_role("main")).to_contain_text("Ordered", timeout=SOON)
    expect(on_checkout.page.get_by_role("main")).to_contain_text("See the order", timeout=SOON)
    expect(on_orders.page.get_by_role("main")).to_contain_text(order, timeout=SOON)
