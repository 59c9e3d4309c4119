"""Rita makes a key for a program of hers, and the program gets in with it."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Sit
from tests.support.browser import accessibility_faults, overflow
from tests.support.desk import Desk

pytestmark = pytest.mark.journey


def secret_of(page: Page) -> str:
    """What stands below the word."""
    return page.get_by_role("group", name="Secret").inner_text()


def test_a_secret_is_copied_and_opens_the_api(desk: Desk, sit: Sit) -> None:
    rita = sit(desk, "rita", to="/account")
    page: Page = rita.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    rita.follow("Make an API key")
    rita.write("Name", "Monthly report")
    rita.press("Make the key")
    rita.heading("Your key “Monthly report” is made")
    rita.press("Copy Secret")
    rita.is_told("“Secret” is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == secret_of(page)
    form: dict[str, str | float | bool] = {
        "grant_type": "client_credentials",
        "client_id": page.get_by_role("group", name="Id").inner_text(),
        "client_secret": secret_of(page),
    }
    token = page.request.post("/oauth/token", form=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    me = page.request.get("/customer/acme/me", headers=headers).json()
    assert me["id"] == "rita"
    rita.follow("I have copied it")
    rita.follow("Revoke the key Monthly report")
    rita.press("Revoke it")
    rita.is_told("“Monthly report” opens nothing any more.")
    assert page.request.get("/customer/acme/me", headers=headers).status == 401


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_of_a_secret_is_sound_on_the_narrowest_screen(
    desk: Desk, sit: Sit, theme: str
) -> None:
    ada = sit(desk, "ada", to="/account/clients/new", color_scheme=theme)
    page: Page = ada.page
    page.set_viewport_size({"width": 320, "height": 640})
    ada.write("Name", "Bookkeeping")
    page.get_by_role("checkbox", name="Read the orders").check(force=True)
    ada.press("Add the client")
    ada.heading("The client “Bookkeeping” is added")
    assert overflow(page) == 0
    assert not accessibility_faults(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    assert not accessibility_faults(page)


def test_without_scripts_the_secret_is_there_to_be_marked(desk: Desk, sit: Sit) -> None:
    rob = sit(desk, "rob", to="/account/keys/new", java_script_enabled=False)
    rob.write("Name", "By hand")
    rob.press("Make the key")
    rob.heading("Your key “By hand” is made")
    assert secret_of(rob.page)
    expect(rob.page.get_by_role("button", name="Copy Secret")).to_have_count(0)
