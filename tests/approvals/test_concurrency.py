"""Many people at the same moment: one outcome, and a clear answer for everybody else (law 2)."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.support.cast import (
    ADA,
    BOB,
    LATER,
    MIA,
    RITA,
    ROB,
    Desk,
    cart,
    details,
    quote,
)
from tests.support.threads import at_once
from webapp.approvals.domain import Action
from webapp.approvals.submission import Submission
from webapp.carts.domain import ResourceType
from webapp.checkout.service import order_alone
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, Forbidden, NotFound
from webapp.orders.terms import Terms

# who asks whom for what; a request of its own for each round
ROUNDS: list[tuple[Actor, Submission, Actor]] = [
    (RITA, cart("c500-rita", BOB), BOB),
    (RITA, cart("c1000-rita", BOB), BOB),
    (RITA, cart("c1500-rita", ADA), ADA),
    (RITA, quote("Q1", BOB), BOB),
    (ROB, cart("c500-rob", BOB), BOB),
    (ROB, cart("c1500-rob", ADA), ADA),
    (MIA, cart("c500-mia-le1", BOB), BOB),
    (MIA, cart("c1500-mia-le1", ADA), ADA),
]
ENDS = {"APPROVE": "approved", "DECLINE": "declined", "WITHDRAW": "withdrawn", "EXPIRE": "expired"}
STATUS = {
    "APPROVE": "APPROVED",
    "DECLINE": "DECLINED",
    "WITHDRAW": "CLOSED",
    "EXPIRE": "EXPIRED",
}


def deciders(desk: Desk, made: str, asker: Actor, decider: Actor) -> list[Callable[[], Any]]:
    """Twenty who want to end this request, or to place its order."""
    return [
        *[partial(desk.approve, made, decider)] * 4,
        *[partial(desk.approve, made, decider, place_order=True)] * 3,
        *[partial(desk.decline, made, decider)] * 4,
        *[partial(desk.withdraw, made, asker)] * 2,
        *[partial(desk.withdraw, made, decider)] * 2,
        *[desk.expire] * 2,
        partial(desk.order, made, asker),
        partial(desk.order, made, decider),
        partial(desk.say, asker, made, Action.COMMENT, "Quick!"),
    ]


def refused(answers: list[Any]) -> list[Exception]:
    """Those who lost; nothing but a clear refusal may be among them."""
    errors = [one for one in answers if isinstance(one, Exception)]
    unexpected = [one for one in errors if not isinstance(one, Conflict | Forbidden | NotFound)]
    assert not unexpected, unexpected
    assert all(str(one) for one in errors)
    return errors


def test_twenty_deciders_come_to_one_outcome(own_desk: Desk) -> None:
    for asker, what, decider in ROUNDS:
        made = own_desk.ask(asker, what)
        answers = at_once(deciders(own_desk, made, asker, decider))
        losers = refused(answers)
        row, actions = own_desk.approval(made), own_desk.actions(made)
        ends = [action for action in actions if action in ENDS]
        assert len(ends) == 1, actions
        assert row.status == STATUS[ends[0]]
        assert sum(template in ENDS.values() for template, _ in own_desk.told(made)) == 1
        assert (ENDS[ends[0]], asker.person_id) in own_desk.told(made) or ends == ["WITHDRAW"]
        orders = [order for order in own_desk.orders() if order.approval_id == made]
        assert len(orders) == actions.count("ORDER") <= 1
        assert row.order_id == (orders[0].id if orders else None)
        assert row.version == row.ledger_length == len(actions)
        assert own_desk.broken(made) is None
        # every call either left its entry or was refused, but for a worker with nothing to do
        idle = sum(one == 0 for one in answers if isinstance(one, int))
        both = sum(action == "ORDER" and placed_with_approval(own_desk, made) for action in actions)
        assert len(answers) - len(losers) - idle == len(actions) - 1 - both


def placed_with_approval(desk: Desk, approval_id: str) -> bool:
    return ("ordered" not in {template for template, _ in desk.told(approval_id)}) and bool(
        desk.approval(approval_id).order_id
    )


def test_a_cart_is_handed_over_once(own_desk: Desk) -> None:
    answers = at_once([partial(own_desk.ask, RITA, cart("c500-rita"))] * 8)
    losers = refused(answers)
    assert len(losers) == 7
    assert {type(one) for one in losers} == {Conflict}
    assert own_desk.sql("SELECT count(*) FROM approvals") == [(1,)]
    assert own_desk.told() == [("submitted", "bob")]


def test_a_quote_is_asked_for_once(own_desk: Desk) -> None:
    answers = at_once([partial(own_desk.ask, RITA, quote("Q1"))] * 8)
    losers = refused(answers)
    assert len(losers) == 7
    assert {one.code for one in losers if isinstance(one, Conflict)} == {"exists"}
    assert own_desk.sql("SELECT count(*) FROM approvals") == [(1,)]


def test_an_id_is_given_once_whoever_chooses_it(own_desk: Desk) -> None:
    answers = at_once(
        [
            partial(own_desk.ask, asker, cart(f"{size}-{name}", ADA, id="chosen"))
            for asker, name in ((RITA, "rita"), (ROB, "rob"), (MIA, "mia-le1"))
            for size in ("c500", "c1500")
        ]
    )
    assert len(refused(answers)) == 5
    assert own_desk.sql("SELECT count(*) FROM carts WHERE status = 'SUBMITTED'") == [(1,)]


def test_requests_made_at_once_get_numbers_of_their_own(own_desk: Desk) -> None:
    made = at_once([partial(own_desk.ask, asker, what) for asker, what, _ in ROUNDS])
    assert not refused(made)
    numbers = own_desk.sql("SELECT number FROM approvals ORDER BY number")
    assert numbers == [(1001 + index,) for index in range(len(ROUNDS))]


def test_what_was_approved_is_ordered_once(own_desk: Desk) -> None:
    made = own_desk.ask()
    own_desk.approve(made)
    answers = at_once([partial(own_desk.order, made, actor) for actor in (RITA, BOB) * 5])
    losers = refused(answers)
    assert len(losers) == 9
    [order] = own_desk.orders()
    assert {str(one) for one in losers} == {f"The order {order.id} has been placed."}
    assert own_desk.actions(made) == ["SUBMIT", "APPROVE", "ORDER"]
    assert own_desk.broken(made) is None


def test_a_cart_is_ordered_alone_once(own_desk: Desk) -> None:
    terms = Terms(details=details(), delivery_window=None)
    order = partial(
        own_desk.run, order_alone, BOB, ResourceType.CART, "c500-bob", terms=terms, now=LATER
    )
    assert len(refused(at_once([order] * 8))) == 7
    assert len(own_desk.orders()) == 1


def test_goods_come_back_in_one_cart(own_desk: Desk) -> None:
    made = own_desk.ask()
    own_desk.decline(made)
    answers = at_once([partial(own_desk.resubmit, made)] * 8)
    assert not refused(answers)
    assert len(set(map(str, answers))) == 1
    assert own_desk.actions(made).count("RESUBMIT") == 1


@pytest.mark.parametrize("seen", [1, None])
def test_words_said_at_once_are_all_kept(own_desk: Desk, seen: int | None) -> None:
    made = own_desk.ask()
    words = [f"{number} of 10" for number in range(10)]
    speaking: list[Callable[[], Any]] = [
        partial(own_desk.say, actor, made, Action.COMMENT, text)
        for actor, text in zip((RITA, BOB) * 5, words, strict=True)
    ]
    changed = Terms(details=details(remark="ring twice"), delivery_window=None)
    changing = [partial(own_desk.change, actor, made, changed, seen=seen) for actor in (RITA, BOB)]
    losers = refused(at_once([*speaking, *changing]))
    said = {event.text for event in own_desk.history(made) if event.action == "COMMENT"}
    assert said == set(words)
    assert own_desk.actions(made).count("CHANGE") == 1
    assert len(losers) == (1 if seen else 0)
    assert own_desk.broken(made) is None
