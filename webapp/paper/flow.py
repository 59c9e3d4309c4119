"""Setting texts one below the other, on as many pages as they need."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from webapp.paper.content import Run
from webapp.paper.ink import BOTTOM, INK, LEFT, ROOM, TOP
from webapp.paper.marks import Letters, Mark, Page, Tag
from webapp.paper.typography import Line, Style, first_line, has_missing, line_width, lines, width


class Flow:
    """The pages so far, and how far down the last one is written."""

    def __init__(self) -> None:
        self.pages: list[Page] = [[]]
        self.y = TOP
        self.tag: Tag | None = None
        self.is_silent = False
        self.has_missing = False

    @property
    def left(self) -> float:
        """How much of the page is free."""
        return BOTTOM - self.y

    @property
    def fresh(self) -> float:
        """How much is free on a new page."""
        return BOTTOM - TOP

    def mark(self, mark: Mark) -> None:
        """Put a mark on the page."""
        self.pages[-1].append(mark)

    def turn(self) -> None:
        """Go on with a new page."""
        self.pages.append([])
        self.y = TOP

    def need(self, height: float) -> bool:
        """Turn the page unless so much is free on it; tells whether it did."""
        if height <= self.left or self.y == TOP:
            return False
        self.turn()
        return True

    def skip(self, height: float) -> None:
        """Leave some space, though never at the top of a page."""
        if self.y > TOP:
            self.y += height

    @contextmanager
    def tagged(self, kind: str) -> Iterator[None]:
        """What is set within this block is such a part of the structure."""
        before = self.tag
        self.tag = Tag(kind, before)
        try:
            yield
        finally:
            self.tag = before

    @contextmanager
    def untagged(self) -> Iterator[None]:
        """What is set within this block was said before, and is read out once."""
        before, self.is_silent = self.is_silent, True
        try:
            yield
        finally:
            self.is_silent = before

    def fit(self, text: Iterable[Run], style: Style, room: float) -> list[Line]:
        """The text in lines, noting what the faces cannot show."""
        runs = list(text)
        self.has_missing = self.has_missing or any(has_missing(run.text) for run in runs)
        return lines(runs, style, room)

    def fit_line(self, text: Iterable[Run], style: Style, room: float) -> Line:
        """The text in one line, with three dots where it does not fit."""
        runs = list(text)
        self.has_missing = self.has_missing or any(has_missing(run.text) for run in runs)
        return first_line(runs, style, room)

    def write(
        self, text: Iterable[Run], style: Style, *, x: float = LEFT, room: float = ROOM
    ) -> None:
        """Set a text line by line, turning the page where it is full."""
        for line in self.fit(text, style, room):
            self.need(style.leading)
            self.set_line(line, style, x=x, y=self.y)
            self.y += style.leading

    def stack(self, found: Iterable[Line], style: Style, *, x: float, y: float) -> float:
        """Set lines one below the other on this page; returns where they end."""
        for line in found:
            self.set_line(line, style, x=x, y=y)
            y += style.leading
        return y

    def set_line(
        self, line: Line, style: Style, *, x: float, y: float, right: bool = False
    ) -> None:
        """Set one line below `y`, beginning at `x` or ending there."""
        x -= line_width(line, style) if right else 0
        base = y + (style.leading + style.size * _CAPITALS) / 2
        for piece in line:
            # What is stressed inside a quiet text is not quiet.
            is_stressed = piece.face is not style.face
            self.mark(
                Letters(
                    x=x,
                    y=base,
                    text=piece.text,
                    face=piece.face,
                    size=style.size,
                    colour=INK if is_stressed else style.colour,
                    tracking=style.tracking,
                    tag=None if self.is_silent else self.tag,
                )
            )
            x += width(piece.text, piece.face, style)


# How high capitals are, in parts of the size; they stand in the middle of their line.
_CAPITALS = 0.727
