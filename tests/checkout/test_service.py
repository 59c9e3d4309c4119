"""Ordering alone, the verdicts on carts and quotes, and whom one may ask (R24, R11)."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from tests.support.cast import (
    ADA,
    ALAN,
    BOB,
    CARL,
    DETAILS,
    GUS,
    LATER,
    MIA,
    MIA_WERK,
    NOW,
    OLGA,
    REX,
    RITA,
    ROB,
    WINDOW,
    Desk,
    cart,
    details,
    quote,
)
from webapp.carts import queries as carts
from webapp.carts.domain import Resource, ResourceType, SiteFacts
from webapp.checkout import queries
from webapp.checkout.service import order_alone
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from webapp.kernel.money import Money
from webapp.kernel.sentence import Verdict
from webapp.orders.offers import offer
from webapp.orders.terms import Terms

CART, QUOTE = ResourceType.CART, ResourceType.QUOTE
TERMS = Terms(details=DETAILS, delivery_window=WINDOW)
NO_TERMS = Terms(details=None, delivery_window=None)


def order(
    desk: Desk, actor: Actor, resource_id: str, kind: ResourceType = CART, *, terms: Terms = TERMS
) -> str:
    return desk.run(order_alone, actor, kind, resource_id, terms=terms, now=LATER)


def resource(session: Session, kind: ResourceType, resource_id: str) -> Resource:
    found = carts.resource(session, "acme", kind, resource_id)
    assert found is not None
    return found


def verdict(desk: Desk, actor: Actor, resource_id: str, kind: ResourceType = CART) -> Verdict:
    with desk.database.reading() as session:
        return queries.verdict(session, actor, resource(session, kind, resource_id))


def candidates(desk: Desk, actor: Actor, resource_id: str) -> list[tuple[str, str]]:
    with desk.database.reading() as session:
        found = queries.candidates(session, actor, resource(session, CART, resource_id), now=NOW)
    return [(one.member.person_id, one.verdict.code) for one in found]


ALONE = [
    (ADA, "c500-ada"),
    (ADA, "c1500-ada"),
    (BOB, "c500-bob"),
    (BOB, "c1000-bob"),
    (MIA_WERK, "c1500-mia-le3"),
    (OLGA, "c1500-olga"),
]


@pytest.mark.parametrize(("actor", "cart_id"), ALONE)
def test_who_needs_nobody_orders_alone(desk: Desk, actor: Actor, cart_id: str) -> None:
    placed = order(desk, actor, cart_id)
    [row] = desk.orders()
    assert (row.id, row.resource_id, row.approval_id) == (placed, cart_id, None)
    assert (row.owner_id, row.placed_by_id) == (actor.person_id, actor.person_id)
    assert (row.company_id, row.company_name) == (actor.company_id, actor.company_name)
    assert (row.details, row.delivery_window, row.shipping_minor) == (DETAILS, WINDOW, 1000)
    assert row.total_minor == row.gross_minor + 1000
    assert desk.sql("SELECT status FROM carts WHERE id = :id", id=cart_id) == [("ORDERED",)]


def test_a_quote_is_accepted_by_ordering_it(desk: Desk) -> None:
    desk.sql("UPDATE companies SET limit_minor = 150000 WHERE id = 'le1'")
    order(desk, BOB, "Q3", QUOTE, terms=NO_TERMS)
    [row] = desk.orders()
    assert (row.resource_type, row.total_minor, row.details) == ("QUOTE", 150000, None)
    assert desk.sql("SELECT status FROM quotes WHERE id = 'Q3'") == [("ACCEPTED",)]


# who, what, and why not
NOT_ALONE = [
    (RITA, "c500-rita", Forbidden, "needs_approval"),
    (RITA, "c1500-rita", Forbidden, "needs_approval"),
    (BOB, "c1500-bob", Forbidden, "needs_approval"),
    (GUS, "c500-gus", Forbidden, "needs_approval"),
    (MIA, "c500-mia-le1", Forbidden, "needs_approval"),
    (CARL, "c500-carl", Forbidden, "no_company"),
    (BOB, "c500-rita", Forbidden, "not_owner"),
    (ADA, "c500-rita", Forbidden, "not_owner"),
    (ADA, "c500-olga", NotFound, "no_resource"),
    (MIA_WERK, "c500-mia-le1", NotFound, "no_resource"),
    (ADA, "none", NotFound, "no_resource"),
]


@pytest.mark.parametrize(("actor", "cart_id", "kind", "code"), NOT_ALONE)
def test_who_may_not_order_alone_is_told_why_and_the_cart_stays(
    desk: Desk, actor: Actor, cart_id: str, *, kind: type[DomainError], code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        order(desk, actor, cart_id)
    assert (type(refused.value), refused.value.code) == (kind, code)
    assert desk.orders() == []
    assert desk.sql("SELECT count(*) FROM carts WHERE status <> 'OPEN'") == [(0,)]


def test_what_was_ordered_is_not_ordered_again(desk: Desk) -> None:
    order(desk, BOB, "c500-bob")
    with pytest.raises(NotFound) as refused:
        order(desk, BOB, "c500-bob")
    assert refused.value.code == "no_resource"
    assert len(desk.orders()) == 1


def test_whoever_has_been_asked_is_not_passed_over(desk: Desk) -> None:
    desk.ask(BOB, cart("c1500-bob", ADA))
    desk.ask(BOB, quote("Q3", ADA))
    desk.sql("UPDATE companies SET limit_minor = 150000 WHERE id = 'le1'")
    assert verdict(desk, BOB, "Q3", QUOTE).code == "alone"
    for what, kind in (("c1500-bob", CART), ("Q3", QUOTE)):
        with pytest.raises(Conflict, match="There is a request for this") as refused:
            order(desk, BOB, what, kind, terms=NO_TERMS)
        assert refused.value.code == "exists"
    assert desk.orders() == []


def test_what_was_approved_is_ordered_from_its_request(desk: Desk) -> None:
    desk.approve(desk.ask(RITA, quote("Q1")))
    with pytest.raises(Conflict, match="order it from there") as refused:
        order(desk, RITA, "Q1", QUOTE, terms=NO_TERMS)
    assert refused.value.code == "exists"


def test_a_withdrawn_request_frees_the_quote(desk: Desk) -> None:
    made = desk.ask(BOB, quote("Q3", ADA))
    desk.withdraw(made, BOB)
    desk.sql("UPDATE companies SET limit_minor = 150000 WHERE id = 'le1'")
    order(desk, BOB, "Q3", QUOTE, terms=NO_TERMS)
    assert len(desk.orders()) == 1


def test_a_handed_over_cart_is_not_ordered_past_its_failed_request(desk: Desk) -> None:
    desk.decline(desk.ask(BOB, cart("c1500-bob", ADA)), ADA)
    desk.sql("UPDATE companies SET limit_minor = NULL, limit_currency = NULL WHERE id = 'le1'")
    with pytest.raises(Conflict) as refused:
        order(desk, BOB, "c1500-bob")
    assert refused.value.code == "resource_taken"


def test_the_verdict_is_that_of_the_truth_table(desk: Desk) -> None:
    assert verdict(desk, ADA, "c1500-ada").code == "alone"
    assert verdict(desk, BOB, "c1000-bob").code == "alone"
    assert verdict(desk, BOB, "c1500-bob").code == "needs_approval"
    assert verdict(desk, RITA, "c500-rita").code == "needs_approval"
    assert verdict(desk, ROB, "c500-rita").code == "not_owner"
    assert verdict(desk, CARL, "c500-carl").code == "no_company"
    assert verdict(desk, replace(ROB, company_id="le2"), "c500-rob").code == "no_membership"
    made = desk.ask()
    assert verdict(desk, RITA, "c500-rita").code == "pending"
    assert verdict(desk, BOB, "c500-rita").code == "approver"
    assert verdict(desk, ROB, "c500-rita").code == "not_owner"
    desk.approve(made)
    assert verdict(desk, RITA, "c500-rita").code == "approved"
    assert verdict(desk, BOB, "c500-rita").code == "approved"
    assert verdict(desk, ADA, "c500-rita").code == "not_owner"
    desk.order(made)
    assert verdict(desk, RITA, "c500-rita").code == "ordered"
    assert verdict(desk, BOB, "c500-rita").code == "ordered"


@pytest.mark.parametrize("end", ["decline", "withdraw"])
def test_a_request_that_failed_counts_as_none(desk: Desk, end: str) -> None:
    getattr(desk, end)(desk.ask(RITA, quote("Q1")))
    assert verdict(desk, RITA, "Q1", QUOTE).code == "needs_approval"
    assert verdict(desk, BOB, "Q1", QUOTE).code == "not_owner"


def test_a_net_limit_is_compared_with_the_net_total(desk: Desk) -> None:
    desk.sql("UPDATE companies SET limit_minor = 125000 WHERE id = 'le1'")
    assert verdict(desk, BOB, "c1500-bob").code == "needs_approval"
    desk.sql("UPDATE tenants SET settings = :new", new='{"limit_basis": "net"}')
    assert verdict(desk, BOB, "c1500-bob").code == "alone"


def test_verdicts_come_in_the_order_of_the_carts(desk: Desk) -> None:
    with desk.database.reading() as session:
        found = [resource(session, CART, name) for name in ("c1500-bob", "c500-bob")]
        assert [one.code for one in queries.verdicts(session, BOB, found)] == [
            "needs_approval",
            "alone",
        ]
        assert queries.verdicts(session, BOB, []) == []


def test_a_cart_leads_its_owner_to_the_newest_request_for_it(desk: Desk) -> None:
    def request_of(actor: Actor) -> tuple[str, str] | None:
        with desk.database.reading() as session:
            found = queries.request_of(session, actor, resource(session, QUOTE, "Q1"))
        return None if found is None else (str(found[0]), found[1])

    assert request_of(RITA) is None
    first = desk.ask(RITA, quote("Q1"))
    assert request_of(RITA) == ("Request 1001", first)
    assert request_of(BOB) is None
    desk.withdraw(first)
    assert request_of(RITA) == ("Request 1001", first)
    second = desk.ask(RITA, quote("Q1"), now=LATER)
    assert request_of(RITA) == ("Request 1002", second)


# whom Rita, Bob and Rex may ask, by name; then who may not, with why
MAY_ASK = [
    (
        RITA,
        "c500-rita",
        [("ada", "yes"), ("alan", "yes"), ("ben", "yes"), ("bob", "yes")],
    ),
    (
        RITA,
        "c1500-rita",
        [("ada", "yes"), ("alan", "yes"), ("ben", "only_admins"), ("bob", "only_admins")],
    ),
    (
        BOB,
        "c1500-bob",
        [("ada", "yes"), ("alan", "yes"), ("ben", "only_admins")],
    ),
    (REX, "c500-rex", [("gus", "yes"), ("olga", "not_in_group")]),
    (GUS, "c500-gus", [("olga", "not_in_group")]),
    (MIA_WERK, "c1500-mia-le3", []),
    (CARL, "c500-carl", []),
    (ADA, "c1500-ada", [("alan", "yes"), ("ben", "only_admins"), ("bob", "only_admins")]),
]


@pytest.mark.parametrize(("actor", "cart_id", "expected"), MAY_ASK)
def test_whom_one_may_ask_stands_before_whom_one_may_not(
    desk: Desk, actor: Actor, cart_id: str, expected: list[tuple[str, str]]
) -> None:
    assert candidates(desk, actor, cart_id) == expected


def test_whoever_was_asked_last_stands_first(desk: Desk) -> None:
    desk.ask(RITA, cart("c1500-rita", ALAN))
    assert [name for name, _ in candidates(desk, RITA, "c500-rita")] == [
        "alan",
        "ada",
        "ben",
        "bob",
    ]
    desk.ask(RITA, cart("c1000-rita", BOB), now=NOW.replace(hour=10))
    assert [name for name, _ in candidates(desk, RITA, "c500-rita")] == [
        "bob",
        "alan",
        "ada",
        "ben",
    ]


def test_whoever_left_is_not_offered(desk: Desk) -> None:
    desk.sql("UPDATE people SET active = false WHERE id = 'bob'")
    desk.sql("UPDATE memberships SET active = false WHERE id = 'ca-alan-le1'")
    assert candidates(desk, RITA, "c500-rita") == [("ada", "yes"), ("ben", "yes")]


def test_a_member_of_the_group_is_offered_whatever_they_are(desk: Desk) -> None:
    desk.sql("UPDATE memberships SET role = 'CONTACT' WHERE id = 'ca-gus-le2'")
    assert candidates(desk, REX, "c500-rex") == [("gus", "yes"), ("olga", "not_in_group")]


def test_whoever_is_offered_can_be_asked_and_nobody_else(desk: Desk) -> None:
    for person, code in candidates(desk, RITA, "c1500-rita"):
        asked = replace(ADA, person_id=person)
        if code == "yes":
            desk.withdraw(desk.ask(RITA, cart("c1500-rita", asked)))
            desk.sql("UPDATE carts SET status = 'OPEN' WHERE id = 'c1500-rita'")
            continue
        with pytest.raises(Forbidden) as refused:
            desk.ask(RITA, cart("c1500-rita", asked))
        assert refused.value.code == "approver"


def test_the_offer_is_the_sites_price_list_and_the_companys_addresses(desk: Desk) -> None:
    with desk.database.reading() as session:
        found = offer(session, RITA, "main")
        nobodys = offer(session, CARL, "main")
    assert isinstance(found.site, SiteFacts)
    assert queries.shipping_prices(found) == {
        "zone-de/standard": Money(1000, "EUR"),
        "zone-de/express": Money(2490, "EUR"),
    }
    assert set(found.shipping_addresses) == {"le1-shipping"}
    assert set(found.billing_addresses) == {"le1-billing"}
    assert found.shipping_addresses["le1-shipping"]["city"] == "Münster"
    assert (nobodys.shipping_addresses, nobodys.billing_addresses) == ({}, {})


def test_what_a_client_sends_beyond_the_price_list_is_ordered_as_it_was_sent(desk: Desk) -> None:
    odd = details(shipping={"methodId": "drone", "amount": "7.505"}, remark="roof")
    order(desk, BOB, "c500-bob", terms=Terms(details=odd, delivery_window=None))
    [row] = desk.orders()
    assert (row.details, row.shipping_minor, row.total_minor) == (odd, 751, 50751)
