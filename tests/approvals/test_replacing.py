"""A request that is asked once more: links both ways, and what differs (R51)."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from tests.support.app import As
from tests.support.cast import ADA, BEN, BOB, LATER, RITA, Desk, cart, details
from webapp.approvals.models import Approval
from webapp.approvals.replacing import Replacing, replacing
from webapp.carts.models import CartItem
from webapp.identity.domain import Actor
from webapp.kernel.clock import utcnow


def again(desk: Desk, *, approver: Actor = BOB, now: datetime = LATER) -> tuple[str, str]:
    """A request that Bob declined, and the next one with one line less and one line changed."""
    first = desk.ask(now=now)
    desk.decline(first, note="Three will do.")
    cart_id = desk.resubmit(first)
    with desk.database.transaction() as session:
        lines = session.scalars(
            select(CartItem).where(CartItem.cart_id == cart_id).order_by(CartItem.position)
        ).all()
        lines[0].quantity = str(Decimal(lines[0].quantity) + 1)
        for line in lines[1:]:
            session.delete(line)
    shipping = {**details()["shipping"], "methodId": "express", "methodName": "Express"}
    what = cart(cart_id, approver, details=details(shipping=shipping))
    return first, desk.ask(RITA, what, now=now)


def seen(desk: Desk, actor: Actor, made: str) -> Replacing:
    with desk.database.reading() as session:
        approval = session.get_one(Approval, ("acme", made))
        return replacing(session, actor, approval)


def test_both_sides_read_what_differs(desk: Desk) -> None:
    first, second = again(desk)
    for actor in (RITA, BOB):
        found = seen(desk, actor, second)
        assert found.earlier is not None
        assert (found.earlier.number, found.earlier.id) == (1001, first)
        rows = {label.plain(): (old.plain(), new.plain()) for label, old, new in found.differences}
        assert rows["Bit set, 40 pieces"][1] == ""
        old, new = rows["Cordless drill 18 V"]
        assert int(new) == int(old) + 1
        assert "Total" in rows
        assert "Ship" in rows


def test_the_old_one_names_the_new_one(desk: Desk) -> None:
    first, second = again(desk)
    later = seen(desk, RITA, first).later
    assert later is not None
    assert (later.number, later.id) == (1002, second)


def test_who_was_not_asked_before_learns_nothing_of_it(desk: Desk) -> None:
    first, second = again(desk, approver=BEN)
    found = seen(desk, BEN, second)
    assert found.earlier is not None
    assert (found.earlier.id, found.differences) == (None, [])
    assert seen(desk, BOB, first).later is None


def test_a_first_request_replaces_nothing(desk: Desk) -> None:
    made = desk.ask(RITA, cart("c1500-rita", ADA))
    assert seen(desk, RITA, made) == Replacing()


def test_the_pages_lead_both_ways(desk: Desk, as_: As) -> None:
    first, second = again(desk, now=utcnow())
    for who in ("rita", "bob"):
        page = as_(who).get(f"/approvals/{second}").text
        assert "What differs from before" in page
        assert f"/approvals/{first}" in page
        assert "<del>" in page
        old = as_(who).get(f"/approvals/{first}").text
        assert "replaces this one." in old
        assert f"/approvals/{second}" in old


def test_a_new_approver_reads_only_that_it_replaces_one(desk: Desk, as_: As) -> None:
    first, second = again(desk, approver=BEN, now=utcnow())
    page = as_("ben").get(f"/approvals/{second}").text
    assert "This replaces request 1001, which somebody else was asked to decide." in page
    assert f"/approvals/{first}" not in page
    assert "Three will do." not in page
