"""Requests of every kind, written past the use cases, for a list to tell apart."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import null
from sqlalchemy.orm import Session

from webapp.approvals.models import Approval, Revision
from webapp.carts.domain import Line, Resource, ResourceType
from webapp.carts.snapshot import freeze

START = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("Rita", "rita", "Ürsel", "Öz", "Doe", "d'Oe", "Bo b", "Zoë", "100", "(x)")
WORDS = (None, "please", "Two words", "100", "null", "a_b%c", "Ärger", "PENDING", "ü\nend", "😀 ok")
PRODUCTS = ("drill-18v", "bit-set-40", "", "100", "Ä")
CITIES = ("Münster", "Köln", "Berlin", "100", "", None)
TREES: tuple[Any, ...] = (
    *(None, True, False, 0, 7, 100, 2.5, -1, 1e20, "x", "7", "true", "X y", ""),
    *([], {}, [1, "a", None], [[3, "b"], {"deep": 4}], {"deep": "z"}, [[[9]]], [{"deep": [1, 2]}]),
)
CURRENCIES = ("EUR", "EUR", "JPY", "KWD")


def file_many(session: Session, count: int = 60, seed: int = 7) -> None:
    """So many requests of people of le1 and of Mia's other company."""
    random = Random(seed)  # noqa: S311 - a test that always sees the same
    for number in range(count):
        session.add_all(_request(random, number))
        session.flush()  # the revisions below refer to the row


def _request(random: Random, number: int) -> list[Any]:
    resource = _resource(random, number)
    at = START + timedelta(hours=random.randrange(12), microseconds=random.choice((0, 123456)))
    status = random.choice(("PENDING", "PENDING", "APPROVED", "DECLINED", "CLOSED", "EXPIRED"))
    requester, approver = random.choice(
        (("rita", "bob"), ("rita", "ben"), ("mia", "bob"), ("rob", "ada"), ("bob", "ada"))
    )
    totals = resource.totals
    row = Approval(
        tenant_id="acme",
        id=f"{random.choice('abAB_-0')}{number}",
        number=90_000 + number,
        status=status,
        turn="APPROVER" if status == "PENDING" else null(),
        turn_since=at,
        resource_type=resource.type,
        resource_id=resource.id,
        company_id=resource.company_id,
        company_name="Somewhere",
        site_code=resource.site_code,
        **_person(random, "requester", requester),
        **_person(random, "approver", approver),
        comment=random.choice(WORDS),
        approver_comment=random.choice(WORDS),
        title="",
        item_count=len(resource.lines),
        currency=resource.currency,
        net_minor=totals.net.minor,
        tax_minor=totals.tax.minor,
        gross_minor=totals.gross.minor,
        total_minor=totals.gross.minor,
        compared_minor=totals.gross.minor,
        why="ROLE",
        deciders="ADMIN",
        version=random.randrange(1, 4),
        revision=random.randrange(1, 3),
        created_at=at,
        modified_at=at + timedelta(seconds=random.randrange(3), milliseconds=random.randrange(3)),
        expires_at=at + timedelta(days=30),
        decided_at=None if status == "PENDING" else at,
        decided_by_id=None if status == "PENDING" else "x",
        decided_by_name=None if status == "PENDING" else "X",
        order_id=random.choice((None, f"EON{number}")) if status == "APPROVED" else None,
        ledger_head="0" * 64,
        ledger_length=1,
    )
    return [
        row,
        *(_revision(random, row, revision + 1, resource) for revision in range(row.revision)),
    ]


def _resource(random: Random, number: int) -> Resource:
    kind = random.choice((ResourceType.CART, ResourceType.CART, ResourceType.QUOTE))
    return Resource(
        type=kind,
        id=f"r{number}",
        owner_id="",
        company_id=random.choice(("le1", "le1", "le1", "le3")),
        site_code=random.choice(("main", "side")),
        currency=random.choice(CURRENCIES),
        lines=tuple(_line(random, index) for index in range(random.randrange(1, 4))),
        status="OPEN",
    )


def _line(random: Random, index: int) -> Line:
    return Line(
        line_id=f"line-{index}",
        product_id=random.choice(PRODUCTS),
        sku=random.choice(("DR-18V", "")),
        name=random.choice(NAMES),
        quantity=Decimal(random.choice(("1", "2.5", "7", "100"))),
        unit_price=Decimal(random.choice(("1", "0.333333", "7.77", "100"))),
        tax_rate=Decimal(random.choice(("0", "0.2"))),
        new_unit_price=random.choice((None, Decimal("1.5"))),
    )


def _person(random: Random, side: str, person_id: str) -> dict[str, str]:
    return {
        f"{side}_id": person_id,
        f"{side}_first_name": random.choice(NAMES),
        f"{side}_last_name": random.choice(NAMES),
        f"{side}_email": f"{person_id}@acme.example",
    }


def _revision(random: Random, row: Approval, number: int, resource: Resource) -> Revision:
    details = {
        "currency": row.currency,
        "addresses": [{"city": city} for city in random.sample(CITIES, random.randrange(3))],
        "free-form_1": random.choice(TREES),
        "shipping": random.choice(({"amount": 10.0}, {"amount": 4.9}, {"amount": "7"}, None)),
    }
    if random.random() < 0.2:
        del details["free-form_1"]
    window = {
        "id": "dw",
        "slotId": random.choice(("08-12", "7")),
        "deliveryDate": f"{row.created_at:%Y-%m-%d}T00:00:00.000Z",
    }
    return Revision(
        tenant_id="acme",
        approval_id=row.id,
        revision=number,
        snapshot=freeze(resource),
        details=random.choice((details, details, details, None)),
        delivery_window=random.choice((window, None)),
        delivery_words={},
        at=row.created_at,
        by_id="x",
        by_name="X",
    )
