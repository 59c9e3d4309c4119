"""Waits and giving up."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.outbox.domain import MAILS, MAX_ATTEMPTS, MAX_REFUSALS, wait_in_outage

chances = st.floats(0, 1)


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(0, 10), (1, 10), (2, 20), (3, 40), (9, 2560), (10, 3600), (MAX_ATTEMPTS, 3600)],
)
def test_a_wait_doubles_up_to_an_hour(attempt: int, seconds: int) -> None:
    assert MAILS.wait(attempt, 0.5) == timedelta(seconds=seconds)


def test_the_attempts_outlast_a_server_that_is_sick_for_an_hour() -> None:
    waits = (MAILS.wait(attempt, 0.0) for attempt in range(1, MAX_ATTEMPTS))
    assert sum(waits, timedelta()) > timedelta(hours=2)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 2), (2, 4), (5, 32), (6, 60), (999, 60)])
def test_a_server_that_is_away_is_asked_every_minute(failures: int, seconds: int) -> None:
    assert wait_in_outage(failures, 0.5) == timedelta(seconds=seconds)


@given(st.integers(1, 50), chances)
def test_chance_spreads_by_a_quarter(number: int, chance: float) -> None:
    for wait in (MAILS.wait, wait_in_outage):
        middle = wait(number, 0.5)
        assert middle * 0.749 <= wait(number, chance) <= middle * 1.251


def test_who_says_never_is_asked_less_often() -> None:
    assert not MAILS.is_over(MAX_ATTEMPTS - 1, refused=False)
    assert MAILS.is_over(MAX_ATTEMPTS, refused=False)
    assert not MAILS.is_over(MAX_REFUSALS - 1, refused=True)
    assert MAILS.is_over(MAX_REFUSALS, refused=True)
