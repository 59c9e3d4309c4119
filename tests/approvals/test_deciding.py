"""How a request ends: approved, declined, withdrawn or expired, each once and for good."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.cast import (
    ADA,
    ALAN,
    BEN,
    BOB,
    CARL,
    EXPIRED,
    GUS,
    LATER,
    MIA,
    NOW,
    OLGA,
    REX,
    RITA,
    ROB,
    Desk,
    cart,
    quote,
)
from webapp.approvals.domain import Action
from webapp.approvals.service import Decision, expire_due
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.kernel.money import Money

APPROVE, DECLINE = Decision(action=Action.APPROVE), Decision(action=Action.DECLINE, note="no")
SECOND = timedelta(seconds=1)


def test_approving_says_who_when_and_what(desk: Desk) -> None:
    made = desk.ask()
    desk.approve(made, note=" Fine with me. ")
    row = desk.approval(made)
    assert (row.status, row.turn, row.version, row.revision) == ("APPROVED", None, 2, 1)
    assert (row.decided_at, row.decided_by_id, row.decided_by_name) == (LATER, "bob", "Bob Buyer")
    assert (row.modified_at, row.created_at) == (LATER, NOW)
    assert (row.approver_comment, row.order_id) == ("Fine with me.", None)
    last = desk.history(made)[-1]
    assert (last.action, last.actor_name, last.text) == ("APPROVE", "Bob Buyer", "Fine with me.")
    assert (last.revision, last.at) == (1, LATER)
    assert desk.told() == [("submitted", "bob"), ("approved", "rita")]
    assert desk.broken(made) is None
    assert desk.orders() == []


def test_declining_gives_the_requester_the_words(desk: Desk) -> None:
    made = desk.ask()
    desk.decline(made, note="too many")
    row = desk.approval(made)
    assert (row.status, row.turn, row.version, row.approver_comment) == (
        "DECLINED",
        None,
        2,
        "too many",
    )
    mail = desk.mails()[-1]
    assert (mail.template, mail.to, mail.context["text"]) == ("declined", "rita", "too many")
    assert (mail.context["actor"], mail.context["for_requester"]) == ("Bob Buyer", True)
    assert str(mail.context["why"]) == (
        "You may not place orders alone, so you need the approval of an admin or a buyer."
    )
    assert desk.broken(made) is None


@pytest.mark.parametrize("note", ["", "   ", "\n\t\r\n"])
def test_a_decline_needs_words(desk: Desk, note: str) -> None:
    made = desk.ask()
    with pytest.raises(Invalid, match=r"^Say why, so that Rita can act on it\.$") as refused:
        desk.decline(made, note=note)
    assert refused.value.code == "no_reason"
    assert set(refused.value.fields) == {"note"}
    assert desk.approval(made).status == "PENDING"
    assert desk.told() == [("submitted", "bob")]


def test_approving_needs_none(desk: Desk) -> None:
    made = desk.ask()
    desk.approve(made)
    assert desk.approval(made).approver_comment is None


def test_words_that_cannot_be_stored_decide_nothing(desk: Desk) -> None:
    made = desk.ask()
    with pytest.raises(Invalid) as refused:
        desk.decline(made, note="nul\0")
    assert refused.value.code == "bad_text"
    assert desk.actions(made) == ["SUBMIT"]


@pytest.mark.parametrize("decision", [APPROVE, DECLINE])
@pytest.mark.parametrize(
    ("actor", "kind", "code"),
    [
        (RITA, Forbidden, "own_request"),
        (ADA, NotFound, "no_approval"),
        (BEN, NotFound, "no_approval"),
        (ROB, NotFound, "no_approval"),
        (OLGA, NotFound, "no_approval"),
        (CARL, NotFound, "no_approval"),
        (replace(BOB, tenant_id="other"), NotFound, "no_approval"),
        (replace(BOB, company_id="le2"), NotFound, "no_approval"),
    ],
)
def test_only_who_was_asked_decides(
    desk: Desk, actor: Actor, kind: type[DomainError], code: str, *, decision: Decision
) -> None:
    made = desk.ask()
    with pytest.raises(DomainError) as refused:
        desk.decide(actor, made, decision)
    assert (type(refused.value), refused.value.code) == (kind, code)
    assert desk.actions(made) == ["SUBMIT"]


def test_nobody_decides_on_a_request_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFound, match="There is no such request") as refused:
        desk.approve("nothing")
    assert refused.value.code == "no_approval"


@pytest.mark.parametrize("decision", [APPROVE, DECLINE])
@pytest.mark.parametrize(("seen", "accepted"), [(None, True), (1, True), (0, False), (2, False)])
def test_a_decision_counts_for_the_revision_that_was_seen(
    desk: Desk, decision: Decision, *, seen: int | None, accepted: bool
) -> None:
    made = desk.ask()
    on_seen = replace(decision, seen_revision=seen)
    if accepted:
        desk.decide(BOB, made, on_seen)
        return
    with pytest.raises(Conflict, match="changed while you were reading it") as refused:
        desk.decide(BOB, made, on_seen)
    assert refused.value.code == "changed"
    assert desk.approval(made).status == "PENDING"


ENDS = [
    ("approve", "Bob Buyer has approved this request."),
    ("decline", "Bob Buyer has declined this request."),
    ("withdraw", "Rita Roe has withdrawn this request."),
]


@pytest.mark.parametrize(("end", "outcome"), ENDS)
def test_whoever_comes_second_learns_what_was_decided_by_whom(
    desk: Desk, end: str, outcome: str
) -> None:
    made = desk.ask()
    getattr(desk, end)(made)
    before = desk.approval(made)
    attempts: list[Callable[[], object]] = [
        lambda: desk.approve(made),
        lambda: desk.decline(made),
        lambda: desk.withdraw(made),
        lambda: desk.say(BOB, made, Action.COMMENT, "late"),
        lambda: desk.say(BOB, made, Action.ASK, "late"),
        lambda: desk.say(RITA, made, Action.ANSWER, "late"),
        lambda: desk.change(RITA, made, desk.terms(made)),
    ]
    for again in attempts:
        with pytest.raises(Conflict) as refused:
            again()
        assert (refused.value.code, str(refused.value)) == ("finished", outcome)
    assert desk.approval(made).version == before.version == 2
    assert len(desk.told()) == 2
    assert desk.expire() == 0


# what happened to Bob (or his company) meanwhile, and what he is told
LOST = [
    (
        "UPDATE memberships SET role = 'B2B_REQUESTER' WHERE id = 'ca-bob-le1'",
        "role",
        "Bob cannot approve this: only admins and buyers of Hafen Logistik GmbH may.",
    ),
    (
        "UPDATE memberships SET role = 'CONTACT' WHERE id = 'ca-bob-le1'",
        "role",
        "Bob cannot approve this: only admins and buyers of Hafen Logistik GmbH may.",
    ),
    (
        "UPDATE companies SET limit_minor = 49999 WHERE id = 'le1'",
        "only_admins",
        "Bob cannot approve this: over Hafen Logistik GmbH’s limit only admins may.",
    ),
    (
        "UPDATE companies SET limit_currency = 'USD' WHERE id = 'le1'",
        "only_admins",
        "Bob cannot approve this: over Hafen Logistik GmbH’s limit only admins may.",
    ),
    (
        "INSERT INTO approval_group_members VALUES ('acme', 'le1', 'ca-ada-le1')",
        "not_in_group",
        "Bob cannot approve this: only members of Hafen Logistik GmbH’s approval group decide.",
    ),
    (
        "UPDATE memberships SET active = false WHERE id = 'ca-bob-le1'",
        "inactive",
        "Bob is not active any more.",
    ),
    (
        "UPDATE people SET active = false WHERE id = 'bob'",
        "inactive",
        "Bob is not active any more.",
    ),
    (
        "UPDATE memberships SET company_id = 'le3' WHERE id = 'ca-bob-le1'",
        "not_member",
        "They do not belong to Hafen Logistik GmbH.",
    ),
]


@pytest.mark.parametrize("decision", [APPROVE, DECLINE, replace(APPROVE, place_order=True)])
@pytest.mark.parametrize(("meanwhile", "code", "words"), LOST)
def test_whether_the_approver_may_decide_is_asked_again_at_the_decision(
    desk: Desk, meanwhile: str, code: str, words: str, *, decision: Decision
) -> None:
    made = desk.ask()
    desk.sql(meanwhile)
    with pytest.raises(Forbidden) as refused:
        desk.decide(BOB, made, decision)
    assert (refused.value.code, str(refused.value)) == (code, words)
    assert desk.approval(made).status == "PENDING"
    assert desk.orders() == []


def test_the_limit_is_compared_with_what_was_compared_when_it_was_asked(desk: Desk) -> None:
    made = desk.ask()
    desk.sql("UPDATE tenants SET settings = :new", new='{"limit_basis": "net"}')
    desk.sql("UPDATE companies SET limit_minor = 45000 WHERE id = 'le1'")
    with pytest.raises(Forbidden) as refused:
        desk.approve(made)
    assert refused.value.code == "only_admins"


def test_a_limit_that_was_raised_lets_a_buyer_decide_as_well(desk: Desk) -> None:
    made = desk.ask(RITA, cart("c1500-rita", ADA))
    desk.sql("UPDATE memberships SET role = 'B2B_BUYER' WHERE id = 'ca-ada-le1'")
    with pytest.raises(Forbidden):
        desk.approve(made, ADA)
    desk.sql("UPDATE companies SET limit_minor = NULL, limit_currency = NULL WHERE id = 'le1'")
    desk.approve(made, ADA)
    assert desk.approval(made).status == "APPROVED"


def test_the_group_decides_whatever_its_members_are(desk: Desk) -> None:
    made = desk.ask(REX, cart("c1500-rex", GUS))
    desk.approve(made, GUS)
    assert desk.approval(made).decided_by_name == "Gus Gray"


def test_approving_and_ordering_are_one_press(desk: Desk) -> None:
    made = desk.ask()
    desk.approve(made, note="Go", place_order=True)
    row, [order] = desk.approval(made), desk.orders()
    assert (row.status, row.order_id, row.version) == ("APPROVED", order.id, 3)
    assert desk.actions(made) == ["SUBMIT", "APPROVE", "ORDER"]
    assert (order.owner_id, order.placed_by_id, order.approval_id) == ("rita", "bob", made)
    assert desk.told() == [("submitted", "bob"), ("approved", "rita")]
    assert desk.mails()[-1].context["order_id"] == order.id
    assert desk.sql("SELECT status FROM carts WHERE id = 'c500-rita'") == [("ORDERED",)]
    assert desk.broken(made) is None


def test_a_decline_never_orders(desk: Desk) -> None:
    made = desk.ask()
    desk.decide(BOB, made, replace(DECLINE, place_order=True))
    assert desk.orders() == []


def test_an_approval_that_cannot_be_ordered_is_not_given_either(desk: Desk) -> None:
    made = desk.ask()
    desk.sql("UPDATE carts SET status = 'DELETED' WHERE id = 'c500-rita'")
    with pytest.raises(Conflict) as refused:
        desk.approve(made, place_order=True)
    assert refused.value.code == "resource_taken"
    assert (desk.approval(made).status, desk.actions(made)) == ("PENDING", ["SUBMIT"])
    assert desk.told() == [("submitted", "bob")]


@pytest.mark.parametrize(("actor", "told"), [(RITA, "bob"), (BOB, "rita")])
def test_either_side_withdraws_and_the_other_is_told(desk: Desk, actor: Actor, told: str) -> None:
    made = desk.ask()
    desk.withdraw(made, actor)
    row = desk.approval(made)
    assert (row.status, row.turn, row.version) == ("CLOSED", None, 2)
    assert (row.decided_by_id, row.decided_at) == (actor.person_id, LATER)
    assert desk.told()[1:] == [("withdrawn", told)]
    assert desk.actions(made) == ["SUBMIT", "WITHDRAW"]
    assert desk.broken(made) is None


@pytest.mark.parametrize("actor", [ADA, ROB, OLGA, replace(RITA, company_id="le3")])
def test_nobody_else_withdraws(desk: Desk, actor: Actor) -> None:
    made = desk.ask()
    with pytest.raises(NotFound):
        desk.withdraw(made, actor)


def test_an_approver_who_may_no_longer_decide_may_still_withdraw(desk: Desk) -> None:
    made = desk.ask()
    desk.sql("UPDATE memberships SET role = 'CONTACT' WHERE id = 'ca-bob-le1'")
    desk.withdraw(made, BOB)
    assert desk.approval(made).status == "CLOSED"


def test_what_is_due_expires_and_the_requester_is_told(desk: Desk) -> None:
    made = desk.ask()
    assert desk.expire(now=EXPIRED - SECOND) == 0
    assert desk.expire(now=EXPIRED) == 1
    row = desk.approval(made)
    assert (row.status, row.turn, row.version) == ("EXPIRED", None, 2)
    assert (row.decided_at, row.decided_by_id) == (EXPIRED, None)
    [*_, last] = desk.history(made)
    assert (last.action, last.actor_id, last.actor_name) == ("EXPIRE", None, "Countersign")
    assert desk.told() == [("submitted", "bob"), ("expired", "rita")]
    assert desk.broken(made) is None
    assert desk.expire(now=EXPIRED + SECOND) == 0


def test_only_what_is_pending_expires(desk: Desk) -> None:
    approved, declined, closed, pending = (
        desk.ask(RITA, cart("c500-rita")),
        desk.ask(ROB, cart("c500-rob")),
        desk.ask(RITA, cart("c1000-rita")),
        desk.ask(MIA, cart("c500-mia-le1")),
    )
    desk.approve(approved)
    desk.decline(declined)
    desk.withdraw(closed)
    assert desk.expire() == 1
    assert [desk.approval(one).status for one in (approved, declined, closed, pending)] == [
        "APPROVED",
        "DECLINED",
        "CLOSED",
        "EXPIRED",
    ]


def test_the_oldest_expire_first_and_no_more_than_asked_for(desk: Desk) -> None:
    newer = desk.ask(RITA, cart("c1000-rita"), now=NOW + timedelta(hours=1))
    older = desk.ask(RITA, cart("c500-rita"))
    later = EXPIRED + timedelta(days=1)
    assert desk.run(expire_due, now=later, limit=1).done == 1
    assert (desk.approval(older).status, desk.approval(newer).status) == ("EXPIRED", "PENDING")
    assert desk.run(expire_due, now=later, limit=1).done == 1
    assert desk.run(expire_due, now=later, limit=1).done == 0


def test_after_its_time_nobody_decides_even_if_nobody_noted_that_it_expired(desk: Desk) -> None:
    made = desk.ask()
    attempts: list[Callable[[], object]] = [
        lambda: desk.decide(BOB, made, APPROVE, now=EXPIRED),
        lambda: desk.decide(BOB, made, DECLINE, now=EXPIRED + SECOND),
        lambda: desk.withdraw(made, now=EXPIRED),
        lambda: desk.say(BOB, made, Action.COMMENT, "late", now=EXPIRED),
        lambda: desk.change(RITA, made, desk.terms(made), now=EXPIRED),
    ]
    for late in attempts:
        with pytest.raises(Conflict, match="expired without a decision") as refused:
            late()
        assert refused.value.code == "finished"
    assert desk.approval(made).status == "PENDING"


def test_a_second_before_its_time_a_decision_counts(desk: Desk) -> None:
    made = desk.ask()
    desk.decide(BOB, made, APPROVE, now=EXPIRED - SECOND)
    assert desk.approval(made).status == "APPROVED"


def test_what_was_approved_is_ordered_whenever(desk: Desk) -> None:
    made = desk.ask()
    desk.approve(made)
    desk.order(made, now=EXPIRED + timedelta(days=300))
    assert len(desk.orders()) == 1


@pytest.mark.parametrize(("actor", "told"), [(RITA, "bob"), (BOB, "rita")])
def test_either_side_places_the_order_of_what_was_approved(
    desk: Desk, actor: Actor, told: str
) -> None:
    made = desk.ask()
    desk.approve(made)
    desk.order(made, actor)
    row, [order] = desk.approval(made), desk.orders()
    assert (row.status, row.order_id, row.version) == ("APPROVED", order.id, 3)
    assert (order.owner_id, order.placed_by_id) == ("rita", actor.person_id)
    assert (order.total_minor, order.gross_minor, order.shipping_minor) == (51000, 50000, 1000)
    assert (order.details, order.company_id) == (desk.terms(made).details, "le1")
    assert desk.history(made)[-1].data == {"order": order.id}
    assert desk.told()[2:] == [("ordered", told)]
    assert desk.broken(made) is None


def test_it_is_ordered_once(desk: Desk) -> None:
    made = desk.ask()
    desk.approve(made)
    order = desk.order(made).order_id
    for actor in (RITA, BOB):
        with pytest.raises(Conflict, match=f"The order {order} has been placed") as refused:
            desk.order(made, actor)
        assert refused.value.code == "ordered"
    assert len(desk.orders()) == 1
    assert desk.actions(made).count("ORDER") == 1


def test_nothing_is_ordered_before_it_is_approved(desk: Desk) -> None:
    made = desk.ask()
    for actor in (RITA, BOB):
        with pytest.raises(Conflict, match="waiting for a decision") as refused:
            desk.order(made, actor)
        assert refused.value.code == "finished"
    assert desk.orders() == []


@pytest.mark.parametrize(("end", "outcome"), ENDS[1:])
def test_what_was_not_approved_is_not_ordered(desk: Desk, end: str, outcome: str) -> None:
    made = desk.ask()
    getattr(desk, end)(made)
    with pytest.raises(Conflict) as refused:
        desk.order(made)
    assert str(refused.value) == outcome
    assert desk.orders() == []


@pytest.mark.parametrize("actor", [ADA, ROB, OLGA, MIA])
def test_nobody_else_places_the_order(desk: Desk, actor: Actor) -> None:
    made = desk.ask()
    desk.approve(made)
    with pytest.raises(NotFound):
        desk.order(made, actor)


def test_a_quote_is_accepted_when_it_is_ordered(desk: Desk) -> None:
    made = desk.ask(RITA, quote("Q2", ALAN))
    desk.approve(made, ALAN, place_order=True)
    [order] = desk.orders()
    assert (order.resource_type, order.resource_id) == ("QUOTE", "Q2")
    assert Money(order.total_minor, order.currency) == Money(150000, "EUR")
    assert desk.sql("SELECT status FROM quotes WHERE id = 'Q2'") == [("ACCEPTED",)]


def test_a_quote_that_lapsed_meanwhile_is_not_ordered(desk: Desk) -> None:
    made = desk.ask(RITA, quote("Q1"))
    desk.approve(made)
    desk.sql("UPDATE quotes SET status = 'EXPIRED' WHERE id = 'Q1'")
    with pytest.raises(Conflict) as refused:
        desk.order(made)
    assert refused.value.code == "resource_taken"
    assert desk.approval(made).order_id is None
