"""The history of a request in sentences: the reader is "you"."""

from typing import Any

import pytest

from tests.support.cast import NOW
from webapp.approvals.changes import Change
from webapp.approvals.domain import Action
from webapp.approvals.timeline import tell
from webapp.ledger.queries import Event


def event(
    action: Action, actor: str = "Rita Roe", *, text: str = "", revision: int = 1, **data: Any
) -> Event:
    return Event(
        sequence=1,
        action=action,
        revision=revision,
        at=NOW,
        actor_id=actor.lower().partition(" ")[0] or None,
        actor_name=actor,
        for_name="",
        text=text,
        data=data,
    )


# what happened, what Bob reads of it, what Rita reads of it, and its icon
TOLD = [
    (
        event(Action.SUBMIT, approver="Bob Buyer"),
        "*Rita Roe* asked Bob Buyer for approval", "*You* asked Bob Buyer for approval", "send",
    ),
    (event(Action.COMMENT), "*Rita Roe* wrote", "*You* wrote", "info"),
    (event(Action.ASK), "*Rita Roe* asked a question", "*You* asked a question", "info"),
    (event(Action.ANSWER), "*Rita Roe* answered", "*You* answered", "info"),
    (
        event(Action.CHANGE, revision=2),
        "*Rita Roe* changed how it is delivered or paid; this is revision 2",
        "*You* changed how it is delivered or paid; this is revision 2", "arrow-left-right",
    ),
    (
        event(Action.REWORD),
        "*Rita Roe* changed what was said", "*You* changed what was said", "pencil",
    ),
    (
        event(Action.APPROVE, revision=3),
        "*Rita Roe* approved revision 3", "*You* approved revision 3", "circle-check",
    ),
    (event(Action.DECLINE), "*Rita Roe* declined", "*You* declined", "circle-x"),
    (
        event(Action.WITHDRAW),
        "*Rita Roe* withdrew the request", "*You* withdrew the request", "undo-2",
    ),
    (
        event(Action.ORDER, order="X7K2"),
        "*Rita Roe* placed the order X7K2", "*You* placed the order X7K2", "package",
    ),
    (
        event(Action.RESUBMIT),
        "*Rita Roe* took the goods back into a new cart",
        "*You* took the goods back into a new cart", "shopping-cart",
    ),
    (
        event(Action.REMIND, approver="Bob Buyer"),
        "*Rita Roe* reminded Bob Buyer", "*You* reminded Bob Buyer", "mail",
    ),
    (
        event(Action.REASSIGN, former="Bob Buyer", approver="Ben Baker"),
        "*Rita Roe* handed the request over from Bob Buyer to Ben Baker",
        "*You* handed the request over from Bob Buyer to Ben Baker", "users",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("happened", "to_bob", "to_rita", "icon"), TOLD)
def test_everybody_reads_what_happened_and_who_did_it(
    happened: Event, to_bob: str, to_rita: str, icon: str
) -> None:
    for reader, expected in (("bob", to_bob), ("rita", to_rita)):
        [entry] = tell([happened], reader)
        assert entry.sentence.text.format(**entry.sentence.params) == expected
        assert (entry.icon, entry.at, entry.name) == (icon, NOW, "Rita Roe")


@pytest.mark.parametrize("reader", ["bob", "rita"])
def test_what_the_desk_did_is_nobodys(reader: str) -> None:
    [entry] = tell([event(Action.EXPIRE, "")], reader)
    assert entry.sentence.plain() == "The request expired without a decision"
    assert entry.icon == "alarm-clock"


@pytest.mark.parametrize("action", Action)
def test_every_action_can_be_told_to_both_sides(action: Action) -> None:
    for reader in ("rita", "bob"):
        assert tell([event(action)], reader)[0].sentence.plain()


def test_an_erased_entry_says_that_somebody_did_it() -> None:
    erased = Event(
        sequence=1, action="COMMENT", revision=1, at=NOW, actor_id="rita", actor_name="",
        for_name="", text="",
    )  # fmt: skip
    assert tell([erased], "bob")[0].sentence.plain() == "Somebody wrote"


def test_words_are_shown_as_words_and_the_rest_as_an_event() -> None:
    words, bare = tell([event(Action.COMMENT, text="Why so many?"), event(Action.DECLINE)], "bob")
    assert (words.kind, words.words) == ("words", "Why so many?")
    assert (bare.kind, bare.words) == ("event", "")


@pytest.mark.parametrize(("old", "new"), [("please", "By Friday"), ("please", "")])
def test_words_that_replace_others_are_shown_beside_them(old: str, new: str) -> None:
    change = Change(label="Comment of the requester", old=old, new=new)
    [entry] = tell([event(Action.REWORD, changes=[change.as_data()])], "bob")
    assert (entry.kind, entry.replaced, entry.words, entry.changes) == ("words", old, new, [])


def test_a_change_says_what_was_and_what_is() -> None:
    change = Change(label="Ship", old="Standard", new="Express")
    [entry] = tell([event(Action.CHANGE, changes=[change.as_data()])], "bob")
    assert entry.changes == [change]


def test_entries_stand_in_the_order_in_which_they_happened() -> None:
    told = tell([event(Action.SUBMIT, approver="Bob Buyer"), event(Action.WITHDRAW)], "bob")
    assert [entry.icon for entry in told] == ["send", "undo-2"]


@pytest.mark.parametrize("reader", ["bob", "rita"])
def test_a_reminder_of_the_desk_says_why(reader: str) -> None:
    [entry] = tell([event(Action.REMIND, "", approver="Bob Buyer")], reader)
    assert entry.sentence.plain() == "Bob Buyer was reminded, since the request expires soon"
