"""Pasted lines and files: every shape that shops export, and every fault with its line."""

import csv
import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.carts.decoding import MAX_BYTES, decode
from webapp.carts.lines import MAX_LINES
from webapp.carts.parsing import RawLine, read, write
from webapp.kernel.errors import Invalid

EXPORT = Path(__file__).parent.parent / "data" / "shop-export.csv"
TEXT = "sku;name;menge\nDÜ-1;Dübel Größe 8;10\n"


def first(text: str) -> RawLine:
    reading = read(text)
    assert not reading.problems
    return reading.lines[0]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_a_file_is_read_in_every_usual_encoding(encoding: str) -> None:
    assert first(decode(TEXT.encode(encoding))).name == "Dübel Größe 8"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 a workbook", "not_text"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "not_text"),
        (b"\x81\x8d\x8f;1", "not_text"),
        (b"\xff\xfe\x00", "not_text"),
        (b"a" * (MAX_BYTES + 1), "file_too_large"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode(data)
    assert refused.value.code == code


def test_an_empty_file_has_no_lines() -> None:
    assert read(decode(b"")).lines == ()
    assert read("\n\n ; ;\n").lines == ()


def test_a_shop_export_of_320_lines_is_read_whole() -> None:
    reading = read(decode(EXPORT.read_bytes()))
    assert len(reading.lines) == 320
    assert reading.problems == ()
    assert reading.ignored == ("Pos.", "ME", "Gesamtpreis")
    assert reading.lines[0] == RawLine(
        number=2, sku="DR-18V", name="Akku-Bohrschrauber 18 V", quantity="2", price="249,00",
        tax="20 %",
    )  # fmt: skip
    assert reading.lines[39].name == '19"-Rack "Größe XL"; abschließbar'
    assert reading.lines[40].name == 'Schild "Fluchtweg" links, nachleuchtend'
    # The name above spans two lines, so the next record begins one line later.
    assert (reading.lines[40].number, reading.lines[41].number) == (42, 44)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    line = first(delimiter.join(["DR-18V", '"Drill, 18 V; red"', "2", "250.00", "20%"]))
    assert (line.sku, line.name, line.quantity) == ("DR-18V", "Drill, 18 V; red", "2")
    assert (line.price, line.tax) == ("250.00", "20%")


def test_a_decimal_comma_is_no_delimiter_between_semicolons() -> None:
    assert first("A;Screw;1,5;0,10;19%").quantity == "1,5"


@pytest.mark.parametrize("named", ["sep=,", '"sep=,"', "sep=,\r"])
def test_a_delimiter_that_the_file_names_is_used(named: str) -> None:
    line = first(f"{named}\nA;1,2")
    assert (line.number, line.sku, line.quantity) == (2, "A;1", "2")


@pytest.mark.parametrize(
    "head",
    [
        "SKU;Name;Quantity;Unit price;Tax",
        "sku;name;quantity;price;tax",
        "Artikelnummer;Bezeichnung;Menge;Einzelpreis;MwSt.",
        "Artikel-Nr.;Artikel;Anzahl;Preis (netto);MwSt-Satz",
        "ARTIKEL;BESCHREIBUNG;STÜCK;EINZELPREIS (EUR);UST",
        "Article;Description;Qty;Net price;VAT %",
    ],
)
def test_heads_in_english_and_german_name_the_columns(head: str) -> None:
    line = first(f"{head}\nA-1;Thing;3;9,90;19%")
    assert line == RawLine(number=2, sku="A-1", name="Thing", quantity="3", price="9,90", tax="19%")


def test_columns_may_stand_in_any_order_and_between_others() -> None:
    reading = read("Menge,Pos,Preis,Artikelnummer\n3,1,9.90,A-1\n4\n")
    assert [(line.sku, line.quantity) for line in reading.lines] == [("A-1", "3"), ("", "4")]
    assert reading.ignored == ("Pos",)


def test_an_article_beside_a_sku_is_a_name() -> None:
    line = first("Artikel;Menge;SKU\nThing;3;A-1")
    assert (line.sku, line.name) == ("A-1", "Thing")


def test_a_single_head_names_its_column() -> None:
    assert first("Artikel\nA-1").sku == "A-1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A-1", RawLine(number=1, sku="A-1")),
        ("A-1;2", RawLine(number=1, sku="A-1", quantity="2")),
        ("A-1;2;;", RawLine(number=1, sku="A-1", quantity="2")),
        ("A-1;Thing;2", RawLine(number=1, sku="A-1", name="Thing", quantity="2")),
        ("A-1;2;9,90", RawLine(number=1, sku="A-1", quantity="2", price="9,90")),
        ("A-1;2;9,90;19", RawLine(number=1, sku="A-1", quantity="2", price="9,90", tax="19")),
        (
            "A-1;Thing;2;9,90",
            RawLine(number=1, sku="A-1", name="Thing", quantity="2", price="9,90"),
        ),
        (
            ";Thing;2;9,90;19%",
            RawLine(number=1, name="Thing", quantity="2", price="9,90", tax="19%"),
        ),
        # The word of a head in a line with numbers is goods.
        ("Artikel;5", RawLine(number=1, sku="Artikel", quantity="5")),
        ("Text;5", RawLine(number=1, sku="Text", quantity="5")),
    ],
)
def test_lines_without_a_head_are_read_by_their_columns(text: str, expected: RawLine) -> None:
    assert first(text) == expected


