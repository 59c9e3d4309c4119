"""When somebody is away (R52)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from webapp.identity.domain import Away

MOMENT = timedelta(microseconds=1)
AWAY = Away(
    id="a1",
    company_id="le1",
    owner_id="bob",
    owner_name="Bob Buyer",
    deputy_id="ben",
    deputy_name="Ben Baker",
    first_day=date(2026, 3, 2),
    last_day=date(2026, 3, 6),
    starts_at=datetime(2026, 3, 1, 23, tzinfo=UTC),
    ends_at=datetime(2026, 3, 6, 23, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("now", "is_away"),
    [
        (AWAY.starts_at - MOMENT, False),
        (AWAY.starts_at, True),
        (AWAY.ends_at - MOMENT, True),
        (AWAY.ends_at, False),
    ],
)
def test_an_absence_lasts_from_its_first_moment_and_ends_before_its_last(
    now: datetime, is_away: bool
) -> None:
    assert AWAY.covers(now) is is_away
