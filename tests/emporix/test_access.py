"""Who gets into the API: tokens of every kind, tenants, and refusals in its own words."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.emporix.conftest import Api, ApiClient
from webapp.emporix.access import RULES
from webapp.kernel.clock import utcnow

LIST = "/approval/acme/approvals"
INVALID = {
    "fault": {
        "faultstring": "Invalid access token",
        "detail": {"errorcode": "oauth.v2.InvalidAccessToken"},
    }
}


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Basic YTpi", "Bearer", "Bearer \xe9"])
def test_without_a_good_token_every_answer_is_the_same_fault(
    app: Flask, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header}
    reply = FlaskClient(app).get(LIST, headers=headers)
    assert (reply.status_code, reply.get_json()) == (401, INVALID)


def test_an_expired_token_is_told_so(app: Flask, api: Api) -> None:
    rita = api("rita")
    with time_machine.travel(utcnow() + timedelta(days=31)):
        reply = rita.get(LIST)
    assert reply.status_code == 401
    code = reply.get_json()["fault"]["detail"]["errorcode"]
    assert code == "keymanagement.service.access_token_expired"


def test_a_program_has_no_business_with_approvals(program: ApiClient) -> None:
    reply = program.get(LIST)
    assert (reply.status_code, reply.get_json()) == (401, INVALID)


def test_a_visitor_is_forbidden(guest: ApiClient) -> None:
    reply = guest.get(LIST)
    assert reply.status_code == 403
    body = reply.get_json()
    assert (body["code"], body["status"]) == (403, "Forbidden")
    assert "errorCode" not in body


def test_a_missing_scope_is_named(api: Api) -> None:
    reply = api("rita", scopes=("approval.approval_manage_own",)).get(LIST)
    assert reply.status_code == 403
    body = reply.get_json()
    assert body["details"] == ["missing scope: approval.approval_read_own"]
    assert "errorCode" not in body


@pytest.mark.parametrize("tenant", ["ACME", "a", "ac-me", "a" * 17, "1acme"])
def test_a_tenant_that_cannot_be_is_refused(api: Api, tenant: str) -> None:
    reply = api("rita").get(f"/approval/{tenant}/approvals")
    assert (reply.status_code, reply.get_json()["errorCode"]) == (400, "APPROVAL-400001")


def test_a_token_is_good_for_its_own_tenant_only(api: Api) -> None:
    assert api("rita").get("/approval/other/approvals").status_code == 401


def test_a_header_may_not_name_another_tenant(api: Api) -> None:
    assert api("rita").get(LIST, headers={"Emporix-Tenant": "other"}).status_code == 400


def test_an_unknown_path_of_the_api_is_answered_in_its_words(api: Api) -> None:
    reply = api("rita").get("/approval/acme/nothing")
    assert (reply.status_code, reply.get_json()["code"]) == (404, 404)


def test_somebody_inactive_is_nobody(app: Flask, api: Api) -> None:
    rita = api("rita")
    with app.app_context():
        from sqlalchemy import text

        from webapp.extensions import db

        with db.transaction() as session:
            session.execute(text("UPDATE people SET active = false WHERE id = 'rita'"))
    assert rita.get(LIST).status_code == 401


def test_every_operation_has_a_rule_and_every_rule_an_operation(app: Flask) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api_")}
    assert known == set(RULES)
