"""Lists as files for spreadsheets: CSV as RFC 4180 has it, sent row by row (R44).

The file begins with the mark that makes Excel read it as UTF-8. Moments are ISO 8601 in the
reader's zone, amounts and counts are plain decimals with a point. What people wrote may look like
a formula: such a text gets an apostrophe in front, which spreadsheets show as text.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import islice
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app
from sqlalchemy.orm import Session

from webapp.extensions import business_now, db
from webapp.kernel.money import Money
from webapp.kernel.paging import Page
from webapp.reader import Reader, reader, reading_as, with_erased_people

Cell = str | int | Decimal | Money | date | None
Row = TypeVar("Row")

# So many rows are read at once, each time with a session of its own.
READ_AT_ONCE = 500
_WRITTEN_AT_ONCE = 100
_MARK = "\ufeff"
# With the wide forms of East Asian keyboards, which spreadsheets take for the same.
_FORMULAS = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")


def sheet(name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """The answer that a browser keeps as `countersign-<name>-<day>.csv`, of the reader's today.

    `rows` is walked through while it is sent, so what refuses somebody has to come before.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    head = _MARK + _text([heads], reader().zone)
    lines = _lines(app, reader(), head, iter(rows))
    response = Response(lines, mimetype="text/csv")
    day = business_now().astimezone(reader().zone).date()
    response.headers["Content-Type"] = "text/csv; charset=utf-8; header=present"
    response.headers["Content-Disposition"] = (
        f'attachment; filename="countersign-{name}-{day.isoformat()}.csv"'
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def every(page_after: Callable[[Session, str | None], Page[Row]]) -> Iterator[Row]:
    """All the rows of a list, page after page, however long it is."""
    cursor: str | None = None
    while True:
        with db.reading() as session:
            page = page_after(session, cursor)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _lines(app: Flask, reading: Reader, head: str, rows: Iterator[Sequence[Cell]]) -> Iterator[str]:
    """The text of the file, group by group.

    Each group is made in a context of its own: the request is over by then, and nobody pops what a
    reader who went away has left standing.
    """
    yield head
    while True:
        with app.app_context(), reading_as(reading.language, reading.zone.key):
            text = _text(islice(rows, _WRITTEN_AT_ONCE), reading.zone)
        if not text:
            return
        yield text


def _text(rows: Iterable[Sequence[Cell]], zone: ZoneInfo) -> str:
    lines = StringIO()
    csv.writer(lines).writerows([_written(cell, zone) for cell in row] for row in rows)
    return lines.getvalue()


def _written(cell: Cell, zone: ZoneInfo) -> str:
    match cell:
        case str():
            text: str = with_erased_people(cell)
            return f"'{text}" if text.startswith(_FORMULAS) else text
        case Money():
            return f"{cell.amount:f}"
        case datetime():
            return cell.astimezone(zone).isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
        case Decimal():
            return f"{cell:f}"
    return "" if cell is None else str(cell)
