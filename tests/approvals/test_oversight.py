from dataclasses import replace

import pytest

from tests.support.cast import ADA, ALAN, BOB, LATER, NOW, OLGA, RITA, ROB, Desk, cart, quote
from webapp.approvals import oversight
from webapp.approvals.domain import Action
from webapp.identity.domain import Actor
from webapp.kernel.errors import Invalid, NotFound
from webapp.kernel.money import Money


def waiting(desk: Desk, actor: Actor = ADA, cursor: str | None = None) -> list[str]:
    with desk.database.reading() as session:
        found = oversight.covered(session, ADA, now=LATER)
        listed = oversight.waiting(session, actor, found, cursor=cursor).items
        return [one.summary.id for one in listed]


def test_an_admin_sees_what_waits_for_others_and_nobody_else_does(desk: Desk) -> None:
    first = desk.ask(RITA, now=NOW)
    second = desk.ask(ROB, cart("c500-rob", ALAN), now=LATER)
    assert waiting(desk) == [first, second]
    for actor in (BOB, RITA, OLGA, replace(ADA, company_id="le2"), replace(ADA, company_id=None)):
        assert waiting(desk, actor) == []
    with desk.database.reading() as session:
        assert (oversight.count(session, ADA), oversight.count(session, BOB)) == (2, 0)


def test_what_is_decided_waits_no_more(desk: Desk) -> None:
    desk.approve(desk.ask())
    assert waiting(desk) == []


def loads(desk: Desk, actor: Actor = ADA) -> dict[str, int]:
    with desk.database.reading() as session:
        return {
            one.person_id: one.count for one in oversight.pending(session, actor, now=LATER).loads
        }


def test_a_request_waits_for_whose_move_it_is(desk: Desk) -> None:
    asked = desk.ask(RITA)
    desk.ask(ROB, cart("c500-rob", ALAN))
    assert loads(desk) == {"bob": 1, "alan": 1}
    desk.say(BOB, asked, Action.ASK, "Do we need this?")
    assert loads(desk) == {"rita": 1, "alan": 1}
    assert loads(desk, BOB) == {}


def test_what_waits_longest_for_somebody_is_named(desk: Desk) -> None:
    first = desk.ask(RITA, now=NOW)
    desk.ask(ROB, cart("c500-rob"), now=LATER)
    with desk.database.reading() as session:
        pending = oversight.pending(session, ADA, now=LATER)
    (load,) = pending.loads
    assert (load.name, load.count, load.oldest.id) == ("Bob Buyer", 2, first)
    assert pending.longest is not None
    assert pending.longest.id == first
    assert not pending.is_cut


def test_of_very_many_requests_the_oldest_are_looked_at(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oversight, "_LOOKED_AT", 1)
    first = desk.ask(RITA, now=NOW)
    desk.ask(ROB, cart("c500-rob"), now=LATER)
    with desk.database.reading() as session:
        pending = oversight.pending(session, ADA, now=LATER)
    assert [one.id for one in pending.cases] == [first]
    assert pending.is_cut
    assert pending.effect(pending.crew).is_cut


def test_a_request_whose_approver_may_not_decide_any_more_says_so(desk: Desk) -> None:
    desk.ask()
    with desk.database.reading() as session:
        (fine,) = oversight.waiting(session, ADA, oversight.covered(session, ADA, now=LATER)).items
    assert fine.standing.allowed
    assert not fine.is_own
    desk.sql("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE id = 'ca-bob-le1'")
    with desk.database.reading() as session:
        (stuck,) = oversight.waiting(session, ADA, oversight.covered(session, ADA, now=LATER)).items
        overview = oversight.open_overview(session, ADA, stuck.summary.id, now=LATER)
    assert stuck.standing == overview.standing
    assert stuck.standing.code == "role"
    assert [one.person_id for one in stuck.successors] == ["ada", "alan", "ben"]
    assert overview.successors == stuck.successors
    with desk.database.reading() as session:
        (stranded,) = oversight.pending(session, ADA, now=LATER).stranded
    assert stranded.case.id == stuck.summary.id
    desk.sql("DELETE FROM memberships WHERE id = 'ca-bob-le1'")
    with desk.database.reading() as session:
        (gone,) = oversight.waiting(session, ADA, oversight.covered(session, ADA, now=LATER)).items
    assert gone.standing.code == "not_member"


def test_long_lists_go_on_where_the_last_page_ended(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oversight, "PAGE_SIZE", 1)
    first = desk.ask(RITA, now=NOW)
    second = desk.ask(ROB, cart("c500-rob", ALAN), now=LATER)
    with desk.database.reading() as session:
        found = oversight.covered(session, ADA, now=LATER)
        page = oversight.waiting(session, ADA, found)
        rest = oversight.waiting(session, ADA, found, cursor=page.next_cursor)
    assert [one.summary.id for one in page.items] == [first]
    assert [one.summary.id for one in rest.items] == [second]
    assert rest.next_cursor is None
    with pytest.raises(Invalid):
        waiting(desk, cursor="broken")


def test_an_overview_tells_what_who_and_why(desk: Desk) -> None:
    asked = desk.ask()
    with desk.database.reading() as session:
        overview = oversight.open_overview(session, ADA, asked, now=LATER)
    assert overview.pending
    assert overview.order_total == Money(51000, "EUR")
    assert "may not place orders alone" in overview.reason.sentence().plain()
    assert [event.action for event in overview.events] == ["SUBMIT"]
    assert not overview.is_own
    desk.approve(asked)
    with desk.database.reading() as session:
        decided = oversight.open_overview(session, ADA, asked, now=LATER)
    assert not decided.pending
    assert decided.outcome.plain() == "Bob Buyer has approved this request."


def test_a_quote_without_shipping_costs_its_goods(desk: Desk) -> None:
    asked = desk.ask(RITA, quote("Q1", ALAN))
    with desk.database.reading() as session:
        overview = oversight.open_overview(session, ALAN, asked, now=LATER)
    assert overview.order_total == Money(50000, "EUR")
    assert overview.is_own


@pytest.mark.parametrize("actor", [BOB, RITA, OLGA])
def test_an_overview_is_for_admins_of_that_company_only(desk: Desk, actor: Actor) -> None:
    asked = desk.ask()
    with desk.database.reading() as session, pytest.raises(NotFound):
        oversight.open_overview(session, actor, asked, now=LATER)
