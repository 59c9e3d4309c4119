"""Lines as they were written become lines of a cart: listed products, prices, taxes, rules."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal

from webapp.carts import numerals
from webapp.carts.domain import Line, Product, Totals, total
from webapp.carts.lines import Fault, NewLine, fault_of
from webapp.carts.numerals import Unreadable
from webapp.carts.parsing import Problem, RawLine, Reading
from webapp.kernel.money import AmountOutOfRange, Money
from webapp.kernel.sentence import N_, Sentence, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What a line may name: products by SKU and by name in lower case, and lines the cart has."""

    by_sku: Mapping[str, Product] = field(default_factory=dict)
    by_name: Mapping[str, Product] = field(default_factory=dict)
    kept: Sequence[Line] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The cart's currency (ISO 4217), and the tax rate of lines that name none."""

    currency: str
    default_tax: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A line that can be stored, with what the person should know of it."""

    number: int
    line: NewLine
    note: Sentence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What would be stored, and every problem that stands against it."""

    currency: str
    lines: tuple[DraftLine, ...]
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether there are lines and nothing is wrong with any."""
        return bool(self.lines) and not self.problems

    @property
    def totals(self) -> Totals:
        """The sum of the lines that can be stored."""
        return total((each.line.as_line("") for each in self.lines), self.currency)

    @property
    def new_lines(self) -> list[NewLine]:
        """The lines without their notes."""
        return [each.line for each in self.lines]


@dataclass(frozen=True, slots=True)
class _Marks:
    """The decimal marks of the columns."""

    quantity: str | None
    price: str | None
    tax: str | None


def resolve(reading: Reading, goods: Goods, terms: Terms) -> Draft:
    """The draft of a cart.

    Name, price and tax of a listed product are those of the list, or those of the cart where it has
    the line already. Anything else needs a price and a tax rate of its own.
    """
    marks = _marks(reading.lines)
    lines: list[DraftLine] = []
    problems = list(reading.problems)
    for raw in reading.lines:
        found = _found(raw, goods)
        line, faults = _line(raw, found, marks, terms)
        problems += [Problem(line=raw.number, sentence=f.sentence, field=f.field) for f in faults]
        if line:
            note = _price_note(raw, found, marks, terms) or _rounding_note(line, terms)
            lines.append(DraftLine(number=raw.number, line=line, note=note))
    return Draft(
        currency=terms.currency,
        lines=tuple(lines),
        problems=tuple(sorted(problems, key=lambda problem: problem.line or 0)),
        ignored=reading.ignored,
    )


def _marks(lines: Sequence[RawLine]) -> _Marks:
    """A column speaks for itself; where it says nothing, the other numbers of the source do."""
    quantities = numerals.decimal_mark(line.quantity for line in lines)
    prices = numerals.decimal_mark(line.price for line in lines)
    taxes = numerals.decimal_mark(line.tax.rstrip("% ") for line in lines)
    agreed = {quantities, prices, taxes} - {None}
    overall = agreed.pop() if len(agreed) == 1 else None
    return _Marks(quantities or overall, prices or overall, taxes or overall)


def _found(raw: RawLine, goods: Goods) -> Product | None:
    sku, name = raw.sku.lower(), raw.name.lower()
    for line in goods.kept:
        same = raw.line_id in ("", line.line_id) and line.sku.lower() == sku
        if same and line.product_id:
            return Product(
                id=line.product_id,
                sku=line.sku,
                name=line.name,
                unit_price=line.unit_price,
                tax_rate=line.tax_rate,
            )
    return goods.by_sku.get(sku) if sku else goods.by_name.get(name)


def _line(
    raw: RawLine, found: Product | None, marks: _Marks, terms: Terms
) -> tuple[NewLine | None, list[Fault]]:
    faults: list[Fault] = []
    quantity = _try(faults, "quantity", lambda: _quantity(raw, marks))
    if fault := None if found else _unknown(raw):
        return None, [fault, *faults]
    price = found.unit_price if found else _try(faults, "price", lambda: _price(raw, marks, terms))
    tax = found.tax_rate if found else _try(faults, "tax", lambda: _tax(raw, marks, terms))
    if quantity is None or price is None or tax is None:
        return None, faults
    line = NewLine(
        name=found.name if found else raw.name or raw.sku,
        sku=found.sku if found else raw.sku,
        product_id=found.id if found else "",
        line_id=raw.line_id,
        quantity=quantity,
        unit_price=price,
        tax_rate=tax,
    )
    limit = fault_of(line, terms.currency)
    return (None, [limit]) if limit else (line, [])


def _try(faults: list[Fault], field: str, read: Callable[[], Decimal]) -> Decimal | None:
    try:
        return read()
    except Unreadable as error:
        faults.append(Fault(field, error.sentence))
        return None


def _unknown(raw: RawLine) -> Fault | None:
    """A line that is neither on the list nor complete in itself is not understood at all."""
    if not (raw.sku or raw.name):
        return Fault("sku", sentence(N_("The line names no product. Write a SKU or a name.")))
    if raw.price:
        return None
    if raw.sku:
        text = N_("“{sku}” is not on the product list. Correct the SKU, or add price and tax.")
        return Fault("sku", sentence(text, sku=raw.sku))
    text = N_("The price is missing. Only products of the list have one already.")
    return Fault("price", sentence(text))


def _quantity(raw: RawLine, marks: _Marks) -> Decimal:
    if not raw.quantity:
        raise Unreadable(sentence(N_("The quantity is missing.")))
    return numerals.number(raw.quantity, marks.quantity)


def _price(raw: RawLine, marks: _Marks, terms: Terms) -> Decimal:
    return numerals.price(raw.price, terms.currency, marks.price)


def _tax(raw: RawLine, marks: _Marks, terms: Terms) -> Decimal:
    if raw.tax:
        return numerals.rate(raw.tax, marks.tax)
    if terms.default_tax is not None:
        return terms.default_tax
    raise Unreadable(sentence(N_("The tax is missing. Write it like 19%.")))


def _price_note(
    raw: RawLine, found: Product | None, marks: _Marks, terms: Terms
) -> Sentence | None:
    if not found or not raw.price or _says(raw, found.unit_price, marks, terms):
        return None
    return sentence(
        N_("Price from the list: {price}"), price=_money(found.unit_price, terms.currency)
    )


def _says(raw: RawLine, price: Decimal, marks: _Marks, terms: Terms) -> bool:
    try:
        return numerals.price(raw.price, terms.currency, marks.price) == price
    except Unreadable:
        return False


def _money(price: Decimal, currency: str) -> Money | str:
    """The price as money where the minor unit can say it exactly."""
    with suppress(AmountOutOfRange):
        rounded = Money.of(price, currency)
        if rounded.amount == price:
            return rounded
    return f"{numerals.plain(price)} {currency}"


def _rounding_note(line: NewLine, terms: Terms) -> Sentence | None:
    net = line.as_line("").totals(terms.currency).net
    if line.unit_price and not net.minor:
        return sentence(N_("This line is rounded to {net}."), net=net)
    return None
