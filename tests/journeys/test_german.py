"""Every page in German, on narrow screens, and with text of twice the size.

German words are the longer ones, so that what fits in German fits.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select, update

from tests.support.browser import accessibility_faults, overflow, visiting, wait_until
from tests.support.desk import Desk
from tests.support.places import PLACES, Place, names, open_place
from webapp.identity.models import Person

pytestmark = pytest.mark.journey

# What was seen in English on the same page: structure, colours, and all but names and languages.
NAMES = {
    "runOnly": {
        "type": "rule",
        "values": [
            *("aria-input-field-name", "aria-command-name", "button-name", "link-name", "label"),
            *("select-name", "summary-name", "html-has-lang", "valid-lang", "document-title"),
            *("aria-dialog-name", "duplicate-id-aria", "label-content-name-mismatch"),
        ],
    }
}
# Buttons that are pressed first are named in English there, and their pages were seen in English.
SHOWN = [place for place in PLACES if not place.press]
# Text that is cut off, and text that lies on other text.
BROKEN = """() => {
  const isShown = one => {
    for (let up = one; up; up = up.parentElement) {
      const box = up.getBoundingClientRect(), style = getComputedStyle(up)
      if (style.clipPath !== 'none' || ['fixed', 'sticky'].includes(style.position)) return false
      if (box.width <= 1 || style.visibility === 'hidden') return false
    }
    return one.checkVisibility() && !one.closest('[aria-hidden=true], svg')
  }
  const cut = [...document.querySelectorAll('body *')].filter(isShown).filter(one => {
    const style = getComputedStyle(one), hides = way => ['hidden', 'clip'].includes(way)
    return (hides(style.overflowX) && one.scrollWidth > one.clientWidth + 1)
      || (hides(style.overflowY) && one.scrollHeight > one.clientHeight + 1)
  }).map(one => `cut: ${one.textContent.trim().slice(0, 60)}`)
  // Below the edge of what scrolls, nothing is seen.
  const isScrolledAway = (box, text) => {
    for (let one = text.parentElement; one; one = one.parentElement) {
      if (!['auto', 'scroll'].includes(getComputedStyle(one).overflowY)) continue
      const edge = one.getBoundingClientRect()
      if (box.top >= edge.bottom || box.bottom <= edge.top) return true
    }
    return false
  }
  const boxes = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const text = walk.currentNode, range = document.createRange()
    if (!text.data.trim() || !isShown(text.parentElement)) continue
    range.selectNodeContents(text)
    for (const box of range.getClientRects()) {
      if (box.width > 1 && !isScrolledAway(box, text)) boxes.push([box, text])
    }
  }
  const over = []
  for (const [a, one] of boxes) for (const [b, other] of boxes) {
    if (one === other || a.top > b.top) continue
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left)
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
    if (wide > 2 && high > Math.min(a.height, b.height) * .4) {
      over.push(`over: ${one.data.trim().slice(0, 40)} | ${other.data.trim().slice(0, 40)}`)
    }
  }
  return [...cut, ...over].slice(0, 5)
}"""

Reading = Callable[[str], Page]


@pytest.fixture(scope="module")
def known(demo: Desk) -> dict[str, str]:
    """The addresses of this telling of the story."""
    return names(demo)


@pytest.fixture(scope="module")
def german(demo: Desk) -> Iterator[None]:
    """For the length of this module everybody reads German."""
    with demo.database.transaction() as session:
        before = {row.id: row.language for row in session.scalars(select(Person))}
        session.execute(update(Person).values(language="de"))
    yield
    with demo.database.transaction() as session:
        for row in session.scalars(select(Person)):
            row.language = before.get(row.id, row.language)


@pytest.fixture(scope="module")
def reading(demo: Desk, browser: Browser, german: None) -> Iterator[Reading]:
    """`reading("ada")` is a page of a browser in which Ada has signed in."""
    with ExitStack() as stack:
        seats: dict[str, Page] = {}

        def seat(person: str) -> Page:
            if person not in seats:
                page = stack.enter_context(visiting(browser, demo.url, locale="de-DE")).page
                seats[person] = page
                if person:
                    _sign_in(page, person)
            return seats[person]

        yield seat


@pytest.mark.parametrize("place", SHOWN, ids=lambda place: place.name)
def test_a_page_is_sound_in_german(place: Place, reading: Reading, known: dict[str, str]) -> None:
    page = reading(place.reader)
    page.set_viewport_size({"width": 390, "height": 844})
    open_place(page, place, known)
    assert page.evaluate("document.documentElement.lang") == "de"
    assert not accessibility_faults(page, NAMES)
    assert not overflow(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert not overflow(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    with _large_text(page):
        assert not overflow(page)
        assert page.evaluate(BROKEN) == []


@contextmanager
def _large_text(page: Page) -> Iterator[None]:
    """1.4.4: as in a browser whose reader has chosen text of 32 px."""
    settings = page.context.new_cdp_session(page)
    settings.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    try:
        root = "getComputedStyle(document.documentElement).fontSize"
        wait_until(page, f"{root} === '32px'")
        yield
    finally:
        settings.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
        settings.detach()


def _sign_in(page: Page, person: str) -> None:
    page.goto("/sign-in")
    page.get_by_role("button", name="Wählen, wer Sie sind").click()
    page.locator(f'button[value="{person}"]').click()
    page.get_by_role("navigation", name="Hauptmenü").first.wait_for()
