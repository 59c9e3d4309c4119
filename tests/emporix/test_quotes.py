"""Quotes through the API: read, listed, answered, and ordered by accepting them (section 7.2)."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.emporix.approving import ask_for_quote, decide, read
from tests.emporix.conftest import Api
from tests.emporix.ordering import QUOTES, answer, order_count
from tests.support.examples import examples
from webapp.extensions import db


def status(api: Api, quote_id: str = "Q1", person: str = "rita") -> Any:
    return api(person).get(f"{QUOTES}/{quote_id}").get_json()["status"]


def test_a_quote_shows_both_prices_and_its_state(app: Flask, api: Api) -> None:
    with app.app_context(), db.transaction() as session:
        session.execute(text("UPDATE quote_items SET new_unit_price='200.00' WHERE id='Q1-1'"))
    quote = api("rita").get(f"{QUOTES}/Q1").get_json()
    assert (quote["id"], quote["status"]) == ("Q1", {"value": "OPEN"})
    assert (quote["currency"], quote["siteCode"], quote["legalEntityId"]) == ("EUR", "main", "le1")
    item = quote["items"][0]
    assert item["id"] == "Q1-1"
    assert item["quantity"]["quantity"] == 1
    assert item["product"]["productId"] == "drill-18v"
    assert item["product"]["name"] == {"en": "Cordless drill 18 V"}
    assert item["price"] == {
        "unitPrice": 250.0,
        "newUnitPrice": 200.0,
        "totalNetValue": 200.0,
        "discount": 50.0,
        "tax": {
            "taxClass": "20%",
            "taxRate": 20.0,
            "prices": {"netValue": 200.0, "grossValue": 240.0},
        },
    }
    assert quote["metadata"]["version"] == 1


def test_everybody_lists_their_own(api: Api) -> None:
    rita = api("rita")
    newest = rita.get(f"{QUOTES}?sort=metadata.createdAt:desc", headers={"X-Total-Count": "true"})
    ids = [one["id"] for one in newest.get_json()]
    assert sorted(ids) == ["Q1", "Q2"]
    assert newest.headers["X-Total-Count"] == "2"
    oldest = rita.get(f"{QUOTES}?sort=metadata.createdAt").get_json()
    assert [one["id"] for one in oldest] == ids[::-1]
    pages = [rita.get(f"{QUOTES}?pageSize=1&pageNumber={n}").get_json() for n in (1, 2, 3)]
    assert [one["id"] for page in pages for one in page] == ids
    assert api("ada").get(QUOTES).get_json() == []


@pytest.mark.parametrize("query", ["sort=id", "sort=%00", "pageSize=0", "pageNumber=-1"])
def test_what_cannot_be_listed_is_named(api: Api, query: str) -> None:
    reply = api("rita").get(f"{QUOTES}?{query}")
    assert reply.status_code == 400
    assert reply.get_json()["details"][0]["field"] == query.partition("=")[0]


def test_a_strangers_quote_does_not_exist(api: Api) -> None:
    for person in ("bob", "ada", "olga"):
        assert api(person).get(f"{QUOTES}/Q1").status_code == 404
        reply = answer(api(person), "Q1", "DECLINED")
        assert (reply.status_code, reply.get_json()["code"]) == (404, 404)
    assert status(api) == {"value": "OPEN"}


def test_the_approver_reads_the_quote_they_decide_on(api: Api) -> None:
    ask_for_quote(api("rita"))
    assert api("bob").get(f"{QUOTES}/Q1").get_json()["id"] == "Q1"
    assert api("ben").get(f"{QUOTES}/Q1").status_code == 404
    assert "Q1" not in {one["id"] for one in api("bob").get(QUOTES).get_json()}


@pytest.mark.parametrize("value", ["DECLINED", "IN_PROGRESS"])
def test_the_owner_answers_once_with_words(api: Api, value: str) -> None:
    rita = api("rita")
    reply = answer(rita, "Q1", value, comment="too dear", quoteReasonId="r1")
    assert (reply.status_code, reply.data) == (204, b"")
    assert status(api) == {"value": value, "comment": "too dear"}
    again = answer(rita, "Q1", value)
    assert (again.status_code, again.get_json()["status"]) == (409, "Conflict")
    assert answer(rita, "Q1", "ACCEPTED").status_code == 409


def test_accepting_orders_where_that_is_permitted(app: Flask, api: Api) -> None:
    assert answer(api("bob"), "Q3", "ACCEPTED").status_code == 403
    assert status(api, "Q3", "bob") == {"value": "OPEN"}
    with app.app_context(), db.transaction() as session:
        session.execute(text("UPDATE companies SET limit_minor = 200000 WHERE id = 'le1'"))
    assert answer(api("bob"), "Q3", "ACCEPTED", comment="Fine").status_code == 204
    assert status(api, "Q3", "bob") == {"value": "ACCEPTED", "comment": "Fine"}
    assert order_count(api("bob")) == 1
    assert answer(api("bob"), "Q3", "ACCEPTED").status_code == 409


def test_the_approver_approves_by_accepting(api: Api) -> None:
    rita, bob = api("rita"), api("bob")
    made = ask_for_quote(rita)
    assert answer(rita, "Q1", "ACCEPTED").status_code == 403
    assert answer(rita, "Q1", "DECLINED").status_code == 409
    assert answer(bob, "Q1", "DECLINED").status_code == 404
    assert answer(bob, "Q1", "ACCEPTED", comment="Good price").status_code == 204
    document = read(rita, made)
    assert (document["status"], document["approverComment"]) == ("APPROVED", "Good price")
    assert status(api) == {"value": "ACCEPTED", "comment": "Good price"}
    assert order_count(rita) == 1


def test_an_approved_quote_is_accepted_by_its_owner(api: Api) -> None:
    made = ask_for_quote(api("rita"))
    decide(api("bob"), made, "APPROVED")
    assert answer(api("rita"), "Q1", "ACCEPTED").status_code == 204
    assert read(api("rita"), made)["createdResource"]["id"]


def test_a_bare_operation_in_any_case_is_taken(api: Api) -> None:
    operation = {"op": "rePlace", "path": "/status", "value": {"value": "DECLINED"}}
    assert api("rita").patch(f"{QUOTES}/Q1", json=operation).status_code == 204


GOOD: dict[str, Any] = {"op": "REPLACE", "path": "/status", "value": {"value": "DECLINED"}}
WRONG: list[tuple[Any, str]] = [
    ([], "body"),
    ([GOOD, GOOD], "body"),
    ("DECLINED", "body"),
    ([1], "body"),
    ({**GOOD, "op": "remove"}, "op"),
    ({**GOOD, "op": 1}, "op"),
    ({**GOOD, "path": "/items"}, "path"),
    ({**GOOD, "path": "status"}, "path"),
    ({**GOOD, "value": "DECLINED"}, "value"),
    ({**GOOD, "value": {}}, "value.value"),
    ({**GOOD, "value": {"value": "LOST"}}, "value.value"),
    ({**GOOD, "value": {"value": "DECLINED", "comment": 1}}, "value.comment"),
    ({**GOOD, "value": {"value": "DECLINED", "comment": "x" * 10_000}}, "value.comment"),
    ({**GOOD, "value": {"value": "DECLINED", "comment": "\x00"}}, "value.comment"),
]


@pytest.mark.parametrize(("body", "field"), WRONG)
def test_what_is_wrong_is_named(api: Api, body: Any, field: str) -> None:
    reply = api("rita").patch(f"{QUOTES}/Q1", json=body)
    assert reply.status_code == 400
    assert [one["field"] for one in reply.get_json()["details"]] == [field]
    assert status(api) == {"value": "OPEN"}


@pytest.mark.parametrize(
    "value", ["OPEN", "CREATING", "AWAITING", "EXPIRED", "DECLINED_BY_MERCHANT"]
)
def test_other_states_are_given_by_the_shop(api: Api, value: str) -> None:
    assert answer(api("rita"), "Q1", value).status_code == 400


def test_words_that_cannot_be_kept_are_refused(api: Api) -> None:
    assert answer(api("rita"), "Q1", "DECLINED", comment="bell \x07").status_code == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(operation=st.fixed_dictionaries({"op": JSON, "path": JSON, "value": JSON}), inner=JSON)
def test_no_body_is_a_fault_of_the_server(api: Api, operation: dict[str, Any], inner: Any) -> None:
    rita = api("rita")
    value = {"value": "IN_PROGRESS", "comment": inner}
    for body in (
        inner,
        [operation],
        {**GOOD, "value": inner},
        {**GOOD, "op": operation["op"], "value": value},
    ):
        assert rita.patch(f"{QUOTES}/Q1", json=body).status_code < 500
