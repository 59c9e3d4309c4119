"""How words become lines: the faces, how wide their letters are, and where a line ends."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from webapp.assets import data_root
from webapp.paper.content import Run

# What stands for a character that the faces cannot show.
MISSING = "\N{WHITE SQUARE}"
# What stands for words that are left out.
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_VARIATIONS = range(0xFE00, 0xFE10)
# The spaces at which no line ends.
_KEPT = frozenset("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")


class Face(StrEnum):
    """The two weights that pages are set in."""

    REGULAR = "regular"
    STRONG = "strong"

    @property
    def file(self) -> Path:
        """The font as the build left it."""
        return data_root() / f"static/vendor/faces/{self}.ttf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Size and distance of lines in points, the colour as `#rrggbb`; tracking in parts of size."""

    size: float
    leading: float
    colour: str
    face: Face = Face.REGULAR
    tracking: float = 0

    def coloured(self, colour: str) -> "Style":
        """The same in another colour."""
        return replace(self, colour=colour)

    def faced(self, face: Face) -> "Style":
        """The same in another weight."""
        return replace(self, face=face)


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters of one face, to be set without a break."""

    text: str
    face: Face


Line = list[Piece]


def width(text: str, face: Face, style: Style) -> float:
    """How wide the letters are, in points."""
    known = _widths(face)
    units = sum(known.get(letter, known[MISSING]) for letter in text)
    return (units / 1000 + style.tracking * len(text)) * style.size


def line_width(line: Line, style: Style) -> float:
    """How wide a line is, in points."""
    return sum(width(piece.text, piece.face, style) for piece in line)


def lines(text: Iterable[Run], style: Style, room: float) -> list[Line]:
    """The text in lines that are no wider than `room`; a word that is wider is cut."""
    found: list[Line] = []
    for paragraph in _paragraphs(text, style):
        found += _filled(paragraph, style, room)
    return found


def first_line(text: Iterable[Run], style: Style, room: float) -> Line:
    """The text in one line; where it does not fit, its beginning and three dots."""
    found = lines(text, style, room)
    if len(found) == 1:
        return found[0]
    dots = Piece(ELLIPSIS, style.face)
    first = lines(
        (Run(piece.text, piece.face is not style.face) for piece in found[0]),
        style,
        room - line_width([dots], style),
    )
    return [*first[0], dots]


def legible(text: str) -> str:
    """The text as the faces can show it.

    A character that they lack becomes its simpler form, where it has one, or a box. Characters
    that nobody sees are left out, above all those that turn the direction of what follows.
    """
    return "".join(_shown(letter) for letter in unicodedata.normalize("NFC", text))


def has_missing(text: str) -> bool:
    """Whether a box stands in this text for something else."""
    return MISSING in legible(text) and MISSING not in text


@lru_cache(maxsize=4096)
def _shown(letter: str) -> str:
    known, code = _widths(Face.REGULAR), ord(letter)
    if letter in known:
        return letter
    if letter.isspace():
        return "\n" if letter in "\n\x0b\x0c\u2028\u2029" else " "
    if unicodedata.category(letter) in {"Cc", "Cf"} or code in _SKIN_TONES or code in _VARIATIONS:
        return ""
    simpler = unicodedata.normalize("NFKD", letter)
    return simpler if all(one in known for one in simpler) else MISSING


@lru_cache
def _widths(face: Face) -> Mapping[str, float]:
    """The width of every letter of a face, in thousandths of its size."""
    # Slow to import, and most processes never print.
    from fontTools.ttLib import TTFont

    with TTFont(face.file, lazy=True) as font:
        advance, scale = font["hmtx"].metrics, 1000 / font["head"].unitsPerEm
        return {
            chr(code): advance[glyph][0] * scale
            for code, glyph in font.getBestCmap().items()
            if _is_visible(chr(code))
        }


def _is_visible(letter: str) -> bool:
    """Whether it may be set as it is: neither a control, nor a break of line or direction."""
    return letter == " " or letter in _KEPT or unicodedata.category(letter)[0] not in "CZ"


def _paragraphs(text: Iterable[Run], style: Style) -> Iterator[list[Line]]:
    """The words of each paragraph; a word may hold letters of both faces."""
    words: list[Line] = [[]]
    for run in text:
        face = Face.STRONG if run.strong else style.face
        for number, part in enumerate(legible(run.text).split("\n")):
            if number:
                yield [word for word in words if word]
                words = [[]]
            for place, letters in enumerate(part.split(" ")):
                if place:
                    words.append([])
                if letters:
                    words[-1].append(Piece(letters, face))
    yield [word for word in words if word]


def _filled(words: list[Line], style: Style, room: float) -> list[Line]:
    found: list[Line] = [[]]
    space, used = width(" ", style.face, style), 0.0
    for word in words:
        wide = line_width(word, style)
        if found[-1] and used + space + wide <= room:
            found[-1] = _joined(found[-1], word)
            used += space + wide
            continue
        if found[-1]:
            found.append([])
        cut = [word] if wide <= room else _cut(word, style, room)
        found[-1] = cut[0]
        found += cut[1:]
        used = line_width(found[-1], style)
    return found


def _joined(line: Line, word: Line) -> Line:
    """The line with a space and the word; the space belongs to what is before it."""
    last = line[-1]
    if last.face == word[0].face:
        return [*line[:-1], Piece(f"{last.text} {word[0].text}", last.face), *word[1:]]
    return [*line[:-1], Piece(f"{last.text} ", last.face), *word]


def _cut(word: Line, style: Style, room: float) -> list[Line]:
    """A word that is wider than a line, letter by letter."""
    found: list[Line] = [[]]
    used = 0.0
    for piece in word:
        start = 0
        for end, letter in enumerate(piece.text):
            wide = width(letter, piece.face, style)
            if used + wide > room and used:
                found[-1].append(Piece(piece.text[start:end], piece.face))
                found.append([])
                start, used = end, 0.0
            used += wide
        found[-1].append(Piece(piece.text[start:], piece.face))
    return found
