"""What `docs/accessibility.md` promises beyond the checks of every page in `test_pages.py`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.test_german import BROKEN
from tests.support.browser import overflow, visiting
from tests.support.desk import Desk
from tests.support.places import PLACES, Place, be, names, open_place

pytestmark = pytest.mark.journey

MAIN = {
    *("inbox", "request", "request-own-waiting", "checkout-asks", "requests", "cart", "company"),
    *("company-rules", "company-messages", "webhook", "decision-link"),
}
# As somebody sets them who reads better so; a sheet of the page itself could not say it.
_WIDER = """() => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-block-end: 2em !important }`)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}"""
# Criterion 2.5.8: 24 by 24 px, but links in sentences, and what has this much room around it.
_SMALL = """() => {
  const shown = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter(one => one.type !== 'hidden' && one.checkVisibility() && one.tabIndex >= 0)
    .filter(one => !one.closest('.visually-hidden, .skip-link, .live'))
  const box = one => {
    const whole = getComputedStyle(one, '::after').position === 'absolute' && one.closest('li, tr')
    const label = one.labels && one.labels[0]
    return (whole || (label && label.contains(one) ? label : one)).getBoundingClientRect()
  }
  const isSmall = b => b.width < 24 || b.height < 24
  const near = (b, other) => {
    const x = b.x + b.width / 2, y = b.y + b.height / 2
    const dx = Math.max(other.left - x, 0, x - other.right)
    const dy = Math.max(other.top - y, 0, y - other.bottom)
    return dx * dx + dy * dy < 12 * 12
  }
  const inText = one => one.tagName === 'A' && getComputedStyle(one).display === 'inline'
  return shown.filter(one => !inText(one) && isSmall(box(one)))
    .filter(one => shown.some(other => other !== one && near(box(one), box(other))
      && !other.contains(one) && getComputedStyle(other, '::after').position !== 'absolute'))
    .map(one => one.outerHTML.slice(0, 200))
}"""
_MOVING = """() => [...document.querySelectorAll('*')].filter(one => {
  const style = getComputedStyle(one)
  const longest = (text) => Math.max(...text.split(',').map(parseFloat))
  return longest(style.transitionDuration) > 0.01
    || (style.animationName !== 'none' && longest(style.animationDuration) > 0.01)
}).map(one => one.className.toString())"""
# The focused element, where a bar that stays in its place lies over all of it.
_COVERED = """() => {
  const one = document.activeElement
  if (!one || one === document.body) return ''
  const bar = there => {
    for (let up = there; up; up = up.parentElement) {
      if (['fixed', 'sticky'].includes(getComputedStyle(up).position)) return !up.contains(one)
    }
    return false
  }
  const box = one.getClientRects()[0]
  const isCovered = box && [0.1, 0.5, 0.9].every(part =>
    bar(document.elementFromPoint(box.x + box.width / 2, box.y + box.height * part)))
  // Inside a date field the browser marks day, month and year itself.
  const isMarked = one.type === 'date' || [getComputedStyle(one), getComputedStyle(one, '::after')]
    .some(by => by.outlineStyle !== 'none')
  return (isCovered ? 'covered: ' : isMarked ? '' : 'unmarked: ') + one.outerHTML.slice(0, 160)
}"""


@pytest.fixture(scope="module")
def known(demo: Desk) -> dict[str, str]:
    """The addresses of this telling of the story."""
    return names(demo)


@contextmanager
def _reader(browser: Browser, desk: Desk, reader: str, **options: Any) -> Iterator[Page]:
    with visiting(browser, desk.url, **options) as visit:
        be(visit.page, reader)
        yield visit.page
        assert not visit.problems


def _main(reader: str) -> list[Place]:
    return [place for place in PLACES if place.name in MAIN and place.reader == reader]


@pytest.mark.parametrize("reader", ["ada", "rita"])
def test_nothing_moves_where_that_is_not_wanted(
    reader: str, demo: Desk, browser: Browser, known: dict[str, str]
) -> None:
    with _reader(browser, demo, reader, reduced_motion="reduce") as page:
        for place in _main(reader):
            open_place(page, place, known)
            assert page.evaluate(_MOVING) == [], place.name


@pytest.mark.parametrize("reader", ["ada", "rita"])
def test_words_that_are_set_wider_are_not_cut(
    reader: str, demo: Desk, browser: Browser, known: dict[str, str]
) -> None:
    """1.4.12, with the spaces that it names."""
    with _reader(browser, demo, reader) as page:
        for place in _main(reader):
            open_place(page, place, known)
            page.evaluate(_WIDER)
            assert not overflow(page), place.name
            assert page.evaluate(BROKEN) == [], place.name


@pytest.mark.parametrize("reader", ["ada", "rita"])
def test_what_is_pressed_is_large_enough(
    reader: str, demo: Desk, browser: Browser, known: dict[str, str]
) -> None:
    with _reader(browser, demo, reader) as page:
        for place in _main(reader):
            open_place(page, place, known)
            for width in (1440, 390):
                page.set_viewport_size({"width": width, "height": 844})
                assert page.evaluate(_SMALL) == [], f"{place.name} at {width}"


@pytest.mark.parametrize("reader", ["ada", "rita"])
def test_the_focus_is_seen_and_no_bar_covers_it(
    reader: str, demo: Desk, browser: Browser, known: dict[str, str]
) -> None:
    """2.4.7 and 2.4.11: with the bars of a narrow screen, where there is least room."""
    with _reader(browser, demo, reader, viewport={"width": 390, "height": 700}) as page:
        for place in _main(reader):
            open_place(page, place, known)
            for _ in range(40):
                page.keyboard.press("Tab")
                found = page.evaluate(_COVERED)
                assert not found.startswith(("covered", "unmarked")), f"{place.name}: {found}"
