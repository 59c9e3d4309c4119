"""Who is away where somebody is chosen, and what becomes of a deputy who goes (R52)."""

from datetime import date, datetime
from typing import Any

import pytest

from tests.support.cast import ADA, ALAN, BEN, BOB, LATER, NOW, RITA, TENANT, Desk, cart
from webapp.approvals import oversight
from webapp.approvals.cover import Cover
from webapp.carts import queries as carts
from webapp.carts.domain import ResourceType
from webapp.checkout import queries as checkout
from webapp.identity import absences, administration, deputies
from webapp.identity.absence_rules import Days
from webapp.identity.absences import Plan
from webapp.identity.domain import Actor, Away, Role

FRIDAY = date(2026, 3, 6)
SATURDAY = datetime.fromisoformat("2026-03-06T23:00:00+00:00")
UNTIL = "Away until 2026-03-06"


def away(desk: Desk, owner: Actor = BOB, deputy: Actor = BEN) -> Away:
    days = Days(date(2026, 3, 2), FRIDAY)
    plan = Plan(owner_id=owner.person_id, deputy_id=deputy.person_id, days=days)
    return desk.run(absences.leave, owner, plan, now=NOW)


def picked(desk: Desk, actor: Actor, cart_id: str, now: datetime = LATER) -> dict[str, str]:
    """Whom the actor may ask, in order, with what is said of their absence."""
    with desk.database.reading() as session:
        resource = carts.resource(session, TENANT, ResourceType.CART, cart_id)
        assert resource is not None
        found = checkout.candidates(session, actor, resource, now=now)
    allowed = [one for one in found if one.verdict]
    return {one.member.person_id: one.absence.plain() if one.absence else "" for one in allowed}


def covered(desk: Desk, now: datetime = LATER) -> Cover:
    with desk.database.reading() as session:
        return oversight.covered(session, ADA, now=now)


def empowered(desk: Desk, actor: Actor, now: datetime = LATER) -> Actor:
    with desk.database.reading() as session:
        return deputies.empowered(session, actor, now=now)


def test_the_picker_says_who_is_away_and_who_decides_meanwhile(desk: Desk) -> None:
    away(desk)
    found = picked(desk, RITA, "c500-rita")
    assert found["bob"] == f"{UNTIL}, represented by Ben Baker."
    assert {found[who] for who in ("ada", "alan", "ben")} == {""}
    assert picked(desk, RITA, "c500-rita", now=SATURDAY)["bob"] == ""


def test_whoever_is_away_with_nobody_who_may_decide_is_not_offered_first(desk: Desk) -> None:
    desk.ask(RITA, cart("c1500-rita", ADA))
    assert next(iter(picked(desk, RITA, "c500-rita"))) == "ada"
    away(desk, ADA, BEN)
    assert next(iter(picked(desk, RITA, "c500-rita"))) == "ada"
    over = picked(desk, BOB, "c1500-bob")
    assert list(over) == ["alan", "ada"]
    assert over["ada"] == f"{UNTIL}, represented by Ben Baker, who may not decide on this."


def test_a_deputy_who_asks_reads_that_nobody_decides_for_themselves(desk: Desk) -> None:
    away(desk, ADA, BOB)
    found = picked(desk, BOB, "c1500-bob")
    assert list(found) == ["alan", "ada"]
    assert "represented by you, and nobody decides" in found["ada"]


def test_what_waits_names_the_deputy(desk: Desk) -> None:
    asked = desk.ask()
    away(desk)
    with desk.database.reading() as session:
        (row,) = oversight.waiting(session, ADA, oversight.covered(session, ADA, now=LATER)).items
        (load,) = oversight.pending(session, ADA, now=LATER).loads
        overview = oversight.open_overview(session, ADA, asked, now=LATER)
    told = f"{UNTIL}, represented by Ben Baker."
    assert [str(one.absence) for one in (row, load, overview)] == [told] * 3
    assert overview.absence_of("alan") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.run(administration.set_active, ADA, "ben", False, now=LATER),
        lambda desk: desk.run(
            administration.change_role, ADA, "ben", Role.REQUESTER, seen=Role.BUYER, now=LATER
        ),
    ],
    ids=["leaves", "loses the role"],
)
def test_a_deputy_who_goes_leaves_no_silent_gap(desk: Desk, change: Any) -> None:
    desk.run(administration.take_over, ADA, "ben", now=NOW)
    absence = away(desk)
    assert covered(desk).gaps == []
    change(desk)
    assert [gap.away.id for gap in covered(desk).gaps] == [absence.id]
    assert str(covered(desk).words("bob")) == f"{UNTIL}, and nobody represents them any more."
    assert "nobody represents" in picked(desk, RITA, "c500-rita")["bob"]
    assert list(picked(desk, RITA, "c500-rita"))[-1] == "bob"
    # Ada did it; Alan is the other admin.
    assert sorted(desk.told(absence.id)[1:]) == [("no_deputy", "alan"), ("no_deputy", "bob")]


def test_a_group_without_the_deputy_tells_it_as_well(desk: Desk) -> None:
    desk.run(administration.set_group, ADA, ["alan", "bob", "rita"], seen_version=1, now=NOW)
    absence = away(desk, BOB, RITA)
    desk.run(administration.set_group, ADA, ["alan", "bob"], seen_version=2, now=LATER)
    assert sorted(desk.told(absence.id)[1:]) == [("no_deputy", "alan"), ("no_deputy", "bob")]


def test_the_preview_names_the_absence_before_it_happens(desk: Desk) -> None:
    absence = away(desk)
    with desk.database.reading() as session:
        pending = oversight.pending(session, ADA, now=LATER)
    crew = pending.crew
    assert pending.effect(crew.with_role("ben", Role.REQUESTER)).bereft == [absence]
    assert pending.effect(crew.without("ben")).bereft == [absence]
    assert pending.effect(crew.with_role("ben", Role.ADMIN)).bereft == []
    # Whoever approves nothing any more needs nobody who does it for them.
    assert pending.effect(crew.without("bob")).bereft == []


def test_who_comes_back_into_the_role_stands_in_again(desk: Desk) -> None:
    desk.run(administration.take_over, ADA, "ben", now=NOW)
    asked = desk.ask()
    away(desk)
    desk.run(administration.set_active, ADA, "ben", False, now=LATER)
    desk.run(administration.set_active, ADA, "ben", True, now=LATER)
    assert covered(desk).gaps == []
    assert desk.approve(asked, empowered(desk, BEN)).decided_by_id == "ben"


def test_a_program_learns_that_the_deputy_may_order(desk: Desk) -> None:
    asked = desk.ask()
    away(desk)
    for who, allowed in ((empowered(desk, BEN), True), (BEN, False), (ALAN, False)):
        with desk.database.reading() as session:
            found = checkout.permission(session, who, ResourceType.CART, "c500-rita")
        assert (found.verdict.allowed, found.approval_id) == (allowed, asked if allowed else None)
