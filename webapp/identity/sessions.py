"""Flask's sessions on our table: a random cookie value here, its hash in the database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Request, Response, current_app, g, request
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin
from flask_wtf.csrf import generate_csrf

from webapp.config import Settings
from webapp.extensions import ahead, db, settings_of
from webapp.identity import session_store
from webapp.identity.domain import Actor
from webapp.identity.session_store import Limits, Stored
from webapp.kernel.clock import utcnow

TOUCH_EVERY = timedelta(minutes=5)
# Kept in a session of nobody as well: with it a sign-in that began here may end here.
CSRF_KEY = "csrf_token"
# What an open page asks by itself comes with this header and is no sign of life of its reader.
BACKGROUND = "X-Background"
# Signed tokens that are kept, one for each session.
_TOKENS = 4096
# What names the seat of a demo in the environment of a request, which no header can set.
SEAT = "countersign.seat"


class ServerSession(SessionMixin):
    """What the server keeps for one browser; read from the database when it is first asked."""

    def __init__(self, app: Flask, token: str | None, user_agent: str) -> None:
        self.database = db.of(app)
        self.limits = replace(limits(settings_of(app)), ahead=ahead(app))
        self.token = token
        self.user_agent = user_agent
        self.modified = False
        self.accessed = False
        self.owner: tuple[str, str, str | None] | None = None
        self.renewed = False
        self._data: dict[str, Any] | None = None
        self._stored: Stored | None = None

    @property
    def stored(self) -> Stored | None:
        """The session as the database knows it; None for strangers."""
        self._read()
        return self._stored

    @property
    def actor(self) -> Actor | None:
        """Who acts through this session, as of now."""
        return self.stored.actor if self.stored else None

    @property
    def loaded(self) -> bool:
        """Whether anybody asked for what is in it."""
        return self._data is not None

    def start_for(self, owner: tuple[str, str, str | None], keep: dict[str, Any]) -> None:
        """Renew the session for somebody who has just signed in; only `keep` comes along."""
        self._read()
        g.pop(CSRF_KEY, None)
        self._data = dict(keep)
        self.owner = owner
        self.renewed = self.modified = True

    def restart(self) -> None:
        """Leave this session behind; what is stored from here on belongs to a new one of nobody."""
        self._read()
        g.pop(CSRF_KEY, None)
        self._data = {}
        self.owner, self._stored, self.token = None, None, None
        self.modified = True

    def __getitem__(self, key: str) -> Any:
        return self._read()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._read()[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._read()[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def _read(self) -> dict[str, Any]:
        self.accessed = True
        if self._data is None:
            self._data = {}
            if self.token:
                with self.database.looking() as session:
                    self._stored = session_store.load(
                        session, self.token, self.limits, now=utcnow()
                    )
            if self._stored is not None:
                self._data = self._stored.data
        return self._data


class DatabaseSessions(SessionInterface):
    """Opens the session of a cookie, and writes it back only when something changed."""

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """The session of this request, not read yet."""
        name = cookie_name(settings_of(app), request.environ.get(SEAT, ""))
        token = request.cookies.get(name)
        return ServerSession(app, token, request.user_agent.string)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed, in a transaction of its own."""
        assert isinstance(session, ServerSession)  # noqa: S101 - opened just above
        if not session.loaded:
            return
        response.vary.add("Cookie")
        now = utcnow()
        stored = session.stored
        if session.renewed or stored is None or not stored.alive:
            self._begin(session, response, settings_of(app), now=now)
        elif session.modified:
            with session.database.transaction() as writing:
                session_store.save(writing, stored.id_hash, dict(session), now=now)
        elif BACKGROUND in request.headers:
            return
        elif stored.actor is not None and now - stored.seen_at >= TOUCH_EVERY:
            with session.database.transaction() as writing:
                session_store.touch(writing, stored.id_hash, now=now)

    def _begin(
        self, session: ServerSession, response: Response, known: Settings, *, now: datetime
    ) -> None:
        """Give the browser a new cookie, if there is anything to remember it for."""
        if not (session.modified and (session.owner or len(session))):
            return
        token = session_store.new_token()
        with session.database.transaction() as writing:
            session_store.prune(writing, now=now)
            if session.stored is not None and session.stored.alive:
                session_store.forget(writing, session.stored.id_hash)
            if session.owner is not None:
                session_store.create_for(
                    writing, token, dict(session), session.owner,
                    user_agent=session.user_agent, lifetime=session.limits.longest, now=now,
                )  # fmt: skip
            else:
                session_store.create(
                    writing, token, dict(session),
                    user_agent=session.user_agent, lifetime=session.limits.anonymous, now=now,
                )  # fmt: skip
        set_cookie(response, token, known)


def current_session() -> ServerSession:
    """The session of this request."""
    return cast("ServerSession", flask_session._get_current_object())  # type: ignore[attr-defined]


def form_token() -> str:
    """The token of the forms of this session, signed once for all of its pages."""
    own = current_session().get(CSRF_KEY)
    if not own:
        return str(generate_csrf())
    token = _signed(str(current_app.secret_key), own)
    # Forms that are made from here on find it there.
    g.csrf_token = token
    return token


def limits(known: Settings) -> Limits:
    """How long sessions live here."""
    return Limits(
        idle=timedelta(minutes=known.session_idle_minutes),
        longest=timedelta(hours=known.session_max_hours),
        fresh=timedelta(minutes=known.fresh_sign_in_minutes),
        levels=frozenset(known.oidc_acr_values.split()),
    )


def cookie_name(known: Settings, seat: str = "") -> str:
    """`__Host-` binds the cookie to this host over https; plain http cannot have it.

    In a demo a browser has a further session for each seat, with a cookie of its own.
    """
    name = "__Host-countersign" if known.https else "countersign"
    return f"{name}-{seat}" if seat else name


def set_cookie(response: Response, token: str, known: Settings) -> None:
    """Hand the browser its session; scripts cannot read it and other sites cannot send it along."""
    name = cookie_name(known, request.environ.get(SEAT, ""))
    response.set_cookie(name, token, httponly=True, secure=known.https, samesite="Lax", path="/")


def init_app(app: Flask) -> None:
    """Use these sessions."""
    app.session_interface = DatabaseSessions()


@lru_cache(_TOKENS)
def _signed(_key: str, _own: str) -> str:
    # The one of this request may be that of a session that was left behind.
    g.pop(CSRF_KEY, None)
    return str(generate_csrf())
