"""Signing in with OpenID Connect: who gets in, where to, and whom nobody can pretend to be."""

import time
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.identity.conftest import SignIn, make_desk, start
from tests.support.app import HouseClient, load_acme
from tests.support.provider import CLIENT_ID, Provider
from tests.support.threads import at_once
from webapp.db import Database


def test_the_first_sign_in_is_by_verified_e_mail(sign_in: SignIn, client: HouseClient) -> None:
    reply = sign_in()
    assert (reply.status_code, reply.location) == (303, "/")
    assert "rita@acme.example" in client.get("/account").text


def test_the_next_sign_in_is_by_subject(
    sign_in: SignIn, client: HouseClient, provider: Provider
) -> None:
    sign_in()
    provider.answers.email = "somebody.else@acme.example"
    sign_in()
    assert "rita@acme.example" in client.get("/account").text


def test_the_address_of_a_colleague_does_not_make_one_the_colleague(
    sign_in: SignIn, client: HouseClient, provider: Provider
) -> None:
    sign_in()
    provider.answers.email = "bob@acme.example"
    assert sign_in().status_code == 303
    assert "rita@acme.example" in client.get("/account").text


def test_an_e_mail_that_is_bound_to_another_subject_does_not_get_in(
    sign_in: SignIn, provider: Provider
) -> None:
    sign_in()
    provider.answers.subject = "sub-of-the-next-rita"
    assert sign_in().status_code == 403


def test_e_mails_are_compared_without_case(sign_in: SignIn, provider: Provider) -> None:
    provider.answers.email = " Rita@ACME.example"
    assert sign_in().status_code == 303


def test_an_unverified_e_mail_does_not_get_in(sign_in: SignIn, provider: Provider) -> None:
    provider.answers.email_verified = False
    reply = sign_in()
    assert reply.status_code == 403
    assert "Nobody here knows you yet" in reply.text
    assert "Verify it there" in reply.text


def test_an_issuer_may_be_trusted_for_its_e_mails(acme: Database, provider: Provider) -> None:
    client = make_desk(acme, provider, oidc_trust_email=True).test_client()
    assert isinstance(client, HouseClient)
    provider.answers.email_verified = False
    answer = provider.authorize(start(client))
    assert client.get("/auth/callback", query_string=answer).status_code == 303


def test_a_subject_brought_by_import_needs_no_e_mail(
    acme: Database, sign_in: SignIn, provider: Provider, client: HouseClient
) -> None:
    bind(acme, provider.issuer, "sub-ada", "ada")
    provider.answers.subject, provider.answers.email = "sub-ada", ""
    assert sign_in().status_code == 303
    assert "ada@acme.example" in client.get("/account").text


def test_a_stranger_reads_whom_to_ask(sign_in: SignIn, provider: Provider) -> None:
    provider.answers.email = "stranger@elsewhere.example"
    reply = sign_in()
    assert reply.status_code == 403
    assert "stranger@elsewhere.example" in reply.text
    assert "Ask an admin of your company" in reply.text


def test_somebody_who_is_switched_off_reads_whom_to_ask(acme: Database, sign_in: SignIn) -> None:
    with acme.transaction() as session:
        session.execute(text("UPDATE people SET active = false WHERE id = 'rita'"))
    reply = sign_in()
    assert reply.status_code == 403
    assert "Your account is switched off" in reply.text
    assert "Ask an admin" in reply.text


def test_the_page_that_was_asked_for_opens_after_sign_in(
    client: HouseClient, provider: Provider, sign_in: SignIn
) -> None:
    asked = client.get("/account?from=mail")
    assert asked.location == "/sign-in?next=/account?from%3Dmail"
    page = client.get(asked.location)
    assert 'value="/account?from=mail"' in page.text
    assert sign_in("/account?from=mail").location == "/account?from=mail"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "account",
        "/ /evil.example",
    ],
)
def test_sign_in_never_leads_to_another_site(sign_in: SignIn, elsewhere: str) -> None:
    assert sign_in(elsewhere).location == "/"


