"""Counting how often something is asked for, alone and all at once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.support.threads import at_once
from webapp.db import Database
from webapp.identity import limits

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ask(database: Database, who: str = "rita", *, limit: int = 3, after: float = 0) -> int | None:
    with database.transaction() as session:
        now = NOW + timedelta(seconds=after)
        return limits.allow(session, "login", who, limit=limit, per=MINUTE, now=now)


def test_up_to_the_limit_nobody_waits_and_then_until_the_window_ends(database: Database) -> None:
    assert [ask(database) for _ in range(3)] == [None] * 3
    assert ask(database, after=20.5) == 40
    assert ask(database, after=59.9) == 1


def test_the_next_window_begins_afresh(database: Database) -> None:
    for _ in range(5):
        ask(database)
    assert ask(database, after=60) is None


def test_everybody_has_their_own_count(database: Database) -> None:
    for _ in range(4):
        ask(database)
    assert ask(database, "bob") is None


def test_what_is_forgiven_does_not_count(database: Database) -> None:
    for _ in range(10):
        assert ask(database) is None
        with database.transaction() as session:
            limits.forgive(session, "login", "rita")


def test_windows_that_are_over_are_forgotten(database: Database) -> None:
    ask(database)
    ask(database, "bob", after=30)
    with database.transaction() as session:
        assert limits.prune(session, now=NOW + MINUTE) == 1
        assert session.scalar(text("SELECT count(*) FROM rate_windows")) == 1


def test_requests_at_the_same_moment_are_all_counted(own_database: Database) -> None:
    answers = at_once([lambda: ask(own_database, limit=5)] * 12)
    assert sum(answer is None for answer in answers) == 5


@pytest.mark.parametrize("who", ["a\x00b", "\udcff", "x" * 10_000])
def test_any_name_can_be_counted(database: Database, who: str) -> None:
    assert ask(database, who) is None


def test_a_clock_that_was_ahead_keeps_nobody_out(database: Database) -> None:
    for _ in range(4):
        ask(database, after=3600)
    assert ask(database) is None
