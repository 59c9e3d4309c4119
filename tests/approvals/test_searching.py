"""Searching requests, whoever asks and whatever for."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests.support.cast import BOB, CARL, LATER, NOW, RITA, ROB, Desk, cart, details, quote
from webapp.approvals import criteria
from webapp.approvals.criteria import (
    EVERYTHING,
    NOTHING,
    All,
    Between,
    ByType,
    Comparing,
    Criterion,
    Document,
    Field,
    Inside,
    Joined,
    Like,
    LineField,
    Literal,
    OneOf,
    Operand,
    Presence,
    Sorting,
    Where,
)
from webapp.approvals.searching import Window, count, search
from webapp.identity.domain import Actor

EVERY_FIELD: list[Operand] = [
    *Field,
    *LineField,
    *(Inside(document, path) for document in Document for path in ((), ("a",), ("a", "b-c_1"))),
    Joined(("order ", Field.ORDER)),
    Joined(("line ", LineField.LINE)),
    ByType(Field.NET, None),
    ByType(None, LineField.NEW_UNIT_PRICE),
    ByType(Inside(Document.DETAILS, ("a",)), None),
]


def equal(operand: Operand, *values: str) -> Where:
    return Where(operand, OneOf(tuple(Literal(value) for value in values)))


def more(operand: Operand, value: str, *, quoted: bool = False) -> Where:
    return Where(operand, Between(((Comparing.MORE, Literal(value, is_quoted=quoted)),)))


def found(desk: Desk, actor: Actor, criterion: Criterion = EVERYTHING, **rest: Any) -> list[str]:
    with desk.database.reading() as session:
        rows = search(session, actor, criterion, **rest)
        if "window" not in rest:
            assert count(session, actor, criterion) == len(rows)
        return [row.id for row in rows]


@pytest.fixture
def three(desk: Desk) -> dict[str, str]:
    """Two of Rita's to Bob, a cart and a quote, and one of Rob's to Bob."""
    return {
        "cart": desk.ask(RITA, cart("c500-rita", id="cart", comment="Too *many* drills")),
        "quote": desk.ask(RITA, quote("Q1", id="quote"), now=NOW + timedelta(minutes=1)),
        "rob": desk.ask(ROB, cart("c500-rob", id="rob"), now=NOW + timedelta(minutes=2)),
    }


def test_nothing_asked_shows_everything_newest_first(desk: Desk, three: dict[str, str]) -> None:
    assert found(desk, BOB) == ["rob", "quote", "cart"]
    assert found(desk, RITA) == ["quote", "cart"]
    assert found(desk, ROB) == ["rob"]


@pytest.mark.parametrize(
    "criterion",
    [
        EVERYTHING,
        criteria.Any((EVERYTHING, NOTHING)),
        criteria.Any((Where(Field.ID, Presence.EXISTS), equal(Field.REQUESTER_ID, "rita"))),
        Where(Field.ORDER, Presence.MISSING),
        Where(Field.ID, Like("")),
    ],
)
def test_nothing_that_is_asked_shows_more(
    desk: Desk, three: dict[str, str], criterion: Criterion
) -> None:
    assert found(desk, ROB, criterion) == ["rob"]
    assert found(desk, CARL, criterion) == []
    assert found(desk, replace(BOB, company_id="le2"), criterion) == []
    assert found(desk, replace(BOB, tenant_id="other"), criterion) == []


@pytest.mark.parametrize(
    ("criterion", "ids"),
    [
        (equal(Field.STATUS, "PENDING"), "quote cart"),
        (equal(Field.STATUS, "pending"), ""),
        (equal(Field.RESOURCE_TYPE, "QUOTE", "CART"), "quote cart"),
        (equal(Field.RESOURCE_ID, "Q1"), "quote"),
        (Where(Field.COMMENT, Like("MANY")), "cart"),
        (Where(Field.COMMENT, Presence.NULL), "quote"),
        (more(Field.NET, "400"), "quote cart"),
        (more(Field.GROSS, "500"), ""),
        (more(Field.GROSS, "499.995"), "quote cart"),
        (more(Field.GROSS, "499.995", quoted=True), ""),
        (more(Field.CREATED_AT, NOW.isoformat(), quoted=True), "quote"),
        (more(Field.CREATED_AT, "2026-03-01", quoted=True), "quote cart"),
        (equal(LineField.PRODUCT, "drill-18v"), "quote cart"),
        (equal(ByType(LineField.PRODUCT, LineField.LINE), "Q1-2"), "quote"),
        (equal(Inside(Document.DETAILS, ("addresses", "city")), "Münster"), "cart"),
        (more(Inside(Document.DETAILS, ("shipping", "amount")), "9.5"), "cart"),
        (Where(Inside(Document.DETAILS), Presence.MISSING), "quote"),
        (All((equal(Field.STATUS, "PENDING"), equal(Field.ID, "cart"))), "cart"),
        (criteria.Any((equal(Field.ID, "cart"), equal(Field.ID, "quote"))), "quote cart"),
        (NOTHING, ""),
    ],
)
def test_a_criterion_narrows(
    desk: Desk, three: dict[str, str], criterion: Criterion, ids: str
) -> None:
    assert found(desk, RITA, criterion) == ids.split()


def test_what_is_sorted_by_decides_the_order(desk: Desk, three: dict[str, str]) -> None:
    assert found(desk, BOB, order=[Sorting(Field.CREATED_AT)]) == ["cart", "quote", "rob"]
    assert found(desk, BOB, order=[Sorting(Field.STATUS)]) == ["cart", "quote", "rob"]
    by_comment = [Sorting(Field.COMMENT, is_descending=True)]
    assert found(desk, BOB, order=by_comment) == ["rob", "cart", "quote"]


def test_a_page_past_the_end_is_empty(desk: Desk, three: dict[str, str]) -> None:
    assert found(desk, BOB, window=Window(2, 2)) == ["cart"]
    assert found(desk, BOB, window=Window(999_999_999, 60)) == []


def test_the_current_revision_comes_along(desk: Desk, three: dict[str, str]) -> None:
    terms = replace(desk.terms("cart"), details=details(currency="XYZ"))
    desk.change(RITA, "cart", terms)
    with desk.database.reading() as session:
        rows = search(session, RITA, equal(Inside(Document.DETAILS, ("currency",)), "XYZ"))
        assert [(row.id, json.loads(row.details)["currency"]) for row in rows] == [("cart", "XYZ")]


def test_a_page_is_one_statement(desk: Desk, three: dict[str, str]) -> None:
    seen: list[str] = []
    bind = desk.database.bind
    event.listen(bind, "before_cursor_execute", lambda *args: seen.append(args[2]))
    with desk.database.reading() as session:
        search(session, BOB, more(LineField.QUANTITY, "0"))
    assert len([statement for statement in seen if "approvals" in statement]) == 1


@pytest.mark.parametrize("operand", EVERY_FIELD, ids=str)
def test_every_operand_takes_every_test_and_every_order(desk: Desk, operand: Operand) -> None:
    far = ["9" * 40, "-1.5", "true", "%_\\'\""]
    literals = [Literal("9999-12-31T23:59:59.999Z", is_quoted=True), *map(Literal, far)]
    tests = [
        OneOf(tuple(literals)),
        *(Between(((how, literal),)) for how in Comparing for literal in literals[:3]),
        *(Like(pattern) for pattern in ("", r"^[^\W]{2,3}.*\\$|%")),
        *Presence,
    ]
    with desk.database.reading() as session:
        for test in tests:
            count(session, BOB, Where(operand, test))
        for is_descending in (False, True):
            search(session, BOB, order=[Sorting(operand, is_descending)] * 10)


@pytest.mark.parametrize(
    "criterion",
    [
        All(tuple(equal(ByType(LineField.NET, LineField.NET), str(n)) for n in range(50))),
        criteria.Any(tuple(Where(Field.COMMENT, Like("a.{40}b" + str(n))) for n in range(50))),
        equal(LineField.GROSS, *map(str, range(200))),
        equal(Inside(Document.DETAILS, ("addresses", "city")), *map(str, range(200))),
    ],
    ids=["lines", "patterns", "amounts", "documents"],
)
def test_the_largest_questions_are_answered(
    desk: Desk, three: dict[str, str], criterion: Criterion
) -> None:
    assert found(desk, BOB, criterion) == []


def test_what_is_plain_stays_plain_for_an_index(desk: Desk, three: dict[str, str]) -> None:
    """Equality and ranges of columns are what an index can be asked."""
    seen: list[str] = []
    event.listen(desk.database.bind, "before_cursor_execute", lambda *args: seen.append(args[2]))
    asked = All(
        (
            equal(Field.STATUS, "PENDING"),
            equal(Field.RESOURCE_ID, "Q1", "Q2"),
            more(Field.CREATED_AT, "2026-01-01", quoted=True),
        )
    )
    with desk.database.reading() as session:
        count(session, BOB, asked)
    (statement,) = (each for each in seen if "count" in each)
    plain = " ".join(statement.split())
    assert "approvals.status IN (" in plain
    assert "approvals.resource_id IN (" in plain
    assert "approvals.created_at >= " in plain
    assert "COLLATE" not in plain


def test_a_long_comment_is_searched_to_its_end(desk: Desk) -> None:
    """Whoever tries all ways to match these would not come back before the test is given up."""
    made = desk.ask(RITA, cart("c500-rita", comment="ax" * 2000))
    for pattern in ("a.{40}b", "(x|x|x)(x|x|x)(x|x|x)y", ".*.*.*.*.*b"):
        assert found(desk, BOB, Where(Field.COMMENT, Like(pattern))) == []
    assert found(desk, BOB, Where(Field.COMMENT, Like(".+.+.+.+$"))) == [made]


def test_details_are_compared_to_the_last_digit(desk: Desk) -> None:
    exact = json.loads('{"n": 0.1, "big": 12345678901234567890}')
    desk.ask(RITA, cart("c500-rita", id="n", details=details(**exact)), now=LATER)
    big = Inside(Document.DETAILS, ("big",))
    assert found(desk, RITA, equal(big, "12345678901234567890")) == ["n"]
    assert found(desk, RITA, more(big, "12345678901234567889")) == ["n"]
    assert found(desk, RITA, more(big, "12345678901234567890")) == []
    assert found(desk, RITA, equal(Inside(Document.DETAILS, ("n",)), "0.10")) == ["n"]
    assert found(desk, RITA, equal(Inside(Document.DETAILS, ("n",)), "0.1000000000000001")) == []
