"""Forms of account and company that are sent twice: pressed again, or after a lost answer."""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from tests.security.stage import ask
from tests.support.app import make_app, sign_in
from tests.support.cast import NOW, Desk
from tests.support.threads import at_once
from webapp.identity.recording import stream_of
from webapp.kernel.ids import new_id

KEY = {"name": "report", "access": "read", "days": "30"}
CLIENT = {"name": "books", "reads_orders": "y"}
HOOK = {"url": "https://hooks.example.com/in", "event_types": "order.created", "version": "0"}
ZOE = {"email": "zoe@acme.example", "first_name": "Zoe", "last_name": "Zank", "role": "B2B_BUYER"}
AWAY = {"first_day": "2026-05-04", "last_day": "2026-05-08", "deputy": "ben"}
LIMIT = {"limit-kind": "limited", "limit-amount": "900", "limit-currency": "EUR"}
_CLIENTS = "SELECT 1 FROM api_clients WHERE company_id = 'le1'"
# Who sends it, where, what it says, and which rows it makes.
SECRETS = {
    "key": ("rita", "/account/keys/new", KEY, "SELECT 1 FROM tokens WHERE kind = 'KEY'"),
    "client": ("ada", "/account/clients/new", CLIENT, _CLIENTS),
    "webhook": ("ada", "/company/webhooks/new", HOOK, "SELECT 1 FROM webhook_endpoints"),
}
PLAIN = {
    "person": ("ada", "/company/people", ZOE),
    "absence": ("bob", "/account/absences/new", AWAY),
    "limit": ("ada", "/company/limit", {**LIMIT, "limit-version": "1", "limit-step": ""}),
    "group": ("ada", "/company/group", {"group-people": "bob", "group-version": "1"}),
    "reasons": ("ada", "/company/reasons", {"phrases": "Too dear", "version": "0", "step": ""}),
}
_SECRET = re.compile(r'id="(?:credential|webhook)-secret"[^>]*>([^<]+)</pre>')


