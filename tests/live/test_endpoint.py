"""`GET /live` on both databases: who hears of what, when, and in which process."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.support.app import HouseClient, make_app, sign_in, statements
from tests.support.cast import ADA, BOB, RITA, Desk, cart, own_desk
from webapp.approvals.reassignment import reassign
from webapp.approvals.submission import submit
from webapp.identity import session_store
from webapp.identity.domain import Role
from webapp.identity.models import Membership, WebSession
from webapp.kernel.clock import utcnow
from webapp.live import board, lobby
from webapp.live.views import let_wait

__all__ = ["own_desk"]

NEWS, NOTHING = 200, 204
COMPANY = "/live/company"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question is a look, so that no test has to wait."""
    monkeypatch.setattr(board, "REFRESH", 0)


@pytest.fixture
def process(own_desk: Desk) -> Flask:
    """One web process over a database with real commits."""
    return make_app(own_desk.database)


def moment() -> int:
    return int(utcnow().timestamp() * 1000)


def asks(client: HouseClient, seen: object, path: str = "/live") -> int:
    return client.get(f"{path}?seen={seen}").status_code


def test_a_new_request_is_news_for_both_sides_and_nobody_else(
    process: Flask, own_desk: Desk
) -> None:
    people = {name: sign_in(process, name) for name in ("rita", "bob", "ada", "olga")}
    opened = moment()
    assert {asks(client, opened) for client in people.values()} == {NOTHING}
    own_desk.ask(now=utcnow())
    heard = {name: asks(client, opened) for name, client in people.items()}
    assert heard == {"rita": NEWS, "bob": NEWS, "ada": NOTHING, "olga": NOTHING}


def test_another_process_hears_of_it_too(process: Flask, own_desk: Desk) -> None:
    other = make_app(own_desk.database)
    here, there = sign_in(process, "bob"), sign_in(other, "bob")
    opened = moment()
    assert (asks(here, opened), asks(there, opened)) == (NOTHING, NOTHING)
    asked = own_desk.ask(now=utcnow())
    assert (asks(here, opened), asks(there, opened)) == (NEWS, NEWS)
    fetched = moment()
    assert (asks(here, fetched + 1), asks(there, fetched + 1)) == (NOTHING, NOTHING)
    own_desk.withdraw(asked, now=utcnow())
    assert (asks(here, fetched), asks(there, fetched)) == (NEWS, NEWS)


def test_what_is_undone_is_no_news(process: Flask, own_desk: Desk) -> None:
    bob, opened = sign_in(process, "bob"), moment()
    assert asks(bob, opened) == NOTHING
    with own_desk.database.transaction() as session:
        submit(session, RITA, cart("c500-rita"), now=utcnow())
        session.flush()  # it did reach the database
        session.rollback()
    assert asks(bob, opened) == NOTHING


def test_who_no_longer_decides_hears_that_it_is_gone(process: Flask, own_desk: Desk) -> None:
    asked = own_desk.ask(now=utcnow())
    bob, ben = sign_in(process, "bob"), sign_in(process, "ben")
    assert asks(bob, 0) == NEWS
    opened = moment() + 1
    own_desk.run(reassign, ADA, asked, "ben", seen=BOB.person_id, now=utcnow())
    assert (asks(bob, opened), asks(ben, opened)) == (NEWS, NEWS)


def test_a_process_that_starts_afresh_tells_what_was_missed(process: Flask, own_desk: Desk) -> None:
    opened = moment()
    own_desk.ask(now=utcnow())
    assert asks(sign_in(make_app(own_desk.database), "bob"), opened) == NEWS
    assert asks(sign_in(make_app(own_desk.database), "ada"), opened) == NOTHING


@pytest.mark.parametrize("seen", ["", "x", "-1", "1e9", "٣", "9" * 500, "%00", "1&seen=2"])
def test_a_question_that_makes_no_sense_is_answered_with_a_new_page(
    process: Flask, seen: str
) -> None:
    bob = sign_in(process, "bob")
    assert asks(bob, seen) == asks(bob, seen) == NEWS


