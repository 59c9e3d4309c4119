"""What stands above every page of the demo: everybody whom one press makes one."""

from dataclasses import dataclass
from functools import cached_property

from flask import Flask, g, request

from webapp.demo import cast
from webapp.extensions import db
from webapp.identity.domain import Member

_BAR = "demo_bar"


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
    def here(self) -> str:
        """The page to come back to as somebody else; empty after a form, which has no address."""
        return request.full_path.rstrip("?") if request.method == "GET" else ""


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
