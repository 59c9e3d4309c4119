"""Colours, sizes and the measures of a page: those of the desk's pages, on paper."""

from typing import Final

from webapp.paper.content import Tone
from webapp.paper.typography import Face, Style

# A4 in points.
WIDTH: Final = 595.28
HEIGHT: Final = 841.89
LEFT: Final = 56.0
RIGHT: Final = WIDTH - 56.0
ROOM: Final = RIGHT - LEFT
TOP: Final = 84.0
BOTTOM: Final = HEIGHT - 66.0

INK, INK_2, INK_3 = "#11151c", "#454d5a", "#626a78"
LINE, LINE_2, CONTROL = "#e2e5ea", "#cbd0d8", "#858d9a"
OVER, OVER_MARK = "#855000", "#c07300"

TONES: Final = {
    Tone.DONE: INK,
    Tone.WAITING: CONTROL,
    Tone.GOOD: "#17693f",
    Tone.BAD: "#b3261e",
}

HEADLINE = Style(size=21, leading=27, colour=INK, face=Face.STRONG, tracking=-0.018)
STORY = Style(size=11, leading=17, colour=INK_2)
STATE = Style(size=9.5, leading=14, colour=INK, face=Face.STRONG)
SIGN = Style(size=7, leading=9, colour="#ffffff", face=Face.STRONG)
TITLE = Style(size=12, leading=18, colour=INK, face=Face.STRONG, tracking=-0.006)
TEXT = Style(size=9.5, leading=14, colour=INK)
STRONG = TEXT.faced(Face.STRONG)
QUIET = Style(size=8.5, leading=12.5, colour=INK_3)
HEAD = Style(size=8, leading=12, colour=INK_3)
TOTAL = Style(size=12, leading=18, colour=INK, face=Face.STRONG)
FOOT = Style(size=8, leading=11, colour=INK_3)
