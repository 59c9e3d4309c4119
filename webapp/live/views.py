"""`GET /live?seen=...`: has anything changed that this person's pages show?

Thousands of open pages ask every other second, so that known sessions are answered before Flask
begins. Everybody else goes through the guard like for any page, once.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, current_app, g, make_response, request
from sqlalchemy.orm import Session
from werkzeug.http import parse_cookie

from webapp import headers
from webapp.extensions import db, settings_of
from webapp.identity import queries, session_store, sessions
from webapp.identity.guards import current_actor
from webapp.kernel.clock import utcnow
from webapp.live.board import Board, Change

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/live"
SOURCES = "live_sources"
Source = Callable[[Session, datetime], Iterable[Change]]

bp = Blueprint("live", __name__)

_BOARD = "live_board"
_ARGUMENT = "seen="
_DIGITS = 15


def init_app(app: Flask) -> None:
    """Let features say what changes (`SOURCES`), and pages say from when they are."""
    app.extensions.setdefault(SOURCES, [])
    app.extensions[_BOARD] = Board(_look(app), _alive(app))
    app.before_request(_begin)
    app.context_processor(lambda: {"live_moment": g.get("live_moment", 0)})


def wrap(app: Flask, application: "WSGIApplication") -> "WSGIApplication":
    """The application with the quick answer for known sessions in front of it."""
    known, board = settings_of(app), app.extensions[_BOARD]
    cookie = sessions.cookie_name(known)
    sent = list(headers.security_headers(known).items())

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "GET":
            return application(environ, start)
        token = parse_cookie(environ.get("HTTP_COOKIE", "")).get(cookie, "")
        person = board.person(session_store.hash_of(token)) if token else None
        if person is None:
            return application(environ, start)
        has_news = board.has_news(person, _seen(environ.get("QUERY_STRING", "")))
        start("200 OK" if has_news else "204 No Content", [*sent, *_LENGTH[has_news]])
        return ()

    return answer


@bp.get(PATH)
def show() -> Response:
    """200 when there is something new since `seen` (milliseconds since 1970), otherwise 204."""
    actor = current_actor()
    board: Board = current_app.extensions[_BOARD]
    person = actor.tenant_id, actor.person_id
    if actor.session_id:
        board.admit(actor.session_id, person)
    has_news = board.has_news(person, _seen(request.query_string.decode("latin-1")))
    return make_response("", 200 if has_news else 204)


_LENGTH: dict[bool, list[tuple[str, str]]] = {True: [("Content-Length", "0")], False: []}


def _begin() -> None:
    # Everything that was committed before this moment is on the page, whatever it reads later.
    g.live_moment = int(utcnow().timestamp() * 1000)


def _seen(query: str) -> int:
    text = query.removeprefix(_ARGUMENT)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0


def _look(app: Flask) -> Callable[[datetime], Iterable[Change]]:
    sources: list[Source] = app.extensions[SOURCES]

    def look(since: datetime) -> Iterator[Change]:
        with db.of(app).reading() as session:
            for source in sources:
                yield from source(session, since)

    return look


def _alive(app: Flask) -> Callable[[Collection[str]], Collection[str]]:
    idle = sessions.limits(settings_of(app)).idle

    def alive(session_ids: Collection[str]) -> Collection[str]:
        with db.of(app).reading() as session:
            return queries.living_sessions(session, session_ids, idle=idle, now=utcnow())

    return alive
