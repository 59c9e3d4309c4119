"""Whoever changes what requests say, and not their histories, is found as well (R63)."""

import pytest

from tests.audit.conftest import House
from tests.support.cast import BOB
from webapp.approvals.domain import Action

ROW = "UPDATE approvals SET {} WHERE id = :s"
ORDER = "UPDATE orders SET {} WHERE approval_id = :s"
REVISION = "UPDATE approval_revisions SET {} WHERE approval_id = :s"

# Of a request that was asked for, talked about, approved and ordered: what somebody changes, and
# the entry that says otherwise.
CHANGED = {
    "approved as declined": (
        ROW.format("status = 'DECLINED', order_id = NULL"),
        "entry 3: the request says DECLINED by bob at 2026-",
    ),
    "another decider": (
        ROW.format("decided_by_id = 'ada'"),
        "entry 3: the request says APPROVED by ada at 2026-",
    ),
    "another moment": (
        ROW.format("decided_at = '2026-01-01 09:00:00+00:00'"),
        "entry 3: the request says APPROVED by bob at 2026-01-01T",
    ),
    "another requester": (
        ROW.format("requester_id = 'rob'"),
        "entry 1: the request names rob as the one who asked.",
    ),
    "another approver": (
        ROW.format("approver_id = 'ada'"),
        "entry 1: the request names ada as the approver.",
    ),
    "another revision": (
        ROW.format("revision = 2"),
        "entry 1: the request is at revision 2.",
    ),
    "other amounts": (
        ROW.format(
            "net_minor = net_minor + 1, gross_minor = gross_minor + 1, "
            "total_minor = total_minor + 1"
        ),
        "entry 1: the request comes to another amount.",
    ),
    "no order": (ROW.format("order_id = NULL"), "entry 4: the request names another order."),
    "other goods": (
        REVISION.format("snapshot = replace(snapshot, 'c500-rita', 'c500-rob')"),
        "entry 1: revision 1 of the request has other goods.",
    ),
    "other terms": (
        REVISION.format("details = NULL"),
        "entry 1: revision 1 of the request has other terms.",
    ),
    "other goods ordered": (
        ORDER.format("snapshot = replace(snapshot, 'c500-rita', 'c500-rob')"),
        "entry 4: something else was ordered.",
    ),
    "another total ordered": (
        ORDER.format("shipping_minor = shipping_minor + 1, total_minor = total_minor + 1"),
        "entry 4: something else was ordered.",
    ),
}


@pytest.mark.parametrize("kind", CHANGED)
def test_a_row_that_says_something_else_than_its_history_is_named(house: House, kind: str) -> None:
    made = ordered(house)
    house.prove()
    statement, problem = CHANGED[kind]
    house.desk.sql(statement, s=made)
    for wanted in ({}, {"approval": made}):
        assert house.doubt(**wanted).startswith(f"acme, {made}, {problem}")


@pytest.mark.parametrize("status", ["APPROVED", "PENDING"])
def test_what_ended_only_in_its_history_or_only_in_its_row_is_named(
    house: House, status: str
) -> None:
    made = house.desk.ask()
    if status == "PENDING":
        house.desk.approve(made)
    columns = "decided_at = NULL, turn = 'APPROVER'"
    if status == "APPROVED":
        columns = "decided_at = modified_at, turn = NULL, decided_by_id = 'bob', "
        columns += "decided_by_name = 'Bob'"
    house.desk.sql(ROW.format(f"status = :status, {columns}"), s=made, status=status)
    assert f"the request says {status}" in house.doubt()


def ordered(house: House) -> str:
    """A request that was asked for, talked about, approved and ordered."""
    made = house.desk.ask()
    house.desk.say(BOB, made, Action.COMMENT, "Six of them.")
    house.desk.approve(made)
    house.desk.order(made)
    return made
