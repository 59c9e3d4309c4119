"""Twenty people who end one request at the same moment, through every door: one of them wins.

Pages with a session and a form token, the API, its checkout, a deputy and the worker, over real
connections. `COUNTERSIGN_TEST_ROUNDS=40` asks for more rounds than the quick suite.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.emporix.conftest import ApiClient, token_for
from tests.emporix.ordering import CHECKOUT, cart_order
from tests.security.stage import DRILL, ask
from tests.support.app import HTMX, make_app, sign_in
from tests.support.cast import BOB, NOW, RITA, Desk, cart
from tests.support.threads import at_once
from webapp.approvals import service
from webapp.carts.service import create
from webapp.identity import absences
from webapp.identity.absence_rules import Days
from webapp.identity.absences import Plan
from webapp.identity.domain import Holder, Origin

ROUNDS = int(os.environ.get("COUNTERSIGN_TEST_ROUNDS", "4"))
# The time of a request is over at the same moment in which it is decided.
AT = NOW + timedelta(days=30) - timedelta(seconds=1)
OVER = NOW + timedelta(days=30)
ENDS = {
    "APPROVE": ("APPROVED", "approved"),
    "DECLINE": ("DECLINED", "declined"),
    "WITHDRAW": ("CLOSED", "withdrawn"),
    "EXPIRE": ("EXPIRED", "expired"),
}
DECIDED = {"step": "approved", "revision": "1"}
ORDERED = {"step": "order", "revision": "1"}
DECLINED = {"step": "declined", "revision": "1", "note": "Too dear"}


@dataclass(frozen=True)
class Doors:
    """The ways into one desk, for the people whom a request concerns."""

    app: Flask
    desk: Desk
    pages: dict[str, FlaskClient]
    api: dict[str, ApiClient]

    def press(self, who: str, path: str, form: dict[str, str], **rest: Any) -> TestResponse:
        """Send a form from a browser of its own, as two windows of one person do."""
        client = self.pages[who]
        assert not isinstance(client, ApiClient)
        return ask(client, path, data=form, **rest)

    def patch(self, who: str, made: str, status: str) -> TestResponse:
        """Set the status by the API."""
        body = [{"op": "replace", "path": "/status", "value": status}]
        return self.api[who].patch(f"/approval/acme/approvals/{made}", json=body)


@pytest.fixture
def moment() -> Iterator[None]:
    """A second before the time of every request is over."""
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def doors(own_desk: Desk, moment: None) -> Doors:
    """Rita asks Bob, who is away and represented by Ben."""
    app = make_app(own_desk.database, token_calls=0, failed_logins=0, page_calls=0, api_searches=0)
    days = Days(date(2026, 4, 1), date(2026, 4, 3))
    plan = Plan(owner_id="bob", deputy_id="ben", days=days)
    own_desk.run(absences.leave, BOB, plan, now=AT)
    people = ("rita", "bob", "ben")
    return Doors(
        app=app,
        desk=own_desk,
        pages={who: sign_in(app, who, "le1") for who in people},
        api={who: program_of(app, who) for who in people},
    )


def program_of(app: Flask, person_id: str, company_id: str = "le1") -> ApiClient:
    """A client of the API with a token of this person."""
    token = token_for(
        app,
        holder=Holder.CUSTOMER,
        origin=Origin.PASSWORD,
        person_id=person_id,
        company_id=company_id,
    )
    return ApiClient(FlaskClient(app), token)


def new_request(doors: Doors) -> tuple[str, str]:
    """A request for a new cart, and the cart."""
    cart_id = doors.desk.run(create, RITA, name="", lines=[DRILL], now=NOW)
    return doors.desk.ask(RITA, cart(cart_id)), cart_id


def deciders(doors: Doors, made: str, cart_id: str) -> list[Callable[[], Any]]:
    """Twenty, through every door there is."""
    page = f"/approvals/{made}"
    order = cart_order(cart_id)
    expire = partial(doors.desk.run, service.expire_due, now=OVER)
    return [
        *[partial(doors.press, "bob", f"{page}/decision", DECIDED)] * 2,
        partial(doors.press, "bob", f"{page}/decision", ORDERED),
        partial(doors.press, "bob", f"{page}/decision", DECLINED, headers=HTMX),
        *[partial(doors.press, "ben", f"{page}/decision", ORDERED)] * 2,
        partial(doors.press, "ben", f"{page}/decision", DECLINED),
        *[partial(doors.press, "rita", f"{page}/withdrawal", {"step": "withdrawn"})] * 2,
        *[partial(doors.patch, "bob", made, "APPROVED")] * 2,
        partial(doors.patch, "bob", made, "DECLINED"),
        partial(doors.patch, "ben", made, "APPROVED"),
        partial(doors.patch, "rita", made, "CLOSED"),
        partial(doors.api["rita"].delete, f"/approval/acme/approvals/{made}"),
        partial(doors.api["bob"].post, CHECKOUT, json=order),
        partial(doors.api["ben"].post, CHECKOUT, json=order),
        partial(doors.api["rita"].post, CHECKOUT, json=order),
        *[expire] * 2,
    ]


def test_one_decision_wins_whichever_door_it_comes_through(doors: Doors) -> None:
    for number in range(ROUNDS):
        made, cart_id = new_request(doors)
        calls = deciders(doors, made, cart_id)
        assert len(calls) == 20
        # Nobody has an advantage: whoever is let go first in one round is last in another.
        replies = at_once(calls[number % 20 :] + calls[: number % 20])
        check_answers(replies)
        check_outcome(doors.desk, made)


def check_answers(replies: list[Any]) -> None:
    """Everybody is answered, and nobody by a fault."""
    faults = [one for one in replies if isinstance(one, Exception)]
    assert not faults
    statuses = Counter(one.status_code for one in replies if isinstance(one, TestResponse))
    assert set(statuses) <= {200, 204, 303, 400, 403, 404, 409}, statuses


def check_outcome(desk: Desk, made: str) -> None:
    """One end in the history, on the row, in the mails; at most one order; a chain that fits."""
    row, actions = desk.approval(made), desk.actions(made)
    [end] = [one for one in actions if one in ENDS]
    status, template = ENDS[end]
    assert row.status == status
    told = [one for one in desk.told(made) if one[0] in {name for _, name in ENDS.values()}]
    assert told
    assert {name for name, _ in told} == {template}
    assert len(told) == len(set(told)), "nobody is told twice"
    orders = [one for one in desk.orders() if one.approval_id == made]
    assert len(orders) == actions.count("ORDER") <= (1 if end == "APPROVE" else 0)
    assert row.order_id == (orders[0].id if orders else None)
    assert row.version == row.ledger_length == len(actions)
    assert desk.broken(made) is None


@pytest.mark.parametrize(
    ("who", "action", "form"),
    [
        ("bob", "decision", DECIDED),
        ("bob", "decision", ORDERED),
        ("bob", "decision", DECLINED),
        ("rita", "withdrawal", {"step": "withdrawn"}),
    ],
)
def test_a_double_click_does_it_once(
    doors: Doors, who: str, action: str, form: dict[str, str]
) -> None:
    made, _ = new_request(doors)
    press = partial(doors.press, who, f"/approvals/{made}/{action}", form)
    at_once_, later = at_once([press, press]), press()
    assert {one.status_code for one in at_once_ if isinstance(one, TestResponse)} <= {303, 409}
    check_outcome(doors.desk, made)
    assert later.status_code in {303, 409}
    assert later.status_code == press().status_code


@pytest.mark.parametrize(
    ("who", "place", "form"),
    [
        ("rita", "comments", {"text": "By Friday, please."}),
        ("bob", "questions", {"step": "asked", "revision": "1", "note": "Why?"}),
    ],
)
def test_words_that_are_sent_twice_are_said_once(
    doors: Doors, who: str, place: str, form: dict[str, str]
) -> None:
    made, _ = new_request(doors)
    press = partial(doors.press, who, f"/approvals/{made}/{place}", form)
    replies = [*at_once([press, press]), press()]
    assert [one.status_code for one in replies if isinstance(one, TestResponse)] == [303] * 3
    assert len({one.headers["Location"] for one in replies if isinstance(one, TestResponse)}) == 1
    assert len(doors.desk.actions(made)) == 2
    assert len(doors.desk.told(made)) == len(set(doors.desk.told(made)))


def test_a_form_for_a_cart_that_is_sent_twice_makes_one(doors: Doors) -> None:
    form = {"new_id": "0123456789abcdef01234567", "name": "Quay"}
    form |= {"lines-0-sku": "DR-18V", "lines-0-quantity": "2"}
    press = partial(doors.press, "rita", "/carts/new", form)
    replies = [one for one in at_once([press, press]) if isinstance(one, TestResponse)]
    assert [one.headers.get("Location") for one in replies] == [f"/carts/{form['new_id']}"] * 2
