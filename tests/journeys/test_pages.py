"""Every page as it is met: light and dark, wide and narrow, and nothing wrong on any of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.app import make_settings
from tests.support.browser import Watched, accessibility_faults, overflow, visiting
from tests.support.desk import Desk
from tests.support.places import NO_PAGES, PLACES, Place, be, names, open_place
from webapp.app import create_app

pytestmark = pytest.mark.journey

WIDE, MIDDLE, NARROW, NARROWEST = (1440, 900), (768, 1024), (390, 844), (320, 640)
# What the rules of colour say depends on the theme; everything else was seen in the other one.
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}

Reading = Callable[[str], Watched]


@pytest.fixture(scope="module")
def known(demo: Desk) -> dict[str, str]:
    """The addresses of this telling of the story."""
    return names(demo)


@pytest.fixture(scope="module")
def reading(demo: Desk, browser: Browser) -> Iterator[Reading]:
    """`reading("ada")` is a browser in which Ada has signed in, kept for the whole module."""
    with ExitStack() as stack:
        seats: dict[str, Watched] = {}

        def seat(person: str) -> Watched:
            if person not in seats:
                seats[person] = stack.enter_context(visiting(browser, demo.url))
                if person:
                    be(seats[person].page, person)
            return seats[person]

        yield seat


def test_every_page_has_a_reader() -> None:
    """A new page needs a line in `tests/support/places.py`."""
    provider = {"oidc_issuer": "http://localhost/demo/idp", "oidc_client_id": "desk"}
    app = create_app(make_settings(env="demo", **provider))
    read = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    # What programs call has a table of its own.
    pages = {endpoint for endpoint in read if not endpoint.startswith("api_")}
    assert pages == {place.endpoint for place in PLACES} | NO_PAGES


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_sound(place: Place, reading: Reading, known: dict[str, str]) -> None:
    visit = reading(place.reader)
    page = visit.page
    visit.problems.clear()
    _look(page, WIDE, "light")
    open_place(page, place, known)
    faults = _structure(page) + accessibility_faults(page) + _sticks_out(page)
    _look(page, WIDE, "dark")
    faults += accessibility_faults(page, COLOURS)
    _look(page, NARROW, "dark")
    faults += accessibility_faults(page) + _sticks_out(page)
    _look(page, NARROW, "light")
    faults += accessibility_faults(page, COLOURS)
    for size in (MIDDLE, NARROWEST):
        _look(page, size, "light")
        faults += _sticks_out(page)
    assert not faults
    assert not visit.problems


@pytest.mark.parametrize("person", ["ada", "rita"])
def test_menus_are_sound_when_they_are_open(person: str, reading: Reading) -> None:
    page = reading(person).page
    _look(page, WIDE, "light")
    page.goto("/carts")
    page.get_by_role("banner").locator("summary").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert not accessibility_faults(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    _look(page, NARROW, "dark")
    page.get_by_role("navigation", name="Main").locator("summary").click()
    expect(page.get_by_role("link", name="Orders")).to_be_visible()
    assert not accessibility_faults(page) + _sticks_out(page)


def test_colours_that_are_forced_hide_nothing(
    demo: Desk, browser: Browser, known: dict[str, str]
) -> None:
    shown = {"inbox", "request", "request-approve", "requests-decided", "checkout-asks"}
    for reader in ("ada", "rita"):
        with visiting(browser, demo.url, forced_colors="active") as visit:
            be(visit.page, reader)
            for place in PLACES:
                if place.name in shown and place.reader == reader:
                    open_place(visit.page, place, known)
                    assert not accessibility_faults(visit.page)
                    assert not _without_an_edge(visit.page)
            assert not visit.problems


def _look(page: Page, size: tuple[int, int], theme: Any) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=theme)


def _structure(page: Page) -> list[str]:
    headings = page.get_by_role("heading", level=1).count()
    title = page.title().partition(" – ")
    language = page.evaluate("document.documentElement.lang")
    return [
        *([f"{headings} main headings"] if headings != 1 else []),
        *([f"the title is {page.title()!r}"] if not title[0] or not title[2] else []),
        *([f"the language is {language!r}"] if language != "en" else []),
    ]


def _sticks_out(page: Page) -> list[str]:
    size, wider = page.viewport_size, overflow(page)
    return [f"{wider} px wider than {size['width'] if size else 'the screen'}"] if wider else []


def _without_an_edge(page: Page) -> list[str]:
    """Buttons that only their colour would show."""
    return [
        button.inner_text()
        for button in page.locator(".button:visible").all()
        if button.evaluate("one => parseFloat(getComputedStyle(one).borderTopWidth) < 1")
    ]