def test_a_line_with_too_many_columns_is_named() -> None:
    reading = read("A;1\nB;b;1;2;3;4\nC;1\n")
    assert [line.sku for line in reading.lines] == ["A", "C"]
    assert reading.problems[0].line == 2
    assert "6 columns" in reading.problems[0].sentence.plain()


def test_line_numbers_are_those_of_the_file() -> None:
    reading = read('\n\nA;1\r\n\r\nB;"Two\r\nlines";2\n\nC;3')
    assert [(line.number, line.sku) for line in reading.lines] == [(3, "A"), (5, "B"), (8, "C")]
    assert reading.lines[1].name == "Two lines"


def test_repeated_skus_stay_separate_lines() -> None:
    assert [line.sku for line in read("A;1\nA;2\nA;1").lines] == ["A", "A", "A"]


def test_white_space_and_invisible_marks_are_taken_off() -> None:
    line = first("\ufeff A-1\u200b ;\u00a02 ")
    assert (line.sku, line.quantity) == ("A-1", "2")


@pytest.mark.parametrize("character", ["\x00", "\x07", "\ud800", "\x85"])
def test_control_characters_are_refused_with_their_line(character: str) -> None:
    reading = read(f"A;1\nB{character};2\n")
    assert [problem.line for problem in reading.problems] == [2]
    assert [line.sku for line in reading.lines] == ["A", "B"]


def test_inches_and_quoted_words_are_no_fault() -> None:
    assert first('A;19" rack;1').name == '19" rack'
    assert first('A;"Rack" large;1').name == "Rack large"


def test_an_open_quotation_mark_is_named_instead_of_eating_the_rest() -> None:
    reading = read('A;1\nB;"open;2\nC;3\n')
    assert [line.sku for line in reading.lines] == ["A"]
    assert reading.problems[0].line == 2
    assert "quotation mark" in reading.problems[0].sentence.plain()


def test_a_cell_without_end_is_named() -> None:
    reading = read(f'A;"x" y;1\nB;{"z" * 140_000};1\n')
    assert len(reading.problems) == 1


def test_more_lines_than_a_cart_holds_are_refused() -> None:
    full = "sku;menge\n" + "A;1\n" * MAX_LINES
    assert len(read(full).lines) == MAX_LINES
    reading = read(full + "A;1\n")
    assert reading.lines == ()
    assert "2001" in reading.problems[0].sentence.plain()


_CELL = st.text(st.characters(exclude_categories=("C", "Z")), max_size=12)


@settings(deadline=None)
@given(st.lists(st.builds(RawLine, number=st.just(0), sku=_CELL, name=_CELL, quantity=_CELL)))
def test_what_is_written_is_read_back(lines: list[RawLine]) -> None:
    full = [line for line in lines if line.sku or line.name or line.quantity]
    reading = read(write(full))
    assert not reading.problems
    assert [(line.sku, line.name, line.quantity) for line in reading.lines] == [
        (line.sku, line.name, line.quantity) for line in full
    ]


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_without_a_fault(text: str) -> None:
    reading = read(text)
    for problem in reading.problems:
        assert problem.sentence.plain()


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(Invalid):
        assert isinstance(decode(data), str)


@settings(deadline=None)
@given(
    st.lists(st.lists(_CELL.filter(bool), min_size=5, max_size=5), min_size=3, max_size=8),
    st.sampled_from(";\t|"),
)
def test_five_columns_survive_every_delimiter(rows: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    head = ["sku", "name", "quantity", "price", "tax"]
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([head, *rows])
    read_back = [[line.sku, line.name, line.quantity, line.price, line.tax]
                 for line in read(out.getvalue()).lines]  # fmt: skip
    assert read_back == rows
