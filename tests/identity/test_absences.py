"""Being away (R52): for which days, represented by whom, told to whom, and how it ends."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.cast import ADA, BEN, BOB, GUS, LATER, MIA_WERK, NOW, OLGA, RITA, TENANT, Desk
from webapp.identity import absences, deputies
from webapp.identity.absence_rules import Days
from webapp.identity.absences import Plan
from webapp.identity.domain import Actor, Away
from webapp.identity.recording import stream_of
from webapp.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.ledger.queries import events

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


def plan(
    owner: Actor = BOB, deputy: Actor = BEN, first: date = MONDAY, last: date = FRIDAY
) -> Plan:
    return Plan(owner_id=owner.person_id, deputy_id=deputy.person_id, days=Days(first, last))


def leave(desk: Desk, actor: Actor = BOB, what: Plan | None = None, **rest: Any) -> Away:
    return desk.run(absences.leave, actor, what or plan(**rest), now=NOW)


def empowered(desk: Desk, actor: Actor, now: datetime) -> Actor:
    with desk.database.reading() as session:
        return deputies.empowered(session, actor, now=now)


def represents(desk: Desk, actor: Actor, now: datetime) -> list[str]:
    return [one.owner_id for one in empowered(desk, actor, now).represents]


def planned(desk: Desk, owner: Actor, now: datetime = NOW) -> list[Away]:
    with desk.database.reading() as session:
        return deputies.planned(session, TENANT, str(owner.company_id), owner.person_id, now=now)


@pytest.mark.parametrize(
    ("zone", "days", "starts", "ends"),
    [
        ("Europe/Berlin", ((3, 3), (3, 3)), "2026-03-02T23:00", "2026-03-03T23:00"),
        # The clocks go forward: a day of 23 hours; and back: one of 25.
        ("Europe/Berlin", ((3, 29), (3, 29)), "2026-03-28T23:00", "2026-03-29T22:00"),
        ("Europe/Berlin", ((10, 25), (10, 25)), "2026-10-24T22:00", "2026-10-25T23:00"),
        ("Pacific/Auckland", ((3, 3), (3, 4)), "2026-03-02T11:00", "2026-03-04T11:00"),
        ("America/New_York", ((3, 3), (3, 3)), "2026-03-03T05:00", "2026-03-04T05:00"),
        # There is no midnight on this day in Beirut: it begins at one o'clock.
        ("Asia/Beirut", ((3, 29), (3, 29)), "2026-03-28T22:00", "2026-03-29T21:00"),
    ],
)
def test_whole_days_of_the_zone_become_instants(
    zone: str, days: tuple[tuple[int, int], tuple[int, int]], starts: str, ends: str
) -> None:
    first, last = (date(2026, *day) for day in days)
    span = Days(first, last).span(ZoneInfo(zone), NOW)
    assert span.starts_at == datetime.fromisoformat(starts).replace(tzinfo=UTC)
    assert span.ends_at == datetime.fromisoformat(ends).replace(tzinfo=UTC)


def test_an_absence_that_begins_today_begins_now(desk: Desk) -> None:
    away = leave(desk)
    assert away.starts_at == NOW
    assert away.ends_at == datetime(2026, 3, 6, 23, 0, tzinfo=UTC)


def test_a_deputy_represents_from_the_first_moment_to_before_the_last(desk: Desk) -> None:
    away = leave(desk, first=date(2026, 3, 4))
    moments = (away.starts_at - timedelta(seconds=1), away.starts_at, away.ends_at)
    assert [represents(desk, BEN, moment) for moment in moments] == [[], ["bob"], []]
    assert represents(desk, BEN, away.ends_at - timedelta(seconds=1)) == ["bob"]
    assert represents(desk, ADA, away.starts_at) == []


def test_a_deputy_elsewhere_stands_in_for_the_days_of_whoever_is_away(desk: Desk) -> None:
    """In Berlin the clocks go forward on that day; in Auckland it is another day for half of it."""
    desk.sql("UPDATE people SET time_zone = 'Pacific/Auckland' WHERE id = 'ben'")
    leave(desk, first=date(2026, 3, 29), last=date(2026, 3, 29))
    first, last = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    second = timedelta(seconds=1)
    moments = (first - second, first, last - second, last)
    assert [represents(desk, BEN, one) for one in moments] == [[], ["bob"], ["bob"], []]


def test_who_has_represented_somebody_is_known_to_have_done_so(desk: Desk) -> None:
    assert not empowered(desk, BEN, NOW).has_represented
    away = leave(desk)
    assert empowered(desk, BEN, away.ends_at).has_represented


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ((FRIDAY, MONDAY), "last_day"),
        ((date(2026, 3, 1), FRIDAY), "first_day"),
        ((date(2027, 3, 4), date(2027, 3, 5)), "first_day"),
        ((MONDAY, date(2027, 3, 3)), "last_day"),
    ],
)
def test_days_that_cannot_be_are_refused_by_name(
    desk: Desk, days: tuple[date, date], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        leave(desk, first=days[0], last=days[1])
    assert list(caught.value.fields) == [field]
    assert planned(desk, BOB) == []


def test_today_is_the_day_of_whoever_is_away(desk: Desk) -> None:
    desk.sql("UPDATE people SET time_zone = 'Pacific/Auckland' WHERE id = 'bob'")
    evening = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # Tuesday in Auckland
    with pytest.raises(Invalid):
        desk.run(absences.leave, BOB, plan(), now=evening)


@pytest.mark.parametrize("deputy", [RITA, BOB, MIA_WERK, OLGA])
def test_only_another_approver_of_the_company_stands_in(desk: Desk, deputy: Actor) -> None:
    with pytest.raises(Invalid) as caught:
        leave(desk, deputy=deputy)
    assert list(caught.value.fields) == ["deputy"]


def test_somebody_who_is_not_active_stands_in_for_nobody(desk: Desk) -> None:
    desk.sql("UPDATE memberships SET active = false WHERE person_id = 'ben'")
    with pytest.raises(Invalid, match="not active"):
        leave(desk)


def test_whom_nothing_waits_for_needs_no_deputy(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        leave(desk, RITA, plan(owner=RITA))


def test_a_member_of_the_group_may_be_represented(desk: Desk) -> None:
    assert leave(desk, GUS, plan(owner=GUS, deputy=OLGA)).deputy_id == "olga"


def test_nobody_is_away_twice_at_once(desk: Desk) -> None:
    leave(desk, first=date(2026, 3, 4))
    with pytest.raises(Invalid, match="Bob Buyer is away from"):
        leave(desk, deputy=ADA, first=FRIDAY, last=date(2026, 3, 9))
    leave(desk, deputy=ADA, first=date(2026, 3, 7), last=date(2026, 3, 9))
    assert [one.deputy_id for one in planned(desk, BOB)] == ["ben", "ada"]


def test_there_are_no_chains_so_a_deputy_is_not_away(desk: Desk) -> None:
    leave(desk, BEN, plan(owner=BEN, deputy=ADA, first=FRIDAY, last=FRIDAY))
    with pytest.raises(Invalid, match="Choose somebody else") as caught:
        leave(desk)
    assert list(caught.value.fields) == ["deputy"]
    leave(desk, last=date(2026, 3, 5))


def test_admins_plan_for_their_people_and_nobody_else_does(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        leave(desk, BEN, plan())
    with pytest.raises(NotFound):
        leave(desk, OLGA, plan())
    leave(desk, ADA, plan())
    assert [one.deputy_id for one in planned(desk, BOB)] == ["ben"]


def test_both_are_told_except_whoever_does_it(desk: Desk) -> None:
    away = leave(desk)
    assert desk.told(away.id) == [("represent", "ben")]
    desk.run(absences.come_back, ADA, away.id, now=LATER)
    assert desk.told(away.id)[1:] == [("represent_no_more", "bob"), ("represent_no_more", "ben")]


def test_it_stands_in_the_history_of_the_company(desk: Desk) -> None:
    away = leave(desk)
    desk.run(absences.come_back, BOB, away.id, now=LATER)
    with desk.database.reading() as session:
        told = events(session, TENANT, stream_of("le1"))
    assert [(one.action, one.actor_name, one.data["deputy"]) for one in told] == [
        ("AWAY", "Bob Buyer", "Ben Baker"),
        ("BACK", "Bob Buyer", "Ben Baker"),
    ]


def test_an_absence_ends_early_at_once_and_only_once(desk: Desk) -> None:
    away = leave(desk)
    assert represents(desk, BEN, LATER) == ["bob"]
    desk.run(absences.come_back, BOB, away.id, now=LATER)
    assert represents(desk, BEN, LATER) == []
    with pytest.raises(NotFound):
        desk.run(absences.come_back, BOB, away.id, now=LATER)
    # The days are free again.
    leave(desk, deputy=ADA)


def test_what_is_over_is_not_ended(desk: Desk) -> None:
    away = leave(desk)
    with pytest.raises(Conflict):
        desk.run(absences.come_back, BOB, away.id, now=away.ends_at)


@pytest.mark.parametrize("stranger", [BEN, RITA, OLGA])
def test_an_absence_of_somebody_else_does_not_exist(desk: Desk, stranger: Actor) -> None:
    away = leave(desk)
    with pytest.raises(NotFound):
        desk.run(absences.come_back, stranger, away.id, now=LATER)
    assert represents(desk, BEN, LATER) == ["bob"]
