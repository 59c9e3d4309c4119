"""The two settings of approvals, read and changed by programs."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.emporix.conftest import Api, ApiClient
from tests.support.cast import NOW, RITA, TENANT, cart, quote
from webapp.approvals.submission import submit
from webapp.db import Database
from webapp.identity import queries
from webapp.kernel.errors import Invalid
from webapp.seeding import service as seeding

ALL = "/configuration/acme/configurations"
DAYS = "approval.default_expiryDays"
QUOTES = "approval.enableQuoteApprovalProcess"


def body(key: str, value: Any, version: int = 1) -> dict[str, Any]:
    """How a setting is answered."""
    return {"key": key, "value": value, "secured": False, "version": version}


def test_both_settings_are_listed_with_their_defaults(acme: Database, program: ApiClient) -> None:
    with acme.transaction() as session:
        session.execute(text("UPDATE tenants SET settings = '{}'"))
    assert program.get(ALL).get_json() == [body(DAYS, 30), body(QUOTES, True)]
    assert program.get(f"{ALL}/{DAYS}").get_json() == body(DAYS, 30)


@pytest.mark.parametrize("value", [7, "7"])
def test_a_changed_lifetime_counts_for_new_requests_at_once(
    acme: Database, program: ApiClient, value: object
) -> None:
    reply = program.put(f"{ALL}/{DAYS}", json={"key": DAYS, "value": value, "secured": False})
    assert (reply.status_code, reply.get_json()) == (200, body(DAYS, 7, 2))
    assert program.get(f"{ALL}/{DAYS}").get_json() == body(DAYS, 7, 2)
    with acme.transaction() as session:
        made = submit(session, RITA, cart("c500-rita"), now=NOW)
        assert made.expires_at == NOW + timedelta(days=7)


@pytest.mark.parametrize("value", [False, "false", "FALSE"])
def test_quotes_may_do_without_approval_from_now_on(
    acme: Database, program: ApiClient, value: object
) -> None:
    reply = program.post(ALL, json={"key": QUOTES, "value": value})
    assert (reply.status_code, reply.get_json()) == (201, body(QUOTES, False, 2))
    with acme.transaction() as session, pytest.raises(Invalid) as refused:
        submit(session, RITA, quote("Q1"), now=NOW)
    assert refused.value.code == "quotes_off"


def test_several_are_set_together_and_answered_in_order(program: ApiClient) -> None:
    reply = program.post(ALL, json=[{"key": QUOTES, "value": "true"}, {"key": DAYS, "value": 3650}])
    assert reply.status_code == 201
    assert reply.get_json() == [body(QUOTES, True, 2), body(DAYS, 3650, 2)]


def test_all_of_them_or_none(program: ApiClient) -> None:
    reply = program.post(ALL, json=[{"key": DAYS, "value": 5}, {"key": QUOTES, "value": "maybe"}])
    assert reply.status_code == 400
    assert program.get(f"{ALL}/{DAYS}").get_json() == body(DAYS, 30)


def test_who_read_an_older_version_changes_nothing(program: ApiClient) -> None:
    path = f"{ALL}/{DAYS}"
    assert program.put(path, json={"value": 10, "version": 1}).status_code == 200
    reply = program.put(path, json={"value": 20, "version": 1})
    assert (reply.status_code, reply.get_json()["status"]) == (409, "Conflict")
    assert program.put(path, json={"value": 20, "version": 2}).get_json() == body(DAYS, 20, 3)
    assert program.put(path, json={"value": 30}).get_json() == body(DAYS, 30, 4)


@pytest.mark.parametrize(
    "value",
    [
        *(0, -1, 3651, 1.5, 30.0, 10**30, True, None, [30], {"days": 30}),
        *("", " 30", "3e1", "٣٠", "30 days", "9" * 10_000),
    ],
)
def test_a_lifetime_that_cannot_be_is_refused(program: ApiClient, value: object) -> None:
    reply = program.put(f"{ALL}/{DAYS}", json={"value": value})
    assert reply.status_code == 400
    assert reply.get_json()["details"][0]["field"] == DAYS
    assert program.get(f"{ALL}/{DAYS}").get_json() == body(DAYS, 30)


@pytest.mark.parametrize("value", [1, 0, "yes", "", None, [], {}, 1.0])
def test_a_switch_is_on_or_off(program: ApiClient, value: object) -> None:
    reply = program.put(f"{ALL}/{QUOTES}", json={"value": value})
    assert reply.status_code == 400
    assert reply.get_json()["details"][0]["field"] == QUOTES


def test_other_keys_do_not_exist_and_cannot_be_made(program: ApiClient) -> None:
    assert program.get(f"{ALL}/limit_basis").status_code == 404
    for reply in (
        program.post(ALL, json={"key": "limit_basis", "value": "net"}),
        program.put(f"{ALL}/limit_basis", json={"value": "net"}),
        program.put(f"{ALL}/configuration.versions", json={"value": {}}),
    ):
        assert reply.status_code == 400
        assert DAYS in reply.get_json()["message"]
        assert QUOTES in reply.get_json()["message"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (b"", "body"),
        (b"30", "body"),
        (b"{", "body"),
        (b'{"value": NaN}', "body"),
        (b'{"value": 1e999}', "value"),
        (b'{"value": "\\u0000"}', "value"),
        (b'{"value": "\\ud800"}', "value"),
        (b"{}", "value"),
        (b'{"key": 5, "value": 30}', "key"),
        (b'{"key": "another", "value": 30}', "key"),
        (b'{"value": 30, "version": "1"}', "version"),
    ],
)
def test_what_cannot_be_read_is_refused(program: ApiClient, sent: bytes, field: str) -> None:
    reply = program.put(f"{ALL}/{DAYS}", data=sent, content_type="application/json")
    assert reply.status_code == 400
    assert reply.get_json()["details"][0]["field"].startswith(field)


@pytest.mark.parametrize("sent", [[], [5], [{"value": 30}], {"value": 30}, [{}] * 51])
def test_an_array_holds_configurations_with_keys(program: ApiClient, sent: object) -> None:
    assert program.post(ALL, json=sent).status_code == 400


def test_people_have_no_business_with_settings(api: Api, guest: ApiClient) -> None:
    for caller in (api("ada"), guest):
        assert caller.get(ALL).status_code == 403
        assert caller.put(f"{ALL}/{DAYS}", json={"value": 1}).status_code == 403


def test_reading_settings_is_not_enough_to_change_them(acme: Database, program: ApiClient) -> None:
    with acme.transaction() as session:
        session.execute(
            text("UPDATE api_clients SET scopes = :scopes WHERE id = 'acme-service'"),
            {"scopes": '["configuration.configuration_view"]'},
        )
    assert program.get(ALL).status_code == 200
    reply = program.put(f"{ALL}/{DAYS}", json={"value": 1})
    assert reply.status_code == 403
    assert reply.get_json()["details"] == ["missing scope: configuration.configuration_manage"]


def test_a_program_of_one_company_may_not_touch_the_tenant(
    acme: Database, program: ApiClient
) -> None:
    with acme.transaction() as session:
        session.execute(text("UPDATE api_clients SET company_id = 'le1' WHERE id = 'acme-service'"))
    assert program.get(ALL).status_code == 403


def test_the_log_says_who_changed_what(program: ApiClient) -> None:
    with capture_logs() as lines:
        program.put(f"{ALL}/{DAYS}", json={"value": 10})
    line = next(line for line in lines if line["event"] == "setting changed")
    assert (line["client"], line["key"], line["old"], line["new"]) == ("acme-service", DAYS, 30, 10)


def test_other_settings_and_imports_stay_as_they_are(acme: Database, program: ApiClient) -> None:
    with acme.transaction() as session:
        session.execute(text('UPDATE tenants SET settings = \'{"limit_basis": "net"}\''))
    program.put(f"{ALL}/{DAYS}", json={"value": 10})
    with acme.transaction() as session:
        seeding.load(session, {"tenant": TENANT, "settings": {QUOTES: False}}, now=NOW)
    with acme.reading() as session:
        known = queries.settings(session, TENANT)
        assert (known.expiry_days, known.quotes_need_approval) == (10, False)
        assert known.limit_basis == "net"
    assert program.get(f"{ALL}/{DAYS}").get_json() == body(DAYS, 10, 2)
    assert program.get(f"{ALL}/{QUOTES}").get_json()["value"] is False
