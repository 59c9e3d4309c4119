"""What was typed into a form that came too late: kept, shown, and sent again (law 7).

A form may arrive after its session or its token has ended. Its fields then wait in the browser's
new session, out of sight of anybody who signs in as somebody else, until they are sent again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, request

from webapp.identity.sessions import CSRF_KEY, ServerSession, current_session
from webapp.web import is_local, same_origin

KEY = "kept"
# Enough for the longest comment with a pasted cart; files are not kept.
MOST_CHARACTERS = 64_000
_LONGEST_CHOICE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The fields of a form with the path they were sent to."""

    path: str
    fields: list[tuple[str, str]]

    @property
    def words(self) -> list[str]:
        """The longer texts among them: what nobody wants to type again."""
        return [text for _, text in self.fields if self.is_long(text)]

    @property
    def choices(self) -> list[tuple[str, str, None]]:
        """The shorter ones with their names, as far as they say anything."""
        return [(name, text, None) for name, text in self.fields if text and not self.is_long(text)]

    def is_long(self, text: str) -> bool:
        """Whether this was typed rather than chosen, as far as one can tell."""
        return len(text) > _LONGEST_CHOICE or " " in text.strip() or "\n" in text.strip()


def init_app(app: Flask) -> None:
    """Watch for kept forms that are sent again; must be bound after the CSRF check."""
    app.before_request(forget_when_sent)


def keep(path: str = "") -> bool:
    """Keep the fields of this request; False when there are none, too many, or from another site.

    They are sent again to where they came, or to `path`. A form of another site is never kept: the
    reader would take its words for their own.
    """
    fields = posted_fields()
    if not fields or not same_origin() or not is_local(request.path):
        return False
    session, path = current_session(), path or request.full_path.rstrip("?")
    session[KEY] = {"path": path, "fields": fields, **_owner(session)}
    return True


def posted_fields() -> list[tuple[str, str]]:
    """The fields of this form without its token; nothing when they are too long to be kept."""
    fields = [
        (name, text) for name, text in request.form.items(multi=True) if not name.endswith(CSRF_KEY)
    ]
    return fields if _length(fields) <= MOST_CHARACTERS else []


def waiting() -> Kept | None:
    """What is kept in this session, if it belongs to whoever is signed in now."""
    session = current_session()
    kept: dict[str, Any] | None = session.get(KEY)
    if kept is None or not _is_owner(session, kept):
        return None
    return Kept(path=kept["path"], fields=[(name, text) for name, text in kept["fields"]])


def forget_when_sent() -> None:
    """Drop what is kept once it arrives again at its path."""
    session = current_session()
    if (
        request.method == "POST"
        and KEY in session
        and session[KEY]["path"] == request.full_path.rstrip("?")
    ):
        del session[KEY]


def carried_over(session: ServerSession, tenant_id: str, person_id: str) -> dict[str, Any]:
    """What a sign-in takes into the renewed session: the kept form, if it is this person's."""
    kept = session.get(KEY)
    if kept is None or kept.get("owner") not in (None, [tenant_id, person_id]):
        return {}
    return {KEY: {**kept, "owner": [tenant_id, person_id]}}


def _owner(session: ServerSession) -> dict[str, Any]:
    stored = session.stored
    if stored is None or stored.person_id is None:
        return {"owner": None}
    return {"owner": [stored.tenant_id, stored.person_id]}


def _is_owner(session: ServerSession, kept: dict[str, Any]) -> bool:
    actor = session.actor
    return actor is not None and kept["owner"] == [actor.tenant_id, actor.person_id]


def _length(fields: Iterable[tuple[str, str]]) -> int:
    return sum(len(name) + len(text) for name, text in fields)
