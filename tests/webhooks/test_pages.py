"""The admin's pages of webhooks and messages."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.support.app import As, HouseClient
from tests.support.cast import ADA, LATER, RITA, TENANT, Desk
from tests.webhooks.conftest import Round, make
from tests.webhooks.receiver import Receiver, answer
from webapp.company.queries import changes
from webapp.identity.recording import open_place
from webapp.outbox.models import Message
from webapp.webhooks import queries
from webapp.webhooks.domain import COMPANY_EVENTS, State
from webapp.webhooks.queries import EndpointView
from webapp.webhooks.service import Shown

URL = "https://hooks.example.com/in"
EVENTS = [str(one) for one in COMPANY_EVENTS]
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


def words(reply: TestResponse) -> str:
    """What stands on the page, in one line."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", reply.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def form(**changes: Any) -> dict[str, Any]:
    """What the form of a webhook sends."""
    return {
        "url": URL,
        "description": "ERP",
        "event_types": EVENTS,
        "is_active": "y",
        "version": "0",
        **changes,
    }


def endpoints(desk: Desk) -> list[EndpointView]:
    with desk.database.reading() as session:
        return queries.listed(session, TENANT)


@pytest.fixture
def ada(as_: As) -> HouseClient:
    return as_("ada")


def test_a_webhook_is_set_up_and_its_secret_is_shown_once(ada: HouseClient, desk: Desk) -> None:
    assert "No program is told of anything yet." in words(ada.get("/company/webhooks"))
    made = ada.post("/company/webhooks/new", data=form())
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    [secret] = set(SECRET.findall(made.text))
    [one] = endpoints(desk)
    assert (one.url, one.description, one.company_id) == (URL, "ERP", "le1")
    assert list(one.event_types) == EVENTS
    for path in ("", f"/{one.id}", f"/{one.id}/edit"):
        assert secret not in ada.get(f"/company/webhooks{path}").text
    assert URL in words(ada.get("/company/webhooks"))
    stored = desk.sql("SELECT secret FROM webhook_endpoints")[0][0]
    assert secret[6:] not in stored


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "http://hooks.example.com/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://intranet/"}, "url"),
        ({"url": "https://a.example/\x00"}, "url"),
        ({"url": "https://a.example/" + "x" * 10_000}, "url"),
        ({"description": "x" * 201}, "description"),
        ({"description": "x" * 10_000}, "description"),
        ({"description": "a\x00b"}, "description"),
        ({"event_types": []}, "event_types"),
        ({"event_types": ["approval.created", "nonsense"]}, "event_types"),
        ({"event_types": ["\x00"]}, "event_types"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    ada: HouseClient, desk: Desk, changes: dict[str, Any], field: str
) -> None:
    reply = ada.post("/company/webhooks/new", data=form(**changes))
    assert reply.status_code == 422
    assert f'id="{field}-error"' in reply.text
    assert endpoints(desk) == []


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_version_that_is_none_is_refused(ada: HouseClient, desk: Desk, version: str) -> None:
    assert ada.post("/company/webhooks/new", data=form(version=version)).status_code == 422
    assert endpoints(desk) == []


def test_an_admin_changes_switches_off_and_removes_it(ada: HouseClient, desk: Desk) -> None:
    ada.post("/company/webhooks/new", data=form())
    [one] = endpoints(desk)
    path = f"/company/webhooks/{one.id}"
    changed = form(version="1", event_types=["order.created"], description="Orders")
    assert ada.post(f"{path}/edit", data=changed).status_code == 303
    changed = form(version="2", event_types=["order.created"])
    del changed["is_active"]
    ada.post(f"{path}/edit", data=changed)
    [one] = endpoints(desk)
    assert (list(one.event_types), one.state) == (["order.created"], State.PAUSED)
    assert "This webhook is switched off" in words(ada.get(path))
    assert ada.post(f"{path}/tests").status_code == 409
    assert ada.post(f"{path}/edit", data=form(version="2")).status_code == 409
    assert "Nothing is sent to" in words(ada.get(f"{path}/removal"))
    reply = ada.post(f"{path}/removal", follow_redirects=True)
    assert "Nothing is sent to https://hooks.example.com/in any more." in words(reply)
    assert endpoints(desk) == []
    with desk.database.reading() as session:
        found = changes(session, ADA, open_place(session, ADA)).items
        told = [one.sentence.plain() for one in found]
    assert told == [
        "Ada Admin removed the webhook to hooks.example.com",
        "Ada Admin switched off the webhook to hooks.example.com",
        "Ada Admin changed the webhook to hooks.example.com",
        "Ada Admin set up a webhook to hooks.example.com",
    ]


def test_a_new_secret_is_shown_once(ada: HouseClient, desk: Desk) -> None:
    first = ada.post("/company/webhooks/new", data=form()).text
    [one] = endpoints(desk)
    path = f"/company/webhooks/{one.id}/secret"
    assert "for a day" in words(ada.get(path))
    reply = ada.post(path)
    assert reply.status_code == 201
    assert set(SECRET.findall(reply.text)).isdisjoint(SECRET.findall(first))
    assert "The former secret signs as well until" in words(ada.get(f"/company/webhooks/{one.id}"))


