"""From lines as they were written to lines that a cart can hold."""

from decimal import Decimal
from pathlib import Path

import pytest

from webapp.carts.decoding import decode
from webapp.carts.domain import Line, Product
from webapp.carts.drafting import Draft, Goods, Terms, resolve
from webapp.carts.parsing import RawLine, Reading, read, tidy, visible
from webapp.kernel.money import Money

EXPORT = Path(__file__).parent.parent / "data" / "shop-export.csv"
DRILL = Product(
    id="drill", sku="DR-18V", name="Cordless drill", unit_price=Decimal("250.00"),
    tax_rate=Decimal("0.20"),
)  # fmt: skip
WASHER = Product(
    id="washer", sku="W-1", name="Washer", unit_price=Decimal("0.0125"), tax_rate=Decimal("0.20")
)
GOODS = Goods(by_sku={"dr-18v": DRILL, "w-1": WASHER}, by_name={"cordless drill": DRILL})
KEPT = Line(
    line_id="l1", product_id="drill", sku="DR-18V", name="Drill of last year",
    quantity=Decimal(1), unit_price=Decimal("199.00"), tax_rate=Decimal("0.19"),
)  # fmt: skip
OWN = Line(
    line_id="l2", product_id="", sku="", name="Shelf", quantity=Decimal(1),
    unit_price=Decimal(40), tax_rate=Decimal("0.19"),
)  # fmt: skip


def draft(text: str, goods: Goods = GOODS, default_tax: Decimal | None = None) -> Draft:
    return resolve(read(text), goods, Terms(currency="EUR", default_tax=default_tax))


def problems(text: str) -> list[tuple[int | None, str]]:
    return [(p.line, p.sentence.plain()) for p in draft(text).problems]


def test_a_listed_product_brings_its_name_price_and_tax() -> None:
    found = draft("dr-18v;2")
    assert found.ready
    line = found.lines[0].line
    assert (line.product_id, line.sku, line.name) == ("drill", "DR-18V", "Cordless drill")
    assert (line.unit_price, line.tax_rate, line.quantity) == (
        Decimal(250),
        Decimal("0.20"),
        Decimal(2),
    )
    assert found.totals.gross == Money(60000, "EUR")


def test_a_listed_product_is_found_by_its_name() -> None:
    assert draft(";CORDLESS DRILL;1").lines[0].line.product_id == "drill"


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("DR-18V;2", None),
        ("DR-18V;2;250", None),
        ("DR-18V;2;249,00", "Price from the list: 250.00 EUR"),
        ("DR-18V;2;1e999", None),
        ("W-1;100;0.02", "Price from the list: 0.0125 EUR"),
        ("W-1;0.1;0.0125", "This line is rounded to 0.00 EUR."),
        ("X;Thing;1;0.001;19%", "This line is rounded to 0.00 EUR."),
        ("X;Thing;1;0;19%", None),
    ],
)
def test_the_preview_says_when_the_list_knows_better(line: str, note: str | None) -> None:
    found = draft(line)
    if line == "DR-18V;2;1e999":
        note = "Price from the list: 250.00 EUR"
    said = found.lines[0].note
    assert (said.plain() if said else None) == note


def test_a_price_of_the_list_that_money_cannot_hold_is_still_named() -> None:
    dear = Product(
        id="d", sku="D", name="Dear", unit_price=Decimal(10**15), tax_rate=Decimal("0.2")
    )
    note = draft("D;Dear;0.000001;5", Goods(by_sku={"d": dear})).lines[0].note
    assert note is not None
    assert note.plain() == "Price from the list: 1000000000000000 EUR"


def test_anything_else_needs_a_price_and_a_tax() -> None:
    found = draft("X-1;Oak shelf;2;49,90;19%\n;Tea;1;3;7")
    assert found.ready
    first, second = found.new_lines
    assert (first.product_id, first.sku, first.name) == ("", "X-1", "Oak shelf")
    assert (first.unit_price, first.tax_rate) == (Decimal("49.90"), Decimal("0.19"))
    assert (second.sku, second.name, second.tax_rate) == ("", "Tea", Decimal("0.07"))


