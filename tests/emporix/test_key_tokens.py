"""Personal API keys at `/oauth/token`: a customer's token for a script of theirs."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.emporix.conftest import ApiClient
from tests.support.cast import MIA, RITA
from webapp.db import Database
from webapp.identity import keys
from webapp.identity.domain import Actor
from webapp.identity.keys import Shown
from webapp.kernel.clock import utcnow

SCOPES = "/iam/acme/users/me/scopes"
VALIDATE = "/customer/acme/validateauthtoken"


def make(database: Database, actor: Actor = RITA, **options: object) -> Shown:
    given: dict[str, object] = {"lifetime": timedelta(days=30), **options}
    with database.transaction() as session:
        return keys.create(session, actor, "A script", now=utcnow(), **given)  # type: ignore[arg-type]


def ask(app: Flask, shown: Shown, **changes: str) -> TestResponse:
    form = {
        "grant_type": "client_credentials",
        "client_id": shown.key.id,
        "client_secret": shown.secret,
        **changes,
    }
    return FlaskClient(app).post("/oauth/token", data=form)


def caller(app: Flask, shown: Shown, **changes: str) -> ApiClient:
    reply = ask(app, shown, **changes)
    assert reply.status_code == 200, reply.text
    return ApiClient(FlaskClient(app), reply.get_json()["access_token"])


def test_a_key_brings_a_token_of_its_owner(app: Flask, acme: Database) -> None:
    shown = make(acme)
    body = ask(app, shown).get_json()
    assert (body["expires_in"], body["refresh_token"]) == (14399, "")
    assert {"approval.approval_manage_own", "tenant=acme"} < set(body["scope"].split())
    reply = ApiClient(FlaskClient(app), body["access_token"]).get(SCOPES)
    assert reply.get_json()["userId"] == "rita"


def test_its_use_is_noted(app: Flask, acme: Database) -> None:
    shown = make(acme)
    ask(app, shown)
    with acme.reading() as session:
        (key,) = keys.listed(session, RITA, now=utcnow())
    assert key.last_used_at is not None


@pytest.mark.parametrize("changes", [{"client_secret": "a guess"}, {"tenant": "other"}])
def test_a_wrong_secret_or_tenant_brings_no_token(
    app: Flask, acme: Database, changes: dict[str, str]
) -> None:
    reply = ask(app, make(acme), **changes)
    assert (reply.status_code, reply.get_json()["error"]) == (401, "invalid_client")


def test_the_secret_is_no_token(app: Flask, acme: Database) -> None:
    assert ApiClient(FlaskClient(app), make(acme).secret).get(SCOPES).status_code == 401


def test_a_token_may_be_for_one_of_ones_companies(app: Flask, acme: Database) -> None:
    shown = make(acme, MIA)
    assert "legalEntityId" not in caller(app, shown).get(VALIDATE).get_json()
    body = caller(app, shown, legalEntityId="le3").get(VALIDATE).get_json()
    assert body["legalEntityId"] == "le3"
    reply = ask(app, shown, legalEntityId="le2")
    assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid_request")


def test_a_key_of_one_company_is_for_no_other(app: Flask, acme: Database) -> None:
    shown = make(acme, MIA, company_id="le1")
    assert caller(app, shown).get(VALIDATE).get_json()["legalEntityId"] == "le1"
    assert ask(app, shown, legalEntityId="le1").status_code == 200
    assert ask(app, shown, legalEntityId="le3").status_code == 400


def test_a_token_may_have_fewer_scopes_than_the_key_and_no_more(app: Flask, acme: Database) -> None:
    shown = make(acme, scopes_=["iam.scope_read_own", "approval.approval_read_own"])
    few = caller(app, shown, scope="iam.scope_read_own approval.approval_manage_own")
    assert few.get(SCOPES).get_json()["scopes"] == "iam.scope_read_own tenant=acme"
    all_ = caller(app, shown).get(SCOPES).get_json()["scopes"]
    assert all_ == "approval.approval_read_own iam.scope_read_own tenant=acme"
    reply = ask(app, shown, scope="approval.approval_manage_own")
    assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid_scope")


def test_a_revoked_key_ends_its_tokens(app: Flask, acme: Database) -> None:
    shown, other = make(acme), make(acme)
    script, another = caller(app, shown), caller(app, other)
    with acme.transaction() as session:
        keys.revoke(session, RITA, shown.key.id, now=utcnow())
    assert script.get(SCOPES).status_code == 401
    assert ask(app, shown).status_code == 401
    assert another.get(SCOPES).status_code == 200


def test_no_token_outlives_its_key(app: Flask, acme: Database) -> None:
    shown = make(acme, lifetime=timedelta(hours=1))
    script = caller(app, shown)
    assert script.get(VALIDATE).get_json()["expires_in"] <= 3600
    with time_machine.travel(utcnow() + timedelta(hours=1, seconds=1)):
        assert script.get(SCOPES).status_code == 401
        assert ask(app, shown).status_code == 401


def test_logging_out_ends_one_token_and_not_the_key(app: Flask, acme: Database) -> None:
    shown = make(acme)
    script, other = caller(app, shown), caller(app, shown)
    assert script.get("/customer/acme/logout").status_code == 204
    assert script.get(SCOPES).status_code == 401
    assert other.get(SCOPES).status_code == 200
    assert ask(app, shown).status_code == 200


def test_keys_of_somebody_inactive_open_nothing(app: Flask, acme: Database) -> None:
    shown = make(acme)
    script = caller(app, shown)
    with acme.transaction() as session:
        session.execute(text("UPDATE people SET active = false WHERE id = 'rita'"))
    assert script.get(SCOPES).status_code == 401
    assert ask(app, shown).status_code == 401
