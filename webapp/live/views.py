"""`GET /live?seen=...`: has anything changed that this person's pages show?

Thousands of open pages ask, so that known sessions are answered before Flask begins, and wait there
where the server lets them. This quick answer only ever says that there is nothing. Whoever is to be
told something, and everybody else, goes through the guard like for any page (R56).
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from functools import partial
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, current_app, g, make_response, request
from sqlalchemy.orm import Session
from werkzeug.http import parse_cookie

from webapp import headers
from webapp.extensions import ahead, business_now, db, settings_of
from webapp.identity import queries, session_store, sessions
from webapp.identity.domain import Actor, Role
from webapp.identity.guards import current_actor
from webapp.kernel.clock import utcnow
from webapp.live.board import Board, Change, Reader
from webapp.live.lobby import Lobby

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

SOURCES = "live_sources"
Source = Callable[[Session, datetime], Iterable[Change]]

bp = Blueprint("live", __name__)

# What a page shows by its address: requests of this person, or of the company (for admins).
_PATHS = {"/live": 0, "/live/company": 1}
_BOARD = "live_board"
_LOBBY = "live_lobby"
_ARGUMENT = "seen="
_DIGITS = 15


def init_app(app: Flask) -> None:
    """Let features say what changes (`SOURCES`), and pages say from when they are."""
    app.extensions.setdefault(SOURCES, [])
    board = Board(_look(app), _alive(app), ahead=partial(ahead, app))
    app.extensions.update({_BOARD: board, _LOBBY: Lobby(board)})
    app.before_request(_begin)
    app.context_processor(lambda: {"live_moment": g.get("live_moment", 0)})


def let_wait(app: Flask, pages: int) -> Callable[[], None]:
    """Let so many open pages wait for an answer; the server must have a thread for each of them.

    Gives what sends them all away, for a server that stops.
    """
    lobby: Lobby = app.extensions[_LOBBY]
    lobby.seats = pages
    return lobby.close


def wrap(app: Flask, application: "WSGIApplication") -> "WSGIApplication":
    """The application with the quick answer for known sessions in front of it.

    No more requests are at work at the same time than the settings say, however many wait.
    """
    known, board, lobby = settings_of(app), app.extensions[_BOARD], app.extensions[_LOBBY]
    sent = list(headers.security_headers(known).items())
    at_work = BoundedSemaphore(known.threads)

    def has_nothing(environ: "WSGIEnvironment") -> bool:
        asked = _PATHS.get(environ["PATH_INFO"])
        if asked is None or environ["REQUEST_METHOD"] != "GET":
            return False
        cookie = sessions.cookie_name(known, environ.get(sessions.SEAT, ""))
        token = parse_cookie(environ.get("HTTP_COOKIE", "")).get(cookie, "")
        session_id = session_store.hash_of(token)
        readers = board.readers(session_id)
        seen = _seen(environ.get("QUERY_STRING", ""))
        return len(readers) > asked and not lobby.wait(session_id, readers[asked], seen)

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if has_nothing(environ):
            start("204 No Content", sent)
            return ()
        with at_work:
            return application(environ, start)

    return answer


@bp.get("/live")
def show() -> Response:
    """200 when there is something new since `seen` (milliseconds since 1970), otherwise 204."""
    return _answer(*_readers(current_actor())[:1])


@bp.get("/live/company")
def show_company() -> Response:
    """The same for all requests of the company, for its admins; 403 for everybody else."""
    return _answer(*_readers(current_actor())[1:])


def _answer(*asked: Reader) -> Response:
    board: Board = current_app.extensions[_BOARD]
    actor = current_actor()
    if actor.session_id:
        board.admit(actor.session_id, _readers(actor))
    if not asked:
        return make_response("", 403)
    has_news = board.has_news(asked[0], _seen(request.query_string.decode("latin-1")))
    return make_response("", 200 if has_news else 204)


def _readers(actor: Actor) -> tuple[Reader, ...]:
    person = Reader(actor.tenant_id, person_id=actor.person_id)
    if actor.role is not Role.ADMIN:
        return (person,)
    return person, Reader(actor.tenant_id, company_id=actor.company_id)


def _begin() -> None:
    # Everything that was committed before this moment is on the page, whatever it reads later.
    g.live_moment = int(business_now().timestamp() * 1000)


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