def test_one_look_serves_everybody(
    process: Flask, own_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [sign_in(process, name) for name in ("rita", "bob", "ada", "olga")]
    opened = moment()
    for client in people:
        asks(client, opened)
    monkeypatch.setattr(board, "REFRESH", 60_000)
    with statements(process) as counted:
        for client in people * 10:
            assert asks(client, opened) == NOTHING
    assert counted.seen == []


def test_a_session_that_ended_is_asked_to_sign_in(
    process: Flask, own_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, ben = sign_in(process, "bob"), sign_in(process, "ben")
    assert asks(bob, 0) == NEWS
    with own_desk.database.transaction() as session:
        session_store.end_all(session, "acme", "bob", now=utcnow())
    monkeypatch.setattr(board, "CHECK", 0)
    asks(ben, 0)
    reply = bob.get("/live?seen=0")
    assert reply.status_code == 302
    assert "/sign-in" in reply.headers["Location"]


def test_who_signed_out_is_not_even_told_that_something_happened(
    process: Flask, own_desk: Desk
) -> None:
    bob, opened = sign_in(process, "bob"), moment()
    assert asks(bob, opened) == NOTHING
    with own_desk.database.transaction() as session:
        session_store.end_all(session, "acme", "bob", now=utcnow())
    own_desk.ask(now=utcnow())
    assert asks(bob, opened) == 302


def test_the_pages_of_a_company_hear_of_all_its_requests_and_no_others(
    process: Flask, own_desk: Desk
) -> None:
    people = {name: sign_in(process, name) for name in ("ada", "olga", "bob")}
    opened = moment()
    assert {asks(one, opened, COMPANY) for one in people.values()} == {NOTHING, 403}
    own_desk.ask(now=utcnow())
    heard = {name: asks(one, opened, COMPANY) for name, one in people.items()}
    assert heard == {"ada": NEWS, "olga": NOTHING, "bob": 403}
    assert asks(people["ada"], opened) == NOTHING


def test_who_is_an_admin_no_longer_hears_nothing_more_of_the_company(
    process: Flask, own_desk: Desk
) -> None:
    ada, opened = sign_in(process, "ada"), moment()
    assert asks(ada, opened, COMPANY) == NOTHING
    with own_desk.database.transaction() as session:
        session.execute(
            update(Membership).where(Membership.person_id == "ada").values(role=Role.BUYER)
        )
    own_desk.ask(now=utcnow())
    assert asks(ada, opened, COMPANY) == 403


def test_a_page_waits_for_its_answer_until_something_happens(
    process: Flask, own_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_wait(process, 1)
    monkeypatch.setattr(lobby, "PATIENCE", 60)
    bob, other, opened = sign_in(process, "bob"), sign_in(process, "bob"), moment()
    assert (asks(bob, opened), asks(other, opened)) == (NOTHING, NOTHING)
    with ThreadPoolExecutor(1) as pool:
        # Not as the house's client: that one counts what others write meanwhile as its own.
        waiting = pool.submit(FlaskClient.open, bob, f"/live?seen={opened}")
        with pytest.raises(TimeoutError):
            waiting.result(0.3)
        # There is a place for one; everybody else is answered.
        assert asks(other, opened) == NOTHING
        assert other.get("/inbox").status_code == NEWS
        own_desk.ask(now=utcnow())
        assert waiting.result(10).status_code == NEWS
    for thread in threading.enumerate():
        if thread.name == "live":
            thread.join(5)


def test_answers_are_never_kept_and_carry_the_headers_of_every_page(process: Flask) -> None:
    bob, now = sign_in(process, "bob"), moment() + 1
    through_flask, quick = bob.get(f"/live?seen={now}"), bob.get(f"/live?seen={now}")
    for reply in (through_flask, quick):
        assert reply.status_code == NOTHING
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.data == b""
    assert "X-Request-ID" not in quick.headers


def test_asking_is_no_sign_of_life(process: Flask, own_desk: Desk) -> None:
    bob, quiet_since = sign_in(process, "bob"), utcnow() - timedelta(minutes=30)
    with own_desk.database.transaction() as session:
        session.execute(update(WebSession).values(seen_at=quiet_since))
    for path in ("/inbox", "/live?seen=0"):
        assert bob.get(path, headers={"X-Background": "live"}).status_code == NEWS
        assert _last_seen(own_desk) == quiet_since
    bob.get("/inbox")
    assert _last_seen(own_desk) > quiet_since


def _last_seen(desk: Desk) -> datetime:
    with desk.database.reading() as session:
        return session.scalars(select(WebSession.seen_at)).one()
