"""What the databases themselves refuse, whatever a program believes (raw SQL on both)."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.support.cast import RITA, ROB, Desk, cart, quote
from webapp.db import Base

# A second request that is like the first but for these columns.
COPY = {
    "id": "'copy'",
    "number": "9999",
}


def copy(desk: Desk, table: str, key: str, **changed: str) -> None:
    """Insert the row once more with these columns as SQL expressions."""
    columns = [column.name for column in Base.metadata.tables[table].columns]
    chosen = ", ".join(changed.get(name, name) for name in columns)
    desk.sql(
        f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 - names of this file
        f"SELECT {chosen} FROM {table} WHERE id = :key",
        key=key,
    )


@pytest.mark.parametrize("status", ["PENDING", "APPROVED"])
@pytest.mark.parametrize("what", [cart("c500-rita"), quote("Q1")])
def test_a_cart_or_quote_has_one_live_request(desk: Desk, what: Any, status: str) -> None:
    made = desk.ask(RITA, what)
    if status == "APPROVED":
        desk.approve(made)
    with pytest.raises(IntegrityError):
        copy(desk, "approvals", made, **COPY)


def test_it_may_have_any_number_of_requests_that_ended(desk: Desk) -> None:
    made = desk.ask()
    desk.decline(made)
    copy(desk, "approvals", made, **COPY)
    assert desk.sql("SELECT count(*) FROM approvals") == [(2,)]


def test_an_ended_request_cannot_come_alive_beside_a_live_one(desk: Desk) -> None:
    ended = desk.ask(RITA, quote("Q1"))
    desk.decline(ended)
    desk.ask(RITA, quote("Q1"))
    with pytest.raises(IntegrityError):
        desk.sql("UPDATE approvals SET status = 'APPROVED' WHERE id = :id", id=ended)


@pytest.mark.parametrize(
    ("id_", "number"), [("'copy'", "number"), ("id", "9999")], ids=["number", "id"]
)
def test_a_number_and_an_id_are_given_once(desk: Desk, id_: str, number: str) -> None:
    made = desk.ask()
    desk.decline(made)
    with pytest.raises(IntegrityError):
        copy(desk, "approvals", made, id=id_, number=number)


# changes of a pending request that no database takes
PENDING = [
    "approver_id = requester_id",
    "status = 'REJECTED'",
    "status = 'pending'",
    "status = ''",
    "resource_type = 'ORDER'",
    "turn = NULL",
    "turn = 'NOBODY'",
    "decided_at = created_at",
    "order_id = 'X7K2'",
    "gross_minor = gross_minor + 1",
    "net_minor = -1",
    "total_minor = gross_minor - 1",
    "limit_minor = NULL",
    "limit_currency = NULL",
    "version = 0",
    "revision = 0",
    # decided without saying when
    "status = 'APPROVED', turn = NULL, decided_by_id = 'bob'",
    "status = 'EXPIRED', turn = NULL",
    # or by whom
    "status = 'APPROVED', turn = NULL, decided_at = created_at",
    "status = 'DECLINED', turn = NULL, decided_at = created_at",
    "status = 'CLOSED', turn = NULL, decided_at = created_at",
    "status = 'DECLINED', turn = NULL, decided_at = created_at, decided_by_id = 'bob'",
    "status = 'DECLINED', turn = NULL, decided_at = created_at, decided_by_name = 'Bob'",
    # or while somebody still has to move
    "status = 'DECLINED', decided_at = created_at, decided_by_id = 'bob', decided_by_name = 'Bob'",
    # or by the requester
    "status = 'APPROVED', turn = NULL, decided_at = created_at, decided_by_id = requester_id, "
    "decided_by_name = 'Rita'",
    "status = 'DECLINED', turn = NULL, decided_at = created_at, decided_by_id = requester_id, "
    "decided_by_name = 'Rita'",
    # or ordered though it was declined
    "status = 'DECLINED', turn = NULL, decided_at = created_at, decided_by_id = 'bob', "
    "decided_by_name = 'Bob', order_id = 'X7K2'",
    "why = 'NOBODY KNOWS'",
    "deciders = 'EVERYBODY'",
    "requester_id = NULL",
    "expires_at = NULL",
    "ledger_head = NULL",
]


@pytest.mark.parametrize("change", PENDING)
def test_a_request_that_makes_no_sense_cannot_be(desk: Desk, change: str) -> None:
    desk.ask()
    with pytest.raises(IntegrityError):
        desk.sql(f"UPDATE approvals SET {change}")  # noqa: S608 - a constant of this file


@pytest.mark.parametrize(
    "change",
    [
        "status = 'APPROVED', turn = NULL, decided_at = created_at, decided_by_id = 'bob', "
        "decided_by_name = 'Bob'",
        "status = 'EXPIRED', turn = NULL, decided_at = created_at",
        "status = 'CLOSED', turn = NULL, decided_at = created_at, decided_by_id = requester_id, "
        "decided_by_name = 'Rita'",
        "turn = 'REQUESTER'",
        "limit_minor = NULL, limit_currency = NULL",
    ],
)
def test_one_that_does_can(desk: Desk, change: str) -> None:
    desk.ask()
    desk.sql(f"UPDATE approvals SET {change}")  # noqa: S608 - a constant of this file


def test_a_decided_request_does_not_become_pending_by_halves(desk: Desk) -> None:
    desk.approve(desk.ask())
    with pytest.raises(IntegrityError):
        desk.sql("UPDATE approvals SET status = 'PENDING'")
    with pytest.raises(IntegrityError):
        desk.sql("UPDATE approvals SET decided_by_id = NULL")


def test_a_revision_belongs_to_a_request(desk: Desk) -> None:
    desk.ask()
    with pytest.raises(IntegrityError):
        desk.sql(
            "INSERT INTO approval_revisions (tenant_id, approval_id, revision, snapshot, "
            "delivery_words, at, by_id, by_name) VALUES ('acme', 'none', 1, '{}', '{}', "
            "'2026-03-02 09:00:00', 'x', 'x')"
        )
    with pytest.raises(IntegrityError):
        desk.sql("UPDATE approval_revisions SET revision = 0")


@pytest.mark.parametrize(
    ("approval", "resource"),
    [("approval_id", "'other'"), ("'other'", "resource_id"), ("NULL", "resource_id")],
    ids=["one request", "one cart", "one cart without a request"],
)
def test_there_are_not_two_orders_for_one_cart_or_request(
    desk: Desk, approval: str, resource: str
) -> None:
    desk.approve(desk.ask(), place_order=True)
    [order] = desk.orders()
    with pytest.raises(IntegrityError):
        copy(desk, "orders", order.id, id="'copy'", approval_id=approval, resource_id=resource)


@pytest.mark.parametrize(
    "change",
    [
        "status = 'LOST'",
        "resource_type = 'BASKET'",
        "total_minor = gross_minor",
        "gross_minor = gross_minor + 1",
    ],
)
def test_an_order_that_makes_no_sense_cannot_be(desk: Desk, change: str) -> None:
    desk.approve(desk.ask(), place_order=True)
    with pytest.raises(IntegrityError):
        desk.sql(f"UPDATE orders SET {change}")  # noqa: S608 - a constant of this file


def test_carts_of_two_people_are_two_matters(desk: Desk) -> None:
    for actor, cart_id in ((RITA, "c500-rita"), (ROB, "c500-rob")):
        desk.approve(desk.ask(actor, cart(cart_id)), place_order=True)
    assert len(desk.orders()) == 2
