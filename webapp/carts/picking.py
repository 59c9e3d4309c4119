"""What a shop puts into a cart: products at the price of the list, and goods that it describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from webapp.carts.domain import Line, Product
from webapp.carts.lines import MAX_LINES, NewLine, fault_of
from webapp.kernel.errors import Invalid, NotFound
from webapp.kernel.ids import new_id
from webapp.kernel.sentence import N_, Sentence, sentence

# Name and SKU are what a line says of its product.
_FIELDS = {"name": "product", "sku": "product"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Something for a cart, by product id or SKU; what is not on the list describes itself.

    `unit_price` is net for one, in `currency` (that of the cart if it is not named); `tax_rate` is
    a fraction. `is_separate` asks for a line of its own beside an equal one.
    """

    product_id: str = ""
    sku: str = ""
    name: str = ""
    quantity: Decimal
    unit_price: Decimal | None = None
    tax_rate: Decimal | None = None
    currency: str | None = None
    price_id: str | None = None
    is_separate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Products of the list: by id, and by SKU in lower case."""

    by_id: Mapping[str, Product] = field(default_factory=dict)
    by_sku: Mapping[str, Product] = field(default_factory=dict)

    def find(self, wanted: Wanted) -> Product | None:
        """The product by its id, or by its SKU wherever that was written; None if unlisted."""
        skus = (wanted.product_id.lower(), wanted.sku.lower())
        by_sku = (self.by_sku[sku] for sku in skus if sku in self.by_sku)
        return self.by_id.get(wanted.product_id) or next(by_sku, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A line that the shop should look at again: its price `moved`, or its product has `two`."""

    line_id: str
    code: str
    sentence: Sentence


def line_of(wanted: Wanted, product: Product | None, currency: str) -> NewLine:
    """The line for it in a cart of this currency; a client does not choose a listed price.

    Raises `Invalid` (code `bad_line`) that names `product`, `quantity`, `price` or `tax`.
    """
    if wanted.currency not in (None, currency):
        text = N_("The cart is in {currency}. Give the price in it.")
        raise _bad({"price": sentence(text, currency=currency)})
    if product is not None:
        line = NewLine(
            product_id=product.id,
            sku=product.sku,
            name=product.name,
            quantity=wanted.quantity,
            unit_price=product.unit_price,
            tax_rate=product.tax_rate,
            price_id=wanted.price_id,
        )
    else:
        line = _described(wanted)
    return _checked(line, currency)


def as_new(line: Line) -> NewLine:
    """The line for another cart, where it gets an id of its own."""
    return NewLine(
        product_id=line.product_id,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        tax_rate=line.tax_rate,
        price_id=line.price_id,
    )


def place(lines: list[Line], line: NewLine, currency: str, *, is_separate: bool = False) -> Line:
    """Put the line among the others: the same goods at the same price become more of them.

    Raises `Invalid` (codes `too_many_lines`, `bad_line`).
    """
    new = line.as_line(new_id())
    twin = None if is_separate else next((own for own in lines if _is_same(own, new)), None)
    if twin is not None:
        return set_quantity(lines, twin.line_id, twin.quantity + line.quantity, currency)
    if len(lines) >= MAX_LINES:
        text = N_("{count} items are too many for one cart; it can hold {most}. Make two carts.")
        raise Invalid(sentence(text, count=len(lines) + 1, most=MAX_LINES), code="too_many_lines")
    lines.append(new)
    return new


def set_quantity(lines: list[Line], line_id: str, quantity: Decimal, currency: str) -> Line:
    """Have this quantity of the line.

    Raises `NotFound` (code `no_line`) and `Invalid` (code `bad_line`).
    """
    place_of_line = _index(lines, line_id)
    changed = replace(lines[place_of_line], quantity=quantity)
    _checked(as_new(changed), currency)
    lines[place_of_line] = changed
    return changed


def drop(lines: list[Line], line_id: str) -> None:
    """Take the line out; raises `NotFound` (code `no_line`)."""
    del lines[_index(lines, line_id)]


def doubts(lines: Sequence[Line], listed: Listed) -> list[Doubt]:
    """The lines whose price is not the list's any more, or not the same for the same product."""
    found = []
    prices: dict[str, set[Decimal]] = {}
    for line in lines:
        prices.setdefault(line.product_id, set()).add(line.unit_price)
    for line in lines:
        product = listed.by_id.get(line.product_id)
        if product is not None and product.unit_price != line.unit_price:
            text = N_("The price of {name} is not that of the list any more.")
            found.append(_doubt(line, "moved", text))
        if line.product_id and len(prices[line.product_id]) > 1:
            found.append(_doubt(line, "two", N_("{name} stands in the cart at two prices.")))
    return found


def _described(wanted: Wanted) -> NewLine:
    name, price, tax = wanted.name, wanted.unit_price, wanted.tax_rate
    missing: dict[str, Sentence] = {}
    if not name:
        missing["product"] = sentence(N_("The name is missing. Say what it is."))
    if price is None:
        text = N_("The price is missing. Only products of the list have one already.")
        missing["price"] = sentence(text)
    if tax is None:
        missing["tax"] = sentence(N_("The tax is missing. Write it like 19%."))
    if missing or price is None or tax is None:
        raise _bad(missing)
    return NewLine(
        product_id=wanted.product_id,
        sku=wanted.sku,
        name=name,
        quantity=wanted.quantity,
        unit_price=price,
        tax_rate=tax,
        price_id=wanted.price_id,
    )


def _checked(line: NewLine, currency: str) -> NewLine:
    fault = fault_of(line, currency)
    if fault is not None:
        raise _bad({_FIELDS.get(fault.field, fault.field): fault.sentence})
    return line


def _bad(fields: Mapping[str, Sentence]) -> Invalid:
    return Invalid(next(iter(fields.values())), code="bad_line", fields=fields)


def _is_same(own: Line, new: Line) -> bool:
    return replace(own, line_id="", quantity=new.quantity, price_id=None) == replace(
        new, line_id="", price_id=None
    )


def _index(lines: Sequence[Line], line_id: str) -> int:
    for index, line in enumerate(lines):
        if line.line_id == line_id:
            return index
    raise NotFound(sentence(N_("There is no such item in this cart.")), code="no_line")


def _doubt(line: Line, code: str, text: str) -> Doubt:
    return Doubt(line_id=line.line_id, code=code, sentence=sentence(text, name=line.name))
