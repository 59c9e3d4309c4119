"""Ada sets up a webhook, tries it, and reads what was sent."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Sit
from tests.support.browser import accessibility_faults, overflow
from tests.support.desk import Desk

pytestmark = pytest.mark.journey

URL = "https://hooks.invalid/countersign"


def set_up(desk: Desk, sit: Sit, **context: object) -> Page:
    """A webhook whose secret was copied."""
    ada = sit(desk, "ada", to="/company/webhooks/new", **context)
    ada.write("Address", URL)
    ada.page.get_by_label("What it is for").fill("Orders for the ERP system")
    ada.press("Set up the webhook")
    ada.heading("The webhook is set up")
    page: Page = ada.page
    expect(page.get_by_role("group", name="Secret")).to_contain_text("whsec_")
    ada.follow("I have copied it")
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_webhook_is_set_up_tried_changed_and_removed(
    desk: Desk, sit: Sit, *, scripts: bool
) -> None:
    page = set_up(desk, sit, java_script_enabled=scripts)
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ping")
    expect(page.get_by_text('"type":"ping"')).to_be_visible()
    page.get_by_role("link", name="Webhook", exact=True).click()
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_role("checkbox", name="A request was made").uncheck(force=True)
    page.get_by_role("checkbox", name="It is switched on").uncheck(force=True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This webhook is switched off")).to_be_visible()
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("No program is told of anything yet.")).to_be_visible()
    page.goto("/company?view=changes")
    expect(page.get_by_text("removed the webhook to hooks.invalid").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_its_pages_are_sound_on_the_narrowest_screen(desk: Desk, sit: Sit, theme: str) -> None:
    page = set_up(desk, sit, color_scheme=theme)
    page.set_viewport_size({"width": 320, "height": 640})
    assert overflow(page) == 0
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ping")
    for path in ("", "/company/webhooks", "/company/webhooks/new", "/company/messages?box=sent"):
        if path:
            page.goto(path)
        assert overflow(page) == 0
        assert not accessibility_faults(page)