def test_there_is_an_end_to_how_many(ada: HouseClient, desk: Desk) -> None:
    for number in range(20):
        ada.post("/company/webhooks/new", data=form(url=f"{URL}{number}"))
    assert ada.post("/company/webhooks/new", data=form()).status_code == 403
    assert len(endpoints(desk)) == 20


def test_a_test_is_sent_and_its_answer_can_be_read(
    ada: HouseClient, desk: Desk, receiver: Receiver, run: Round
) -> None:
    from webapp.kernel.clock import utcnow

    hook = make(desk, receiver.url)
    receiver.script = [answer("200 OK", "<b>welcome</b>")]
    path = f"/company/webhooks/{hook.endpoint.id}"
    reply = ada.post(f"{path}/tests", follow_redirects=True)
    assert "There was no attempt yet" in words(reply)
    run.clock.now = utcnow()
    run()
    page = ada.get(reply.request.path)
    assert "Arrived" in words(page)
    assert "&lt;b&gt;welcome&lt;/b&gt;" in page.text
    assert '"type":"ping"' in unescape(page.text)
    assert ada.post(f"{reply.request.path}/replay").status_code == 303
    again = ada.post(f"{reply.request.path}/replay")
    assert again.status_code == 409
    assert "This message waits to be sent already" in words(again)
    run.clock.now = utcnow()
    run()
    assert len(receiver.heard) == 2
    assert len({one.headers["webhook-id"] for one in receiver.heard}) == 1
    assert "ping" in words(ada.get(path))


def test_another_company_finds_nothing(as_: As, desk: Desk, hook: Shown, run: Round) -> None:
    desk.ask()
    with desk.database.reading() as session:
        [row] = queries.deliveries(session, hook.endpoint).items
    olga, path = as_("olga"), f"/company/webhooks/{hook.endpoint.id}"
    for suffix in ("", "/edit", "/secret", "/removal", f"/deliveries/{row.id}"):
        assert olga.get(path + suffix).status_code == 404
    for suffix in ("/edit", "/secret", "/removal", "/tests", f"/deliveries/{row.id}/replay"):
        assert olga.post(path + suffix, data=form()).status_code == 404
    assert olga.post(f"/company/messages/{row.id}/replay").status_code == 404
    assert "No message waits." in words(olga.get("/company/messages"))


def dead(desk: Desk, why: str) -> None:
    with desk.database.transaction() as session:
        session.execute(update(Message).values(status="DEAD", last_error=why))


def test_admins_see_what_was_not_sent_and_why_and_send_it_again(
    ada: HouseClient, desk: Desk
) -> None:
    desk.ask()
    page = words(ada.get("/company/messages"))
    assert "A request to decide Request 1001" in page
    assert "bob@acme.example" in page
    dead(desk, "550 <nobody> here")
    page = words(ada.get("/company/messages?box=failed&kind=mail"))
    assert "550 <nobody> here" in page
    assert "No message was given up." in words(ada.get("/company/messages?box=failed&kind=webhook"))
    [(own,)] = desk.sql("SELECT id FROM outbox_messages")
    assert ada.post(f"/company/messages/{own}/replay").status_code == 303
    assert ada.post(f"/company/messages/{own}/replay").status_code == 409
    assert "No message was given up." in words(ada.get("/company/messages?box=failed"))


@pytest.mark.parametrize("query", ["box=x&kind=y", "box=%00", "after=nonsense", "after=WyIiXQ"])
def test_strange_addresses_are_no_errors(ada: HouseClient, query: str) -> None:
    assert ada.get(f"/company/messages?{query}").status_code in (200, 400, 422)


def test_a_long_list_has_pages(ada: HouseClient, desk: Desk, hook: Shown) -> None:
    ap = desk.ask()
    for number in range(55):
        desk.run(_comment, ap, number)
    first = ada.get("/company/messages?box=waiting&kind=webhook")
    link = re.search(r'href="([^"]+after=[^"]+)"', first.text)
    assert link is not None
    assert "approval.created" in words(ada.get(unescape(link.group(1))))
    page = ada.get(f"/company/webhooks/{hook.endpoint.id}")
    link = re.search(r'href="([^"]+after=[^"]+)"', page.text)
    assert link is not None
    assert "approval.created" in words(ada.get(unescape(link.group(1))))


def _comment(session: Any, approval_id: str, number: int) -> None:
    from webapp.approvals.conversation import say
    from webapp.approvals.domain import Action

    say(session, RITA, approval_id, Action.COMMENT, text=f"No {number}", now=LATER)


def test_pages_say_that_nothing_is_sent(acme: Any, desk: Desk) -> None:
    from tests.support.app import make_app, sign_in

    app: Flask = make_app(desk.database, sending=False)
    ada = sign_in(app, "ada", "le1")
    for path in ("/company/messages", "/company/webhooks"):
        assert "The operator has switched off sending." in words(ada.get(path))


def test_a_webhook_that_was_switched_off_says_why(ada: HouseClient, desk: Desk) -> None:
    hook = make(desk, "http://127.0.0.1:9/")
    for state, why in (("GONE", "410 Gone"), ("FAILING", "nothing for five days")):
        desk.sql(f"UPDATE webhook_endpoints SET state = '{state}'")  # noqa: S608 - our own words
        assert why in words(ada.get(f"/company/webhooks/{hook.endpoint.id}"))
        assert "Off:" in words(ada.get("/company/webhooks"))
