"""Whether a cart or quote may be checked out, by which request, and whom one may ask (R24, R11)."""

from dataclasses import replace

import pytest

from tests.support.cast import (
    ADA,
    ALAN,
    BEN,
    BOB,
    CARL,
    EXPIRED,
    GUS,
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
from webapp.approvals import due
from webapp.carts.domain import ResourceType
from webapp.checkout import queries
from webapp.checkout.queries import Permission
from webapp.identity.domain import Actor
from webapp.kernel.errors import DomainError

CART, QUOTE = ResourceType.CART, ResourceType.QUOTE
MIA_ANYWHERE = replace(MIA, company_id=None, company_name=None, role=None)


def permission(desk: Desk, actor: Actor, resource_id: str, kind: ResourceType = CART) -> Permission:
    with desk.database.reading() as session:
        return queries.permission(session, actor, kind, resource_id)


def asked(desk: Desk, actor: Actor, resource_id: str, kind: ResourceType = CART) -> set[str]:
    with desk.database.reading() as session:
        found = queries.approvers(session, actor, kind, resource_id, now=NOW)
        return {one.member.person_id for one in found}


def test_a_party_learns_of_the_request_and_a_colleague_does_not(desk: Desk) -> None:
    made = desk.ask()
    by_rita, by_bob = permission(desk, RITA, "c500-rita"), permission(desk, BOB, "c500-rita")
    assert (by_rita.verdict.allowed, by_rita.approval_id, by_rita.status) == (
        *(False, made, "PENDING"),
    )
    assert (by_bob.verdict.allowed, by_bob.approval_id) == (True, made)
    by_ada = permission(desk, ADA, "c500-rita")
    assert (by_ada.verdict.code, by_ada.approval_id, by_ada.status) == ("not_owner", None, None)


def test_every_answer_has_its_reason(desk: Desk) -> None:
    reasons = [
        str(permission(desk, actor, resource_id).verdict.reason)
        for actor, resource_id in ((ADA, "c1500-ada"), (BOB, "c1000-bob"), (ROB, "c500-rita"))
    ]
    assert reasons == [
        "As an admin of Hafen Logistik GmbH you may place this order alone.",
        "1,000.00 EUR is within Hafen Logistik GmbH’s limit of 1,000.00, "
        "so you may place this order alone.",
        "Only its owner may do this.",
    ]


def test_an_approver_who_may_not_decide_any_more_may_not_order_either(desk: Desk) -> None:
    made = desk.ask()
    desk.sql("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE id = 'ca-bob-le1'")
    by_bob = permission(desk, BOB, "c500-rita")
    assert (by_bob.verdict.allowed, by_bob.verdict.code) == (False, "role")
    assert by_bob.approval_id == made


def test_what_was_approved_before_is_ordered_even_by_an_approver_who_could_not_now(
    desk: Desk,
) -> None:
    desk.approve(desk.ask())
    desk.sql("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE id = 'ca-bob-le1'")
    assert permission(desk, BOB, "c500-rita").verdict.code == "approved"


def test_a_cart_whose_request_has_ended_is_not_ordered_whatever_the_limit_is_now(
    desk: Desk,
) -> None:
    desk.decline(desk.ask(BOB, cart("c1500-bob", ADA)), ADA)
    desk.sql("UPDATE companies SET limit_minor = 1000000 WHERE id = 'le1'")
    found = permission(desk, BOB, "c1500-bob")
    assert (found.verdict.code, found.approval_id) == ("resource_closed", None)


def test_a_quote_that_is_closed_is_not_ordered(desk: Desk) -> None:
    desk.sql("UPDATE companies SET limit_minor = 1000000 WHERE id = 'le1'")
    assert permission(desk, BOB, "Q3", QUOTE).verdict.allowed
    desk.sql("UPDATE quotes SET status = 'DECLINED' WHERE id = 'Q3'")
    assert permission(desk, BOB, "Q3", QUOTE).verdict.code == "resource_closed"


def test_after_the_order_the_request_is_still_named(desk: Desk) -> None:
    made = desk.ask()
    desk.approve(made)
    desk.order(made)
    found = permission(desk, RITA, "c500-rita")
    assert (found.verdict.code, found.approval_id, found.status) == ("ordered", made, "APPROVED")


def test_a_quote_can_be_asked_for_again_after_a_decline(desk: Desk) -> None:
    desk.decline(desk.ask(RITA, quote("Q1")))
    assert permission(desk, RITA, "Q1", QUOTE).verdict.code == "needs_approval"


# who asks about what, and is refused
REFUSED = [
    (CARL, "c500-carl", "no_company"),
    (MIA_ANYWHERE, "c500-mia-le1", "no_membership"),
    (replace(ROB, company_id="le2"), "c500-rob", "no_membership"),
    (RITA, "none", "no_resource"),
    (RITA, "Q1", "no_resource"),
    (OLGA, "c500-rita", "no_resource"),
    (RITA, "c500-carl", "no_resource"),
]


@pytest.mark.parametrize(("actor", "resource_id", "code"), REFUSED)
def test_a_question_without_a_company_or_a_cart_is_refused(
    desk: Desk, actor: Actor, resource_id: str, code: str
) -> None:
    for ask in (permission, asked):
        with pytest.raises(DomainError) as refused:
            ask(desk, actor, resource_id)
        assert refused.value.code == code


def test_whom_one_may_ask_is_whom_a_request_would_accept(desk: Desk) -> None:
    assert asked(desk, RITA, "c500-rita") == {"ada", "alan", "bob", "ben"}
    assert asked(desk, RITA, "c1500-rita") == {"ada", "alan"}
    assert asked(desk, REX, "c500-rex") == {"gus"}
    assert asked(desk, GUS, "c500-gus") == set()
    assert asked(desk, ADA, "c1500-ada") == {"alan"}
    with pytest.raises(DomainError) as refused:
        asked(desk, RITA, "c500-rob")
    assert refused.value.code == "not_owner"


def test_somebody_asked_before_comes_first(desk: Desk) -> None:
    desk.ask(RITA, cart("c500-rita", BEN))
    with desk.database.reading() as session:
        found = queries.approvers(session, RITA, CART, "c1000-rita", now=NOW)
    assert found[0].member.person_id == "ben"


def test_only_what_is_due_and_theirs_is_due_for_somebody(desk: Desk) -> None:
    desk.ask()
    with desk.database.reading() as session:
        assert due.is_due(session, RITA, now=EXPIRED)
        assert due.is_due(session, BOB, now=EXPIRED)
        assert not due.is_due(session, ALAN, now=EXPIRED)
        assert not due.is_due(session, RITA, now=NOW)
        assert due.to_expire(session, now=EXPIRED, actor=ALAN) == []
        assert len(due.to_expire(session, now=EXPIRED, actor=BOB)) == 1
