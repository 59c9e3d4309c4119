"""`Idempotency-Key`: a repeated request is carried out once and answered as it was."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.emporix.conftest import COMPANIES, Api, ApiClient, token_for
from tests.support.app import Rows, make_app
from tests.support.cast import DETAILS
from tests.support.databases import Backend
from tests.support.threads import at_once
from webapp.db import Database
from webapp.emporix import repeats
from webapp.emporix.repeats import Claim
from webapp.identity.domain import Holder, Origin
from webapp.kernel.clock import utcnow

APPROVALS = "/approval/acme/approvals"
CARTS = "/cart/acme/carts"
REPLAYED = "Idempotent-Replayed"


def request_for(cart_id: str = "c500-rita", **changes: Any) -> dict[str, Any]:
    """The body of a request for approval by Bob."""
    return {
        "resourceType": "CART",
        "resourceId": cart_id,
        "action": "CHECKOUT",
        "approver": {"userId": "bob"},
        "comment": "please",
        "details": DETAILS,
        **changes,
    }


def send(client: ApiClient, key: str, body: dict[str, Any] | None = None) -> TestResponse:
    return client.post(APPROVALS, json=body or request_for(), headers={"Idempotency-Key": key})


def listed(client: ApiClient) -> int:
    return len(client.get(APPROVALS).get_json())


def test_the_first_answer_is_given_again(api: Api) -> None:
    rita = api("rita")
    first, again = send(rita, "k1"), send(rita, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.get_json() == first.get_json()
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert listed(rita) == 1


def test_another_token_of_the_same_person_is_the_same_client(api: Api) -> None:
    assert send(api("rita"), "k1").get_json() == send(api("rita"), "k1").get_json()


def test_a_cart_is_made_filled_and_merged_once(api: Api, guest: ApiClient) -> None:
    rita = api("rita")
    new = {"currency": "EUR", "siteCode": "main"}
    drill = {"itemYrn": "urn:yaas:saasag:caasproduct:product:acme;drill-18v", "quantity": 2}
    mine = []

    def twice(client: ApiClient, path: str, body: Any) -> Any:
        key = {"Idempotency-Key": f"key of {path}"}
        first, again = (client.post(path, json=body, headers=key) for _ in range(2))
        assert first.status_code in {200, 201}, first.text
        assert again.headers[REPLAYED] == "true"
        assert (again.status_code, again.get_json()) == (first.status_code, first.get_json())
        assert again.headers.get("Location") == first.headers.get("Location")
        return first.get_json()

    for client in (rita, guest):
        mine.append(twice(client, CARTS, new)["cartId"])
        path = f"{CARTS}/{mine[-1]}"
        twice(client, f"{path}/items", drill)
        twice(client, f"{path}/itemsBatch", [drill])
        assert [one["quantity"] for one in client.get(f"{path}/items").get_json()] == [4]
    other = rita.post(CARTS, json=new).get_json()["cartId"]
    merged = twice(rita, f"{CARTS}/{other}/merge", {"carts": mine[:1]})
    assert [one["quantity"] for one in merged["items"]] == [4]


def test_a_refusal_is_given_again_too(api: Api) -> None:
    rita = api("rita")
    body = request_for(approver={"userId": "rob"})
    first, again = send(rita, "k1", body), send(rita, "k1", body)
    assert (first.status_code, again.status_code) == (400, 400)
    assert again.get_json() == first.get_json()
    assert again.headers[REPLAYED] == "true"


def test_another_body_under_the_same_key_is_refused(api: Api) -> None:
    rita = api("rita")
    send(rita, "k1")
    other = send(rita, "k1", request_for(comment="something else"))
    assert other.status_code == 422
    assert listed(rita) == 1


def test_keys_of_different_people_have_nothing_to_do_with_each_other(api: Api) -> None:
    assert send(api("rita"), "k1").status_code == 201
    assert send(api("rob"), "k1", request_for("c500-rob")).status_code == 201


def test_a_key_is_forgotten_after_a_day(api: Api) -> None:
    rita = api("rita")
    assert send(rita, "k1").status_code == 201
    with time_machine.travel(utcnow() + timedelta(hours=25)):
        late = send(rita, "k1")
    assert late.status_code == 409
    assert REPLAYED not in late.headers


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_that_cannot_be_kept_is_refused(api: Api, key: str) -> None:
    reply = send(api("rita"), key)
    assert reply.status_code == 400
    assert "Idempotency-Key" in reply.get_json()["message"]


def test_who_comes_while_the_first_is_at_work_is_told_to_wait(app: Flask, api: Api) -> None:
    rita = api("rita")
    with _at_work(app, rita, "k1"):
        assert send(rita, "k1").status_code == 409
    with time_machine.travel(utcnow() + timedelta(seconds=61)):
        assert send(rita, "k1").status_code == 201


def test_a_change_is_carried_out_once(api: Api) -> None:
    rita, bob = api("rita"), api("bob")
    path = f"{APPROVALS}/{send(rita, 'k1').get_json()['id']}"
    change = [{"op": "replace", "path": "/comment", "value": "sooner please"}]
    headers = {"Idempotency-Key": "k2"}
    first = rita.patch(path, json=change, headers=headers)
    again = rita.patch(path, json=change, headers=headers)
    assert (first.status_code, again.status_code) == (204, 204)
    assert again.headers[REPLAYED] == "true"
    assert bob.get(path).get_json()["metadata"]["version"] == 2


def test_an_order_is_placed_once_and_named_twice(api: Api) -> None:
    bob = api("bob")
    body = {
        "cartId": "c500-bob",
        "customer": {"id": "bob", "firstName": "Bob", "lastName": "Buyer"},
        **{name: DETAILS[name] for name in ("addresses", "shipping", "paymentMethods")},
    }
    replies = [
        bob.post(
            "/checkout/acme/checkouts/order", json=body, headers={"Idempotency-Key": "order-1"}
        )
        for _ in range(2)
    ]
    assert [reply.status_code for reply in replies] == [200, 200]
    assert replies[0].get_json() == replies[1].get_json()


def test_many_at_once_come_to_one_effect(backend: Backend, acme_rows: Rows) -> None:
    with backend.own() as database:
        fill(database, acme_rows)
        app = make_app(database)
        token = token_for(
            app,
            holder=Holder.CUSTOMER,
            origin=Origin.PASSWORD,
            person_id="rita",
            company_id=COMPANIES["rita"],
        )

        def call() -> TestResponse:
            return send(ApiClient(FlaskClient(app), token), "k1")

        replies = at_once([call] * 12)
        statuses = {reply.status_code for reply in replies if isinstance(reply, TestResponse)}
        assert statuses <= {201, 409}
        assert len({reply.get_json()["id"] for reply in _made(replies)}) == 1
        assert listed(ApiClient(FlaskClient(app), token)) == 1


def test_a_fault_of_the_server_leaves_nothing_and_can_be_tried_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    rita = api("rita")

    def away(*_args: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("gone"))

    with monkeypatch.context() as broken:
        broken.setattr(repeats, "keep", away)
        assert send(rita, "k1").status_code == 503
    assert listed(rita) == 0
    assert send(rita, "k1").status_code == 201


def test_what_can_no_longer_be_repeated_is_forgotten(app: Flask, api: Api) -> None:
    send(api("rita"), "k1")
    with app.app_context():
        jobs: list[Callable[..., int]] = app.extensions["jobs"]
        for job in jobs:
            job(utcnow() + timedelta(hours=25))
        from webapp.extensions import db

        with db.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM idempotency_keys")) == 0


def fill(database: Database, rows: Rows) -> None:
    with database.transaction() as session:
        for table, found in rows:
            session.execute(table.insert(), found)


def _made(replies: list[Any]) -> list[TestResponse]:
    return [
        reply
        for reply in replies
        if isinstance(reply, TestResponse) and reply.status_code == HTTPStatus.CREATED
    ]


class _at_work:  # noqa: N801 - reads as a word
    """The key is claimed by an attempt that has not answered yet, for this very request."""

    def __init__(self, app: Flask, client: ApiClient, key: str) -> None:
        self.app, self.client, self.key = app, client, key

    def __enter__(self) -> None:
        seen: list[Claim] = []
        claim = repeats.claim

        def note(session: Session, mine: Claim, **options: Any) -> Any:
            seen.append(mine)
            claim(session, mine, **options)
            raise OperationalError("INSERT", {}, Exception("stopped before the work"))

        with pytest.MonkeyPatch.context() as stopped:
            stopped.setattr(repeats, "claim", note)
            send(self.client, self.key)
        with self.app.app_context():
            from webapp.extensions import db

            with db.transaction() as session:
                claim(session, seen[0], now=utcnow())

    def __exit__(self, *_: object) -> None: ...
