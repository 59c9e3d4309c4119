"""Who may change which field of a request, by program or by form; a table written by hand."""

from typing import Any

import pytest

from tests.security.stage import Stage, ask
from tests.security.test_access import FORMS
from tests.security.test_races import program_of
from tests.support.cast import DETAILS

WINDOW = {"id": "w", "slotId": "s", "deliveryDate": "2027-05-02T13:06:15.280Z"}
PEOPLE = {"rita": "le1", "bob": "le1", "ben": "le1", "ada": "le1", "olga": "le2"}
# Each field of the document: what is tried, and the answer to the requester, the approver, a
# colleague, the admin of the company, and somebody of another company.
FIELDS: list[tuple[str, Any, tuple[int, ...]]] = [
    ("/comment", "other words", (204, 204, 404, 404, 404)),
    ("/approverComment", "fine", (400, 204, 404, 404, 404)),
    ("/details", {**DETAILS, "currency": "CHF"}, (204, 204, 404, 404, 404)),
    ("/details/shipping/methodName", "by bike", (204, 204, 404, 404, 404)),
    ("/resource/deliveryWindow", WINDOW, (204, 204, 404, 404, 404)),
    ("/status", "APPROVED", (400, 204, 404, 404, 404)),
    ("/status", "DECLINED", (400, 204, 404, 404, 404)),
    ("/status", "CLOSED", (204, 204, 404, 404, 404)),
    ("/status", "PENDING", (400, 400, 404, 404, 404)),
    ("/status", "EXPIRED", (400, 400, 404, 404, 404)),
    *[
        (path, value, (400,) * 5)
        for path, value in {
            "/id": "another",
            "/approver": {"userId": "rita"},
            "/approver/userId": "rita",
            "/requestor/userId": "bob",
            "/decidedBy": {"userId": "ada"},
            "/legalEntity/id": "le2",
            "/expiryDate": "2099-01-01T00:00:00.000Z",
            "/resourceType": "QUOTE",
            "/resource": {},
            "/resource/id": "c500-bob",
            "/resource/items": [],
            "/resource/items/0/quantity": 1000,
            "/resource/totalPrice/amount": 1,
            "/createdResource/id": "order",
            "/metadata/version": 99,
            "/action": "OTHER",
            "/tenant": "other",
            "": {},
        }.items()
    ],
]
# What no form of a request asks for, whatever names it comes under.
FURTHER = {
    "status": "APPROVED",
    "approver": "ada",
    "approver_id": "ada",
    "requester_id": "bob",
    "decided_by_id": "ada",
    "company_id": "le2",
    "tenant_id": "other",
    "total": "1",
    "total_minor": "1",
    "expires_at": "2099-01-01",
    "order_id": "order",
    "version": "99",
    "place_order": "1",
    "details": "{}",
}
OURS = (
    "number, requester_id, approver_id, company_id, tenant_id, status, total_minor, order_id, "
    "decided_by_id, expires_at, revision"
)


@pytest.mark.parametrize(("path", "value", "expected"), FIELDS)
def test_who_may_change_which_field(
    stage: Stage, path: str, value: Any, expected: tuple[int, ...]
) -> None:
    for (who, company), status in zip(PEOPLE.items(), expected, strict=True):
        with stage.scene():
            before = row(stage, "*")
            body = [{"op": "add", "path": path, "value": value}]
            address = stage.path("/approval/acme/approvals/{pending}")
            reply = program_of(stage.app, who, company).patch(address, json=body)
            assert reply.status_code == status, (who, reply.text)
            assert status == 204 or row(stage, "*") == before, who


@pytest.mark.parametrize(
    ("person", "path", "form"),
    [
        ("rita", "comments", "words"),
        ("bob", "comments", "words"),
        ("bob", "questions", "ask"),
        ("bob", "looks", "look"),
        ("bob", "decision", "first-press"),
    ],
)
def test_further_fields_of_a_form_change_nothing(
    stage: Stage, person: str, path: str, form: str
) -> None:
    with stage.scene():
        before = row(stage, OURS)
        sent = FORMS[form] + "".join(f"&{name}={value}" for name, value in FURTHER.items())
        reply = ask(
            stage.client(person),
            stage.path(f"/approvals/{{pending}}/{path}"),
            data=sent,
            content_type="application/x-www-form-urlencoded",
        )
        assert reply.status_code in {200, 204, 303}
        assert row(stage, OURS) == before


def test_a_decision_takes_its_decider_from_the_session(stage: Stage) -> None:
    with stage.scene():
        sent = FORMS["approve"] + "&decided_by_id=ada&approver_id=ada&place_order=1&order_id=mine"
        reply = ask(
            stage.client("bob"),
            stage.path("/approvals/{pending}/decision"),
            data=sent,
            content_type="application/x-www-form-urlencoded",
        )
        assert reply.status_code == 303
        found = row(stage, "status, decided_by_id, approver_id, order_id")
        assert found == ("APPROVED", "bob", "bob", None)


def row(stage: Stage, columns: str) -> tuple[object, ...]:
    """The pending request as the database has it."""
    query = f"SELECT {columns} FROM approvals WHERE id = :id"  # noqa: S608 - columns of ours
    [found] = stage.sql(query, id=stage.ids["pending"])
    return found