def test_the_request_has_pkce_state_and_nonce(client: HouseClient, provider: Provider) -> None:
    query = parse_qs(urlsplit(start(client)).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_type"] == ["code"]
    assert query["redirect_uri"] == ["http://localhost/auth/callback"]
    assert all(query[name][0] for name in ("state", "nonce", "code_challenge"))


def test_sign_in_gets_a_new_session_id(client: HouseClient, sign_in: SignIn) -> None:
    start(client)
    before = client.get_cookie("countersign")
    sign_in()
    after = client.get_cookie("countersign")
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_only_one_session_is_left_after_sign_in(acme: Database, sign_in: SignIn) -> None:
    sign_in()
    with acme.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM sessions")) == 1


def claim(**changes: Any) -> Any:
    """A change of the ID token; None takes a claim away."""

    def change(claims: dict[str, Any]) -> None:
        for name, value in changes.items():
            claims.pop(name, None)
            if value is not None:
                claims[name] = value

    return change


FORGERIES: dict[str, dict[str, Any]] = {
    "for another client": {"claims": claim(aud="somebody-else")},
    "for another client, with azp": {"claims": claim(aud="somebody-else", azp=CLIENT_ID)},
    "without audience": {"claims": claim(aud=None)},
    "by another issuer": {"claims": claim(iss="https://evil.example")},
    "without issuer": {"claims": claim(iss=None)},
    "without subject": {"claims": claim(sub=None)},
    "with another nonce": {"claims": claim(nonce="of somebody else's sign-in")},
    "without nonce": {"claims": claim(nonce=None)},
    "with a nonce switched off by the token": {"claims": claim(nonce=None, nonce_supported=False)},
    "expired": {"claims": claim(exp=int(time.time()) - 3600)},
    "without expiry": {"claims": claim(exp=None)},
    "of the future": {"claims": claim(iat=int(time.time()) + 3600)},
    "signed by a stranger": {"key": "strange"},
    "signed with our secret": {"algorithm": "HS256"},
    "not signed": {"algorithm": "none"},
    "without key id among two keys": {"kid": None, "published": ("ours", "second")},
    "missing": {"answer": lambda answer: answer.pop("id_token")},
    "no token": {"answer": lambda answer: answer.update(id_token="nonsense")},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_is_refused_that_is(
    sign_in: SignIn, client: HouseClient, provider: Provider, forgery: str
) -> None:
    for name, value in FORGERIES[forgery].items():
        setattr(provider.answers, name, value)
    reply = sign_in()
    assert reply.status_code == 400
    assert "Signing in did not work" in reply.text
    assert client.get("/account").status_code == 302


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "of another browser"},
        {"state": None},
        {"code": "never given out"},
        {"iss": "https://evil.example"},
        {"iss": None},
    ],
    ids=str,
)
def test_an_answer_is_refused_with(sign_in: SignIn, changed: dict[str, str | None]) -> None:
    assert sign_in(**changed).status_code == 400


def test_an_answer_works_once(client: HouseClient, provider: Provider) -> None:
    answer = provider.authorize(start(client))
    assert client.get("/auth/callback", query_string=answer).status_code == 303
    assert client.get("/auth/callback", query_string=answer).status_code == 400


def test_two_first_sign_ins_at_the_same_moment_both_come_in(
    own_database: Database, provider: Provider
) -> None:
    app = make_desk(load_acme(own_database), provider)
    clients = [app.test_client() for _ in range(4)]
    answers = [
        provider.authorize(started(client), code=f"code-{number}")
        for number, client in enumerate(clients)
    ]
    replies = at_once(
        [
            partial(FlaskClient.open, client, "/auth/callback", query_string=answer)
            for client, answer in zip(clients, answers, strict=True)
        ]
    )
    assert [getattr(reply, "status_code", reply) for reply in replies] == [303] * 4
    with own_database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM identities")) == 1


def started(client: FlaskClient) -> str:
    return str(client.post("/sign-in", data={"next": ""}).location)


