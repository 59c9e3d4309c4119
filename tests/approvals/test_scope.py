"""What is not yours does not exist (law 4), and what was frozen stays (R14, R16, R17)."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from tests.support.cast import (
    ADA,
    ALAN,
    BEN,
    BOB,
    CARL,
    DETAILS,
    GUS,
    MIA,
    MIA_WERK,
    NOW,
    OLGA,
    REX,
    RITA,
    ROB,
    Desk,
    cart,
)
from webapp.approvals import listing, queries
from webapp.approvals.opening import opened
from webapp.approvals.queries import Box, Side
from webapp.approvals.reasons import kept
from webapp.carts.domain import ResourceType
from webapp.carts.snapshot import thaw
from webapp.identity.domain import Actor
from webapp.kernel.errors import NotFound

STRANGERS = [ADA, ALAN, BEN, ROB, MIA, MIA_WERK, OLGA, GUS, REX, CARL]
# The right people in the wrong place.
ELSEWHERE = [replace(one, company_id="le3") for one in (RITA, BOB)] + [
    replace(one, tenant_id="other") for one in (RITA, BOB)
]
UNSCOPED = [replace(one, company_id=None, company_name=None) for one in (RITA, BOB)]


def sees(desk: Desk, actor: Actor, approval_id: str) -> bool:
    with desk.database.reading() as session:
        found = None
        with suppress(NotFound):
            found = queries.get(session, actor, approval_id)
        listed = {
            row.id for side in Side for row in listing.listing(session, actor, side, Box.ALL).items
        }
    assert (found is not None) is (approval_id in listed)
    return found is not None


@pytest.mark.parametrize("actor", [RITA, BOB, *UNSCOPED])
def test_the_two_who_are_concerned_see_a_request(desk: Desk, actor: Actor) -> None:
    assert sees(desk, actor, desk.ask())


@pytest.mark.parametrize("actor", [*STRANGERS, *ELSEWHERE])
def test_for_everybody_else_it_does_not_exist(desk: Desk, actor: Actor) -> None:
    assert not sees(desk, actor, desk.ask())


def test_mia_sees_in_each_company_what_belongs_there(desk: Desk) -> None:
    desk.sql("UPDATE companies SET limit_minor = 100, limit_currency = 'EUR' WHERE id = 'le3'")
    desk.sql(
        "INSERT INTO memberships (tenant_id, id, person_id, company_id, role, source, active) "
        "VALUES ('acme', 'ca-ada-le3', 'ada', 'le3', 'B2B_ADMIN', 'IMPORT', true)"
    )
    hafen = desk.ask(MIA, cart("c500-mia-le1"))
    werk = desk.ask(MIA_WERK, cart("c500-mia-le3", ADA))
    unscoped = replace(MIA, company_id=None)
    assert [sees(desk, who, hafen) for who in (MIA, MIA_WERK, unscoped)] == [True, False, True]
    assert [sees(desk, who, werk) for who in (MIA, MIA_WERK, unscoped)] == [False, True, True]
    assert desk.approval(werk).company_name == "Werk Drei KG"
    assert [sees(desk, who, werk) for who in (ADA, replace(ADA, company_id="le3"))] == [False, True]


def test_who_left_a_company_sees_nothing_of_it_any_more(desk: Desk) -> None:
    made = desk.ask()
    desk.sql("UPDATE memberships SET active = false WHERE person_id = 'rita'")
    assert not sees(desk, replace(RITA, company_id=None), made)
    assert sees(desk, replace(BOB, company_id=None), made)


def test_the_boxes_hold_what_their_names_say(desk: Desk) -> None:
    made = desk.ask()
    other = desk.ask(ROB, cart("c500-rob"))
    desk.decline(other)

    def box(actor: Actor, side: Side, name: Box) -> list[str]:
        with desk.database.reading() as session:
            rows = [row.id for row in listing.listing(session, actor, side, name).items]
            assert listing.count(session, actor, side, name) == len(rows)
        return rows

    assert box(BOB, Side.APPROVER, Box.TURN) == [made]
    assert box(BOB, Side.APPROVER, Box.WAITING) == []
    assert box(BOB, Side.APPROVER, Box.DECIDED) == [other]
    assert set(box(BOB, Side.APPROVER, Box.ALL)) == {made, other}
    assert box(RITA, Side.REQUESTER, Box.WAITING) == [made]
    assert box(RITA, Side.REQUESTER, Box.OPEN) == [made]
    assert box(RITA, Side.APPROVER, Box.ALL) == []


# what changes in the company after Rita has asked
LATER_CHANGES = [
    "UPDATE cart_items SET unit_price = '999.00', name = 'Gold drill', quantity = '7' "
    "WHERE cart_id = 'c500-rita'",
    "UPDATE carts SET net_minor = 1, tax_minor = 0, gross_minor = 1 WHERE id = 'c500-rita'",
    "UPDATE products SET unit_price = '999.00', name = 'Gold drill'",
    "UPDATE people SET first_name = 'Margarita', last_name = 'Married', email = 'new-' || email",
    "UPDATE memberships SET role = 'B2B_ADMIN'",
    "UPDATE companies SET name = 'Hafen AG', limit_minor = 1 WHERE id = 'le1'",
    "UPDATE company_addresses SET address = '{}'",
    "UPDATE sites SET shipping_methods = '[]', delivery_windows = '[]', payment_methods = '[]'",
]


def document(desk: Desk, approval_id: str) -> dict[str, Any]:
    row = desk.approval(approval_id)
    with desk.database.reading() as session:
        revision = queries.revision(session, queries.get(session, RITA, approval_id))
    columns = {c.key: getattr(row, c.key) for c in row.__table__.columns}
    return {
        **columns,
        "snapshot": thaw(revision.snapshot),
        "details": revision.details,
        "why": str(kept(row).sentence()),
    }


@pytest.mark.parametrize("later", LATER_CHANGES)
def test_later_changes_alter_no_request(desk: Desk, later: str) -> None:
    made = desk.ask()
    before = document(desk, made)
    desk.sql(later)
    assert document(desk, made) == before
    assert before["details"] == DETAILS


def test_the_order_is_what_was_approved_whatever_changed_meanwhile(desk: Desk) -> None:
    made = desk.ask()
    desk.approve(made)
    for later in LATER_CHANGES:
        desk.sql(later)
    desk.order(made)
    [order] = desk.orders()
    assert [line.name for line in thaw(order.snapshot).lines] == [
        "Cordless drill 18 V",
        "Bit set, 40 pieces",
    ]
    assert (order.gross_minor, order.total_minor) == (50000, 51000)
    assert (order.owner_name, order.company_name) == ("Rita Roe", "Hafen Logistik GmbH")
    assert order.details == DETAILS


def test_a_new_name_reaches_the_mails_address_and_not_the_old_request(desk: Desk) -> None:
    made = desk.ask()
    desk.sql("UPDATE people SET last_name = 'Married', email = 'rm@acme.example' WHERE id = 'rita'")
    desk.decline(made)
    assert desk.sql("SELECT address FROM outbox_messages WHERE recipient_id = 'rita'") == [
        ("rm@acme.example",)
    ]
    assert desk.mails()[-1].context["requester"] == "Rita Roe"


def test_the_request_of_a_cart_is_found_whoever_asks(desk: Desk) -> None:
    made = desk.ask()

    def found(name: str, resource: str) -> str | None:
        with desk.database.reading() as session:
            row = getattr(queries, name)(session, "acme", ResourceType.CART, resource)
            return None if row is None else str(row.id)

    assert (found("live", "c500-rita"), found("live", "c500-rob")) == (made, None)
    desk.decline(made)
    assert (found("live", "c500-rita"), found("latest_for", "c500-rita")) == (None, made)
    assert found("latest_for", "c500-rob") is None


def test_one_request_leads_to_the_next_that_waits(desk: Desk) -> None:
    first = desk.ask()
    second = desk.ask(ROB, cart("c500-rob"), now=NOW.replace(hour=10))
    third = desk.ask(MIA, cart("c500-mia-le1"), now=NOW.replace(hour=11))

    def around(approval_id: str) -> tuple[str | None, str | None]:
        with desk.database.reading() as session:
            found = opened(session, BOB, approval_id)
            return found.previous_id, found.next_id

    assert around(first) == (None, second)
    assert around(second) == (first, third)
    assert around(third) == (second, None)
    desk.decline(second)
    assert around(first) == (None, third)
    assert around(second) == (None, None)


def test_whom_somebody_asked_last_comes_first(desk: Desk) -> None:
    for hour, (what, approver) in enumerate(
        [("c500-rita", BOB), ("c1000-rita", BEN), ("c1500-rita", ADA)], 9
    ):
        desk.ask(RITA, cart(what, approver), now=NOW.replace(hour=hour))
    with desk.database.reading() as session:
        assert listing.approvers_asked_before(session, RITA) == ["ada", "ben", "bob"]
        assert listing.approvers_asked_before(session, BOB) == []
