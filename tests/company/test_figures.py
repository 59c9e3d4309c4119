"""How a company decides, by months of the reader."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.company.test_views import words
from tests.support.app import As
from tests.support.cast import ADA, BOB, NOW, RITA, ROB, Desk, cart
from webapp.approvals import figures as counting
from webapp.approvals.domain import Action
from webapp.approvals.figures import Figures, Month, Span, figures
from webapp.approvals.service import Decision
from webapp.company.charts import HEIGHT, WIDTH, Unit, bars, draw
from webapp.kernel.clock import utcnow

BERLIN = ZoneInfo("Europe/Berlin")


def counted(desk: Desk, *, now: datetime = NOW, zone: ZoneInfo = BERLIN) -> Figures:
    with desk.database.reading() as session:
        return figures(session, ADA, now=now, zone=zone)


def decide(desk: Desk, asked: str, action: Action, *, after: timedelta, now: datetime) -> None:
    decision = Decision(action=action, note="no")
    desk.decide(BOB, asked, decision, now=now + after)


def test_twelve_months_are_counted_this_one_at_the_end(desk: Desk) -> None:
    months = counted(desk).months
    assert [one.first_day for one in months][::11] == [date(2025, 4, 1), date(2026, 3, 1)]
    assert len(months) == 12
    assert counted(desk).year == Span(decided=0, declined=0, median=None)


def test_the_median_and_the_share_of_a_month_are_of_what_was_decided(desk: Desk) -> None:
    for name, who, hours, action in (
        ("c500-rita", RITA, 1, Action.APPROVE),
        ("c500-rob", ROB, 5, Action.DECLINE),
    ):
        asked = desk.ask(who, cart(name))
        decide(desk, asked, action, after=timedelta(hours=hours), now=NOW)
    month = counted(desk).months[-1]
    assert (month.decided, month.declined, month.share) == (2, 1, 0.5)
    assert month.median == timedelta(hours=3)
    assert counted(desk).year.median == timedelta(hours=3)


def test_what_was_withdrawn_was_not_decided(desk: Desk) -> None:
    desk.withdraw(desk.ask())
    assert counted(desk).year.decided == 0


def test_a_month_begins_where_the_reader_is(desk: Desk) -> None:
    asked = desk.ask(now=datetime(2026, 2, 27, 9, tzinfo=UTC))
    late = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    decide(desk, asked, Action.APPROVE, after=timedelta(0), now=late)
    assert counted(desk).months[-1].decided == 1
    assert counted(desk, zone=ZoneInfo("America/Lima")).months[-2].decided == 1


def test_other_companies_and_other_people_see_nothing_of_it(desk: Desk) -> None:
    desk.approve(desk.ask())
    with desk.database.reading() as session:
        assert figures(session, BOB, now=NOW, zone=BERLIN).year.decided == 0


def test_of_very_many_decisions_the_newest_count(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "_LOOKED_AT", 1)
    for name, who in (("c500-rita", RITA), ("c500-rob", ROB)):
        desk.approve(desk.ask(who, cart(name)))
    found = counted(desk)
    assert (found.year.decided, found.is_cut) == (1, True)


def test_bars_stand_on_the_ground_and_stay_in_the_drawing() -> None:
    drawn = bars([Decimal(10), None, Decimal(0), Decimal(5)])
    tall, none, flat, half = drawn
    assert tall.height == 2 * half.height == 128
    assert (none.height, none.value, flat.height) == (0, None, 1)
    assert {one.y + one.height for one in drawn} == {148}
    assert all(one.x >= 0 and one.x + one.width <= WIDTH for one in drawn)
    assert all(0 < one.y - 5 < HEIGHT for one in drawn)
    assert bars([]) == []


@pytest.mark.parametrize(
    ("median", "unit", "value"),
    [
        (timedelta(minutes=42), Unit.MINUTES, "42"),
        (timedelta(seconds=90), Unit.MINUTES, "1.5"),
        (timedelta(hours=4, minutes=30), Unit.HOURS, "4.5"),
        (timedelta(days=2), Unit.HOURS, "48"),
        (timedelta(days=3, hours=12), Unit.DAYS, "3.5"),
    ],
)
def test_times_are_told_in_a_unit_that_fits_the_longest(
    median: timedelta, unit: Unit, value: str
) -> None:
    month = Month(first_day=date(2026, 3, 1), decided=3, declined=1, median=median)
    drawn = draw(Figures(months=[month], year=month, is_cut=False))
    assert drawn.unit is unit
    assert drawn.medians[0].value == Decimal(value)
    assert drawn.shares[0].value == Decimal(33)
    assert drawn.year_share == Decimal("0.33")


def test_the_page_draws_the_figures_and_tells_them_as_a_table(as_: As, desk: Desk) -> None:
    now = utcnow()
    asked = desk.ask(now=now - timedelta(hours=5))
    decide(desk, asked, Action.DECLINE, after=timedelta(0), now=now)
    page = as_("ada").get("/company?view=figures")
    told = words(page)
    assert "In the last twelve months one request was decided." in told
    assert "Half of them took at most 5 hours; 100% were declined." in told
    assert "Time to a decision, median in hours" in told
    assert page.text.count("<figure") == page.text.count('<details class="chart-table"') == 2
    assert page.text.count("<rect ") == 2
    assert f"{now.astimezone(BERLIN):%B %Y} 1 1 100%" in told


def test_a_company_that_decided_nothing_says_so(as_: As) -> None:
    page = as_("olga").get("/company?view=figures")
    assert "so there is nothing to count yet." in words(page)
    assert "<figure" not in page.text
