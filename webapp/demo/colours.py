"""The accent colour of somebody's own company: readable wherever the desk uses it, or refused.

Contrast is measured as on the design pages (`webapp.design.palette`), in both themes.
"""

import colorsys
import re
from collections.abc import Callable, Iterator, Mapping

from webapp.design.palette import TEXT, contrast, readings

Pair = tuple[str, str]

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_WHITE = "#ffffff"
_STEPS = 200
_UNDER_THE_POINTER = 0.06
# How much of the accent is in the ground of a selected row: as much as text on it can bear.
_TINTS = (0.10, 0.08, 0.06, 0.04, 0.02)
_GROUNDS = ("paper", "sheet", "fill", "fill-2", "accent-soft")


def is_colour(text: str) -> bool:
    """Whether this is a colour such as `#0b7285`."""
    return _COLOUR.fullmatch(text) is not None


def carries_words(colour: str) -> bool:
    """Whether white words on a button of this colour can be read (WCAG 2.2, 1.4.3)."""
    return contrast(_WHITE, colour) >= TEXT


def nearest(colour: str) -> str:
    """The same hue, only as much darker as white words on it need."""
    return next(filter(carries_words, _darker(colour)))


def accents(colour: str, palette: Mapping[str, Pair]) -> dict[str, Pair]:
    """The roles that follow from the accent, light and dark, on the grounds of this palette.

    Every pair of the palette reaches its contrast with them, for a colour that carries words.
    """
    found: dict[str, Pair] = {}
    for tint in _TINTS:
        found = _accents(colour, palette, tint)
        if all(reading.is_enough for reading in readings({**palette, **found})):
            break
    return found


def style_sheet(roles: Mapping[str, Pair]) -> str:
    """The roles as custom properties; outside any layer, so that they win over the tokens."""
    lines = (f"--{role}:light-dark({light},{dark});" for role, (light, dark) in roles.items())
    return f":root{{{''.join(lines)}}}\n"


def _accents(colour: str, palette: Mapping[str, Pair], tint: float) -> dict[str, Pair]:
    fills = colour.lower(), _on_dark_paper(colour)
    soft = tuple(
        _mixed(fill, paper, tint) for fill, paper in zip(fills, palette["paper"], strict=True)
    )
    grounds = {**palette, "accent-soft": (soft[0], soft[1])}
    inks = (
        _readable(_darker(colour), [grounds[name][0] for name in _GROUNDS]),
        _readable(_lighter(colour), [grounds[name][1] for name in _GROUNDS]),
    )
    return {
        "accent": fills,
        "accent-hover": (_hover(fills[0]), _hover(fills[1])),
        "accent-ink": inks,
        "accent-soft": (soft[0], soft[1]),
    }


def _on_dark_paper(colour: str) -> str:
    """As light as white words on it allow, so that a navy blue is still seen."""
    return [one for one in (colour.lower(), *_lighter(colour)) if carries_words(one)][-1]


def _hover(colour: str) -> str:
    return _shifted(colour, -_UNDER_THE_POINTER)


def _readable(shades: Iterator[str], grounds: list[str]) -> str:
    def is_readable(shade: str) -> bool:
        return all(contrast(shade, ground) >= TEXT for ground in grounds)

    return next(filter(is_readable, shades))


def _darker(colour: str) -> Iterator[str]:
    """From the colour itself to black."""
    return _shades(colour, lambda lightness, share: lightness * (1 - share))


def _lighter(colour: str) -> Iterator[str]:
    """From the colour itself to white."""
    return _shades(colour, lambda lightness, share: lightness + (1 - lightness) * share)


def _shades(colour: str, move: Callable[[float, float], float]) -> Iterator[str]:
    hue, lightness, saturation = _hls(colour)
    yield colour.lower()
    for step in range(1, _STEPS + 1):
        yield _hex(hue, move(lightness, step / _STEPS), saturation)


def _shifted(colour: str, by: float) -> str:
    hue, lightness, saturation = _hls(colour)
    return _hex(hue, min(max(lightness + by, 0.0), 1.0), saturation)


def _mixed(colour: str, ground: str, share: float) -> str:
    parts = zip(_parts(colour), _parts(ground), strict=True)
    return "#" + "".join(f"{round(255 * (a * share + b * (1 - share))):02x}" for a, b in parts)


def _hls(colour: str) -> tuple[float, float, float]:
    return colorsys.rgb_to_hls(*_parts(colour))


def _hex(hue: float, lightness: float, saturation: float) -> str:
    parts = colorsys.hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue
