"""Tokens: given out, refreshed, validated and taken back (conformance cases A and J)."""

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.emporix.conftest import Api, ApiClient
from webapp.db import Database
from webapp.emporix import saas
from webapp.identity import clients, passwords
from webapp.kernel.clock import utcnow

LIST = "/approval/acme/approvals"
ANONYMOUS = "/customerlogin/auth/anonymous"
RITA = {"email": "rita@acme.example", "password": "rita-Secret-2026"}
MIA = {"email": "mia@acme.example", "password": "mia-Secret-2026"}
PROGRAM = {
    "grant_type": "client_credentials",
    "client_id": "acme-service",
    "client_secret": "acme-service-secret",
}


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    """Somebody without a token."""
    return FlaskClient(app)


def visit(http: FlaskClient, **query: str) -> TestResponse:
    """Begin as a visitor of the shop."""
    chosen = {"tenant": "acme", "client_id": "acme-storefront", **query}
    return http.get(f"{ANONYMOUS}/login", query_string=chosen)


@pytest.fixture
def visitor(http: FlaskClient) -> ApiClient:
    """A visitor who came the whole way."""
    return ApiClient(http, visit(http).get_json()["access_token"])


def sign_in(visitor: ApiClient, credentials: dict[str, str]) -> dict[str, Any]:
    reply = visitor.post("/customer/acme/login", json=credentials)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.get_json()
    return body


def refresh(caller: ApiClient, token: str, company_id: str | None = None) -> TestResponse:
    query = {"refreshToken": token} | ({"legalEntityId": company_id} if company_id else {})
    return caller.get("/customer/acme/refreshauthtoken", query_string=query)


def ask(http: FlaskClient, **changes: str) -> TestResponse:
    return http.post("/oauth/token", data={**PROGRAM, **changes})


def fault_of(reply: TestResponse) -> str:
    assert reply.status_code == 401, reply.text
    body = reply.get_json()
    assert "access_token" not in body
    assert body["fault"]["faultstring"]
    return str(body["fault"]["detail"]["errorcode"])


# Programs (cases 5, 177, 178)


def test_177_a_program_gets_a_token_that_cannot_be_refreshed(http: FlaskClient) -> None:
    reply = ask(http)
    body = reply.get_json()
    assert reply.status_code == 200
    assert reply.headers["Cache-Control"] == "no-store"
    assert body.pop("access_token")
    scope = body.pop("scope").split()
    assert body == {
        "token_type": "Bearer",
        "expires_in": 14399,
        "session_idle_time": 120,
        "refresh_token": "",
        "refresh_token_expires_in": 0,
    }
    assert scope[-1] == "tenant=acme"
    assert "configuration.configuration_view" in scope


def test_178_a_wrong_secret_brings_no_token(http: FlaskClient) -> None:
    reply = ask(http, client_secret="a guess")
    assert fault_of(reply) == "oauth.v2.InvalidClientCredentials"
    assert reply.get_json()["error"] == "invalid_client"


def test_5_a_program_has_no_approvals(http: FlaskClient) -> None:
    token = ask(http).get_json()["access_token"]
    assert ApiClient(http, token).get(LIST).status_code == 401


def test_a_program_may_show_its_secret_in_the_header(http: FlaskClient) -> None:
    header = base64.b64encode(b"acme%2Dservice:acme-service-secret").decode()
    reply = http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {header}"},
    )
    assert reply.status_code == 200


@pytest.mark.parametrize("header", ["nothing", "YTpi", "Og==", "////", base64.b64encode(b"\xff:x")])
def test_a_header_that_shows_nothing_is_told_how(http: FlaskClient, header: str | bytes) -> None:
    value = header if isinstance(header, str) else header.decode()
    reply = http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {value}"},
    )
    assert fault_of(reply)
    assert reply.headers["WWW-Authenticate"].startswith("Basic ")


def test_scopes_can_be_narrowed_and_not_invented(http: FlaskClient) -> None:
    reply = ask(http, scope="order.order_read approval.approval_read tenant=acme")
    assert reply.get_json()["scope"] == "order.order_read tenant=acme"
    reply = ask(http, scope="approval.approval_read")
    assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"client_id": ""}, "invalid_request"),
        ({"client_id": "a\x00b"}, "invalid_request"),
        ({"client_secret": "x" * 10_000}, "invalid_request"),
        ({"tenant": "\x00"}, "invalid_request"),
    ],
)
def test_what_cannot_be_asked_is_an_error_of_oauth(
    http: FlaskClient, changes: dict[str, str], error: str
) -> None:
    reply = ask(http, **changes)
    assert (reply.status_code, reply.get_json()["error"]) == (400, error)


def test_a_parameter_may_be_there_once(http: FlaskClient) -> None:
    reply = http.post("/oauth/token", data={**PROGRAM, "scope": ["a", "b"]})
    assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid_request")


def test_json_is_no_form(http: FlaskClient) -> None:
    reply = http.post("/oauth/token", json=PROGRAM)
    assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid_request")


def test_a_shop_may_not_act_as_a_program(http: FlaskClient, acme: Database) -> None:
    reply = ask(http, client_id="acme-storefront", client_secret="")
    assert reply.status_code == 401
    with acme.transaction() as session:
        shown = clients.add(session, "acme", "Shop", grants=["anonymous"], now=utcnow())
    reply = ask(http, client_id=shown.client.id, client_secret=shown.secret)
    assert (reply.status_code, reply.get_json()["error"]) == (400, "unauthorized_client")


def test_the_tenant_may_be_named_and_has_to_be_right(http: FlaskClient) -> None:
    assert ask(http, tenant="acme").status_code == 200
    assert ask(http, **{"hybris-tenant": "acme"}).status_code == 200
    assert ask(http, tenant="other").status_code == 401


def test_a_revoked_client_and_its_tokens_end_at_once(http: FlaskClient, acme: Database) -> None:
    program = ApiClient(http, ask(http).get_json()["access_token"])
    entities = "/customer-management/acme/legal-entities"
    assert program.get(entities).status_code == 200
    with acme.transaction() as session:
        clients.revoke(session, "acme", "acme-service", now=utcnow())
    assert program.get(entities).status_code == 401
    assert ask(http).status_code == 401


# Visitors (cases 6, 165, 167)


def test_165_a_visitor_gets_tokens(http: FlaskClient) -> None:
    reply = visit(http, currency="EUR", siteCode="main", language="en", targetLocation="DE")
    body = reply.get_json()
    assert reply.status_code == 200
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3599)
    assert body["refresh_token_expires_in"] == 86399
    assert body["access_token"] != body["refresh_token"]
    assert body["sessionId"]
    assert body["scope"].split() == ["tenant=acme"]


def test_165_the_old_name_of_the_tenant_is_known(http: FlaskClient) -> None:
    query = {"hybris-tenant": "acme", "client_id": "acme-storefront"}
    assert http.get(f"{ANONYMOUS}/login", query_string=query).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"client_id": "nobody"}, 401),
        ({"client_id": "acme-service"}, 401),
        ({"tenant": "other"}, 401),
        ({"client_id": ""}, 400),
        ({"client_id": "a\x00"}, 400),
        ({"tenant": "x" * 10_000}, 400),
    ],
)
def test_only_shops_let_visitors_in(http: FlaskClient, query: dict[str, str], status: int) -> None:
    assert visit(http, **query).status_code == status


def test_6_a_visitor_sees_no_approvals(visitor: ApiClient) -> None:
    assert visitor.get(LIST).status_code == 403


@pytest.mark.parametrize("name", ["refresh_token", "anonymous_token"])
def test_167_a_visitor_keeps_the_session(http: FlaskClient, name: str) -> None:
    first = visit(http).get_json()
    query = {"tenant": "acme", "client_id": "acme-storefront", name: first["refresh_token"]}
    reply = http.get(f"{ANONYMOUS}/refresh", query_string=query)
    body = reply.get_json()
    assert reply.status_code == 200
    assert body["sessionId"] == first["sessionId"]
    assert body["refresh_token"] != first["refresh_token"]
    assert set(body) == set(first)


def test_a_visitors_token_does_not_refresh_a_customer(
    http: FlaskClient, visitor: ApiClient
) -> None:
    customer = sign_in(visitor, RITA)
    query = {"tenant": "acme", "client_id": "acme-storefront"}
    query["refresh_token"] = customer["refresh_token"]
    assert http.get(f"{ANONYMOUS}/refresh", query_string=query).status_code == 401
    guest = visit(http).get_json()["refresh_token"]
    assert refresh(visitor, guest).status_code == 401


# Customers (cases 3, 4, 169 to 173)


def test_a_login_answers_in_both_spellings(visitor: ApiClient) -> None:
    body = sign_in(visitor, RITA)
    for snake, camel in (
        ("access_token", "accessToken"),
        ("saas_token", "saasToken"),
        ("expires_in", "expiresIn"),
        ("refresh_token", "refreshToken"),
        ("refresh_token_expires_in", "refreshTokenExpiresIn"),
    ):
        assert body[snake] == body[camel]
    assert (body["expires_in"], body["refresh_token_expires_in"]) == (2591999, 86399)
    assert (body["token_type"], body["initialPassword"]) == ("Bearer", False)


def test_the_session_of_the_visitor_goes_on(http: FlaskClient) -> None:
    first = visit(http).get_json()
    body = sign_in(ApiClient(http, first["access_token"]), RITA)
    assert body["session_id"] == first["sessionId"]


def test_another_customer_gets_another_session(http: FlaskClient, visitor: ApiClient) -> None:
    rita = sign_in(visitor, RITA)
    mia = sign_in(ApiClient(http, rita["access_token"]), MIA)
    assert mia["session_id"] != rita["session_id"]


def test_the_address_is_written_in_any_case(visitor: ApiClient) -> None:
    assert sign_in(visitor, {**RITA, "email": " Rita@ACME.example "})


@pytest.mark.parametrize(
    "changes", [{"password": "guess"}, {"password": ""}, {"email": "nobody@acme.example"}]
)
def test_169_a_wrong_password_brings_no_token(visitor: ApiClient, changes: dict[str, str]) -> None:
    reply = visitor.post("/customer/acme/login", json={**RITA, **changes})
    assert fault_of(reply) == "oauth.v2.InvalidCredentials"


def test_169_somebody_inactive_does_not_come_in(visitor: ApiClient, acme: Database) -> None:
    with acme.transaction() as session:
        session.execute(text("UPDATE people SET active = false WHERE id = 'rita'"))
    reply = visitor.post("/customer/acme/login", json=RITA)
    assert fault_of(reply) == "oauth.v2.InvalidCredentials"


def test_nobody_logs_in_without_a_visitors_token(http: FlaskClient) -> None:
    assert http.post("/customer/acme/login", json=RITA).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "rita@acme.example"}, "password"),
        ({**RITA, "email": None}, "email"),
        ({**RITA, "email": 5}, "email"),
        ({**RITA, "email": "a\x00@b"}, "email"),
        ({**RITA, "password": "\ud800"}, "password"),
        ({**RITA, "password": "x" * 10_000}, "password"),
        ([], "body"),
    ],
)
def test_a_login_that_is_none_names_the_field(visitor: ApiClient, body: Any, field: str) -> None:
    reply = visitor.post("/customer/acme/login", json=body)
    document = reply.get_json()
    assert (reply.status_code, document["status"]) == (400, 400)
    assert field in [detail["field"] for detail in document["details"]]


def test_170_the_saas_token_names_the_customer(app: Flask, visitor: ApiClient) -> None:
    token = sign_in(visitor, RITA)["saas_token"]
    now = utcnow()
    with app.app_context():
        assert saas.subject_of(token, "acme", now) == "rita"
        assert saas.subject_of(token, "other", now) is None
        assert saas.subject_of(token, "acme", now + timedelta(seconds=saas.SECONDS + 2)) is None


@pytest.mark.parametrize("token", ["", "a.b.c", "\ud800", "e30.e30.", "x" * 10_000])
def test_170_nonsense_names_nobody(app: Flask, token: str) -> None:
    with app.app_context():
        assert saas.subject_of(token, "acme", utcnow()) is None


