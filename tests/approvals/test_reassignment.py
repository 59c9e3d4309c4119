from dataclasses import replace

import pytest

from tests.support.cast import ADA, ALAN, BEN, BOB, EXPIRED, LATER, OLGA, RITA, ROB, Desk, cart
from webapp.approvals import queries
from webapp.approvals.domain import Action
from webapp.approvals.models import Approval
from webapp.approvals.policy import may
from webapp.approvals.reassignment import reassign
from webapp.approvals.timeline import tell
from webapp.identity.domain import Actor, Role
from webapp.kernel.errors import Conflict, Forbidden, NotFound


def hand_over(
    desk: Desk, asked: str, to: str = "ben", *, by: Actor = ADA, seen: str = "bob"
) -> Approval:
    return desk.run(reassign, by, asked, to, seen=seen, now=LATER)


def test_the_new_approver_decides_and_the_old_one_sees_nothing(desk: Desk) -> None:
    asked = desk.ask()
    before = desk.approval(asked)
    made = hand_over(desk, asked)
    assert (made.approver_id, made.approver_last_name) == ("ben", "Baker")
    assert made.approver_email == "ben@acme.example"
    assert (made.version, made.revision) == (before.version + 1, before.revision)
    with desk.database.reading() as session:
        assert queries.get(session, BEN, asked).id == asked
        with pytest.raises(NotFound):
            queries.get(session, BOB, asked)
    with pytest.raises(NotFound):
        desk.approve(asked, BOB)
    assert desk.approve(asked, BEN).status == "APPROVED"
    assert desk.broken(asked) is None


def test_the_turn_passes_to_the_new_approver_from_now_on(desk: Desk) -> None:
    made = hand_over(desk, desk.ask())
    assert (made.turn, made.turn_since) == ("APPROVER", LATER)


def test_an_open_question_stays_with_the_requester(desk: Desk) -> None:
    asked = desk.ask()
    since = desk.say(BOB, asked, Action.ASK, "Do we need this?").turn_since
    made = hand_over(desk, asked)
    assert (made.turn, made.turn_since) == ("REQUESTER", since)


def test_requester_new_and_old_approver_are_told(desk: Desk) -> None:
    asked = desk.ask()
    hand_over(desk, asked)
    told = desk.told(asked)[1:]
    assert told == [("reassigned", "rita"), ("reassigned", "ben"), ("taken_over", "bob")]
    to_rita, to_ben, to_bob = desk.mails(asked)[1:]
    assert (to_rita.context["former"], to_rita.context["approver"]) == ("Bob Buyer", "Ben Baker")
    assert to_ben.context["path"] == f"/approvals/{asked}"
    assert to_bob.context["path"] == "/inbox"


def test_whoever_takes_it_over_is_not_told_what_they_did(desk: Desk) -> None:
    asked = desk.ask()
    hand_over(desk, asked, "ada")
    assert desk.told(asked)[1:] == [("reassigned", "rita"), ("taken_over", "bob")]
    assert hand_over(desk, asked, "bob", seen="ada").approver_id == "bob"
    assert desk.told(asked)[3:] == [("reassigned", "rita"), ("reassigned", "bob")]


def test_history_says_who_handed_it_over_from_whom_to_whom(desk: Desk) -> None:
    asked = desk.ask()
    hand_over(desk, asked)
    entries = tell(desk.history(asked), "rita")
    words = "Ada Admin handed the request over from Bob Buyer to Ben Baker"
    assert entries[-1].sentence.plain() == words
    assert "You handed" in tell(desk.history(asked), "ada")[-1].sentence.plain()


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("bob", "same_approver"),
        ("rita", "own_request"),
        ("rob", "role"),
        ("olga", "not_member"),
        ("nobody", "not_member"),
    ],
)
def test_only_who_may_approve_can_be_chosen(desk: Desk, to: str, code: str) -> None:
    asked = desk.ask()
    with pytest.raises(Forbidden) as refusal:
        hand_over(desk, asked, to)
    assert refusal.value.code == code
    assert desk.actions(asked) == ["SUBMIT"]


def test_over_the_limit_only_an_admin_can_take_over(desk: Desk) -> None:
    asked = desk.ask(ROB, cart("c1500-rob", ALAN))
    with pytest.raises(Forbidden, match="over Hafen Logistik GmbH’s limit only admins"):
        hand_over(desk, asked, "ben", seen="alan")
    assert hand_over(desk, asked, "ada", seen="alan").approver_id == "ada"


def test_a_request_whose_approver_left_finds_another_one(desk: Desk) -> None:
    asked = desk.ask()
    desk.sql("DELETE FROM memberships WHERE id = 'ca-bob-le1'")
    assert hand_over(desk, asked).approver_id == "ben"


@pytest.mark.parametrize(
    "who", [BOB, RITA, OLGA, replace(ADA, role=Role.BUYER), replace(ADA, company_id="le2")]
)
def test_it_is_there_for_admins_of_its_company_only(desk: Desk, who: Actor) -> None:
    asked = desk.ask()
    with pytest.raises(NotFound):
        hand_over(desk, asked, by=who)


def test_what_somebody_else_handed_over_meanwhile_is_not_overwritten(desk: Desk) -> None:
    asked = desk.ask()
    hand_over(desk, asked, "alan")
    with pytest.raises(Conflict, match="Alan Archer decides it now") as refusal:
        hand_over(desk, asked, "ben")
    assert refusal.value.code == "changed"
    assert desk.approval(asked).approver_id == "alan"


def test_what_has_ended_is_not_handed_over(desk: Desk) -> None:
    asked = desk.ask()
    desk.approve(asked)
    with pytest.raises(Conflict, match="Bob Buyer has approved this request"):
        hand_over(desk, asked)
    late = desk.ask(ROB, cart("c500-rob"))
    with pytest.raises(Conflict, match="expired"):
        desk.run(reassign, ADA, late, "ben", seen="bob", now=EXPIRED)


def test_pages_of_the_request_say_where_it_is_handed_over(desk: Desk) -> None:
    verdict = may("bob", Action.REASSIGN, desk.approval(desk.ask()))
    assert verdict.reason is not None
    assert "on the page of the company" in verdict.reason.plain()
