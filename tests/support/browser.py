"""A real browser, driven without being downloaded: Playwright with the Chromium of the machine."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

Screen = Literal["desktop", "phone"]

_SCREENS: dict[Screen, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
# Root has no sandbox to offer, a container little shared memory, and Chromium must not talk
# to anybody but the desk.
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A refused form (422) and the like is an answer, not a fault of the page.
_ANSWERS = ("Failed to load resource: the server responded with a status of 4",)


class Unavailable(Exception):
    """There is no Chromium; the message says where it was looked for."""


@dataclass
class Watched:
    """A page and what went wrong on it: console errors, exceptions, requests to strangers."""

    page: Page
    host: str
    problems: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Write down what goes wrong from now on."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"exception: {error}"))
        self.page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_ANSWERS):
            self.problems.append(f"{message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != self.host:
            self.problems.append(f"another host: {request.url}")


def find_chromium() -> str:
    """The path of the browser: ``CHROMIUM``, Debian's, or Google's.

    Raises:
        Unavailable: none of them is there.
    """
    if named := os.environ.get("CHROMIUM"):
        return named
    for name in ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise Unavailable("Chromium was not found: set CHROMIUM, or install the package chromium")


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser for the length of the block."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visiting(
    browser: Browser, base_url: str, *, screen: Screen = "desktop", **options: Any
) -> Iterator[Watched]:
    """A fresh visitor with no cookies: ``visited.page.goto("/")``.

    Options go to Playwright's ``new_context``: ``color_scheme="dark"``,
    ``java_script_enabled=False``, ``reduced_motion="reduce"``, ``locale``, ``storage_state``.
    """
    settings = {"locale": "en-GB", "timezone_id": "Europe/Berlin", "reduced_motion": "reduce"}
    context = browser.new_context(base_url=base_url, **{**settings, **_SCREENS[screen], **options})
    context.set_default_timeout(10_000)
    try:
        visited = Watched(context.new_page(), urlsplit(base_url).netloc)
        visited.listen()
        yield visited
    finally:
        context.close()


def wait_until(page: Page, condition: str) -> None:
    """Wait until an expression of the page is true, ten seconds at most.

    It is asked from outside each time: Playwright would ask again within the page, by `eval`, which
    the policy of our pages forbids.
    """
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {condition}")


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen; 0 when it fits."""
    # Not innerWidth: on a phone it grows with what sticks out, and nothing would be found.
    root = "document.documentElement"
    return max(0, int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")))


def accessibility_faults(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe-core finds, one line each: rule, impact, elements; with options of its own."""
    script = "" if page.evaluate("'axe' in window") else AXE_SCRIPT
    found = Axe(script).run(page, options=options).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']} at "
        + ", ".join(" ".join(map(str, node["target"])) for node in rule["nodes"][:5])
        for rule in found
    ]
