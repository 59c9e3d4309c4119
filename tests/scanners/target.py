"""A desk to be scanned: served on loopback, with requests in every state and people signed in."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from flask import Flask

from tests.emporix.conftest import token_for
from tests.security.stage import play
from tests.support import databases, postgres
from tests.support.app import csrf_token, load_acme, make_app, sign_in
from tests.support.databases import Backend, Name
from tests.support.desk import serving
from tests.support.provider import CLIENT_ID, SECRET, running
from webapp.db import Database, make_engine
from webapp.emporix import openapi
from webapp.identity.domain import Holder, Origin
from webapp.identity.sessions import cookie_name

Caller = Literal["ada", "rita", "bob"]

# What a path of the API names, by the name that the request has on the stage.
_NAMED = {
    "approvalId": "pending",
    "cartId": "pending_cart",
    "orderId": "ordered",
    "quoteId": "",
}


@dataclass(frozen=True)
class Target:
    """Where the desk is, what is on it, and what shows that somebody has signed in."""

    url: str
    ids: dict[str, str]
    cookies: dict[str, str]
    form_token: str
    api_token: str
    log: Path

    def path(self, pattern: str) -> str:
        """The address with the ids of this desk: `/approvals/{pending}`."""
        return self.url + pattern.format(**self.ids)

    def document(self) -> dict[str, Any]:
        """The OpenAPI document with ids that exist here, where a scanner takes them from."""
        values = {"tenant": "acme", "quoteId": "Q1"}
        values |= {name: self.ids[known] for name, known in _NAMED.items() if known}
        whole: dict[str, Any] = json.loads(json.dumps(openapi.served_at(self.url)))
        for name, parameter in whole["components"].get("parameters", {}).items():
            if parameter["name"] in values:
                value = values[parameter["name"]]
                whole["components"]["parameters"][name]["schema"] = {
                    "type": "string",
                    "default": value,
                    "example": value,
                }
        return whole


@contextmanager
def target(name: Name, folder: Path) -> Iterator[Target]:
    """A desk on this database for the block; nothing is counted and nothing leaves it."""
    with ExitStack() as stack:
        backend = stack.enter_context(_backend(name, folder))
        database_url = backend.copy()
        engine = make_engine(database_url)
        stack.callback(engine.dispose)
        database = load_acme(Database(engine))
        ids = play(database)
        app = make_app(database)
        limits = dict.fromkeys(("TOKEN_CALLS", "FAILED_LOGINS", "PAGE_CALLS", "API_SEARCHES"), "0")
        url = stack.enter_context(
            serving(
                folder,
                database_url,
                SECRET_KEY=app.config["SECRET_KEY"],
                WORKERS="2",
                LOG_LEVEL="info",
                OIDC_ISSUER=stack.enter_context(running()).issuer,
                OIDC_CLIENT_ID=CLIENT_ID,
                OIDC_CLIENT_SECRET=SECRET,
                SESSION_IDLE_MINUTES="600",
                **limits,
            )
        )
        yield Target(
            url=url,
            ids=ids,
            cookies={person: _cookie(app, person) for person in ("ada", "bob", "rita")},
            form_token=csrf_token(app),
            api_token=_token(app),
            log=folder / "serve.log",
        )


@contextmanager
def _backend(name: Name, folder: Path) -> Iterator[Backend]:
    if name == "sqlite":
        with databases.sqlite(folder) as backend:
            yield backend
        return
    with postgres.server() as server, databases.postgresql(server) as backend:
        yield backend


def _cookie(app: Flask, person_id: str) -> str:
    """A session of this person as a browser sends it."""
    with app.app_context():
        from webapp.extensions import settings

        name = cookie_name(settings())
    cookie = sign_in(app, person_id).get_cookie(name)
    assert cookie is not None
    return f"{name}={cookie.value}"


def _token(app: Flask) -> str:
    """A token of Rita's for the API."""
    return token_for(
        app,
        holder=Holder.CUSTOMER,
        origin=Origin.PASSWORD,
        person_id="rita",
        company_id="le1",
    )
