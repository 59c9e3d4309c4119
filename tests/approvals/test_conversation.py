"""What both sides say and change while a request is pending (R21, R22, R23, R29)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.cast import (
    ADA,
    BOB,
    CARL,
    DETAILS,
    LATER,
    MIA_WERK,
    NOW,
    OLGA,
    RITA,
    ROB,
    WINDOW,
    Desk,
    cart,
    details,
    quote,
)
from webapp.approvals import queries
from webapp.approvals.domain import Action
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.orders.terms import Terms

EXPRESS = {**DETAILS["shipping"], "methodId": "express", "methodName": "Express", "amount": 24.9}
FASTER = Terms(details=details(shipping=EXPRESS), delivery_window=None)

# who says what kind of thing, whom it reaches, and whose turn it is then
SAID = [
    (RITA, Action.COMMENT, "commented", "bob", "APPROVER"),
    (BOB, Action.COMMENT, "commented", "rita", "APPROVER"),
    (BOB, Action.ASK, "asked", "rita", "REQUESTER"),
]


@pytest.mark.parametrize(("actor", "action", "template", "told", "turn"), SAID)
def test_what_one_side_says_reaches_the_other(
    desk: Desk, actor: Actor, action: Action, *, template: str, told: str, turn: str
) -> None:
    made = desk.ask()
    desk.say(actor, made, action, "  Why so many?\r\nFive would do. ")
    row, last = desk.approval(made), desk.history(made)[-1]
    assert (row.status, row.turn, row.version, row.revision) == ("PENDING", turn, 2, 1)
    assert (last.action, last.actor_id, last.text) == (
        action,
        actor.person_id,
        "Why so many?\nFive would do.",
    )
    mail = desk.mails()[-1]
    assert (mail.template, mail.to) == (template, told)
    assert (mail.context["text"], mail.context["actor"]) == (last.text, actor.name)
    assert desk.broken(made) is None


def test_a_question_passes_the_turn_and_the_answer_passes_it_back(desk: Desk) -> None:
    made = desk.ask()
    assert (desk.approval(made).turn, desk.approval(made).turn_since) == ("APPROVER", NOW)
    desk.say(BOB, made, Action.ASK, "Why?")
    assert (desk.approval(made).turn, desk.approval(made).turn_since) == ("REQUESTER", LATER)
    again = LATER.replace(hour=20)
    desk.say(RITA, made, Action.ANSWER, "Because.", now=again)
    row = desk.approval(made)
    assert (row.turn, row.turn_since, row.version) == ("APPROVER", again, 3)
    assert desk.told() == [("submitted", "bob"), ("asked", "rita"), ("answered", "bob")]


def test_an_answer_that_is_sent_once_more_is_answered_as_before(desk: Desk) -> None:
    made = desk.ask()
    desk.say(BOB, made, Action.ASK, "Why?")
    versions = [desk.say(RITA, made, Action.ANSWER, "Because.").version for _ in range(2)]
    assert versions == [3, 3]
    assert desk.actions(made) == ["SUBMIT", "ASK", "ANSWER"]


@pytest.mark.parametrize(
    ("actor", "words", "later"),
    [
        (RITA, "Any news?", timedelta(minutes=10)),
        (RITA, "Any news at all?", timedelta()),
        (BOB, "Any news?", timedelta()),
    ],
)
def test_the_same_words_later_other_words_and_others_words_are_said(
    desk: Desk, actor: Actor, words: str, later: timedelta
) -> None:
    made = desk.ask()
    desk.say(RITA, made, Action.COMMENT, "Any news?")
    desk.say(actor, made, Action.COMMENT, words, now=LATER + later)
    assert desk.actions(made) == ["SUBMIT", "COMMENT", "COMMENT"]


def test_a_comment_leaves_the_turn_and_its_clock_alone(desk: Desk) -> None:
    made = desk.ask()
    desk.say(RITA, made, Action.COMMENT, "By Friday, please.")
    row = desk.approval(made)
    assert (row.turn, row.turn_since) == ("APPROVER", NOW)


def test_a_second_question_does_not_start_the_clock_again(desk: Desk) -> None:
    made = desk.ask()
    desk.say(BOB, made, Action.ASK, "Why?")
    desk.say(BOB, made, Action.ASK, "And why green?", now=LATER.replace(hour=20))
    row = desk.approval(made)
    assert (row.turn, row.turn_since) == ("REQUESTER", LATER)


def test_a_question_does_not_keep_the_approver_from_deciding(desk: Desk) -> None:
    made = desk.ask()
    desk.say(BOB, made, Action.ASK, "Why?")
    desk.approve(made)
    assert desk.approval(made).status == "APPROVED"


def test_a_comment_does_not_make_what_was_seen_stale(desk: Desk) -> None:
    made = desk.ask()
    desk.say(RITA, made, Action.COMMENT, "By Friday, please.")
    desk.approve(made, seen_revision=1)
    assert desk.approval(made).status == "APPROVED"


@pytest.mark.parametrize("words", ["", "  ", "\r\n\t"])
@pytest.mark.parametrize(("actor", "action"), [(RITA, Action.COMMENT), (BOB, Action.ASK)])
def test_saying_nothing_is_refused(desk: Desk, actor: Actor, action: Action, words: str) -> None:
    made = desk.ask()
    with pytest.raises(Invalid, match="Write a few words first") as refused:
        desk.say(actor, made, action, words)
    assert (refused.value.code, set(refused.value.fields)) == ("no_text", {"text"})
    assert desk.actions(made) == ["SUBMIT"]


# who says what, while no question is open, and why not
NOT_SAID = [
    (RITA, Action.ASK, Forbidden, "own_request"),
    (RITA, Action.ANSWER, Forbidden, "no_question"),
    (BOB, Action.ANSWER, Forbidden, "no_question"),
    (ADA, Action.COMMENT, NotFound, "no_approval"),
    (ROB, Action.COMMENT, NotFound, "no_approval"),
    (OLGA, Action.ASK, NotFound, "no_approval"),
    (CARL, Action.ANSWER, NotFound, "no_approval"),
    (MIA_WERK, Action.COMMENT, NotFound, "no_approval"),
]


@pytest.mark.parametrize(("actor", "action", "kind", "code"), NOT_SAID)
def test_who_has_nothing_to_say_is_told_so(
    desk: Desk, actor: Actor, action: Action, *, kind: type[DomainError], code: str
) -> None:
    made = desk.ask()
    with pytest.raises(DomainError) as refused:
        desk.say(actor, made, action, "hello")
    assert (type(refused.value), refused.value.code) == (kind, code)
    assert desk.actions(made) == ["SUBMIT"]


def test_only_the_requester_answers(desk: Desk) -> None:
    made = desk.ask()
    desk.say(BOB, made, Action.ASK, "Why?")
    with pytest.raises(Forbidden, match="Only Rita may do this") as refused:
        desk.say(BOB, made, Action.ANSWER, "Because.")
    assert refused.value.code == "not_requester"


@pytest.mark.parametrize(("actor", "told"), [(RITA, "bob"), (BOB, "rita")])
def test_either_side_changes_delivery_and_the_other_is_told(
    desk: Desk, actor: Actor, told: str
) -> None:
    made = desk.ask()
    desk.change(actor, made, FASTER)
    row = desk.approval(made)
    assert (row.status, row.version, row.revision, row.turn) == ("PENDING", 2, 2, "APPROVER")
    assert (row.gross_minor, row.total_minor, row.compared_minor) == (50000, 52490, 50000)
    assert desk.terms(made) == FASTER
    changed = [
        {"label": "Ship", "old": "Standard, 2 to 4 days", "new": "Express"},
        {"label": "Price of shipping", "old": "10.00 EUR", "new": "24.90 EUR"},
    ]
    last = desk.history(made)[-1]
    assert (last.action, last.revision, last.data) == ("CHANGE", 2, {"changes": changed})
    mail = desk.mails()[-1]
    assert (mail.template, mail.to, mail.context["revision"]) == ("changed", told, 2)
    told_changes = [{key: str(text) for key, text in c.items()} for c in mail.context["changes"]]
    assert told_changes == changed
    assert desk.broken(made) is None


def test_earlier_revisions_stay_as_they_were(desk: Desk) -> None:
    made = desk.ask(RITA, cart("c500-rita", delivery_window=WINDOW))
    desk.change(BOB, made, replace(FASTER, delivery_window=WINDOW))
    with desk.database.reading() as session:
        row = queries.get(session, RITA, made)
        first, second = (queries.revision(session, row, number) for number in (1, 2))
    assert (first.details, first.delivery_window, first.by_name) == (DETAILS, WINDOW, "Rita Roe")
    assert (second.details, second.by_id, second.by_name) == (FASTER.details, "bob", "Bob Buyer")
    assert (second.at, first.at) == (LATER, NOW)
    assert first.snapshot == second.snapshot


def test_there_is_no_revision_before_the_first_or_after_the_last(desk: Desk) -> None:
    made = desk.ask()
    with desk.database.reading() as session:
        row = queries.get(session, RITA, made)
        for number in (-1, 2):
            with pytest.raises(NotFound) as refused:
                queries.revision(session, row, number)
            assert refused.value.code == "no_revision"


def test_a_change_makes_what_was_seen_stale(desk: Desk) -> None:
    made = desk.ask()
    desk.change(RITA, made, FASTER)
    with pytest.raises(Conflict, match="changed while you were reading") as refused:
        desk.approve(made, seen_revision=1)
    assert refused.value.code == "changed"
    desk.approve(made, seen_revision=2)
    assert desk.history(made)[-1].revision == 2


def test_two_changes_at_once_do_not_overwrite_each_other(desk: Desk) -> None:
    made = desk.ask()
    desk.change(RITA, made, FASTER, seen=1)
    with pytest.raises(Conflict) as refused:
        desk.change(BOB, made, Terms(details=details(), delivery_window=WINDOW), seen=1)
    assert refused.value.code == "changed"
    assert desk.terms(made) == FASTER


def test_a_change_of_nothing_is_none(desk: Desk) -> None:
    made = desk.ask()
    desk.change(RITA, made, desk.terms(made))
    assert (desk.approval(made).version, desk.actions(made)) == (1, ["SUBMIT"])
    assert desk.told() == [("submitted", "bob")]


def test_what_has_no_words_is_a_change_too(desk: Desk) -> None:
    made = desk.ask()
    desk.change(RITA, made, Terms(details=details(remark="ring twice"), delivery_window=None))
    assert desk.approval(made).revision == 2
    assert desk.history(made)[-1].data["changes"][0]["label"] == "Other details"


@pytest.mark.parametrize("seen", [None, 1])
def test_whoever_did_not_say_what_they_saw_changes_what_is_there(
    desk: Desk, seen: int | None
) -> None:
    made = desk.ask()
    desk.change(RITA, made, FASTER, seen=seen)
    assert desk.approval(made).revision == 2


@pytest.mark.parametrize("actor", [ADA, ROB, OLGA, CARL, replace(RITA, company_id="le3")])
def test_nobody_else_changes_anything(desk: Desk, actor: Actor) -> None:
    made = desk.ask()
    with pytest.raises(NotFound):
        desk.change(actor, made, FASTER)
    assert desk.terms(made).details == DETAILS


def test_the_terms_of_a_quote_are_the_merchants(desk: Desk) -> None:
    made = desk.ask(RITA, quote("Q1"))
    for actor in (RITA, BOB):
        with pytest.raises(Forbidden, match="A quote brings its own terms") as refused:
            desk.change(actor, made, FASTER)
        assert refused.value.code == "quote_terms"
    assert desk.terms(made).details is None


def test_the_order_is_delivered_as_it_was_changed(desk: Desk) -> None:
    made = desk.ask()
    desk.change(BOB, made, replace(FASTER, delivery_window=WINDOW))
    desk.approve(made, place_order=True, seen_revision=2)
    [order] = desk.orders()
    assert (order.details, order.delivery_window) == (FASTER.details, WINDOW)
    assert (order.shipping_minor, order.total_minor) == (2490, 52490)


def test_the_history_tells_it_all_in_order(desk: Desk) -> None:
    made = desk.ask()
    steps: list[Any] = [
        desk.say(BOB, made, Action.ASK, "Why?"),
        desk.say(RITA, made, Action.ANSWER, "Because."),
        desk.change(RITA, made, FASTER),
        desk.say(RITA, made, Action.COMMENT, "Faster now."),
        desk.approve(made, place_order=True),
    ]
    assert desk.actions(made) == [
        "SUBMIT",
        "ASK",
        "ANSWER",
        "CHANGE",
        "COMMENT",
        "APPROVE",
        "ORDER",
    ]
    assert [event.sequence for event in desk.history(made)] == list(range(1, 8))
    assert [event.revision for event in desk.history(made)] == [1, 1, 1, 2, 2, 2, 2]
    assert steps[-1].version == 7
    assert desk.broken(made) is None
