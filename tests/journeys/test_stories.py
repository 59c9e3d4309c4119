"""The three stories of the demo, from the landing page to the last tick."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from tests.support import desk as served
from tests.support.browser import visiting
from tests.support.desk import Desk
from webapp.demo import guide
from webapp.identity.models import Person

pytestmark = pytest.mark.journey

_PRESSES = 14
SOMEBODY = "#stage-story button[name=person]"
# A page, or what htmx asks; the story is asked for by `fetch`.
_PRESSED = {"document", "xhr"}
POINTED = ".is-pointed-at:not([aria-disabled])"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A demo of this module alone, since every story takes it back to its first morning."""
    with served.demo(tmp_path_factory.mktemp("demo")) as desk:
        yield desk


def test_the_stories_are_played_by_the_people_of_a_company_of_its_own(
    browser: Browser, tmp_path: Path
) -> None:
    with (
        served.demo(tmp_path, "alpdent") as stage,
        visiting(browser, stage.url, viewport={"width": 390, "height": 900}) as visit,
    ):
        for name, story in guide.STORIES.items():
            visit.page.goto("/demo")
            visit.page.locator(f'button[name="story"][value="{name}"]').click()
            _play(visit.page, len(story.steps))
            expect(visit.page.locator(".stage-end")).to_be_visible()
        assert not visit.problems


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("width", [1440, 390])
def test_whoever_presses_what_is_pointed_at_gets_to_the_end_of_every_story(
    stage: Desk, browser: Browser, language: str, width: int
) -> None:
    size = {"width": width, "height": 900}
    locale = {"en": "en-GB", "de": "de-DE"}[language]
    with visiting(browser, stage.url, viewport=size, locale=locale) as visit:
        visit.page.goto("/demo")
        visit.page.locator('form[action="/demo/reset"] button').click()
        with stage.database.transaction() as session:
            session.execute(update(Person).values(language=language))
        for name, story in guide.STORIES.items():
            visit.page.goto("/demo")
            visit.page.locator(f'button[name="story"][value="{name}"]').click()
            _play(visit.page, len(story.steps))
            expect(visit.page.locator(".stage-end")).to_be_visible()
        assert not visit.problems


def _play(page: Page, steps: int) -> None:
    story = page.locator("#stage-story")
    for _ in range(_PRESSES):
        done = story.get_attribute("data-step")
        if done == str(steps):
            return
        page.locator(
            f"{SOMEBODY}, {POINTED}, #stage-story:not([data-step='{done}'])"
        ).first.wait_for()
        if story.get_attribute("data-step") != done:
            continue
        if page.locator(SOMEBODY).count() == 0:
            _fill(page)
        with page.expect_response(lambda reply: reply.request.resource_type in _PRESSED):
            page.locator(f"{SOMEBODY}, {POINTED}").first.click()
    expect(story).to_have_attribute("data-step", str(steps))


def _fill(page: Page) -> None:
    """What the script says in words: whom to ask, why not, and less of something."""
    person = "claus" if page.url.endswith("/carts/b02/checkout") else "ada"
    choice = page.locator(f'main input[type="radio"][value="{person}"]')
    if choice.count():
        choice.check(force=True)
    reason = page.locator("main [id$=panel] textarea:visible")
    if reason.count() and page.locator('button[value="declined"]').count():
        reason.first.fill("Two boxes are still in the kitchen.")
    if page.url.endswith("/edit"):
        page.locator('main input[inputmode="decimal"]:visible').first.fill("2")
