"""When an endpoint is asked again, when a message is given up, and what became of an attempt."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest

from webapp.webhooks.domain import (
    LIFE,
    PLAN,
    Outcome,
    is_lost,
    new_secret,
    rest_after,
    wait_after,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome(status=None, error="The connection was refused."), "The connection was refused."),
        (Outcome(status=None), "There was no answer."),
        (Outcome(status=299), "It answered 299."),
        (Outcome(status=300), "It answered 300; redirects are not followed."),
        (Outcome(status=399), "It answered 399; redirects are not followed."),
        (Outcome(status=400), "It answered 400."),
    ],
)
def test_an_attempt_says_why_it_was_not_taken(outcome: Outcome, words: str) -> None:
    assert outcome.in_words() == words


def test_a_secret_is_32_random_bytes_in_the_form_of_standard_webhooks() -> None:
    secrets = {new_secret() for _ in range(3)}
    assert len(secrets) == 3
    for secret in secrets:
        prefix, _, rest = secret.partition("_")
        assert (prefix, len(b64decode(rest, validate=True))) == ("whsec", 32)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 5), (1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (999, 300)]
)
def test_an_endpoint_that_fails_rests_twice_as_long_each_time(failures: int, seconds: int) -> None:
    assert rest_after(failures, 0.5) == timedelta(seconds=seconds)
    assert rest_after(failures, 0.0) == timedelta(seconds=seconds * 0.75)
    assert rest_after(failures, 1.0) == timedelta(seconds=seconds * 1.25)


@pytest.mark.parametrize(
    ("attempts", "is_away", "seconds"),
    [(1, False, 5), (2, True, 300), (3, True, 1800), (4, False, 7200), (4, True, 1800)],
)
def test_while_the_endpoint_is_away_a_message_waits_half_an_hour_at_most(
    attempts: int, is_away: bool, seconds: int
) -> None:
    wait = wait_after(attempts, NOW, is_away=is_away, chance=0.5, now=NOW)
    assert wait == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("attempts", "age", "is_given_up"),
    [
        (PLAN.attempts, LIFE, True),
        (PLAN.attempts + 1, LIFE + SECOND, True),
        (PLAN.attempts - 1, LIFE, False),
        (PLAN.attempts, LIFE - SECOND, False),
    ],
)
def test_a_message_is_given_up_after_ten_attempts_and_three_days(
    attempts: int, age: timedelta, is_given_up: bool
) -> None:
    wait = wait_after(attempts, NOW - age, is_away=False, chance=0.5, now=NOW)
    assert (wait is None) is is_given_up


@pytest.mark.parametrize(
    ("since", "lost"),
    [
        (None, False),
        (NOW - timedelta(days=5), True),
        (NOW - timedelta(days=5) + SECOND, False),
    ],
)
def test_an_endpoint_that_failed_for_five_days_is_switched_off(
    since: datetime | None, lost: bool
) -> None:
    assert is_lost(since, NOW) is lost
