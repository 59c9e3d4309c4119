"""Tables that break between rows, with their head on every page that they reach."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.paper.content import Cell, Column, Sum, Table, plain
from webapp.paper.flow import Flow
from webapp.paper.ink import (
    HEAD,
    INK,
    INK_2,
    LEFT,
    LINE,
    LINE_2,
    QUIET,
    RIGHT,
    ROOM,
    STRONG,
    TEXT,
    TOTAL,
)
from webapp.paper.marks import Rule
from webapp.paper.typography import Line, Style, legible, line_width, width

_PADDING = 5.0
_GAP = 10.0
_LEAST_WORDS = 120.0
_SUMS = ROOM * 0.42


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column stands: between its edges, its texts at the left or at the right one."""

    left: float
    right: float
    number: bool

    @property
    def room(self) -> float:
        return self.right - self.left


_Lines = list[tuple[Line, Style]]


def lay(table: Table, flow: Flow) -> None:
    """Set a table and its sums."""
    places = _places(table)
    with flow.tagged("Table"):
        with flow.tagged("TR"):
            _head(table.columns, places, flow)
        for number, row in enumerate(table.rows, start=1):
            # The sums never stand on a page without the last row that they are of.
            after = _sums_height(table.sums) if number == len(table.rows) else 0.0
            with flow.tagged("TR"):
                _row(row, table.columns, places, flow, after=after)
    _sums(table.sums, flow)


def _places(table: Table) -> list[_Place]:
    """Columns of numbers are at least as wide as their widest number, the others get the rest."""
    columns = table.columns
    room = ROOM - _GAP * (len(columns) - 1)
    unit = room / sum(column.share for column in columns)
    rooms = [
        max(column.share * unit, _widest(table, number)) if column.number else column.share * unit
        for number, column in enumerate(columns)
    ]
    numbers = sum(wide for wide, column in zip(rooms, columns, strict=True) if column.number)
    words = sum(rooms) - numbers
    shrunk = max(room - numbers, _LEAST_WORDS) / words if words else 1.0
    found, x = [], LEFT
    for wide, column in zip(rooms, columns, strict=True):
        right = x + (wide if column.number else wide * shrunk)
        found.append(_Place(x, right, column.number))
        x = right + _GAP
    return _squeezed(found)


def _widest(table: Table, number: int) -> float:
    """How wide the widest number of a column is."""
    return max((width(legible(row[number].text), TEXT.face, TEXT) for row in table.rows), default=0)


def _squeezed(places: list[_Place]) -> list[_Place]:
    """The columns inside the page, however wide they would like to be."""
    scale = min(1.0, ROOM / (places[-1].right - LEFT))
    return [
        _Place(
            LEFT + (place.left - LEFT) * scale, LEFT + (place.right - LEFT) * scale, place.number
        )
        for place in places
    ]


def _head(columns: Sequence[Column], places: Sequence[_Place], flow: Flow) -> None:
    """The words over the columns; where they are said again they are no part of the structure."""
    cells = [flow.fit(plain(c.head), HEAD, p.room) for c, p in zip(columns, places, strict=True)]
    height = max(len(lines) for lines in cells) * HEAD.leading
    for lines, place in zip(cells, places, strict=True):
        with flow.tagged("TH"):
            _set([(line, HEAD) for line in lines], place, flow, flow.y + height)
    flow.y += height + 4
    flow.mark(Rule(x=LEFT, y=flow.y, width=ROOM, thickness=0.8, colour=LINE_2))


def _set(lines: _Lines, place: _Place, flow: Flow, bottom: float) -> None:
    """Set a cell so that it ends at `bottom`."""
    y = bottom - _height(lines)
    for line, style in lines:
        x = place.right if place.number else place.left
        flow.set_line(line, style, x=x, y=y, right=place.number)
        y += style.leading


def _row(
    row: Sequence[Cell],
    columns: Sequence[Column],
    places: Sequence[_Place],
    flow: Flow,
    *,
    after: float,
) -> None:
    cells = [_fitted(cell, place, flow) for cell, place in zip(row, places, strict=True)]
    flow.y += _PADDING
    height = max(_height(lines) for lines in cells)
    if flow.need(min(height, flow.fresh / 2) + after):
        _repeat(columns, places, flow)
    while any(cells):
        first, cells = _split(cells, flow.left)
        for lines, place in zip(first, places, strict=True):
            with flow.tagged("TD"):
                _set(lines, place, flow, flow.y + _height(lines))
        flow.y += max(_height(lines) for lines in first)
        if any(cells):
            flow.turn()
            _repeat(columns, places, flow)
    flow.y += _PADDING
    flow.mark(Rule(x=LEFT, y=flow.y, width=ROOM, thickness=0.5, colour=LINE))


def _repeat(columns: Sequence[Column], places: Sequence[_Place], flow: Flow) -> None:
    with flow.untagged():
        _head(columns, places, flow)
    flow.y += _PADDING


def _fitted(cell: Cell, place: _Place, flow: Flow) -> _Lines:
    found: _Lines = [(line, TEXT) for line in flow.fit(plain(cell.text), TEXT, place.room)]
    for note in cell.notes:
        found += [(line, QUIET) for line in flow.fit(plain(note), QUIET, place.room)]
    return found


def _split(cells: Sequence[_Lines], room: float) -> tuple[list[_Lines], list[_Lines]]:
    """What of each cell still fits into this height, at least one line, and the rest."""
    first, rest = [], []
    for lines in cells:
        count, used = 0, 0.0
        while count < len(lines) and (used + lines[count][1].leading <= room or not count):
            used += lines[count][1].leading
            count += 1
        first.append(lines[:count])
        rest.append(lines[count:])
    return first, rest


def _height(lines: _Lines) -> float:
    return sum(style.leading for _, style in lines)


def _sums(sums: Sequence[Sum], flow: Flow) -> None:
    """The sums at the right edge, kept together, an ink rule over the total."""
    flow.need(_sums_height(sums))
    flow.y += 4
    amounts = [flow.fit_line(plain(one.amount), _amount_style(one), ROOM * 0.7) for one in sums]
    widest = max((line_width(line, TOTAL) for line in amounts), default=0.0)
    room = max(_SUMS * 0.58, _SUMS - widest - _GAP)
    left = RIGHT - max(_SUMS, widest + _GAP + room)
    for one, amount in zip(sums, amounts, strict=True):
        _sum(one, amount, flow, left=left, room=room)


def _sum(one: Sum, amount: Line, flow: Flow, *, left: float, room: float) -> None:
    style = _amount_style(one)
    if one.total:
        flow.y += 4
        flow.mark(Rule(x=left, y=flow.y, width=RIGHT - left, thickness=1.2, colour=INK))
        flow.y += 3
    quiet = STRONG if one.total else TEXT.coloured(INK_2)
    with flow.tagged("P"):
        label = flow.fit(plain(one.label), quiet, room)
        flow.stack(label, quiet, x=left, y=flow.y + (style.leading - quiet.leading) / 2)
        flow.set_line(amount, style, x=RIGHT, y=flow.y, right=True)
    flow.y += max(style.leading, len(label) * quiet.leading)


def _amount_style(one: Sum) -> Style:
    return TOTAL if one.total else TEXT


def _sums_height(sums: Sequence[Sum]) -> float:
    """How high they are where every label fits into its line."""
    return sum(TOTAL.leading if one.total else TEXT.leading for one in sums) + 16