def test_a_sku_without_a_name_is_its_own_name() -> None:
    assert draft("X-1;2;49,90;19%").new_lines[0].name == "X-1"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("X-1;2", "“X-1” is not on the product list"),
        (";Tea;2", "The price is missing"),
        (";;2;3", "names no product"),
        ("DR-18V", "The quantity is missing"),
        ("DR-18V;four", "“four” is not a number"),
        ("DR-18V;0", "must be more than 0"),
        ("DR-18V;-1", "must be more than 0"),
        ("DR-18V;1000001", "At most 1,000,000"),
        ("X-1;Thing;1;49,90", "The tax is missing"),
        ("X-1;Thing;1;NaN;19%", "“NaN” is not a number"),
        ("X-1;Thing;1;1e999;19%", "“1e999” is not a number"),
        ("X-1;Thing;1;-5;19%", "must be 0 or more"),
        ("X-1;Thing;1;5 USD;19%", "not in EUR"),
        ("X-1;Thing;1;5;much", "not a tax rate"),
        ("X-1;Thing;1;5;101%", "between 0% and 100%"),
        ("X-1;Thing;1.000;5;19%", "may mean 1000 or 1.000"),
        (f"X-1;Thing;1;{'9' * 12};19%\nY;Thing;1000000;{'9' * 12};19%", "slipped digit"),
    ],
)
def test_a_bad_line_is_named_with_its_remedy(line: str, words: str) -> None:
    found = problems(line)
    assert len(found) == 1
    assert words in found[0][1]
    assert found[0][0] == 1 + line.count("\n")
    assert not draft(line).ready


def test_a_line_is_told_everything_that_is_wrong_with_it() -> None:
    assert [words for _, words in problems("X;Thing;many;much;some")] == [
        "“many” is not a number. Write it like 12.50.",
        "“much” is not a number. Write it like 12.50.",
        "“some” is not a tax rate. Write it like 19%.",
    ]
    fields = [p.field for p in draft("X;Thing;many;much;some").problems]
    assert fields == ["quantity", "price", "tax"]


def test_a_tax_for_lines_without_one_can_be_given() -> None:
    found = draft("X-1;Thing;1;5\nX-2;Thing;1;5;7%", default_tax=Decimal("0.19"))
    assert [line.tax_rate for line in found.new_lines] == [Decimal("0.19"), Decimal("0.07")]


def test_other_numbers_tell_how_a_doubtful_one_is_meant() -> None:
    assert draft("DR-18V;1.000\nX;Thing;2;12,50;19%").new_lines[0].quantity == 1000
    assert draft("DR-18V;1.000\nX;Thing;2;12.50;19%").new_lines[0].quantity == 1
    # Prices with a comma beside quantities with a point: each column speaks for itself.
    mixed = draft("sku;menge;preis;mwst\nX;1.5;1.234,50;19%\nY;2.125;1,250;19%")
    assert [line.quantity for line in mixed.new_lines] == [Decimal("1.5"), Decimal("2.125")]
    assert mixed.new_lines[1].unit_price == Decimal("1.25")


def test_what_the_cart_has_keeps_its_price() -> None:
    goods = Goods(by_sku=GOODS.by_sku, kept=(OWN, KEPT))
    by_sku = draft("dr-18v;3", goods).new_lines[0]
    assert (by_sku.unit_price, by_sku.name) == (Decimal("199.00"), "Drill of last year")
    row = RawLine(number=1, line_id="l1", sku="DR-18V", quantity="4")
    by_row = resolve(tidy([row]), goods, Terms(currency="EUR")).new_lines[0]
    assert (by_row.unit_price, by_row.line_id) == (Decimal("199.00"), "l1")


def test_a_row_that_is_given_another_product_takes_its_price() -> None:
    goods = Goods(by_sku=GOODS.by_sku, kept=(KEPT,))
    row = RawLine(number=1, line_id="l1", sku="W-1", quantity="4", name="Drill", price="199.00")
    line = resolve(tidy([row]), goods, Terms(currency="EUR")).new_lines[0]
    assert (line.name, line.unit_price) == ("Washer", Decimal("0.0125"))


def test_a_free_item_of_the_cart_takes_what_is_typed() -> None:
    row = RawLine(number=1, line_id="l2", name="Shelf", quantity="1", price="45", tax="19%")
    line = resolve(tidy([row]), Goods(kept=(OWN,)), Terms(currency="EUR")).new_lines[0]
    assert (line.unit_price, line.line_id) == (Decimal(45), "l2")


def test_typed_rows_are_tidied_and_control_characters_named() -> None:
    reading = tidy([RawLine(number=3, sku=" DR-18V ", name="a\x00b", quantity="1")])
    assert reading.lines[0].sku == "DR-18V"
    assert reading.lines[0].name == "ab"
    assert [(p.line, p.field) for p in reading.problems] == [(3, "name")]
    assert visible("a\x00b\r\nc\td") == "a\ufffdb\r\nc\td"


def test_a_shop_export_becomes_a_cart() -> None:
    goods = Goods(by_sku={"dr-18v": DRILL})
    found = resolve(read(decode(EXPORT.read_bytes())), goods, Terms(currency="EUR"))
    assert found.ready
    assert len(found.lines) == 320
    assert found.lines[0].note is not None
    assert found.ignored == ("Pos.", "ME", "Gesamtpreis")


def test_a_draft_without_lines_is_not_ready() -> None:
    empty = resolve(Reading(lines=()), GOODS, Terms(currency="EUR"))
    assert not empty.ready
    assert empty.totals.gross == Money(0, "EUR")
