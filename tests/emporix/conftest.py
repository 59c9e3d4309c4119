"""Programs that call the API: `api("rita")` is a client with a token of Rita's."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.cast import desk  # noqa: F401 - fixture
from webapp.extensions import db
from webapp.identity import tokens
from webapp.identity.bearers import Subject
from webapp.identity.domain import Holder, Origin
from webapp.kernel.clock import utcnow
from webapp.kernel.ids import new_id

# The company of each person's table row; Mia has two and chooses.
COMPANIES = {
    **dict.fromkeys(("ada", "alan", "bob", "ben", "rita", "rob"), "le1"),
    **dict.fromkeys(("olga", "gus", "rex"), "le2"),
}
FROM_TABLE = "from the table"


class ApiClient:
    """Calls the API with one token; paths are relative to the server."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.token = token

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request; `headers` are added to the token."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.call("POST", path, **options)

    def put(self, path: str, **options: Any) -> TestResponse:
        return self.call("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> TestResponse:
        return self.call("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.call("DELETE", path, **options)


Api = Callable[..., ApiClient]


def token_for(app: Flask, **subject: Any) -> str:
    """An access token of whoever `subject` says."""
    values: dict[str, Any] = {"tenant_id": "acme", "session_id": new_id(), **subject}
    with app.app_context(), db.transaction() as session:
        return tokens.issue(session, Subject(**values), now=utcnow()).access_token


@pytest.fixture
def api(app: Flask) -> Api:
    """`api("rita")`, `api("mia", None)` for a token without a company, `scopes=(...)` for fewer."""

    def client(
        person_id: str, company_id: str | None = FROM_TABLE, *, scopes: tuple[str, ...] = ()
    ) -> ApiClient:
        chosen = COMPANIES.get(person_id) if company_id == FROM_TABLE else company_id
        token = token_for(
            app,
            holder=Holder.CUSTOMER,
            origin=Origin.PASSWORD,
            person_id=person_id,
            company_id=chosen,
            scopes=scopes,
        )
        return ApiClient(FlaskClient(app), token)

    return client


@pytest.fixture
def guest(app: Flask) -> ApiClient:
    """A visitor of the shop who has not signed in."""
    return ApiClient(
        FlaskClient(app),
        token_for(
            app,
            holder=Holder.ANONYMOUS,
            origin=Origin.ANONYMOUS,
            client_id="acme-storefront",
        ),
    )


@pytest.fixture
def program(app: Flask) -> ApiClient:
    """The back office of the tenant."""
    return ApiClient(
        FlaskClient(app),
        token_for(app, holder=Holder.SERVICE, origin=Origin.CLIENT, client_id="acme-service"),
    )