def test_an_answer_of_another_browser_is_refused(
    app: Flask, client: HouseClient, provider: Provider
) -> None:
    answer = provider.authorize(start(client))
    other = app.test_client()
    assert other.get("/auth/callback", query_string=answer).status_code == 400


def test_a_cancelled_sign_in_says_so(client: HouseClient, provider: Provider) -> None:
    answer = provider.authorize(start(client))
    query = {"error": "access_denied", "state": answer["state"]}
    reply = client.get("/auth/callback", query_string=query)
    assert reply.status_code == 400
    assert "Signing in was cancelled" in reply.text


@pytest.mark.parametrize(
    "lie",
    [
        lambda document: document.update(issuer="https://evil.example"),
        lambda document: document.pop("issuer"),
        lambda document: document.update(id_token_signing_alg_values_supported=["HS256", "none"]),
    ],
)
def test_a_provider_that_is_somebody_else_is_not_used(
    client: HouseClient, provider: Provider, lie: Any
) -> None:
    provider.answers.discovery = lie
    reply = client.post("/sign-in")
    assert reply.status_code == 400
    provider.answers.discovery = lambda _document: None
    assert client.post("/sign-in").status_code == 302


def test_a_provider_that_is_away_gets_503(client: HouseClient, provider: Provider) -> None:
    provider.answers.status = 500
    reply = client.post("/sign-in")
    assert reply.status_code == 503
    assert reply.headers["Retry-After"]
    assert "does not answer" in reply.text


def test_a_form_of_another_site_does_not_start_a_sign_in(client: HouseClient) -> None:
    reply = client.post("/sign-in", headers={"Origin": "https://evil.example"})
    assert reply.status_code == 403


def test_forms_may_lead_to_the_provider(client: HouseClient, provider: Provider) -> None:
    policy = client.get("/sign-in").headers["Content-Security-Policy"]
    assert f"form-action 'self' {provider.issuer};" in policy


def test_without_a_provider_the_page_says_what_is_missing(acme: Database) -> None:
    from tests.support.app import make_app

    client = make_app(acme).test_client()
    assert "No identity provider is set" in client.get("/sign-in").text
    assert client.post("/sign-in").status_code == 503


def test_signing_out_ends_the_session_here_and_at_the_provider(
    acme: Database, sign_in: SignIn, client: HouseClient, provider: Provider
) -> None:
    sign_in()
    page = client.get("/account").text
    reply = client.post("/sign-out", data={"csrf_token": token_in(page)})
    query = parse_qs(urlsplit(reply.location).query)
    assert reply.location.startswith(f"{provider.issuer}/logout?")
    assert query["post_logout_redirect_uri"] == ["http://localhost/signed-out"]
    assert query["id_token_hint"][0].count(".") == 2
    assert client.get("/account").status_code == 302
    assert "You are signed out" in client.get("/signed-out").text


def test_signing_out_is_never_a_link(sign_in: SignIn, client: HouseClient) -> None:
    sign_in()
    assert client.get("/sign-out").status_code == 405


def test_whoever_is_signed_in_needs_no_sign_in_page(sign_in: SignIn, client: HouseClient) -> None:
    sign_in()
    assert client.get("/sign-in?next=/account").location == "/account"


def without_email(claims: dict[str, Any]) -> None:
    """Keep the address out of the ID token, as strictly conforming providers do."""
    del claims["email"], claims["email_verified"]


def test_the_e_mail_may_be_told_only_when_asked_for(
    sign_in: SignIn, provider: Provider, client: HouseClient
) -> None:
    provider.answers.claims = without_email
    assert sign_in().status_code == 303
    assert "rita@acme.example" in client.get("/account").text


def test_what_is_told_of_somebody_else_is_refused(sign_in: SignIn, provider: Provider) -> None:
    provider.answers.claims = without_email
    provider.answers.userinfo = lambda claims: claims.update(sub="sub-ada")
    assert sign_in().status_code == 400


def test_without_any_e_mail_nobody_new_gets_in(sign_in: SignIn, provider: Provider) -> None:
    provider.answers.claims = without_email
    provider.answers.userinfo = without_email
    assert sign_in().status_code == 403


