"""A request to practise on: its goods, and what each press makes of it. Nothing of it is kept."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from webapp.carts.domain import Line, ResourceType, Totals, total
from webapp.carts.snapshot import Snapshot, SnapshotLine
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_

LIMIT = Money(100_000, "EUR")
_TAX = Decimal("0.19")
# Name, article number, pieces, net price of one.
_GOODS = (
    (N_("Desk lamp"), "EX-110", 4, "69.00"),
    (N_("Office chair"), "EX-120", 3, "289.00"),
    (N_("Flip chart"), "EX-130", 1, "119.00"),
)


class Step(StrEnum):
    """Where the practice stands: what is asked, or what came of it."""

    READY = "ready"
    APPROVE = "approve"
    DECLINE = "decline"
    ASK = "ask"
    APPROVED = "approved"
    DECLINED = "declined"
    ASKED = "asked"


# What a second press needs words for, and the step that asks for them.
_NEEDS_WORDS = {Step.DECLINED: Step.DECLINE, Step.ASKED: Step.ASK}


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the practice stands, and whether words are missing for what was pressed."""

    step: Step
    needs_words: bool = False


def stand(pressed: str, words: str) -> Stand:
    """Where a press leads, by the rules of a real request: declining and asking need words."""
    step = Step(pressed) if pressed in set(Step) else Step.READY
    if step in _NEEDS_WORDS and not words.strip():
        return Stand(_NEEDS_WORDS[step], needs_words=True)
    return Stand(step)


def goods() -> Snapshot:
    """What is asked for, above the limit; the names are to be translated."""
    lines = tuple(
        Line(
            line_id=sku, product_id=sku, sku=sku, name=name, quantity=Decimal(count),
            unit_price=Decimal(price), tax_rate=_TAX,
        )
        for name, sku, count, price in _GOODS
    )  # fmt: skip
    return Snapshot(
        type=ResourceType.CART, id="", site_code="", currency=LIMIT.currency,
        lines=tuple(_shown(line) for line in lines), totals=total(lines, LIMIT.currency),
    )  # fmt: skip


def _shown(line: Line) -> SnapshotLine:
    return SnapshotLine(
        line_id=line.line_id, product_id=line.product_id, sku=line.sku, name=line.name,
        quantity=line.quantity, unit_price=line.unit_price, new_unit_price=None,
        tax_rate=line.tax_rate, totals=_totals(line),
    )  # fmt: skip


def _totals(line: Line) -> Totals:
    return total([line], LIMIT.currency)
