"""What the demo shows beside its stories: both sides in one window, and what a program is told."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support import desk as served
from tests.support.browser import visiting
from tests.support.desk import Desk

pytestmark = pytest.mark.journey

# Milliseconds in which the other side is to show by itself what happened.
SOON = 2000


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A demo of this module alone: what is asked for here is counted in nobody else's inbox."""
    with served.demo(tmp_path_factory.mktemp("demo")) as desk:
        yield desk


def test_the_audience_sees_the_request_arrive_and_the_answer_come_back(
    stage: Desk, browser: Browser
) -> None:
    with visiting(browser, stage.url, viewport={"width": 1440, "height": 900}) as visit:
        page = visit.page
        page.goto("/demo")
        page.get_by_role("link", name="Both sides at once").click()
        left, right = page.frame_locator('[title^="Left"]'), page.frame_locator('[title^="Right"]')
        expect(left.locator(".account-name")).to_contain_text("Rita Brandt")
        right.get_by_role("button", name="Bob Harms").click()
        expect(right.locator(".account-name")).to_contain_text("Bob Harms")
        expect(left.locator(".account-name")).to_contain_text("Rita Brandt")
        before = right.locator("[data-row]").count()

        left.locator(".tab-bar").get_by_role("link", name="Carts").click()
        left.get_by_role("link", name="Floor cleaner 10 l").click()
        left.locator('main a[href$="/checkout"]').first.click()
        left.locator('main input[type="radio"][value="bob"]').check(force=True)
        left.locator("#checkout-act button.button-primary").click()
        expect(right.locator("[data-row]")).to_have_count(before + 1, timeout=SOON)

        right.locator("[data-row]").last.locator(".row-link").click()
        right.locator('button[value="approve"]:visible').click()
        right.locator('button[value="order"]:visible').click()
        expect(left.locator("#request")).to_contain_text("Bob Harms approved", timeout=SOON)
        assert not visit.problems


def test_what_a_program_is_told_is_there_by_itself_and_again_after_an_error(
    stage: Desk, browser: Browser
) -> None:
    with visiting(browser, stage.url) as visit:
        page = visit.page
        page.goto("/demo/people")
        page.locator('button[value="ada"]').first.click()
        page.goto("/demo/webhooks")
        heard = page.locator(".heard-one")
        page.get_by_role("button", name="Send a test").click()
        mark = page.locator(".heard-one", has_text="ping").first
        expect(mark).to_contain_text("Signature right")
        expect(mark).to_contain_text("answered 204")

        page.get_by_role("button", name="Answer with an error").click()
        page.get_by_role("button", name="Send a test").click()
        expect(heard.first).to_contain_text("answered 503")
        page.get_by_role("button", name="Answer as usual").click()
        expect(heard.first).to_contain_text("Attempt 2", timeout=15_000)
        expect(heard.first).to_contain_text("answered 204")

        heard.first.get_by_role("link", name="This message at the desk").click()
        page.get_by_role("button", name="Send again").click()
        page.goto("/demo/webhooks")
        expect(heard.first).to_contain_text("Attempt 3")
        assert not visit.problems
