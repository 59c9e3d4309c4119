"""What the provider gives out, and what it refuses."""

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.test import TestResponse

from tests.demo.conftest import CLIENT_ID, SECRET
from tests.support.app import HouseClient

ISSUER = "http://localhost/demo/idp"
CALLBACK = "http://localhost/auth/callback"
VERIFIER = "a-verifier-that-is-long-enough-for-the-rule-0123456789"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


@pytest.fixture
def client(empty_demo: Flask) -> HouseClient:
    """Somebody at the provider who never was here."""
    client = empty_demo.test_client()
    assert isinstance(client, HouseClient)
    return client


def ask(**changes: str | None) -> dict[str, str]:
    """The parameters of a good authorization request, changed."""
    good = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "scope": "openid profile email",
        "state": "a state",
        "nonce": "a nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: text for name, text in {**good, **changes}.items() if text is not None}


def choose(client: HouseClient, person: str = "rita", **changes: str | None) -> TestResponse:
    """Open the sign-in page and press a person."""
    page = client.get("/demo/idp/authorize", query_string=ask(**changes))
    assert page.status_code == 200, page.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    return client.post(
        "/demo/idp/authorize",
        query_string=ask(**changes),
        data={"person": person, "csrf_token": token[1]},
    )


def came_back(reply: TestResponse) -> dict[str, str]:
    """What stands in the address that the provider sends the browser to."""
    assert reply.status_code == 302, reply.text
    assert reply.location.startswith(f"{CALLBACK}?")
    return dict(parse_qsl(urlsplit(reply.location).query))


def exchange(client: HouseClient, code: str, **changes: str) -> TestResponse:
    """Ask for tokens as the desk does."""
    secret = changes.pop("secret", SECRET)
    credentials = base64.b64encode(f"{CLIENT_ID}:{secret}".encode()).decode()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        **changes,
    }
    return client.post(
        "/demo/idp/token", data=form, headers={"Authorization": f"Basic {credentials}"}
    )


def test_discovery_offers_only_what_is_safe(client: HouseClient) -> None:
    document: dict[str, Any] = client.get("/demo/idp/.well-known/openid-configuration").json or {}
    assert document["issuer"] == ISSUER
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["response_types_supported"] == ["code"]
    assert document["authorization_response_iss_parameter_supported"] is True


def test_the_keys_are_public_ones_with_a_fixed_name(client: HouseClient) -> None:
    [key] = (client.get("/demo/idp/jwks.json").json or {})["keys"]
    assert key["kid"] == "demo-1"
    assert key["use"] == "sig"
    assert not {"d", "p", "q"} & key.keys()


def test_a_code_brings_an_id_token_that_says_who_for_whom_and_which_request(
    client: HouseClient,
) -> None:
    answer = came_back(choose(client))
    assert answer["state"] == "a state"
    assert answer["iss"] == ISSUER
    tokens: dict[str, Any] = exchange(client, answer["code"]).json or {}
    keys = KeySet.import_key_set(client.get("/demo/idp/jwks.json").json or {})  # type: ignore[arg-type]
    found = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    assert found.header["kid"] == "demo-1"
    claims = found.claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, CLIENT_ID, "a nonce")
    assert (claims["sub"], claims["name"]) == ("rita", "Rita Brandt")
    assert (claims["email"], claims["email_verified"]) == (
        "rita.brandt@hafen-logistik.example",
        True,
    )
    assert claims["exp"] > claims["iat"] >= claims["auth_time"]


