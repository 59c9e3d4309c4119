"""Rows of the inbox that were written before: they say what they would say now."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.support.app import As
from tests.support.cast import BOB, RITA, Desk
from webapp import i18n
from webapp.approvals.domain import Action
from webapp.approvals.dossier import SOON, VERY_SOON
from webapp.fragments import far
from webapp.kernel.clock import utcnow

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SPEAKING = Flask("webapp")
i18n.init_app(SPEAKING)
SECONDS = st.integers(-20 * 86400, 20 * 86400)


def test_a_row_follows_the_request_and_its_reader(as_: As, desk: Desk) -> None:
    request_id = desk.ask(now=utcnow() - timedelta(hours=2))
    bob = as_("bob")
    assert "Waiting 2 hours" in row(bob.get("/inbox").text, request_id)
    assert row(bob.get("/inbox").text, request_id) == row(bob.get("/inbox").text, request_id)
    desk.say(BOB, request_id, Action.ASK, "Why?", now=utcnow())
    desk.say(RITA, request_id, Action.ANSWER, "Because.", now=utcnow())
    assert "Rita answered your question" in row(bob.get("/inbox").text, request_id)
    desk.sql("UPDATE people SET language = 'de' WHERE id = 'bob'")
    assert ">510,00<" in row(bob.get("/inbox").text, request_id)


def test_a_row_is_written_anew_when_its_time_reads_otherwise(
    as_: As, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id = desk.ask(now=utcnow() - timedelta(hours=2))
    bob = as_("bob")
    bob.get("/inbox")
    later = utcnow() + timedelta(hours=1)
    for place in ("approvals.inbox_rows", "approvals.inbox_views"):
        monkeypatch.setattr(f"webapp.{place}.business_now", lambda: later)
    assert "Waiting 3 hours" in row(bob.get("/inbox").text, request_id)


@given(SECONDS, st.integers(0, 3700))
def test_times_that_count_as_one_read_as_one(seconds: int, passed: int) -> None:
    at, later = NOW + timedelta(seconds=seconds), NOW + timedelta(seconds=passed)
    if far(at, NOW) == far(at, later):
        with SPEAKING.app_context():
            assert _words(at, NOW) == _words(at, later)


def row(page: str, request_id: str) -> str:
    """The row of this request on the page."""
    found = re.search(rf'<li class="row[^>]*id="request-{request_id}".*?</li>', page, re.DOTALL)
    assert found
    return found[0]


def _words(at: datetime, now: datetime) -> tuple[str, bool, bool]:
    return i18n.duration(now - at), at - now < VERY_SOON, at - now < SOON
