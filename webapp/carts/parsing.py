"""Lines out of pasted text and files: delimiters, heads, quotation marks.

Nothing is dropped in silence: what cannot be read becomes a problem that names its line.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from webapp.carts.lines import MAX_LINES
from webapp.kernel.sentence import N_, Sentence, sentence

FIELDS = ("sku", "name", "quantity", "price", "tax")

_DELIMITERS = ("\t", ";", "|", ",")
_HEADS = {
    "sku": """sku article articleno articlenumber articlenr itemno itemnumber itemcode productcode
        productid productnumber partnumber partno code artikelnummer artikelnr artnr artikelno
        bestellnummer bestellnr materialnummer materialnr produktnummer produktnr""",
    "name": """name description itemname productname articlename title bezeichnung beschreibung
        artikelbezeichnung artikelname produktname produktbezeichnung text""",
    "quantity": "quantity qty count pieces pcs menge anzahl stück stueck stk bestellmenge",
    "price": """price unitprice netprice unitpricenet priceperunit preis einzelpreis nettopreis
        stückpreis stueckpreis einzelpreisnetto epreis ep preisnetto nettoeinzelpreis""",
    "tax": """tax taxrate vat vatrate mwst mwstsatz mehrwertsteuer ust ustsatz umsatzsteuer steuer
        steuersatz""",
}
_KNOWN = {word: field for field, words in _HEADS.items() for word in words.split()}
# These name the SKU when nothing else does, and the item otherwise.
_EITHER = frozenset({"artikel", "article", "item", "produkt", "product", "position"})
_BY_COUNT = {
    1: ("sku",),
    2: ("sku", "quantity"),
    3: ("sku", "name", "quantity"),
    4: ("sku", "name", "quantity", "price"),
    5: FIELDS,
}
_WITHOUT_NAME = {3: ("sku", "quantity", "price"), 4: ("sku", "quantity", "price", "tax")}
_NAMED_DELIMITER = re.compile(r'"?sep=([\t;|,])"?')
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))
_NUMERIC = re.compile(r"[0-9][0-9.,' \u00a0]*")

_UNPRINTABLE = N_("There is a character here that cannot be stored. Type it again without it.")

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLine:
    """One line as it was written; `number` is its place in the source, counted from 1."""

    number: int
    sku: str = ""
    name: str = ""
    quantity: str = ""
    price: str = ""
    tax: str = ""
    line_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a line and how to put it right; `line` is None for the whole source."""

    line: int | None
    sentence: Sentence
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A source as it was read; `ignored` are the heads of columns that a cart has no use for."""

    lines: tuple[RawLine, ...]
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()


def read(text: str) -> Reading:
    """The lines of a pasted text or a decoded file, with what is wrong with them."""
    problems = _unprintable(text)
    tidy = _without_controls(text.removeprefix("\ufeff"))
    rows, complaint = _rows(tidy)
    problems += [complaint] if complaint else []
    columns, ignored = _head(rows[0][1]) if rows else (None, ())
    rows = rows[1:] if columns else rows
    if len(rows) > MAX_LINES:
        return Reading(lines=(), problems=(_too_many(len(rows)),))
    lines, unread = _lines(rows, columns)
    return Reading(lines=tuple(lines), problems=(*problems, *unread), ignored=ignored)


def tidy(rows: Sequence[RawLine]) -> Reading:
    """Lines that were typed into fields, with what cannot be stored of them."""
    problems = [
        Problem(line=row.number, sentence=sentence(_UNPRINTABLE), field=field)
        for row in rows
        for field in FIELDS
        if any(_is_control(character) for character in getattr(row, field))
    ]
    return Reading(lines=tuple(_tidied(row) for row in rows), problems=tuple(problems))


def visible(text: str) -> str:
    """The text with a mark in place of each character that cannot be stored, to be shown again."""
    return "".join("\ufffd" if c not in "\r\n" and _is_control(c) else c for c in text)


def write(lines: Iterable[RawLine]) -> str:
    """The lines as a text that `read` takes back, one a line under a head."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows([getattr(line, field) for field in FIELDS] for line in lines)
    return out.getvalue()


def _tidied(row: RawLine) -> RawLine:
    sku, name, quantity, price, tax = (
        _cell(_without_controls(getattr(row, field))) for field in FIELDS
    )
    return replace(row, sku=sku, name=name, quantity=quantity, price=price, tax=tax)


def _unprintable(text: str) -> list[Problem]:
    return [
        Problem(
            line=number,
            sentence=sentence(_UNPRINTABLE),
        )
        for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1)
        if any(_is_control(character) for character in line)
    ]


def _without_controls(text: str) -> str:
    return "".join(c for c in text if c in "\r\n" or not _is_control(c))


