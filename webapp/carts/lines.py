"""A line that is about to be stored, and what a cart can hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from webapp.carts.domain import Line
from webapp.kernel.errors import Invalid
from webapp.kernel.money import AmountOutOfRange
from webapp.kernel.sentence import N_, Sentence, sentence

MAX_LINES = 2000
MAX_QUANTITY = Decimal(1_000_000)
MAX_DECIMALS = 6
MAX_NAME = 300
MAX_SKU = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line to be stored; `line_id` is empty for a new one, `product_id` for a free item."""

    name: str
    quantity: Decimal
    unit_price: Decimal
    tax_rate: Decimal
    sku: str = ""
    product_id: str = ""
    line_id: str = ""
    price_id: str | None = None

    def as_line(self, line_id: str) -> Line:
        """The line under its id."""
        return Line(
            line_id=line_id,
            product_id=self.product_id,
            sku=self.sku,
            name=self.name,
            quantity=self.quantity,
            unit_price=self.unit_price,
            tax_rate=self.tax_rate,
            price_id=self.price_id,
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field of a line, and how to put it right."""

    field: str
    sentence: Sentence


def fault_of(line: NewLine, currency: str) -> Fault | None:
    """What keeps a cart from holding this line, or None."""
    checks = (
        ("name", _name_problem(line)),
        ("sku", _sku_problem(line)),
        ("quantity", _quantity_problem(line)),
        ("price", _price_problem(line)),
        ("tax", _tax_problem(line)),
    )
    faults = (Fault(field, problem) for field, problem in checks if problem)
    return next(faults, None) or _sum_fault(line, currency)


def check_lines(lines: Sequence[NewLine], currency: str) -> None:
    """Return when a cart may hold these lines.

    Raises `Invalid` with code `no_lines`, `too_many_lines` or `bad_line`.
    """
    if not lines:
        raise Invalid(sentence(N_("Add at least one item.")), code="no_lines")
    if len(lines) > MAX_LINES:
        raise Invalid(
            sentence(
                N_("{count} items are too many for one cart; it can hold {most}. Make two carts."),
                count=len(lines),
                most=MAX_LINES,
            ),
            code="too_many_lines",
        )
    for line in lines:
        if fault := fault_of(line, currency):
            raise Invalid(fault.sentence, code="bad_line")


def _name_problem(line: NewLine) -> Sentence | None:
    if not line.name:
        return sentence(N_("The name is missing. Say what it is."))
    if len(line.name) > MAX_NAME:
        return sentence(
            N_("The name has {count} characters. Keep it under {most}."),
            count=len(line.name),
            most=MAX_NAME,
        )
    return None


def _sku_problem(line: NewLine) -> Sentence | None:
    if len(line.sku) > MAX_SKU:
        return sentence(
            N_("The SKU has {count} characters. Keep it under {most}."),
            count=len(line.sku),
            most=MAX_SKU,
        )
    return None


def _quantity_problem(line: NewLine) -> Sentence | None:
    if line.quantity <= 0:
        return sentence(
            N_("The quantity is {quantity}. It must be more than 0."), quantity=line.quantity
        )
    if line.quantity > MAX_QUANTITY:
        return sentence(
            N_("The quantity is {quantity}. At most 1,000,000 of one item fit into a cart."),
            quantity=line.quantity,
        )
    if _decimals(line.quantity) > MAX_DECIMALS:
        return sentence(
            N_("The quantity {quantity} has too many decimals. Six are possible."),
            quantity=line.quantity,
        )
    return None


def _price_problem(line: NewLine) -> Sentence | None:
    if line.unit_price < 0:
        return sentence(N_("The price is {price}. It must be 0 or more."), price=line.unit_price)
    if _decimals(line.unit_price) > MAX_DECIMALS:
        return sentence(
            N_("The price {price} has too many decimals. Six are possible."),
            price=line.unit_price,
        )
    return None


def _tax_problem(line: NewLine) -> Sentence | None:
    if not 0 <= line.tax_rate <= 1:
        return sentence(N_("The tax must be between 0% and 100%. Write it like 19%."))
    return None


def _sum_fault(line: NewLine, currency: str) -> Fault | None:
    try:
        line.as_line("").totals(currency)
    except AmountOutOfRange:
        return Fault(
            "quantity",
            sentence(
                N_("Quantity times price is more than can be stored. Look for a slipped digit.")
            ),
        )
    return None


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