def test_170_a_saas_token_without_a_signature_names_nobody(app: Flask, visitor: ApiClient) -> None:
    _, claims, _ = sign_in(visitor, RITA)["saas_token"].split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    with app.app_context():
        assert saas.subject_of(f"{header}.{claims}.", "acme", utcnow()) is None


def test_171_a_refresh_keeps_the_session_and_brings_no_saas_token(visitor: ApiClient) -> None:
    first = sign_in(visitor, RITA)
    reply = refresh(visitor, first["refresh_token"])
    body = reply.get_json()
    assert reply.status_code == 200
    assert body["session_id"] == first["session_id"]
    assert not {"saas_token", "saasToken"} & body.keys()
    assert body["accessToken"] == body["access_token"] != first["access_token"]
    assert visitor.get(LIST).status_code == 403


def test_89_a_refresh_chooses_the_company(http: FlaskClient, visitor: ApiClient) -> None:
    first = sign_in(visitor, MIA)
    body = refresh(visitor, first["refresh_token"], "le3").get_json()
    mia = ApiClient(http, body["access_token"])
    shown = mia.get("/customer/acme/validateauthtoken").get_json()
    assert shown["legalEntityId"] == "le3"
    assert shown["sessionId"] == body["session_id"] == first["session_id"]
    assert refresh(visitor, first["refresh_token"]).status_code == 401


def test_90_no_company_of_others_and_the_token_is_not_used_up(visitor: ApiClient) -> None:
    first = sign_in(visitor, MIA)
    reply = refresh(visitor, first["refresh_token"], "le2")
    body = reply.get_json()
    assert (reply.status_code, body["type"]) == (403, "insufficient_permissions")
    assert "access_token" not in body
    assert refresh(visitor, first["refresh_token"], "le1").status_code == 200


def test_a_refresh_token_that_is_used_twice_ends_its_family(
    http: FlaskClient, visitor: ApiClient
) -> None:
    first = sign_in(visitor, RITA)
    second = refresh(visitor, first["refresh_token"]).get_json()
    assert refresh(visitor, first["refresh_token"]).status_code == 401
    assert ApiClient(http, second["access_token"]).get(LIST).status_code == 401
    assert refresh(visitor, second["refresh_token"]).status_code == 401


def test_a_customer_may_refresh_with_their_own_token_only(
    http: FlaskClient, visitor: ApiClient
) -> None:
    rita, mia = sign_in(visitor, RITA), sign_in(visitor, MIA)
    assert refresh(ApiClient(http, mia["access_token"]), rita["refresh_token"]).status_code == 401
    assert refresh(ApiClient(http, rita["access_token"]), rita["refresh_token"]).status_code == 200


def test_nobody_who_has_gone_is_refreshed(visitor: ApiClient, acme: Database) -> None:
    first = sign_in(visitor, RITA)
    with acme.transaction() as session:
        session.execute(text("UPDATE people SET active = false WHERE id = 'rita'"))
    assert refresh(visitor, first["refresh_token"]).status_code == 401


def test_a_refresh_token_ends_after_a_day(http: FlaskClient, visitor: ApiClient) -> None:
    first = sign_in(visitor, RITA)
    with time_machine.travel(utcnow() + timedelta(days=1, seconds=1)):
        later = ApiClient(http, visit(http).get_json()["access_token"])
        assert refresh(later, first["refresh_token"]).status_code == 401
        assert ApiClient(http, first["access_token"]).get(LIST).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"refreshToken": ""},
        {"refreshToken": "a\x00"},
        {"refreshToken": "x" * 20_000},
        {"refreshToken": "a", "legalEntityId": "\x00"},
    ],
)
def test_a_refresh_that_is_none_is_told_so(visitor: ApiClient, query: dict[str, str]) -> None:
    reply = visitor.get("/customer/acme/refreshauthtoken", query_string=query)
    assert (reply.status_code, reply.get_json()["type"]) == (400, "bad_request")


