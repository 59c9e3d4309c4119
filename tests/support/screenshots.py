"""Pictures of every page of a freshly told demo: `make screenshots`.

By default into `test-results/screenshots/`; a folder can be named instead, and words of names to
take only some of the pages. `--readme` takes the three stills of the README, `--pictures` those of
`docs/design.md`, small enough for the repository.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.support import desk as served  # noqa: E402 - the module is run as a script as well
from tests.support.browser import Unavailable, launched  # noqa: E402
from tests.support.desk import Desk, NotServed  # noqa: E402
from tests.support.places import PLACES, Place, be, names, open_place  # noqa: E402

FOLDER = ROOT / "test-results" / "screenshots"
DOCS = ROOT / "docs"
PICTURES = DOCS / "pictures"
# The pages that `docs/design.md` shows, by their names in `tests/support/places.py`.
PICTURED = (
    "sign-in", "inbox", "request", "request-changed", "decision-link", "request-own-waiting",
    "requests", "checkout-asks", "cart", "orders", "company", "company-rules", "company-waiting",
    "company-figures", "webhook", "account", "developers", "demo-stage", "demo-split", "design",
)  # fmt: skip
WIDTHS = {1440: 900, 768: 1024, 390: 844}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main(arguments: Sequence[str]) -> int:
    """Take the pictures, and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("only", nargs="*", help="take only the pages with these words in the name")
    parser.add_argument("--readme", action="store_true", help="take the story of the README")
    parser.add_argument("--pictures", action="store_true", help="take docs/pictures/")
    chosen = parser.parse_args(arguments)
    print("Telling the story of the demo ...", flush=True)
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            launched() as browser,
            served.demo(Path(folder)) as desk,
        ):
            if chosen.readme:
                _take_readme(browser, desk)
            elif chosen.pictures:
                _take_pictures(browser, desk)
            else:
                _take_all(browser, desk, chosen.folder, chosen.only)
    except (NotServed, Unavailable) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _take_all(browser: Browser, desk: Desk, folder: Path, only: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    places = [p for p in PLACES if not only or any(word in p.name for word in only)]
    known, taken = names(desk), 0
    for reader in dict.fromkeys(place.reader for place in places):
        with _reading(browser, desk, reader) as page:
            for place in (one for one in places if one.reader == reader):
                page.set_viewport_size({"width": 1440, "height": 900})
                open_place(page, place, known)
                taken += _take(page, place, folder)
        print(f"{taken} pictures ...", flush=True)
    print(f"The pictures are in {folder}")


def _take(page: Page, place: Place, folder: Path) -> int:
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            name = f"{place.name}-{width}-{theme}.png"
            # The whole page, but where a bar stands at the bottom of the screen, the screen.
            page.screenshot(path=folder / name, full_page=width == max(WIDTHS))
    return len(WIDTHS) * len(THEMES)


def _take_readme(browser: Browser, desk: Desk) -> None:
    """The first story in three stills: a cart over the limit, the decision, the order."""
    with _reading(browser, desk, "rita", device_scale_factor=0.5) as page:
        page.goto("/carts/b01")
        page.screenshot(path=DOCS / "story-1.png")
        page.goto("/carts/b01/checkout")
        page.locator('main input[type="radio"][value="ada"]').check(force=True)
        page.locator("#checkout-act button.button-primary").click()
        page.wait_for_url("**/approvals/*")
        request = page.url
    with _reading(browser, desk, "ada", device_scale_factor=0.5) as page:
        page.goto(request)
        page.locator('button[value="approve"]').click()
        page.locator('button[value="order"]').wait_for()
        page.screenshot(path=DOCS / "story-2.png")
        page.locator('button[value="order"]').click()
        page.locator('a[href^="/orders/"]').first.wait_for()
        page.reload()
        page.screenshot(path=DOCS / "story-3.png")
    print(f"The stills are in {DOCS}")


def _take_pictures(browser: Browser, desk: Desk) -> None:
    PICTURES.mkdir(exist_ok=True)
    known = names(desk)
    places = [place for place in PLACES if place.name in PICTURED]
    for reader in dict.fromkeys(place.reader for place in places):
        # Drawn at half the size, so that a dozen of them weigh little.
        with _reading(browser, desk, reader, device_scale_factor=0.5) as page:
            for place in (one for one in places if one.reader == reader):
                open_place(page, place, known)
                page.screenshot(path=PICTURES / f"{place.name}.png")
    print(f"The pictures are in {PICTURES}")


@contextmanager
def _reading(browser: Browser, desk: Desk, reader: str, **further: Any) -> Iterator[Page]:
    options: dict[str, Any] = {
        "viewport": {"width": 1440, "height": 900},
        "color_scheme": "light",
        "reduced_motion": "reduce",
        "locale": "en-GB",
        "timezone_id": "Europe/Berlin",
    }
    context = browser.new_context(base_url=desk.url, **options, **further)
    try:
        page = context.new_page()
        if reader:
            be(page, reader)
        yield page
    finally:
        context.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
