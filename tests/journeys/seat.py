"""Somebody at a browser, who reads and acts by the names that the page gives things."""

from datetime import date
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.journeys.provider import HEADING
from tests.support.browser import Watched
from tests.support.desk import PROVIDER, Desk

# The machine may be busy with other tests.
expect.set_options(timeout=15_000)


class Seat:
    """A person with a mouse. Everything is found by role and label, as people find it."""

    def __init__(self, watched: Watched, desk: Desk) -> None:
        self.watched = watched
        self.page: Page = watched.page
        self.desk = desk

    def sign_in(self, person: str, to: str = "/") -> None:
        """Open a page of the desk, and go through the sign-in of the provider on the way."""
        self.open(to)
        self.press(f"Sign in with {PROVIDER}")
        self.heading(HEADING)
        self.press(person)
        expect(self.page.get_by_role("banner")).to_be_visible()

    def open(self, path: str) -> None:
        """Type an address."""
        self.page.goto(path)

    def press(self, name: str) -> None:
        """Press a button."""
        self.button(name).click()

    def follow(self, name: str) -> None:
        """Follow a link."""
        self.link(name).click()

    def write(self, label: str, text: str) -> None:
        """Put a text into a field."""
        self.type_into(self.field(label), text)

    def type_into(self, wanted: Locator, text: str) -> None:
        """The same for a field whose label stands more than once on the page."""
        wanted.fill(text)

    def choose(self, name: str) -> None:
        """Choose one of a list of radio buttons; its label lies over it, to be pressed anywhere."""
        self.page.get_by_role("radio", name=name, exact=True).check(force=True)

    def pick(self, label: str, option: str) -> None:
        """Choose an option of a select."""
        self.field(label).select_option(label=option)

    def date(self, label: str, day: date) -> None:
        """Put a day into a date field."""
        self.field(label).fill(day.isoformat())

    def button(self, name: str) -> Locator:
        """A button by its whole name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        """A link of the content by its whole name, or of the whole page where that has none."""
        return self.page.get_by_role("link", name=name, exact=True)

    def field(self, label: str) -> Locator:
        """A field by its whole label, with what is said beside it."""
        return self.page.get_by_label(label, exact=True)

    def open_menu(self) -> None:
        """Open the account menu."""
        self.page.get_by_role("banner").locator("summary").click()

    def heading(self, text: str) -> None:
        """The one main heading says this."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    def reads(self, *texts: str) -> None:
        """These stand somewhere in the content."""
        for text in texts:
            expect(self.page.get_by_role("main")).to_contain_text(text)

    def never_reads(self, *texts: str) -> None:
        """These do not."""
        for text in texts:
            expect(self.page.get_by_role("main")).not_to_contain_text(text)

    def is_told(self, text: str) -> None:
        """The status line says this."""
        expect(self.page.get_by_role("status")).to_contain_text(text)

    def group(self, name: str) -> Locator:
        """A panel by its name."""
        return self.page.get_by_role("group", name=name, exact=True)

    @property
    def path(self) -> str:
        """Where the browser is."""
        return urlsplit(self.page.url).path

    @property
    def here(self) -> str:
        """The last part of the address: the id of what is shown."""
        return self.path.rpartition("/")[2]

    def problems(self) -> list[str]:
        """What went wrong in the browser, without the way through the provider and refusals."""
        known = f"another host: {self.desk.provider}/", "error: Response Status Error Code 4"
        return [problem for problem in self.watched.problems if not problem.startswith(known)]
