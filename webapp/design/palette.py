"""The colours of `static/css/tokens.css`, and how well they can be read on each other.

Contrast is that of WCAG 2.2: 4.5:1 for text (criterion 1.4.3), 3:1 for what marks a control, a
meter or the focus (1.4.11).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

TEXT, MARK = 4.5, 3.0
THEMES = ("light", "dark")

# What stands on what, and how much contrast that asks for.
_GROUNDS = "paper sheet fill fill-2 accent-soft".split()
PAIRS = (
    *((role, ground, TEXT) for role, ground in product("ink ink-2 ink-3".split(), _GROUNDS)),
    *((role, ground, TEXT) for role, ground in product(["accent-ink"], _GROUNDS)),
    *((role, ground, TEXT) for role, ground in product("good bad warn".split(), _GROUNDS)),
    *(("on-accent", ground, TEXT) for ground in "accent accent-hover".split()),
    *(("on-accent", ground, TEXT) for ground in "bad-fill bad-fill-hover".split()),
    ("paper", "ink", TEXT),
    *(("control", ground, MARK) for ground in "paper sheet".split()),
    *(("warn-mark", ground, MARK) for ground in "paper sheet fill".split()),
)
USES = {
    "paper": "The page.",
    "sheet": "The one box where somebody acts.",
    "fill": "Hover, and what is only a preview.",
    "fill-2": "Initials, counts, the empty part of a meter.",
    "line": "Between rows.",
    "line-2": "Between sections, around sheets and buttons.",
    "control": "The edge of fields and checkboxes.",
    "ink": "Names, amounts, headlines.",
    "ink-2": "Sentences.",
    "ink-3": "Dates, article numbers, what may be missed.",
    "accent": "The one act of a page. Blue is the pen.",
    "accent-hover": "The same under the pointer.",
    "accent-ink": "Links, your turn, focus.",
    "accent-soft": "A row that is selected.",
    "on-accent": "Words on a filled button.",
    "good": "It has happened: approved, ordered.",
    "bad": "Declined, wrong, or over within hours.",
    "bad-fill": "The second press of Decline, and nothing else.",
    "bad-fill-hover": "The same under the pointer.",
    "warn": "Soon, over the limit, changed.",
    "warn-mark": "What is over the limit in a meter.",
}

_TOKEN = re.compile(r"--([\w-]+):\s*(?:light-dark\((#\w{6}),\s*(#\w{6})\)|(#\w{6}));")


@dataclass(frozen=True, slots=True)
class Reading:
    """One colour on another in one theme: the measured contrast, and what it has to be."""

    role: str
    ground: str
    theme: str
    ratio: float
    least: float

    @property
    def is_enough(self) -> bool:
        """Whether it reaches what is asked for."""
        return self.ratio >= self.least


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour role in both themes, and the least contrast it has where it is used."""

    role: str
    use: str
    light: str
    dark: str
    readings: tuple[Reading, ...]

    def worst(self, theme: str) -> Reading | None:
        """The pair of this theme that comes closest to its limit."""
        found = [one for one in self.readings if one.theme == theme]
        return min(found, key=lambda one: one.ratio / one.least, default=None)


def roles(sheet: str) -> dict[str, tuple[str, str]]:
    """The colours of a style sheet by role: light, then dark, as `#rrggbb`."""
    return {
        name: (both or light, both or dark) for name, light, dark, both in _TOKEN.findall(sheet)
    }


def contrast(one: str, other: str) -> float:
    """How much two colours differ: 1 for the same, 21 for black on white (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readings(colours: Mapping[str, tuple[str, str]]) -> Iterator[Reading]:
    """Every pair that stands on pages, in both themes."""
    for role, ground, least in PAIRS:
        for theme, of_role, of_ground in zip(THEMES, colours[role], colours[ground], strict=True):
            yield Reading(role, ground, theme, contrast(of_role, of_ground), least)


def swatches(sheet: str) -> list[Swatch]:
    """All colours with a use, in the order of `USES`."""
    colours = roles(sheet)
    measured = list(readings(colours))
    return [
        Swatch(role, use, *colours[role], tuple(one for one in measured if one.role == role))
        for role, use in USES.items()
    ]


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