def test_userinfo_tells_what_the_scopes_allow(client: HouseClient) -> None:
    code = came_back(choose(client, scope="openid email"))["code"]
    tokens: dict[str, Any] = exchange(client, code).json or {}
    shown = client.get(
        "/demo/idp/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    )
    assert shown.json == {
        "sub": "rita",
        "email": "rita.brandt@hafen-logistik.example",
        "email_verified": True,
    }
    assert client.get("/demo/idp/userinfo").status_code == 401


def test_a_code_works_once_and_a_second_try_revokes_what_the_first_one_brought(
    client: HouseClient,
) -> None:
    code = came_back(choose(client))["code"]
    tokens: dict[str, Any] = exchange(client, code).json or {}
    again = exchange(client, code)
    assert (again.status_code, (again.json or {})["error"]) == (400, "invalid_grant")
    shown = client.get(
        "/demo/idp/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    )
    assert shown.status_code == 401


def test_a_code_is_too_old_after_a_minute(client: HouseClient) -> None:
    with time_machine.travel("2026-11-17T09:00:00Z", tick=False) as clock:
        code = came_back(choose(client))["code"]
        clock.shift(61)
        assert (exchange(client, code).json or {})["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        (
            {"code_verifier": "another-verifier-that-is-long-enough-0123456789"},
            400,
            "invalid_grant",
        ),
        ({"code_verifier": ""}, 400, "invalid_request"),
        ({"redirect_uri": "http://localhost/elsewhere"}, 400, "invalid_grant"),
        ({"code": "made up"}, 400, "invalid_grant"),
        ({"secret": "guessed"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_code_is_worth_nothing_in_other_hands(
    client: HouseClient, changes: dict[str, str], status: int, error: str
) -> None:
    good = {"code": came_back(choose(client))["code"]}
    reply = exchange(client, **{**good, **changes})
    assert reply.status_code == status
    assert (reply.json or {})["error"] == error


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"scope": "profile"}, "invalid_request"),
        ({"scope": "openid everything"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_an_unsafe_request_goes_back_with_an_error_and_no_code(
    client: HouseClient, changes: dict[str, str | None], error: str
) -> None:
    reply = client.get("/demo/idp/authorize", query_string=ask(**changes))
    answer = came_back(reply)
    assert answer["error"] == error
    assert answer["state"] == "a state"
    assert "code" not in answer


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://localhost/auth/callback/"},
        {"redirect_uri": "http://attacker.example/auth/callback"},
        {"redirect_uri": None},
        {"client_id": "somebody"},
        {"client_id": None},
    ],
)
def test_a_stranger_is_not_sent_anywhere(
    client: HouseClient, changes: dict[str, str | None]
) -> None:
    reply = client.get("/demo/idp/authorize", query_string=ask(**changes))
    assert reply.status_code == 400
    assert reply.location is None


def test_a_nonce_is_good_for_one_code(client: HouseClient) -> None:
    came_back(choose(client))
    reply = client.get("/demo/idp/authorize", query_string=ask())
    assert reply.status_code in {302, 400}
    assert "code=" not in (reply.location or "")


def test_choosing_needs_the_token_of_the_page(client: HouseClient) -> None:
    reply = client.post("/demo/idp/authorize", query_string=ask(), data={"person": "rita"})
    assert reply.status_code == 419


def test_a_person_who_left_is_neither_shown_nor_let_in(
    client: HouseClient, empty_demo: Flask
) -> None:
    from sqlalchemy import text

    from webapp.extensions import db

    with empty_demo.app_context(), db.transaction() as session:
        session.execute(text("UPDATE people SET active = false WHERE id = 'rita'"))
    page = client.get("/demo/idp/authorize", query_string=ask())
    assert "Rita Brandt</" not in page.text
    assert came_back(choose(client, "rita"))["error"] == "access_denied"


def test_a_logout_leads_only_to_the_desk(client: HouseClient) -> None:
    code = came_back(choose(client))["code"]
    hint = (exchange(client, code).json or {})["id_token"]
    query = {"id_token_hint": hint, "post_logout_redirect_uri": "http://localhost/signed-out"}
    there = client.get("/demo/idp/logout", query_string={**query, "state": "7"})
    assert there.location == "http://localhost/signed-out?state=7"
    query["post_logout_redirect_uri"] = "http://attacker.example/"
    assert client.get("/demo/idp/logout", query_string=query).location is None
    forged = client.get("/demo/idp/logout", query_string={**query, "id_token_hint": hint + "x"})
    assert forged.status_code == 400
