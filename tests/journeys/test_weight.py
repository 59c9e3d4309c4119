"""How heavy the main pages are on their way to a browser, packed with Brotli."""

import http.client
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import brotli
import pytest
from playwright.sync_api import Browser

from tests.support.browser import visiting
from tests.support.desk import Desk
from tests.support.places import PLACES, be, names

pytestmark = pytest.mark.journey

KB = 1024
FIRST_VIEW, SCRIPTS, LATER = 30 * KB, 20 * KB, 6 * KB
# The page, its style sheet, our script and the icon of the tab. htmx waits until the page is used.
REQUESTS = 4
# Milliseconds after the load in which nothing more may come.
SETTLED = 500
# That of webapp/packing.py.
_QUALITY = 5
# What only the demo adds: the bar and the script at the side, and how they look.
_STAGE = re.compile(r'<link[^>]*/stage\.[^>]*>|<script[^>]*/stage\.[^>]*></script>|'
                    r'<aside [^>]*id="stage-.*?</aside>', re.DOTALL)  # fmt: skip
_PARTS = re.compile(r'<(?:link rel="(?:stylesheet|icon)" href|script src)="([^"]+)"')


@dataclass(frozen=True)
class View:
    """A page and what it loads: the bytes of each on the wire, by address."""

    page: int
    parts: dict[str, int]

    @property
    def scripts(self) -> int:
        """The bytes of all scripts."""
        return sum(size for address, size in self.parts.items() if address.endswith(".js"))


@pytest.mark.parametrize("name", ["inbox", "request", "checkout-asks"])
def test_a_page_is_light(name: str, demo: Desk, browser: Browser) -> None:
    place = next(place for place in PLACES if place.name == name)
    path = place.path
    for key, text in names(demo).items():
        path = path.replace(f"{{{key}}}", text)
    with visiting(browser, demo.url) as visit:
        be(visit.page, place.reader)
        cookies = visit.page.context.cookies()
        asked: list[str] = []
        visit.page.on("request", lambda request: asked.append(request.url))
        visit.page.goto(path)
        visit.page.wait_for_load_state("load")
        visit.page.wait_for_timeout(SETTLED)
    view = _weigh(demo.url, path, "; ".join(f"{one['name']}={one['value']}" for one in cookies))
    # Later pages find everything but themselves in the browser.
    assert view.page <= LATER
    assert view.scripts <= SCRIPTS
    assert view.page + sum(view.parts.values()) <= FIRST_VIEW
    files = {one for one in asked if "/static/" in one and "/stage." not in one}
    assert files <= {demo.url + part for part in view.parts}
    assert len(view.parts) + 1 <= REQUESTS
    assert all(address.startswith(demo.url) for address in asked)


def _weigh(url: str, path: str, cookie: str) -> View:
    page = _STAGE.sub("", brotli.decompress(_fetch(url, path, cookie)).decode())
    parts = set(_PARTS.findall(page))
    assert parts
    weights = {part: len(_fetch(url, part, cookie)) for part in parts}
    return View(len(brotli.compress(page.encode(), quality=_QUALITY)), weights)


def _fetch(url: str, path: str, cookie: str) -> bytes:
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        line.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "br"})
        reply = line.getresponse()
        assert reply.status == 200, path
        return reply.read()
    finally:
        line.close()