@pytest.fixture
def moment() -> Iterator[time_machine.Traveller]:
    """A time that stands still until a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def app(own_desk: Desk, moment: time_machine.Traveller) -> Flask:
    """The pages of this desk."""
    return make_app(own_desk.database)


def secret_of(reply: Any) -> str:
    """The secret on the page."""
    assert isinstance(reply, TestResponse), reply
    assert reply.status_code == 201, reply.text
    [secret] = _SECRET.findall(reply.text)
    return str(secret)


def history(desk: Desk) -> int:
    """How long the history of the company is."""
    stream = f"SELECT 1 FROM ledger_entries WHERE stream_id = '{stream_of('le1')}'"  # noqa: S608
    return len(desk.sql(stream))


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_made_once_and_shown_to_whoever_pressed_twice(
    app: Flask, own_desk: Desk, moment: time_machine.Traveller, name: str
) -> None:
    who, path, form, rows = SECRETS[name]
    client = sign_in(app, who, "le1")
    [once] = set(re.findall(r'name="once"[^>]* value="([0-9a-f]{24})"', client.get(path).text))
    press = partial(ask, client, path, data={**form, "once": once})
    secrets = {secret_of(one) for one in [*at_once([press, press]), press()]}
    assert len(secrets) == 1
    assert len(own_desk.sql(rows)) == 1
    assert once not in str(own_desk.sql(rows.replace(" 1 ", " * ")))
    assert history(own_desk) == (0 if name == "key" else 1)

    moment.shift(timedelta(minutes=11))
    late = press()
    assert late.status_code == 409
    assert "its secret was shown then" in late.text
    assert len(own_desk.sql(rows)) == 1


@pytest.mark.parametrize("name", SECRETS)
def test_another_form_or_other_words_make_another_secret(
    app: Flask, own_desk: Desk, name: str
) -> None:
    who, path, form, rows = SECRETS[name]
    client, once = sign_in(app, who, "le1"), new_id()
    changed = {**form, "name": "another", "description": "another"}
    told = [{**form, "once": once}, {**changed, "once": once}, {**form, "once": new_id()}, form]
    secrets = {secret_of(ask(client, path, data=one)) for one in told}
    assert len(secrets) == len(own_desk.sql(rows)) == 4


def test_what_was_ended_is_not_shown_again(app: Flask, own_desk: Desk) -> None:
    rita, form = sign_in(app, "rita", "le1"), {**KEY, "once": new_id()}
    first = ask(rita, "/account/keys/new", data=form)
    [key] = set(re.findall(r"key-[0-9a-f]{24}", first.text))
    ask(rita, f"/account/keys/{key}/revocation")
    again = ask(rita, "/account/keys/new", data=form)
    assert again.status_code == 409
    assert secret_of(first) not in again.text


def test_nobody_gets_the_secret_of_somebody_elses_form(app: Flask, own_desk: Desk) -> None:
    form = {**KEY, "once": new_id()}
    replies = [
        ask(sign_in(app, who, "le1"), "/account/keys/new", data=form) for who in ("rita", "bob")
    ]
    assert len({secret_of(one) for one in replies}) == 2


def test_a_new_secret_that_is_asked_for_twice_leaves_the_former_one(
    app: Flask, own_desk: Desk, moment: time_machine.Traveller
) -> None:
    ada = sign_in(app, "ada", "le1")
    ask(ada, "/company/webhooks/new", data={**HOOK, "once": new_id()})
    [(hook, first)] = own_desk.sql("SELECT id, secret FROM webhook_endpoints")
    path = f"/company/webhooks/{hook}/secret"
    seen = re.findall(r'name="version" value="(\d+)"', ada.get(path).text)
    press = partial(ask, ada, path, data={"version": seen})
    secrets = {secret_of(one) for one in [*at_once([press, press]), press()]}
    assert len(secrets) == 1
    assert own_desk.sql("SELECT former_secret FROM webhook_endpoints") == [(first,)]
    assert history(own_desk) == 2

    moment.shift(timedelta(minutes=11))
    assert press().status_code == 409
    assert secret_of(ask(ada, path, data={"version": int(seen[0]) + 1})) not in secrets


@pytest.mark.parametrize("name", PLAIN)
def test_a_form_that_is_sent_twice_counts_once_and_is_answered_alike(
    app: Flask, own_desk: Desk, name: str
) -> None:
    who, path, form = PLAIN[name]
    press = partial(ask, sign_in(app, who, "le1"), path, data=form)
    replies = [*at_once([press, press]), press()]
    answers = [(one.status_code, one.location) for one in replies if isinstance(one, TestResponse)]
    assert answers == [(303, answers[0][1])] * 3
    assert history(own_desk) == 1
    mails = own_desk.sql("SELECT recipient_id FROM outbox_messages")
    assert len(mails) == len(set(mails))


def test_a_change_that_is_sent_twice_is_no_conflict_with_oneself(
    app: Flask, own_desk: Desk
) -> None:
    rita, ada = sign_in(app, "rita", "le1"), sign_in(app, "ada", "le1")
    cart = {"name": "Quay", "lines-0-sku": "DR-18V", "lines-0-quantity": "2"}
    made = str(ask(rita, "/carts/new", data=cart).location)
    ask(ada, "/company/webhooks/new", data=HOOK)
    [(hook,)] = own_desk.sql("SELECT id FROM webhook_endpoints")
    changed = {**HOOK, "description": "ERP", "is_active": "y", "version": "1"}
    for press in (
        partial(ask, rita, f"{made}/edit", data={**cart, "name": "Pier", "version": "1"}),
        partial(ask, ada, f"/company/webhooks/{hook}/edit", data=changed),
    ):
        replies = [*at_once([press, press]), press()]
        assert [one.status_code for one in replies if isinstance(one, TestResponse)] == [303] * 3
    late = ask(rita, f"{made}/edit", data={**cart, "name": "Dock", "version": "1"})
    assert late.status_code == 409
