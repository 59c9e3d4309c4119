"""Signing in again before a large decision: the way there and back, and proofs that are none."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.identity.conftest import SignIn, make_desk, start
from tests.support.app import HTMX, As, HouseClient
from tests.support.cast import Desk
from tests.support.provider import Provider
from webapp.db import Database
from webapp.kernel.clock import utcnow

ABOVE = "UPDATE companies SET again_minor = 10000, again_currency = 'EUR' WHERE id = 'le1'"
WORDS = "Take the blue ones, please."

Again = Callable[..., TestResponse]


@pytest.fixture
def asked(desk: Desk, provider: Provider, sign_in: SignIn) -> str:
    """A request that waits for Bob, who is signed in, at a company that wants it fresh."""
    asked = desk.ask(now=utcnow())
    desk.sql(ABOVE)
    provider.answers.subject, provider.answers.email = "sub-bob", "bob@acme.example"
    assert sign_in().status_code == 303
    return asked


@pytest.fixture
def again(client: HouseClient, provider: Provider) -> Again:
    """Sign in again, with other claims in the ID token; returns the answer of the callback."""

    def signing_in(next_path: str = "/", **claims: Any) -> TestResponse:
        started = begin(client, next_path)
        provider.answers.claims = lambda token: token.update(claims)
        return client.get("/auth/callback", query_string=provider.authorize(started))

    return signing_in


def begin(client: HouseClient, next_path: str = "/") -> str:
    """Press "Sign in again"; returns the address at the provider."""
    reply = client.post("/sign-in/again", data={"next": next_path, **token_of(client)})
    assert reply.status_code == 302, reply.text
    return reply.location


def token_of(client: HouseClient) -> dict[str, str]:
    """The CSRF token of the forms of whoever is signed in."""
    page = client.get("/account").text
    return {"csrf_token": page.partition('name="csrf_token" value="')[2].partition('"')[0]}


def decide(client: HouseClient, path: str, **rest: Any) -> TestResponse:
    """Press the second time."""
    data = {"step": "approved", "revision": "1", "note": WORDS, **token_of(client)}
    return client.post(path, data=data, **rest)


@pytest.mark.parametrize(
    ("page", "headers"),
    [
        ("/approvals/{}/decision", {}),
        ("/approvals/{}/decision", HTMX),
        ("/inbox/{}/decision", {}),
        ("/inbox/{}/decision", HTMX),
    ],
)
def test_a_large_decision_leads_through_the_provider_and_back(  # noqa: PLR0917 - fixtures
    desk: Desk, asked: str, client: HouseClient, again: Again, page: str, headers: dict[str, str]
) -> None:
    refused = decide(client, page.format(asked), headers=headers)
    assert refused.status_code == 403
    assert "Sign in again first" in refused.text
    assert 'action="/sign-in/again"' in refused.text
    back = again(f"/approvals/{asked}", auth_time=int(time.time()))
    assert back.location == f"/approvals/{asked}"
    confirmation = client.get(back.location).text
    assert "A decision is final." in confirmation
    assert WORDS in confirmation
    assert decide(client, f"/approvals/{asked}/decision").status_code == 303
    assert desk.approval(asked).approver_comment == WORDS
    assert "after signing in again" in client.get(f"/approvals/{asked}").text


def test_the_provider_is_asked_for_a_fresh_proof(asked: str, client: HouseClient) -> None:
    query = parse_qs(urlsplit(begin(client)).query)
    assert query["prompt"] == ["login"]
    assert query["max_age"] == ["300"]
    assert "acr_values" not in query


def test_an_ordinary_sign_in_counts_only_when_it_was_proven_just_now(
    asked: str, client: HouseClient, provider: Provider, sign_in: SignIn
) -> None:
    assert decide(client, f"/approvals/{asked}/decision").status_code == 403
    provider.answers.claims = lambda token: token.update(auth_time=int(time.time()) - 3600)
    sign_in()
    assert decide(client, f"/approvals/{asked}/decision").status_code == 403
    provider.answers.claims = lambda token: token.update(auth_time=int(time.time()))
    sign_in()
    assert decide(client, f"/approvals/{asked}/decision").status_code == 303


PROOFS: dict[str, dict[str, Any]] = {
    "none": {},
    "of an hour ago": {"auth_time": -3600},
    "of the time before it was asked for": {"auth_time": -120},
    "of tomorrow": {"auth_time": 86400},
    "in words": {"auth_time": "now"},
    "yes": {"auth_time": True},
    "a fraction": {"auth_time": 1.5},
    "below zero": {"auth_time": -(10**12)},
}


@pytest.mark.parametrize("claims", PROOFS.values(), ids=PROOFS.keys())
def test_a_proof_is_refused_that_is(
    asked: str, client: HouseClient, again: Again, claims: dict[str, Any]
) -> None:
    if type(claims.get("auth_time")) is int:
        claims = {"auth_time": int(time.time()) + claims["auth_time"]}
    reply = again(**claims)
    assert reply.status_code == 400
    assert "You are still signed in as before" in reply.text
    assert client.get("/account").status_code == 200
    assert decide(client, f"/approvals/{asked}/decision").status_code == 403


@pytest.mark.parametrize(
    ("given", "status"), [("mfa", 303), ("pwd", 400), (None, 400), (["mfa"], 400)]
)
def test_only_the_kinds_of_sign_in_count_that_the_operator_names(
    acme: Database, provider: Provider, given: object, status: int
) -> None:
    client = make_desk(acme, provider, oidc_acr_values="mfa hwk").test_client()
    assert isinstance(client, HouseClient)
    provider.answers.subject, provider.answers.email = "sub-bob", "bob@acme.example"
    client.get("/auth/callback", query_string=provider.authorize(start(client)))
    started = begin(client)
    assert parse_qs(urlsplit(started).query)["acr_values"] == ["mfa hwk"]
    proof = {"auth_time": int(time.time())} | ({"acr": given} if given else {})
    provider.answers.claims = lambda token: token.update(proof)
    reply = client.get("/auth/callback", query_string=provider.authorize(started))
    assert reply.status_code == status


def test_somebody_else_proves_nothing(
    asked: str, client: HouseClient, again: Again, provider: Provider
) -> None:
    decide(client, f"/approvals/{asked}/decision")
    provider.answers.subject, provider.answers.email = "sub-ada", "ada@acme.example"
    assert again(auth_time=int(time.time())).status_code == 400
    assert "bob@acme.example" in client.get("/account").text


def test_who_cancels_is_still_signed_in(
    asked: str, client: HouseClient, provider: Provider
) -> None:
    state = provider.authorize(begin(client, f"/approvals/{asked}"))["state"]
    reply = client.get("/auth/callback", query_string={"error": "access_denied", "state": state})
    assert reply.status_code == 400
    assert "You are still signed in as before" in reply.text
    assert f'href="/approvals/{asked}"' in reply.text


def test_the_session_is_renewed_and_none_is_left(
    asked: str, client: HouseClient, again: Again, acme: Database
) -> None:
    before = client.get_cookie("countersign")
    again(auth_time=int(time.time()))
    after = client.get_cookie("countersign")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    with acme.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM sessions")) == 1


def test_a_selection_says_which_ones_need_it_and_leads_back(
    asked: str, client: HouseClient, again: Again
) -> None:
    where = f"/inbox/selection?selected={asked}:1&action=approve"
    page = client.get(where).text
    assert "One of these is so large that you have to sign in again first." in page
    reply = client.post(
        "/inbox/selection",
        data={"selected": f"{asked}:1", "step": "approved", **token_of(client)},
    )
    assert "sign in again first" in client.get(reply.location).text
    again(where, auth_time=int(time.time()))
    assert "Approve one request" in client.get(where).text


def test_the_way_back_never_leads_elsewhere(asked: str, client: HouseClient, again: Again) -> None:
    assert again("https://evil.example/", auth_time=int(time.time())).location == "/"


class TestTheRule:
    """What an admin sets on the page of the company."""

    def test_is_set_and_removed_by_an_admin(self, as_: As, desk: Desk) -> None:
        ada = as_("ada")
        data = {"again-kind": "limited", "again-currency": "EUR", "again-version": "1"}
        reply = ada.post("/company/signing-in-again", data={**data, "again-amount": "5,000"})
        assert reply.status_code == 303
        page = ada.get("/company?view=rules").text
        assert "Who decides on more than 5,000.00" in page
        data = {"again-kind": "unlimited", "again-version": "2"}
        assert ada.post("/company/signing-in-again", data=data).status_code == 303
        assert desk.sql("SELECT again_minor FROM companies WHERE id = 'le1'") == [(None,)]
        told = ada.get("/company?view=changes").text
        assert "for a fresh sign-in before decisions above" in told
        assert "for no fresh sign-in before decisions" in told

    @pytest.mark.parametrize(
        ("changed", "status"),
        [
            ({"again-amount": ""}, 422),
            ({"again-amount": "-1"}, 422),
            ({"again-amount": "NaN"}, 422),
            ({"again-amount": "1\x00"}, 422),
            ({"again-amount": "9" * 10_000}, 422),
            ({"again-currency": "XXQ"}, 422),
            ({"again-currency": "\ud800"}, 422),
            ({"again-kind": "sometimes"}, 422),
            ({"again-version": "x"}, 422),
            ({"again-version": "7"}, 409),
        ],
        ids=str,
    )
    def test_is_refused_with_words_that_make_none(
        self, as_: As, changed: dict[str, str], status: int
    ) -> None:
        data = {
            "again-kind": "limited",
            "again-amount": "100",
            "again-currency": "EUR",
            "again-version": "1",
        }
        data = {k: v.encode("utf-8", "replace").decode() for k, v in (data | changed).items()}
        assert as_("ada").post("/company/signing-in-again", data=data).status_code == status