class TestSeveralTenants:
    """Somebody whom two tenants know by the same address."""

    @pytest.fixture(autouse=True)
    def _second_tenant(self, acme: Database) -> None:
        with acme.transaction() as session:
            session.execute(
                text(
                    "INSERT INTO tenants (id, name, settings, created_at) "
                    "VALUES ('zeta', 'Zeta Handel', '{}', '2026-01-01')"
                )
            )
            session.execute(
                text(
                    "INSERT INTO people (tenant_id, id, email, first_name, last_name, active, "
                    "language, time_zone, theme, created_at) VALUES ('zeta', 'rr', "
                    "'rita@acme.example', 'Rita', 'Zeta', true, 'en', 'UTC', 'dark', '2026-01-01')"
                )
            )

    def test_chooses_one(self, sign_in: SignIn, client: HouseClient) -> None:
        reply = sign_in("/account")
        assert reply.location == "/sign-in/choice"
        assert client.get("/account").status_code == 302
        page = client.get("/sign-in/choice").text
        assert "Acme Trading" in page
        data = {"tenant_id": "zeta", "csrf_token": token_in(page)}
        assert client.post("/sign-in/choice", data=data).location == "/account"
        assert "Rita Zeta" in client.get("/account").text

    def test_cannot_choose_another_one(self, sign_in: SignIn, client: HouseClient) -> None:
        sign_in()
        page = client.get("/sign-in/choice").text
        data = {"tenant_id": "nowhere", "csrf_token": token_in(page)}
        assert client.post("/sign-in/choice", data=data).status_code == 422

    def test_has_to_sign_in_before_choosing(self, client: HouseClient) -> None:
        assert client.get("/sign-in/choice").location == "/sign-in"


def bind(database: Database, issuer: str, subject: str, person_id: str) -> None:
    """Bind a subject to a person, as an import does."""
    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO identities (tenant_id, issuer, subject, person_id) "
                "VALUES ('acme', :issuer, :subject, :person)"
            ),
            {"issuer": issuer, "subject": subject, "person": person_id},
        )


def token_in(page: str) -> str:
    """The token of the first form of a page."""
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_a_stranger_chooses_the_language_before_signing_in(client: HouseClient) -> None:
    page = client.get("/sign-in?next=/inbox")
    assert 'lang="en" aria-current="true">English' in page.text
    reply = client.post("/language", data={"language": "de", "next": "/sign-in?next=/inbox"})
    assert (reply.status_code, reply.location) == (303, "/sign-in?next=/inbox")
    again = client.get(reply.location, headers={"Accept-Language": "en"})
    assert '<html lang="de"' in again.text
    assert 'lang="de" aria-current="true">Deutsch' in again.text
    assert '<html lang="de"' in client.get("/signed-out").text


@pytest.mark.parametrize("language", ["", "fr", "de-AT", "\0", "x" * 10_000])
def test_a_language_that_is_not_spoken_changes_nothing(client: HouseClient, language: str) -> None:
    away = "https://elsewhere.example/"
    reply = client.post("/language", data={"language": language, "next": away})
    assert (reply.status_code, reply.location) == (303, "/sign-in")
    assert "Set-Cookie" not in reply.headers or "language" not in reply.headers["Set-Cookie"]


def test_another_site_cannot_choose_the_language(client: HouseClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    reply = client.post("/language", data={"language": "de"}, headers=headers)
    assert reply.status_code == 403


def test_who_comes_for_the_first_time_keeps_the_chosen_language(
    sign_in: SignIn, client: HouseClient
) -> None:
    client.post("/language", data={"language": "de"})
    sign_in()
    assert '<html lang="de"' in client.get("/account").text


def test_ones_own_language_is_stronger_than_the_one_of_the_browser(
    sign_in: SignIn, client: HouseClient
) -> None:
    sign_in()
    client.post("/sign-out")
    client.post("/language", data={"language": "de"})
    sign_in()
    assert '<html lang="en"' in client.get("/account").text