def _is_control(character: str) -> bool:
    return character != "\t" and unicodedata.category(character) in {"Cc", "Cs"}


def _rows(text: str) -> tuple[list[Row], Problem | None]:
    """The records that are not empty, and what ended the reading before its time."""
    first, _, rest = text.partition("\n")
    named = _NAMED_DELIMITER.fullmatch(first.rstrip("\r "))
    delimiter = named[1] if named else _delimiter(text)
    # The line that only names the delimiter still counts, so that numbers stay those of the file.
    source = f"\n{rest}" if named else text
    try:
        return list(_records(source, delimiter, strict=True)), None
    except csv.Error as error:
        unclosed = "unexpected end" in str(error)
    # Quotation marks inside of words are no fault; one that swallows the rest of the file is.
    rows: list[Row] = []
    try:
        rows.extend(_records(source, delimiter, strict=False))
    except csv.Error:
        unclosed = True
    return (rows[:-1], _open_quote(rows)) if unclosed else (rows, None)


def _records(text: str, delimiter: str, *, strict: bool) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    start = 1
    for record in reader:
        cells = [_cell(cell) for cell in record]
        if any(cells):
            yield start, cells
        start = reader.line_num + 1


def _cell(text: str) -> str:
    """White space inside, also a line break in quotation marks, is one space."""
    return " ".join(text.translate(_INVISIBLE).split())


def _delimiter(text: str) -> str:
    """The first delimiter that stands in most of the first lines, outside of quotation marks."""
    bare = re.sub(r'"[^"]*"', "", text[:20_000])
    lines = [line for line in bare.splitlines() if line.strip(" ")][:50]
    for delimiter in _DELIMITERS:
        if sum(delimiter in line for line in lines) * 2 > len(lines):
            return delimiter
    return ";"


def _open_quote(rows: Sequence[Row]) -> Problem:
    return Problem(
        line=rows[-1][0] if rows else 1,
        sentence=sentence(
            N_("A quotation mark opens here and is never closed. Close it or take it out.")
        ),
    )


def _too_many(count: int) -> Problem:
    return Problem(
        line=None,
        sentence=sentence(
            N_(
                "There are {count} lines. A cart can hold {most}, so split them into several carts."
            ),
            count=count,
            most=MAX_LINES,
        ),
    )


def _head(cells: Sequence[str]) -> tuple[dict[str, int] | None, tuple[str, ...]]:
    """Which column holds which field when this is a head row, and the heads that are of no use."""
    words = [_word(cell) for cell in cells]
    columns: dict[str, int] = {}
    for index, word in enumerate(words):
        if word in _KNOWN:
            columns.setdefault(_KNOWN[word], index)
    either = [index for index, word in enumerate(words) if word in _EITHER]
    if not columns and len(either) < len(cells):
        return None, ()
    for index in either:
        columns.setdefault("name" if "sku" in columns else "sku", index)
    if any(_NUMERIC.fullmatch(cell) for cell in cells):
        return None, ()
    used = set(columns.values())
    return columns, tuple(cell for i, cell in enumerate(cells) if cell and i not in used)


def _word(cell: str) -> str:
    """The letters of a head without what stands in brackets: "Preis (netto)" is "preis"."""
    return re.sub(r"[^a-zäöüß]", "", re.sub(r"[(\[].*?[)\]]", "", cell.lower()))


def _lines(
    rows: Sequence[Row], columns: dict[str, int] | None
) -> tuple[list[RawLine], list[Problem]]:
    lines, problems = [], []
    for number, cells in rows:
        places = columns if columns is not None else _places(cells)
        if places is None:
            problems.append(_too_wide(number, cells))
            continue
        lines.append(_raw(number, cells, places))
    return lines, problems


def _raw(number: int, cells: Sequence[str], places: Mapping[str, int]) -> RawLine:
    found = {field: cells[at] for field, at in places.items() if at < len(cells)}
    sku, name, quantity, price, tax = (found.get(field, "") for field in FIELDS)
    return RawLine(number=number, sku=sku, name=name, quantity=quantity, price=price, tax=tax)


def _places(cells: list[str]) -> dict[str, int] | None:
    """What the columns of a line without a head mean, by their number and by what is a number."""
    width = max(index for index, cell in enumerate(cells, 1) if cell)
    fields = _BY_COUNT.get(width)
    if fields and width in _WITHOUT_NAME and _NUMERIC.fullmatch(cells[1]):
        fields = _WITHOUT_NAME[width]
    return {field: index for index, field in enumerate(fields)} if fields else None


def _too_wide(number: int, cells: Sequence[str]) -> Problem:
    return Problem(
        line=number,
        sentence=sentence(
            N_(
                "The line has {count} columns; five are known: SKU, name, quantity, price and tax."
                " Put their names into a first line."
            ),
            count=len(cells),
        ),
    )
