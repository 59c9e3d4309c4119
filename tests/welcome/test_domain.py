"""What a press on the practice request leads to."""

from decimal import Decimal

import pytest

from webapp.carts.domain import ResourceType
from webapp.identity.domain import Actor, Role
from webapp.identity.first_days import Part, is_new, parts_of, put_away
from webapp.welcome.domain import LIMIT, Step, goods, stand


@pytest.mark.parametrize(
    ("pressed", "words", "step", "needs_words"),
    [
        ("", "", Step.READY, False),
        ("approve", "", Step.APPROVE, False),
        ("approved", "", Step.APPROVED, False),
        ("decline", "", Step.DECLINE, False),
        ("declined", "Too dear.", Step.DECLINED, False),
        ("declined", " ", Step.DECLINE, True),
        ("asked", "", Step.ASK, True),
        ("asked", "How many?", Step.ASKED, False),
        ("order everything", "", Step.READY, False),
    ],
)
def test_a_press_leads_where_it_would_on_a_real_request(
    pressed: str, words: str, step: Step, needs_words: bool
) -> None:
    there = stand(pressed, words)
    assert (there.step, there.needs_words) == (step, needs_words)


def test_what_is_asked_for_is_over_the_limit_by_its_own_sums() -> None:
    asked = goods()
    assert asked.totals.gross > LIMIT
    assert sum(line.totals.gross.minor for line in asked.lines) == asked.totals.gross.minor
    assert asked.type is ResourceType.CART
    assert (asked.id, asked.site_code, asked.currency) == ("", "", "EUR")
    [first, *_] = asked.lines
    assert (first.line_id, first.product_id, first.sku, first.name) == (
        "EX-110", "EX-110", "EX-110", "Desk lamp",
    )  # fmt: skip
    numbers = first.quantity, first.unit_price, first.new_unit_price, first.tax_rate
    assert numbers == (Decimal(4), Decimal("69.00"), None, Decimal("0.19"))


@pytest.mark.parametrize(
    ("role", "in_group", "parts"),
    [
        (Role.ADMIN, False, [Part.APPROVER, Part.ADMIN]),
        (Role.BUYER, False, [Part.APPROVER, Part.REQUESTER]),
        (Role.REQUESTER, False, [Part.REQUESTER]),
        (Role.REQUESTER, True, [Part.APPROVER, Part.REQUESTER]),
        (Role.CONTACT, False, []),
    ],
)
def test_everybody_is_introduced_to_what_they_do(
    role: Role, in_group: bool, parts: list[Part]
) -> None:
    actor = Actor(
        tenant_id="acme", person_id="rita", first_name="Rita", last_name="Roe",
        email="rita@acme.example", company_id="le1", role=role, in_group=in_group,
    )  # fmt: skip
    assert parts_of(actor) == parts
    away = put_away("", Part.APPROVER)
    assert [part for part in Part if is_new(actor, "", part)] == parts
    assert not is_new(actor, away, Part.APPROVER)
    assert put_away(put_away(away, Part.ADMIN), Part.APPROVER) == "admin approver"
