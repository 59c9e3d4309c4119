"""Deciding for whoever is away (R52): who sees what, may what, and who is told of it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.approvals.facts import Facts
from tests.support.cast import (
    ADA,
    ALAN,
    BEN,
    BOB,
    LATER,
    MIA,
    NOW,
    RITA,
    ROB,
    Desk,
    cart,
)
from tests.support.threads import at_once
from webapp.approvals import listing, queries
from webapp.approvals.amending import amend
from webapp.approvals.domain import Action, Amendment, Status
from webapp.approvals.dossier import open_dossier
from webapp.approvals.policy import decided_for, may, may_note, outcome
from webapp.approvals.queries import Box, Side
from webapp.approvals.timeline import tell
from webapp.identity import absences, deputies
from webapp.identity.absence_rules import Days
from webapp.identity.absences import Plan
from webapp.identity.domain import Actor, Away
from webapp.kernel.errors import Conflict, Forbidden, NotFound
from webapp.kernel.sentence import no

FRIDAY = date(2026, 3, 6)
SATURDAY = datetime.fromisoformat("2026-03-06T23:00:00+00:00")


def away(desk: Desk, owner: Actor = BOB, deputy: Actor = BEN, **rest: Any) -> Away:
    days = Days(rest.get("first", date(2026, 3, 2)), FRIDAY)
    plan = Plan(owner_id=owner.person_id, deputy_id=deputy.person_id, days=days)
    return desk.run(absences.leave, owner, plan, now=NOW)


def acting(desk: Desk, actor: Actor = BEN, now: datetime = LATER) -> Actor:
    """The person as they come in at that moment."""
    with desk.database.reading() as session:
        return deputies.empowered(session, actor, now=now)


def box(desk: Desk, actor: Actor, name: Box = Box.TURN) -> list[str]:
    with desk.database.reading() as session:
        rows = [row.id for row in listing.listing(session, actor, Side.APPROVER, name).items]
        assert listing.count(session, actor, Side.APPROVER, name) == len(rows)
    return rows


def sees(desk: Desk, actor: Actor, approval_id: str) -> bool:
    with desk.database.reading() as session, suppress(NotFound):
        queries.get(session, actor, approval_id)
        return True
    return False


@pytest.mark.parametrize(
    ("action", "facts", "allowed"),
    [
        (Action.APPROVE, Facts(), True),
        (Action.DECLINE, Facts(), True),
        (Action.ASK, Facts(), True),
        (Action.COMMENT, Facts(), True),
        (Action.CHANGE, Facts(), True),
        (Action.WITHDRAW, Facts(), True),
        (Action.ANSWER, Facts(turn="REQUESTER"), False),
        (Action.RESUBMIT, Facts(status=Status.DECLINED), False),
        (Action.ORDER, Facts(status=Status.APPROVED), True),
        (Action.APPROVE, Facts(status=Status.APPROVED), False),
        (Action.APPROVE, Facts(requester_id="ben"), False),
    ],
)
def test_a_deputy_may_what_the_approver_may(action: Action, facts: Facts, allowed: bool) -> None:
    assert may("ben", action, facts, is_deputy=True).allowed is allowed
    if allowed:
        assert not may("ben", action, facts).allowed


def test_the_standing_of_a_deputy_is_their_own() -> None:
    verdict = may("ben", Action.APPROVE, Facts(), standing=no("role", "No."), is_deputy=True)
    assert verdict.code == "role"
    assert may_note("ben", Facts(), is_deputy=True)
    assert not may_note("ben", Facts())


@pytest.mark.parametrize(
    ("decider", "owner"), [("ben", "Bob Buyer"), ("bob", ""), ("rita", ""), (None, "")]
)
def test_the_outcome_names_for_whom_it_was(decider: str | None, owner: str) -> None:
    facts = Facts(status=Status.APPROVED, decided_by_id=decider, decided_by_name="Ben Baker")
    assert decided_for(facts) == owner
    assert (f" for {owner}." in outcome(facts).plain()) is bool(owner)


def test_what_waits_and_what_comes_is_shown_to_the_deputy(desk: Desk) -> None:
    before = desk.ask()
    away(desk)
    after = desk.ask(ROB, cart("c500-rob"), now=LATER)
    assert box(desk, acting(desk)) == [before, after]
    assert box(desk, BOB) == [before, after]
    assert sees(desk, replace(acting(desk), company_id=None), before)


def test_it_is_shown_for_as_long_as_the_absence_lasts(desk: Desk) -> None:
    made = desk.ask()
    away(desk, first=date(2026, 3, 3))
    begins = datetime.fromisoformat("2026-03-02T23:00:00+00:00")
    moments = [begins - timedelta(seconds=1), begins, SATURDAY - timedelta(seconds=1), SATURDAY]
    seen = [sees(desk, acting(desk, now=moment), made) for moment in moments]
    assert seen == [False, True, True, False]


def test_nobody_else_and_no_other_company_sees_it(desk: Desk) -> None:
    made = desk.ask()
    away(desk)
    assert not sees(desk, acting(desk, ALAN), made)
    assert not sees(desk, replace(acting(desk), company_id="le3"), made)
    assert not sees(desk, replace(acting(desk), tenant_id="other"), made)
    assert not sees(desk, replace(acting(desk), role=None), made)


def test_what_was_decided_before_stays_with_the_owner(desk: Desk) -> None:
    made = desk.ask()
    desk.approve(made)
    desk.run(
        absences.leave,
        BOB,
        Plan(owner_id="bob", deputy_id="ben", days=Days(date(2026, 3, 3), FRIDAY)),
        now=LATER,
    )
    assert not sees(desk, acting(desk, now=LATER + timedelta(days=1)), made)


def test_a_deputy_decides_on_behalf_and_the_history_says_so(desk: Desk) -> None:
    made = desk.ask()
    away(desk)
    row = desk.approve(made, acting(desk), place_order=True)
    assert (row.approver_id, row.decided_by_id, row.order_id is not None) == ("bob", "ben", True)
    entries = desk.history(made)
    approved = next(one for one in entries if one.action == Action.APPROVE)
    assert (approved.actor_id, approved.for_id, approved.for_name) == ("ben", "bob", "Bob Buyer")
    assert desk.broken(made) is None
    lines = {
        who: [one.sentence.plain() for one in tell(entries, who)][1]
        for who in ("rita", "ben", "bob")
    }
    assert lines == {
        "rita": "Ben Baker approved revision 1, for Bob Buyer",
        "ben": "You approved revision 1, for Bob Buyer",
        "bob": "Ben Baker approved revision 1, for you",
    }


def test_one_person_may_represent_several(desk: Desk) -> None:
    away(desk)
    away(desk, ADA, BEN)
    for_bob, for_ada = desk.ask(), desk.ask(ROB, cart("c500-rob", ADA), now=LATER)
    assert box(desk, acting(desk)) == [for_bob, for_ada]
    for made, owner in ((for_bob, "bob"), (for_ada, "ada")):
        desk.approve(made, acting(desk))
        assert next(one.for_id for one in desk.history(made) if one.action == "APPROVE") == owner


def test_a_deputy_who_goes_away_too_still_decides_and_their_deputy_does_not(desk: Desk) -> None:
    made = desk.ask()
    away(desk)
    away(desk, BEN, ALAN)
    assert not sees(desk, acting(desk, ALAN), made)
    assert desk.approve(made, acting(desk)).decided_by_id == "ben"


def test_a_request_that_was_never_theirs_is_not_spoken_of(desk: Desk) -> None:
    absence = away(desk)
    made, other = desk.ask(now=LATER), desk.ask(ROB, cart("c500-rob", ADA), now=LATER)
    desk.run(absences.come_back, BOB, absence.id, now=LATER + timedelta(minutes=1))
    late = LATER + timedelta(hours=1)
    after = desk.ask(MIA, cart("c500-mia-le1"), now=late)
    for approval_id, words in ((made, "You do not represent Bob Buyer"), (other, "no such request"),
                               (after, "no such request")):  # fmt: skip
        with desk.database.reading() as session, pytest.raises(NotFound, match=words):
            queries.get(session, acting(desk, now=late), approval_id)


def test_requester_and_owner_are_told_of_the_decision(desk: Desk) -> None:
    made = desk.ask()
    away(desk)
    desk.decline(made, acting(desk), "Too dear")
    mails = desk.mails(made)
    assert [(one.template, one.to) for one in mails] == [
        ("submitted", "bob"),
        ("declined", "rita"),
        ("decided_for_you", "bob"),
    ]
    assert mails[-1].context["status"] == "DECLINED"
    assert mails[-1].context["actor"] == "Ben Baker"
    assert [one.context["owner"] for one in mails] == ["", "Bob Buyer", ""]


def test_both_are_told_of_what_comes(desk: Desk) -> None:
    away(desk)
    made = desk.ask(now=LATER)
    desk.say(RITA, made, Action.COMMENT, "It is urgent.")
    desk.say(acting(desk), made, Action.ASK, "How urgent?")
    assert desk.told(made) == [
        ("submitted", "bob"),
        ("submitted", "ben"),
        ("commented", "bob"),
        ("commented", "ben"),
        ("asked", "rita"),
    ]
    assert [mail.context["is_deputy"] for mail in desk.mails(made)][:2] == [False, True]


def test_whoever_asked_is_not_told_as_a_deputy(desk: Desk) -> None:
    away(desk, ADA, BEN)
    desk.sql("UPDATE carts SET owner_id = 'ben' WHERE id = 'c1500-bob'")
    made = desk.ask(BEN, cart("c1500-bob", ADA), now=LATER)
    assert desk.told(made) == [("submitted", "ada")]


def test_nobody_decides_on_their_own_request_even_as_a_deputy(desk: Desk) -> None:
    away(desk, ADA, BOB)
    made = desk.ask(BOB, cart("c1500-bob", ADA), now=LATER)
    bob = acting(desk, BOB)
    assert box(desk, bob) == []
    with pytest.raises(Forbidden, match="somebody else has to decide"):
        desk.approve(made, bob)


def test_a_deputy_who_may_not_decide_on_so_much_is_told_why(desk: Desk) -> None:
    away(desk, ADA, BEN)
    made = desk.ask(RITA, cart("c1500-rita", ADA))
    ben = acting(desk)
    assert box(desk, ben) == [made]
    with pytest.raises(Forbidden, match="only admins may"):
        desk.approve(made, ben)


def test_a_deputy_who_lost_the_role_decides_nothing(desk: Desk) -> None:
    made = desk.ask()
    away(desk)
    ben = acting(desk)
    desk.sql("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE person_id = 'ben'")
    with pytest.raises(Forbidden, match="only admins and buyers"):
        desk.approve(made, ben)
    assert desk.approve(made, BOB).decided_by_id == "bob"


def test_who_was_called_off_meanwhile_decides_nothing(desk: Desk) -> None:
    made = desk.ask()
    absence = away(desk)
    ben = acting(desk)
    desk.run(absences.come_back, BOB, absence.id, now=LATER)
    with pytest.raises(Forbidden):
        desk.approve(made, ben)


def test_the_owner_decides_too_and_the_deputy_learns_it(desk: Desk) -> None:
    made = desk.ask()
    away(desk)
    desk.approve(made, BOB)
    with pytest.raises(Conflict, match="Bob Buyer has approved"):
        desk.approve(made, acting(desk))
    assert ("decided_for_you", "bob") not in desk.told(made)


def test_a_deputy_keeps_what_they_decided_and_nothing_else(desk: Desk) -> None:
    made, left = desk.ask(), desk.ask(ROB, cart("c500-rob"))
    away(desk)
    desk.approve(made, acting(desk))
    ben = acting(desk, now=SATURDAY)
    assert [sees(desk, ben, one) for one in (made, left)] == [True, False]
    assert box(desk, ben, Box.DECIDED) == [made]
    with pytest.raises(Forbidden):
        desk.order(made, ben, now=SATURDAY)


def test_a_program_of_the_deputy_amends_on_behalf(desk: Desk) -> None:
    made = desk.ask()
    away(desk)
    wanted = Amendment(status=Status.DECLINED, note="Too dear")
    row = desk.run(amend, acting(desk), made, wanted, seen_version=None, now=LATER)
    assert (row.status, row.approver_comment, row.approver_id) == ("DECLINED", "Too dear", "bob")
    assert desk.told(made)[1:] == [("declined", "rita"), ("decided_for_you", "bob")]


def test_everybody_reads_who_decides_meanwhile(desk: Desk) -> None:
    made = desk.ask()
    away(desk)
    with desk.database.reading() as session:
        found = {
            who.person_id: open_dossier(session, who, made, now=LATER)
            for who in (RITA, BOB, acting(desk))
        }
    assert {one.away.deputy_name for one in found.values() if one.away} == {"Ben Baker"}
    assert [found[who].is_deputy for who in ("rita", "bob", "ben")] == [False, False, True]
    assert found["ben"].may[Action.APPROVE]
    assert found["ben"].your_turn
    assert found["bob"].may[Action.APPROVE]


def test_owner_and_deputy_at_once_come_to_one_outcome(own_desk: Desk) -> None:
    away(own_desk)
    for asker, what in [(RITA, "c500-rita"), (ROB, "c500-rob"), (MIA, "c500-mia-le1")]:
        made = own_desk.ask(asker, cart(what), now=LATER)
        ben = acting(own_desk)
        calls: list[Callable[[], Any]] = [
            *[partial(own_desk.approve, made, BOB)] * 4,
            *[partial(own_desk.approve, made, ben)] * 4,
            *[partial(own_desk.decline, made, ben)] * 4,
        ]
        answers = at_once(calls)
        lost = [one for one in answers if isinstance(one, Exception)]
        assert len(lost) == len(calls) - 1
        assert all(isinstance(one, Conflict) for one in lost), lost
        ends = [one for one in own_desk.actions(made) if one in ("APPROVE", "DECLINE")]
        assert len(ends) == 1
        assert own_desk.broken(made) is None


def test_who_represents_nobody_asks_the_database_no_more_than_before(desk: Desk) -> None:
    assert "decided_by" not in str(queries.visible_to(BOB))
    assert "decided_by" not in str(queries.decided_as(acting(desk, BOB)))
