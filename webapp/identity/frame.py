"""What stands around every page: who is here, where they may go, what waits for them."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

from flask import Flask, current_app, g, request, url_for
from sqlalchemy.orm import Session

from webapp import i18n
from webapp.config import LANGUAGES
from webapp.extensions import db, settings
from webapp.identity.domain import Actor, Role
from webapp.identity.first_days import Part, is_new
from webapp.identity.sessions import SEAT, TOUCH_EVERY, current_session, form_token
from webapp.kernel.sentence import N_
from webapp.telling import told
from webapp.wording import gettext

# What counts for the navigation, by its names; features put theirs in when they are bound.
COUNTERS = "nav_counters"
Counter = Callable[[Session, Actor], Mapping[str, int]]
_MOST = 99
# So many seconds before its session may end a page says so (WCAG 2.2.1).
_WARNING = 600


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place in the navigation; `count` is empty where nothing waits."""

    name: str
    text: str
    href: str
    icon: str
    current: bool
    count: str = ""


@dataclass(frozen=True, slots=True)
class CompanyItem:
    """A company that the person may switch to."""

    id: str
    name: str
    current: bool


@dataclass(frozen=True, slots=True)
class Idle:
    """After how many seconds without a click a page warns, and when the session may be over."""

    after: int
    end: int


# Name, words, icon, and the paths that belong to it; the first one is where it leads.
_PLACES = {
    "inbox": (N_("Inbox"), "inbox", ("/inbox", "/approvals")),
    "requests": (N_("My requests"), "list", ("/requests",)),
    "carts": (N_("Carts"), "shopping-cart", ("/carts", "/quotes")),
    "orders": (N_("Orders"), "package", ("/orders",)),
    "company": (N_("Company"), "building-2", ("/company",)),
}


class Frame:
    """Everything the layouts ask for; each answer is worked out when it is first asked."""

    @property
    def actor(self) -> Actor | None:
        """Who is signed in."""
        found: Actor | None = g.get("actor")
        return found

    @cached_property
    def made_of(self) -> Hashable:
        """Everything of this that the bars above and below a page show."""
        actor = self.actor
        if actor is None:
            return None
        return actor.name, actor.company_name, self.nav, self.companies, self.menu

    @cached_property
    def nav(self) -> tuple[NavItem, ...]:
        """Where this person may go; empty for strangers."""
        actor = self.actor
        if actor is None:
            return ()
        root, path, waiting = request.root_path, request.path, self.waiting
        return tuple(_item(name, root, path, waiting.get(name, 0)) for name in places_of(actor))

    @cached_property
    def waiting(self) -> Mapping[str, int]:
        """What waits for this person, by the names of the navigation.

        A view that counts it anyway says so beforehand.
        """
        actor, counters = self.actor, current_app.extensions[COUNTERS]
        if actor is None:
            return {}
        with db.looking() as session:
            found = [count(session, actor) for count in counters]
        return {name: n for counts in found for name, n in counts.items()}

    @cached_property
    def companies(self) -> tuple[CompanyItem, ...]:
        """The companies that this person may act for."""
        actor, stored = self.actor, current_session().stored
        if actor is None or stored is None:
            return ()
        return tuple(
            CompanyItem(place.company_id, place.company_name, place.company_id == actor.company_id)
            for place in stored.workplaces
        )

    @cached_property
    def theme(self) -> str:
        """`system`, `light` or `dark`."""
        stored = current_session().stored if self.actor else None
        return stored.theme if stored else "system"

    @cached_property
    def shortcuts(self) -> bool:
        """Whether single letters press buttons."""
        stored = current_session().stored if self.actor else None
        return stored.has_shortcuts if stored else False

    def is_new(self, part: str) -> bool:
        """Whether the reader has yet to put away the introduction of this part of the desk."""
        actor, stored = self.actor, current_session().stored
        if actor is None or stored is None:
            return False
        return is_new(actor, stored.put_away, Part(part))

    @cached_property
    def flash(self) -> str:
        """What to say in the status line, once."""
        return told() if self.actor else ""

    @property
    def language(self) -> str:
        """The language of the page."""
        return i18n.reader().language

    @property
    def languages(self) -> dict[str, str]:
        """The languages that the desk speaks, each by its code with its own name."""
        return LANGUAGES

    @property
    def idle(self) -> Idle:
        """When the session ends for want of a click; one that is noted late counts from before."""
        limit = settings().session_idle_minutes * 60
        end = max(limit - int(TOUCH_EVERY.total_seconds()), limit // 2)
        return Idle(after=max(end - _WARNING, end // 2), end=end)

    @property
    def demo(self) -> bool:
        """Whether people and companies are invented here."""
        return settings().demo

    @property
    def menu(self) -> tuple[NavItem, ...]:
        """Further lines of the account menu, by features that have some."""
        if SEAT in request.environ:
            # What shows the demo stands around its seats and not in them.
            return ()
        items: list[NavItem] = current_app.extensions.get("account_menu", [])
        return tuple(NavItem(i.name, gettext(i.text), i.href, i.icon, i.current) for i in items)

    @property
    def company_action(self) -> str:
        """Where the company switcher sends its choice."""
        return url_for("identity.choose_company")

    @property
    def sign_out_action(self) -> str:
        """Where the way out is."""
        return url_for("identity.sign_out")

    @property
    def account_href(self) -> str:
        """Where the account page is."""
        return url_for("account.show")


def init_app(app: Flask) -> None:
    """Give every template its `frame`."""
    app.extensions.setdefault(COUNTERS, [])
    # Flask-WTF gives its own to both templates and their macros.
    app.jinja_env.globals["csrf_token"] = form_token
    app.context_processor(lambda: {"frame": frame(), "csrf_token": form_token})


def frame() -> Frame:
    """The frame of this request."""
    found: Frame | None = g.get("frame")
    if found is None:
        found = g.frame = Frame()
    return found


def places_of(actor: Actor) -> list[str]:
    """The names of the places in the navigation, by what a person is."""
    if actor.role is Role.CONTACT:
        return ["orders"]
    names = ["inbox"] if actor.approves else []
    if actor.company_id is not None:
        names.append("requests")
    names += ["carts", "orders"]
    return [*names, "company"] if actor.role is Role.ADMIN else names


def is_no_place_of(actor: Actor, path: str) -> bool:
    """Whether this is a place of the navigation, and none to which this person is led."""
    led = places_of(actor)
    return any(path == paths[0] and name not in led for name, (_, _, paths) in _PLACES.items())


def _item(name: str, root: str, path: str, waiting: int) -> NavItem:
    text, icon, paths = _PLACES[name]
    here = path in paths or path.startswith(tuple(f"{own}/" for own in paths))
    return NavItem(name, gettext(text), root + paths[0], icon, here, _capped(waiting))


def _capped(waiting: int) -> str:
    if waiting > _MOST:
        return f"{_MOST}+"
    return str(waiting) if waiting else ""
