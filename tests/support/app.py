"""The desk in tests: the application, a cast, and a client with principles."""

import json
import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, event
from werkzeug.test import TestResponse

from tests.support.databases import Backend
from tests.support.pages import check_fragment, check_page
from webapp.app import create_app
from webapp.config import Settings
from webapp.db import Base, Database
from webapp.fragments import ONCE, Fragments
from webapp.identity import session_store
from webapp.identity.session_store import Limits
from webapp.identity.sessions import CSRF_KEY, cookie_name, limits
from webapp.kernel.clock import utcnow
from webapp.seeding import service as seeding

ACME = Path(__file__).parent.parent / "data" / "acme.json"
BASE_URL = "http://localhost"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
HTMX = {"HX-Request": "true"}

# The one GET of the pages that writes: the provider sends people here, and they are bound to it.
WRITING_PAGES = {"/auth/callback"}

# The pieces of pages of all tests, so that each is compared with what other tests made of the same.
PIECES = Fragments()

_WRITES = re.compile(r"\s*(WITH\b.*\b)?(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE | re.DOTALL)
_BOOKKEEPING = re.compile(r"\b(INTO|UPDATE|FROM) (sessions|rate_windows)\b", re.IGNORECASE)

As = Callable[..., "HouseClient"]
Rows = list[tuple[Table, list[dict[str, Any]]]]


def make_settings(**changes: Any) -> Settings:
    """Settings that a test can start with."""
    values: dict[str, Any] = {
        "env": "test",
        "base_url": BASE_URL,
        "database_url": "sqlite:///unused.db",
        "secret_key": "a key for tests only, 0123456789",
        **changes,
    }
    return Settings(**values)


class HouseClient(FlaskClient):
    """Looks at every page it is given, and makes sure that reading writes nothing."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; forms get the session's token unless they bring one."""
        method = kwargs.get("method", "GET")
        if method == "POST" and (tokens := self.csrf_headers()):
            kwargs["headers"] = {**tokens, **dict(kwargs.get("headers") or {})}
        with _watched(self.application) as writes:
            response = super().open(*args, **kwargs)
        where = f"{method} {response.request.path} {response.status}"
        if method in {"GET", "HEAD"} and response.request.path not in WRITING_PAGES:
            assert not writes, f"{where} wrote: {writes}"
        _look_at(response, where)
        return response

    def csrf_headers(self) -> dict[str, str]:
        """What htmx sends along; set by `sign_in`."""
        token = self.environ_base.get("countersign.csrf")
        return {"X-CSRFToken": token} if token else {}


def sign_in(
    app: Flask, person_id: str, company_id: str | None = None, *, tenant_id: str = "acme"
) -> HouseClient:
    """A client that is signed in, as somebody who has just come back from the provider."""
    client = app.test_client()
    assert isinstance(client, HouseClient)
    token = session_store.new_token()
    with app.app_context():
        from webapp.extensions import db, settings

        with db.transaction() as session:
            session_store.create_for(
                session,
                token,
                {CSRF_KEY: TOKEN},
                (tenant_id, person_id, company_id),
                user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
                lifetime=_limits(app).longest,
                now=utcnow(),
            )
        client.set_cookie(cookie_name(settings()), token, domain="localhost")
    client.environ_base["countersign.csrf"] = csrf_token(app)
    return client


def csrf_token(app: Flask) -> str:
    """The signed form of the token that `sign_in` put into the session."""
    from itsdangerous import URLSafeTimedSerializer

    signer = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token")
    return str(signer.dumps(TOKEN))


def _limits(app: Flask) -> Limits:
    from webapp.extensions import settings

    with app.app_context():
        return limits(settings())


def make_app(database: Database, **changes: Any) -> Flask:
    """The application over this database."""
    app = create_app(make_settings(**changes), database=database)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = None
    app.test_client_class = HouseClient
    app.jinja_env.globals[ONCE] = _compared
    return app


def _compared(*made_of: Hashable, caller: Callable[[], str]) -> str:
    kept, now = PIECES.once(*made_of, caller=caller), caller()
    assert kept == now, f"This piece is made of more than it says: {made_of}"
    return now


def load_acme(database: Database) -> Database:
    """Fill an empty desk with the company and the people of `tests/data/acme.json`."""
    with database.transaction() as session:
        seeding.load(session, json.loads(ACME.read_text("utf-8")), now=utcnow())
    return database


@pytest.fixture(scope="session")
def acme_rows(backend: Backend) -> Rows:
    """What loading the file once comes to; hashing its passwords takes a second."""
    with backend.own() as database, load_acme(database).reading() as session:
        tables = Base.metadata.sorted_tables
        rows = {table: session.execute(table.select()).mappings().all() for table in tables}
        return [(table, [dict(row) for row in found]) for table, found in rows.items() if found]


@pytest.fixture
def acme(database: Database) -> Database:
    """A desk with the named cast: ada, alan, bob, ben, rita, rob and the others."""
    return database


@pytest.fixture
def app(acme: Database) -> Flask:
    """The application with the cast."""
    return make_app(acme)


@pytest.fixture
def client(app: Flask) -> HouseClient:
    """Somebody who is not signed in."""
    client = app.test_client()
    assert isinstance(client, HouseClient)
    return client


@pytest.fixture
def as_(app: Flask) -> As:
    """`as_("rita")` is a client that is signed in as Rita; `as_("mia", "le2")` for a company."""

    def signed_in(person_id: str, company_id: str | None = None) -> HouseClient:
        return sign_in(app, person_id, company_id)

    return signed_in


class _watched:  # noqa: N801 - reads as a word: with _watched(app) as writes
    """The statements that write something other than sessions while the block runs."""

    def __init__(self, app: Flask) -> None:
        from webapp.extensions import db

        with app.app_context():
            bind = db.database.bind
        self.bind = bind
        self.writes: list[str] = []

    def __enter__(self) -> list[str]:
        event.listen(self.bind, "before_cursor_execute", self._note)
        return self.writes

    def __exit__(self, *_: object) -> None:
        event.remove(self.bind, "before_cursor_execute", self._note)

    def _note(self, _c: object, _cur: object, statement: str, *_rest: object) -> None:
        if _WRITES.match(statement) and not _BOOKKEEPING.search(statement):
            self.writes.append(statement)


def _look_at(response: TestResponse, where: str) -> None:
    if response.mimetype != "text/html" or not response.data or response.status_code == 302:
        return
    if response.is_json or 300 <= response.status_code < 400:
        return
    text = response.get_data(as_text=True)
    if text.lstrip().lower().startswith("<!doctype"):
        check_page(text, where)
    else:
        check_fragment(text, where)


def statements(app: Flask) -> "Counted":
    """Counts the statements of a block: `with statements(app) as counted: ...`."""
    return Counted(app)


class Counted:
    """How many statements ran in a block."""

    def __init__(self, app: Flask) -> None:
        from webapp.extensions import db

        with app.app_context():
            self._bind = db.database.bind
        self.seen: list[str] = []

    def __enter__(self) -> "Counted":
        event.listen(self._bind, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._bind, "before_cursor_execute", self._note)

    def _note(self, _c: object, _cur: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            self.seen.append(statement)