def test_172_a_token_says_what_it_is_good_for(api: Api) -> None:
    reply = api("rita").get("/customer/acme/validateauthtoken")
    body = reply.get_json()
    scopes = body["scope"].split()
    assert reply.status_code == 200
    assert {"approval.approval_read_own", "approval.approval_manage_own"} < set(scopes)
    assert scopes[-1] == "tenant=acme"
    assert (body["email"], body["legalEntityId"]) == ("rita@acme.example", "le1")
    assert (body["token_type"], bool(body["sessionId"])) == ("Bearer", True)
    assert 2591990 <= body["expires_in"] <= 2591999


def test_172_a_token_of_no_company_names_none(api: Api) -> None:
    body = api("mia", None).get("/customer/acme/validateauthtoken").get_json()
    assert "legalEntityId" not in body


def test_173_a_bad_token_is_a_fault(http: FlaskClient) -> None:
    reply = ApiClient(http, "nonsense").get("/customer/acme/validateauthtoken")
    assert fault_of(reply) == "oauth.v2.InvalidAccessToken"


def test_3_an_expired_token_is_told_so(http: FlaskClient, visitor: ApiClient) -> None:
    rita = ApiClient(http, sign_in(visitor, RITA)["access_token"])
    with time_machine.travel(utcnow() + timedelta(days=30)):
        reply = rita.get(LIST)
    assert fault_of(reply) == "keymanagement.service.access_token_expired"


@pytest.mark.parametrize("named", [True, False])
def test_4_after_the_logout_neither_token_is_good(
    http: FlaskClient, visitor: ApiClient, named: bool
) -> None:
    first = sign_in(visitor, RITA)
    rita = ApiClient(http, first["access_token"])
    query = {"accessToken": first["access_token"]} if named else {}
    reply = rita.get("/customer/acme/logout", query_string=query)
    assert (reply.status_code, reply.data) == (204, b"")
    assert fault_of(rita.get(LIST)) == "oauth.v2.InvalidAccessToken"
    assert refresh(visitor, first["refresh_token"]).status_code == 401


@pytest.mark.parametrize("whose", ["bob", "nobody"])
def test_nobody_logs_others_out(api: Api, whose: str) -> None:
    bob, token = api("bob"), "nonsense"
    if whose == "bob":
        token = bob.token
    rita = api("rita")
    reply = rita.get("/customer/acme/logout", query_string={"accessToken": token})
    assert reply.status_code == 401
    assert bob.get(LIST).status_code == rita.get(LIST).status_code == 200


def test_other_sign_ins_of_the_same_person_go_on(api: Api) -> None:
    phone, desk = api("rita"), api("rita")
    phone.get("/customer/acme/logout", query_string={"accessToken": phone.token})
    assert desk.get(LIST).status_code == 200


def test_only_hashes_of_tokens_are_kept(visitor: ApiClient, acme: Database) -> None:
    body = sign_in(visitor, RITA)
    with acme.reading() as session:
        kept = str(session.execute(text("SELECT * FROM tokens")).all())
    assert body["access_token"] not in kept
    assert body["refresh_token"] not in kept
    assert re.fullmatch(r"[\w-]{28,32}", body["access_token"])


def test_7_8_scopes_of_now_decide(http: FlaskClient, visitor: ApiClient, acme: Database) -> None:
    rita = ApiClient(http, sign_in(visitor, RITA)["access_token"])
    assert rita.get(LIST).status_code == 200
    with acme.transaction() as session:
        session.execute(text("UPDATE memberships SET role = 'CONTACT' WHERE person_id = 'rita'"))
    reply = rita.get(LIST)
    assert reply.status_code == 403
    assert "errorCode" not in reply.get_json()


def test_an_unknown_account_takes_as_long_as_a_wrong_password(
    visitor: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str | None] = []

    def noted(hash_: str | None, secret: str) -> bool:
        verified.append(hash_)
        return passwords.matches(hash_, secret)

    monkeypatch.setattr("webapp.identity.credentials.matches", noted)
    for email in ("rita@acme.example", "nobody@acme.example"):
        visitor.post("/customer/acme/login", json={"email": email, "password": "guess"})
    assert [hash_ is None for hash_ in verified] == [False, True]
