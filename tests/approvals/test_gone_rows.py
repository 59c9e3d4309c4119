"""What an open inbox is told about rows that others have ended, when it asks for itself again."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.support.app import make_app, sign_in
from tests.support.cast import BOB, RITA, Desk, own_desk
from webapp.approvals import conversation
from webapp.approvals.domain import Action
from webapp.kernel.clock import utcnow

__all__ = ["own_desk"]


@pytest.fixture
def process(own_desk: Desk) -> Flask:
    """One web process over a database with real commits."""
    return make_app(own_desk.database)


def inbox(process: Flask, person: str, shown: str, query: str = "") -> str:
    reply = sign_in(process, person).get(f"/inbox{query}", headers={"X-Shown": shown})
    assert reply.status_code == 200
    return reply.text


def test_a_withdrawn_request_says_who_withdrew_it(process: Flask, own_desk: Desk) -> None:
    asked = own_desk.ask(now=utcnow() - timedelta(minutes=5))
    own_desk.withdraw(asked, now=utcnow())
    page = inbox(process, "bob", asked)
    assert f'id="ended-request-{asked}"' in page
    assert "Withdrawn by Rita Roe, just now" in page


def test_an_answer_that_was_waited_for_says_whose_turn_it_is(
    process: Flask, own_desk: Desk
) -> None:
    asked = own_desk.ask(now=utcnow() - timedelta(minutes=5))
    for actor, action in ((BOB, Action.ASK), (RITA, Action.ANSWER)):
        own_desk.run(conversation.say, actor, asked, action, text="Why?", now=utcnow())
    assert "It is your turn now" in inbox(process, "bob", asked, "?box=waiting")


def test_what_still_stands_in_the_list_is_not_marked(process: Flask, own_desk: Desk) -> None:
    asked = own_desk.ask(now=utcnow())
    assert "ended-request" not in inbox(process, "bob", asked)
    assert "ended-request" not in inbox(process, "bob", asked, "?box=all")


def test_nobody_learns_of_requests_of_others(process: Flask, own_desk: Desk) -> None:
    asked = own_desk.ask(now=utcnow() - timedelta(minutes=5))
    own_desk.withdraw(asked, now=utcnow())
    for person in ("ben", "ada", "olga", "rita"):
        assert "ended-request" not in inbox(process, person, asked)


@pytest.mark.parametrize("shown", ["", ",", "x" * 5000, "'; --", "a," * 500, "\x7f"])
def test_a_list_of_rows_that_makes_no_sense_is_not_listened_to(
    process: Flask, own_desk: Desk, shown: str
) -> None:
    assert "ended-request" not in inbox(process, "bob", shown)
