"""Access tokens of the identity provider: taken as they are, or exchanged for ours."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.emporix.conftest import ApiClient
from tests.identity.conftest import make_desk, provider, running_provider
from tests.support.app import load_acme, make_app
from tests.support.provider import Provider
from tests.support.threads import at_once
from webapp.db import Database
from webapp.emporix import saas
from webapp.kernel.clock import utcnow

__all__ = ["provider", "running_provider"]

SCOPES = "/iam/acme/users/me/scopes"
EXCHANGE = "/customer/acme/exchangeauthtoken"


@pytest.fixture
def app(acme: Database, provider: Provider) -> Flask:
    """A desk with this provider."""
    return make_desk(acme, provider)


def call(app: Flask, token: str, path: str = SCOPES) -> TestResponse:
    return ApiClient(FlaskClient(app), token).get(path)


def exchange(guest: ApiClient, token: str, **query: str) -> TestResponse:
    return guest.post(
        EXCHANGE, query_string={"subjectAccessToken": token, "config": "oidc", **query}
    )


def bindings(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        found = session.execute(text("SELECT subject, person_id FROM identities ORDER BY subject"))
        return [(subject, person_id) for subject, person_id in found]


def verified(**changes: Any) -> dict[str, Any]:
    return {"email": "rita@acme.example", "email_verified": True, **changes}


def bind(database: Database, provider: Provider, person_id: str = "rita") -> None:
    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO identities (tenant_id, issuer, subject, person_id)"
                " VALUES ('acme', :issuer, :subject, :person)"
            ),
            {"issuer": provider.issuer, "subject": provider.answers.subject, "person": person_id},
        )


# Taken as they are


def test_the_provider_speaks_for_whoever_is_bound(
    app: Flask, acme: Database, provider: Provider
) -> None:
    bind(acme, provider)
    reply = call(app, provider.access_token())
    assert (reply.status_code, reply.get_json()["userId"]) == (200, "rita")
    assert "approval.approval_manage_own" in reply.get_json()["scopes"]


def test_a_verified_e_mail_binds_the_first_time(
    app: Flask, acme: Database, provider: Provider
) -> None:
    assert call(app, provider.access_token(**verified())).status_code == 200
    assert bindings(acme) == [("sub-rita", "rita")]
    changed = provider.access_token(**verified(email="bob@acme.example"))
    assert call(app, changed).get_json()["userId"] == "rita"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        verified(email_verified=False),
        verified(email="stranger@acme.example"),
        verified(sub="x" * 300),
        verified(sub="a\x00b"),
        verified(email="rita@acme.example\x00"),
    ],
)
def test_whom_sign_in_does_not_know_is_nobody_here(
    app: Flask, acme: Database, provider: Provider, claims: dict[str, Any]
) -> None:
    assert call(app, provider.access_token(**claims)).status_code == 401
    assert bindings(acme) == []


def test_another_subject_with_the_address_of_somebody_bound_is_nobody(
    app: Flask, acme: Database, provider: Provider
) -> None:
    bind(acme, provider)
    token = provider.access_token(**verified(sub="sub-of-the-next-rita"))
    assert call(app, token).status_code == 401


def test_somebody_inactive_is_nobody(app: Flask, acme: Database, provider: Provider) -> None:
    bind(acme, provider)
    with acme.transaction() as session:
        session.execute(text("UPDATE people SET active = false WHERE id = 'rita'"))
    assert call(app, provider.access_token()).status_code == 401


def test_people_of_one_tenant_are_nobody_in_another(
    app: Flask, acme: Database, provider: Provider
) -> None:
    bind(acme, provider)
    assert call(app, provider.access_token(), "/iam/other/users/me/scopes").status_code == 401


def test_scopes_of_ours_that_the_token_names_narrow_it(
    app: Flask, acme: Database, provider: Provider
) -> None:
    bind(acme, provider)
    named = "openid iam.scope_read_own approval.approval_read_own made.up"
    reply = call(app, provider.access_token(scope=named))
    assert reply.get_json()["scopes"] == (
        "approval.approval_read_own iam.scope_read_own tenant=acme"
    )


def test_a_token_says_what_it_is_good_for(app: Flask, acme: Database, provider: Provider) -> None:
    bind(acme, provider)
    body = call(app, provider.access_token(), "/customer/acme/validateauthtoken").get_json()
    assert body["email"] == "rita@acme.example"
    assert 290 <= body["expires_in"] <= 300
    assert body["sessionId"].startswith("provider-")
    assert "legalEntityId" not in body


def _token(header: dict[str, Any], **claims: Any) -> Callable[[Provider], str]:
    return lambda provider: provider.access_token(header=header, **claims)


def _of_strange_key(provider: Provider) -> str:
    provider.answers.key = "strange"
    return provider.access_token()


def _tampered(provider: Provider) -> str:
    head, _, signature = provider.access_token().split(".")
    _, others, _ = provider.access_token(sub="sub-bob").split(".")
    return f"{head}.{others}.{signature}"


FORGERIES: dict[str, Callable[[Provider], str]] = {
    "another audience": _token({}, aud="another-program"),
    "a list of other audiences": _token({}, aud=["another-program", "account"]),
    "no audience": _token({}, aud=None),
    "another issuer": _token({}, iss="https://evil.example"),
    "the issuer with a slash": lambda provider: provider.access_token(iss=provider.issuer + "/"),
    "no issuer": _token({}, iss=None),
    "no subject": _token({}, sub=None),
    "a subject that is no text": _token({}, sub=5),
    "no end": _token({}, exp=None),
    "an end that is no number": _token({}, exp="tomorrow"),
    "not yet": _token({}, nbf=4102444800),
    "issued in the future": _token({}, iat=4102444800),
    "no signature": _token({"alg": "none"}),
    "the public key as a password": _token({"alg": "HS256"}),
    "an unknown key": _token({"kid": "third"}),
    "somebody else's key": _of_strange_key,
    "other claims": _tampered,
    "an ID token": _token({"typ": "JWT"}, nonce="n", scope=None),
    "an ID token of another flow": _token({"typ": "JWT"}, scope=None),
    "an ID token of Keycloak": _token({"typ": "JWT"}, typ="ID"),
    "a refresh token of Keycloak": _token({"typ": "JWT"}, typ="Refresh"),
    "a logout token": _token({"typ": "logout+jwt"}),
    "nonsense": lambda _provider: "a.b.c",
    "dots": lambda _provider: "..",
    "numbers": lambda _provider: "1.2.3",
    "a long one": lambda provider: provider.access_token(more="x" * 20_000),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_opens_nothing(
    app: Flask, acme: Database, provider: Provider, name: str
) -> None:
    bind(acme, provider)
    reply = call(app, FORGERIES[name](provider))
    assert reply.status_code == 401
    assert reply.get_json()["fault"]["detail"]["errorcode"] == "oauth.v2.InvalidAccessToken"


def test_an_expired_token_is_told_so(app: Flask, acme: Database, provider: Provider) -> None:
    bind(acme, provider)
    token = provider.access_token()
    with time_machine.travel(utcnow() + timedelta(minutes=7)):
        reply = call(app, token)
    code = reply.get_json()["fault"]["detail"]["errorcode"]
    assert (reply.status_code, code) == (401, "keymanagement.service.access_token_expired")


@pytest.mark.parametrize(
    "written",
    [
        _token({"typ": "JWT"}),
        _token({"typ": "application/at+jwt"}, scope=None),
        _token({"typ": "AT+JWT"}, nonce="kept by some"),
        _token({"typ": "JWT"}, scope=None, scp=["openid"]),
        _token({"typ": "JWT"}, typ="Bearer"),
        _token({}, aud=["account", "countersign-tests"]),
        _token({}, exp=10**400),
    ],
)
def test_providers_write_access_tokens_in_many_ways(
    app: Flask, acme: Database, provider: Provider, written: Callable[[Provider], str]
) -> None:
    bind(acme, provider)
    assert call(app, written(provider)).status_code == 200


def test_the_api_may_have_an_audience_of_its_own(acme: Database, provider: Provider) -> None:
    app = make_desk(acme, provider, oidc_api_audience="https://desk.example/api")
    bind(acme, provider)
    assert call(app, provider.access_token()).status_code == 401
    token = provider.access_token(aud="https://desk.example/api")
    assert call(app, token).status_code == 200


def test_keys_are_kept_and_asked_for_again_at_most_once_a_minute(
    app: Flask, acme: Database, provider: Provider
) -> None:
    bind(acme, provider)
    with time_machine.travel(utcnow(), tick=False) as clock:
        for _ in range(3):
            assert call(app, provider.access_token()).status_code == 200
        assert provider.answers.seen.count("/jwks") == 1
        provider.answers.published, provider.answers.key = ("ours", "second"), "second"
        for _ in range(3):
            assert call(app, provider.access_token(header={"kid": "second"})).status_code == 401
        assert provider.answers.seen.count("/jwks") == 1
        clock.shift(timedelta(minutes=1))
        assert call(app, provider.access_token(header={"kid": "second"})).status_code == 200
        assert provider.answers.seen.count("/jwks") == 2


def test_keys_that_were_withdrawn_are_good_for_an_hour_at_most(
    app: Flask, acme: Database, provider: Provider
) -> None:
    bind(acme, provider)
    assert call(app, provider.access_token()).status_code == 200
    provider.answers.published = ("second",)
    with time_machine.travel(utcnow() + timedelta(hours=1, seconds=1)):
        assert call(app, provider.access_token()).status_code == 401


def test_known_keys_do_while_the_provider_is_away(
    app: Flask, acme: Database, provider: Provider
) -> None:
    bind(acme, provider)
    token = provider.access_token(exp=int(utcnow().timestamp()) + 9000)
    assert call(app, token).status_code == 200
    provider.answers.status = 500
    with time_machine.travel(utcnow() + timedelta(hours=2), tick=False) as clock:
        asked = len(provider.answers.seen)
        assert [call(app, token).status_code for _ in range(3)] == [200] * 3
        assert len(provider.answers.seen) == asked + 1
        provider.answers.status, provider.answers.published = 200, ("second",)
        clock.shift(timedelta(minutes=1))
        assert call(app, token).status_code == 401


def test_nobody_can_tell_while_the_provider_is_away(
    app: Flask, acme: Database, provider: Provider
) -> None:
    bind(acme, provider)
    token, provider.answers.status = provider.access_token(), 500
    reply = call(app, token)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    asked = len(provider.answers.seen)
    assert call(app, token).status_code == 503
    assert len(provider.answers.seen) == asked
    provider.answers.status = 200
    with time_machine.travel(utcnow() + timedelta(seconds=6)):
        assert call(app, token).status_code == 200


def test_without_a_provider_no_jwt_is_taken(acme: Database, provider: Provider) -> None:
    assert call(make_app(acme), provider.access_token()).status_code == 401


def test_a_token_of_the_provider_can_be_logged_out_here(
    app: Flask, acme: Database, provider: Provider
) -> None:
    bind(acme, provider)
    token, other = provider.access_token(), provider.access_token(jti="another")
    path = "/customer/acme/logout"
    assert call(app, token, f"{path}?accessToken={other}").status_code == 401
    assert call(app, token, f"{path}?accessToken={token}").status_code == 204
    assert call(app, token).status_code == 401
    assert call(app, other).status_code == 200


# Exchanged


def test_an_exchange_brings_tokens_of_ours(
    app: Flask, acme: Database, provider: Provider, guest: ApiClient
) -> None:
    bind(acme, provider)
    token = provider.access_token()
    reply = exchange(guest, token)
    body = reply.get_json()
    assert reply.status_code == 200
    assert body["subject_access_token"] == token
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 14399)
    assert (body["refresh_token_expires_in"], body["session_idle_time"]) == (15551999, 120)
    assert body["scope"].split()[-1] == "tenant=acme"
    assert call(app, body["access_token"]).get_json()["userId"] == "rita"
    with app.app_context():
        assert saas.subject_of(body["saas_token"], "acme", utcnow()) == "rita"


def test_the_session_of_the_visitor_goes_on(
    acme: Database, provider: Provider, guest: ApiClient, app: Flask
) -> None:
    bind(acme, provider)
    first = exchange(guest, provider.access_token()).get_json()
    query = {"refreshToken": first["refresh_token"], "legalEntityId": "le1"}
    second = guest.get("/customer/acme/refreshauthtoken", query_string=query).get_json()
    assert second["session_id"] == first["session_id"]
    assert (second["expires_in"], second["refresh_token_expires_in"]) == (14399, 15551999)
    shown = call(app, second["access_token"], "/customer/acme/validateauthtoken").get_json()
    assert shown["legalEntityId"] == "le1"


def test_the_provider_is_asked_for_the_e_mail_once(
    acme: Database, provider: Provider, guest: ApiClient
) -> None:
    assert exchange(guest, provider.access_token()).status_code == 200
    assert bindings(acme) == [("sub-rita", "rita")]
    assert exchange(guest, provider.access_token()).status_code == 200
    assert provider.answers.seen.count("/userinfo") == 1


def test_userinfo_about_somebody_else_is_not_believed(
    acme: Database, provider: Provider, guest: ApiClient
) -> None:
    provider.answers.userinfo = lambda claims: claims.update(sub="sub-bob")
    assert exchange(guest, provider.access_token()).status_code == 401
    assert bindings(acme) == []


def test_a_token_that_the_provider_took_back_is_inactive(
    provider: Provider, guest: ApiClient
) -> None:
    token = provider.access_token()
    provider.answers.access_tokens.remove(token)
    assert exchange(guest, token).status_code == 401


def test_an_unknown_customer_is_not_made(provider: Provider, guest: ApiClient) -> None:
    provider.answers.email = "stranger@acme.example"
    reply = exchange(guest, provider.access_token())
    assert (reply.status_code, reply.get_json()["type"]) == (404, "resource_not_found")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"config": "another"}, 400),
        ({"config": "\x00"}, 400),
        ({"subjectAccessToken": ""}, 400),
        ({"subjectAccessToken": "x" * 20_000}, 400),
        ({"subjectAccessToken": "opaque"}, 401),
        ({"subjectAccessToken": "a.b.c"}, 401),
    ],
)
def test_what_cannot_be_exchanged_is_refused(
    guest: ApiClient, query: dict[str, str], status: int
) -> None:
    assert exchange(guest, **{"token": "unused", **query}).status_code == status


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_is_not_exchanged(
    acme: Database, provider: Provider, guest: ApiClient, name: str
) -> None:
    bind(acme, provider)
    token = FORGERIES[name](provider)
    assert exchange(guest, token).status_code == (400 if len(token) > 16_000 else 401)


def test_an_exchange_needs_a_visitor(app: Flask, acme: Database, provider: Provider) -> None:
    bind(acme, provider)
    query = {"subjectAccessToken": provider.access_token()}
    assert FlaskClient(app).post(EXCHANGE, query_string=query).status_code == 401


def test_the_provider_may_be_away(provider: Provider, guest: ApiClient) -> None:
    token, provider.answers.status = provider.access_token(), 503
    reply = exchange(guest, token)
    assert (reply.status_code, reply.get_json()["type"]) == (503, "service_unavailable")


def test_without_a_provider_there_is_nothing_to_exchange(acme: Database) -> None:
    from tests.emporix.conftest import token_for
    from webapp.identity.domain import Holder, Origin

    app = make_app(acme)
    guest = ApiClient(
        FlaskClient(app), token_for(app, holder=Holder.ANONYMOUS, origin=Origin.ANONYMOUS)
    )
    assert exchange(guest, "a.b.c").status_code == 400


def test_first_requests_at_the_same_moment_all_come_in(
    own_database: Database, provider: Provider
) -> None:
    app = make_desk(load_acme(own_database), provider)
    token = provider.access_token(**verified())
    replies = at_once([lambda: call(app, token)] * 6)
    assert [getattr(reply, "status_code", reply) for reply in replies] == [200] * 6
    assert bindings(own_database) == [("sub-rita", "rita")]
