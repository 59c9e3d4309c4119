"""What stands above every page of the demo: whom a press makes one, and what time it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from flask import Flask, g, request

from webapp.demo import cast, clock, guide, seats
from webapp.demo.guide import Progress
from webapp.demo.idp import folder
from webapp.extensions import business_now, db
from webapp.identity.domain import Member
from webapp.reader import reader

_BAR = "demo_bar"
# Which story a browser follows, whoever it is signed in as.
COOKIE = "countersign-story"


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody in the bar: by first name, and whether one is them already."""

    person_id: str
    name: str
    first_name: str
    rest: str
    is_here: bool


class Bar:
    """What the bar shows; worked out when a page asks for it."""

    @cached_property
    def faces(self) -> list[Face]:
        """Everybody of the story who may still sign in, in its order."""
        with db.reading() as session:
            houses = cast.houses(session)
        members = {one.person_id: one for house in houses for one in house.people}
        return [_face(members[person_id]) for person_id in cast.LINES if person_id in members]

    @property
    def seat(self) -> str:
        """The seat of the split view that this page stands in; empty elsewhere."""
        return seats.seat()

    @property
    def full_names(self) -> dict[str, str]:
        """Everybody's name by id."""
        return self.names | {face.person_id: face.name for face in self.faces}

    @property
    def names(self) -> dict[str, str]:
        """Everybody's first name by id, for the words of a story."""
        return {one: one.title() for one in cast.LINES} | {
            face.person_id: face.first_name for face in self.faces
        }

    @cached_property
    def story(self) -> Progress | None:
        """The story that this browser follows, and how far it is; none in a seat."""
        name = request.cookies.get(COOKIE, "")
        if name not in guide.STORIES or self.seat:
            return None
        here = {face.person_id for face in self.faces}
        if not here.issuperset(step.by for step in guide.STORIES[name].steps):
            return None
        with db.reading() as session:
            return guide.progress(session, name)

    @property
    def here(self) -> str:
        """The page to come back to as somebody else; empty after a form, which has no address."""
        return request.full_path.rstrip("?") if request.method == "GET" else ""

    @property
    def now(self) -> datetime | None:
        """The moment by the clock of the business for the reader; None where it cannot be moved."""
        return business_now().astimezone(reader().zone) if folder() else None

    @cached_property
    def ahead(self) -> timedelta:
        """By how much the clock was moved."""
        here = folder()
        return clock.ahead(here.clock) if here else timedelta()


def init_app(app: Flask) -> None:
    """Give every template its `stage`."""
    app.context_processor(lambda: {"stage": _bar()})


def _bar() -> Bar:
    found: Bar | None = g.get(_BAR)
    if found is None:
        found = Bar()
        setattr(g, _BAR, found)
    return found


def _face(member: Member) -> Face:
    first_name, _, rest = member.name.partition(" ")
    actor = g.get("actor")
    is_here = actor is not None and actor.person_id == member.person_id
    return Face(member.person_id, member.name, first_name, rest, is_here)
