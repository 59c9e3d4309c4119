"""Deciding on large amounts through the API: a challenge, and what answers it (R53, R62)."""

import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.emporix.conftest import Api, ApiClient
from tests.emporix.ordering import CHECKOUT, cart_order
from tests.identity.conftest import make_desk, provider, running_provider
from tests.support.cast import Desk
from tests.support.provider import Provider
from webapp.db import Database
from webapp.kernel.clock import utcnow

__all__ = ["provider", "running_provider"]

APPROVE = [{"op": "replace", "path": "/status", "value": "APPROVED"}]
DECLINE = [{"op": "replace", "path": "/status", "value": "DECLINED"}]
KEY = {"Idempotency-Key": "once"}
IN_THE_FUTURE = 4_102_444_800  # 2100-01-01, in seconds since 1970


@pytest.fixture
def app(acme: Database, provider: Provider) -> Flask:
    """A desk that wants a second factor above an amount."""
    return make_desk(acme, provider, oidc_acr_values="mfa hardware")


@pytest.fixture
def asked(desk: Desk) -> str:
    """A request above the amount that waits for Bob."""
    desk.sql("UPDATE companies SET again_minor = 100, again_currency = 'EUR' WHERE id = 'le1'")
    return desk.ask(now=utcnow())


def from_provider(app: Flask, provider: Provider, *, age: int, **claims: Any) -> ApiClient:
    """Bob with an access token of the provider, so many seconds after he signed in."""
    provider.answers.subject = "sub-bob"
    said = {"auth_time": int(time.time()) - age, "email": "bob@acme.example", **claims}
    token = provider.access_token(email_verified=True, **said)
    return ApiClient(FlaskClient(app), token)


def decide(who: ApiClient, asked: str, what: object = APPROVE) -> TestResponse:
    return who.patch(f"/approval/acme/approvals/{asked}", json=what, headers=KEY)


def assert_challenged(reply: TestResponse) -> None:
    assert reply.status_code == 403
    assert reply.headers["WWW-Authenticate"] == (
        'Bearer error="insufficient_user_authentication", max_age="300", acr_values="mfa hardware"'
    )


@pytest.mark.parametrize("what", [APPROVE, DECLINE], ids=["approve", "decline"])
def test_a_token_of_the_desk_gets_the_challenge(
    api: Api, desk: Desk, asked: str, what: object
) -> None:
    reply = decide(api("bob"), asked, what)
    assert_challenged(reply)
    body = reply.get_json()
    assert (body["code"], body["details"]) == (403, ["insufficient_user_authentication"])
    assert "to sign in again first" in body["message"]
    assert desk.approval(asked).status == "PENDING"
    withdrawn = [{"op": "replace", "path": "/status", "value": "CLOSED"}]
    other = api("bob").patch(f"/approval/acme/approvals/{asked}", json=withdrawn)
    assert other.status_code == 204, "withdrawing decides nothing"


def test_a_checkout_that_would_approve_gets_it_in_the_words_of_its_service(
    api: Api, desk: Desk, asked: str
) -> None:
    reply = api("bob").post(CHECKOUT, json=cart_order())
    assert_challenged(reply)
    assert reply.get_json()["details"][0]["type"] == "insufficient_user_authentication"
    assert desk.approval(asked).status == "PENDING"


def test_a_fresh_token_of_the_provider_decides_under_the_same_key(
    app: Flask, provider: Provider, desk: Desk, asked: str
) -> None:
    assert_challenged(decide(from_provider(app, provider, age=301, acr="mfa"), asked))
    fresh = from_provider(app, provider, age=30, acr="mfa")
    assert decide(fresh, asked).status_code == 204
    assert desk.history(asked)[-1].data["signed_in"]["level"] == "mfa"
    assert decide(fresh, asked).headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    "claims",
    [{"acr": "password"}, {}, {"acr": "mfa", "auth_time": None}, {"acr": 7},
     {"acr": "mfa", "auth_time": IN_THE_FUTURE}, {"acr": "mfa", "auth_time": "now"}],
    ids=str,
)  # fmt: skip
def test_what_proves_nothing_is_challenged(
    app: Flask, provider: Provider, asked: str, claims: dict[str, Any]
) -> None:
    assert_challenged(decide(from_provider(app, provider, **{"age": 1, **claims}), asked))
