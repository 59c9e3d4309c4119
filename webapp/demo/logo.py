"""The logo of somebody's own company: a small PNG, or an SVG of which only the drawing is kept."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

MOST_BYTES = 200_000
_LONGEST_SIDE = 2000
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "http://www.w3.org/2000/svg"
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_DRAWING = frozenset(
    "svg g path rect circle ellipse line polyline polygon text tspan defs linearGradient "
    "radialGradient stop clipPath mask use symbol title desc".split()
)
# An address in a property, other than that of a part of the same drawing.
_ELSEWHERE = re.compile(r"url\(\s*['\"]?\s*[^#'\"\s]|@import|expression|javascript:", re.I)


class BadLogo(ValueError):
    """A file that is no logo; the words say why, and what to do."""


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that may be shown, with the kind of file that it is."""

    media_type: str
    data: bytes


def read(data: bytes) -> Logo:
    """The logo in a file; raises `BadLogo`.

    Of an SVG everything goes that is not drawing: scripts, event handlers, styles that load
    something, references to other files, and what drawing programs note for themselves.
    """
    if len(data) > MOST_BYTES:
        raise BadLogo(f"is larger than {MOST_BYTES // 1000} kB; save it smaller")
    if data.startswith(_PNG):
        return Logo("image/png", _png(data))
    return Logo("image/svg+xml", _svg(data))


def _png(data: bytes) -> bytes:
    if len(data) < 24 or data[12:16] != b"IHDR":
        raise BadLogo("is no whole PNG; save it again")
    width, height = struct.unpack(">II", data[16:24])
    if not 0 < width <= _LONGEST_SIDE or not 0 < height <= _LONGEST_SIDE:
        raise BadLogo(f"is {width} by {height} pixels; at most {_LONGEST_SIDE} by {_LONGEST_SIDE}")
    return data


def _svg(data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    # Entities can grow without end, and a drawing needs none.
    if "<!ENTITY" in text:
        raise BadLogo("declares entities; save it as plain SVG, or as PNG")
    try:
        drawing = ElementTree.fromstring(text)  # noqa: S314 - without entities
    except ElementTree.ParseError:
        raise BadLogo("is neither an SVG nor a PNG; save it as one of them") from None
    if drawing.tag != f"{{{_SVG}}}svg":
        raise BadLogo("is no SVG: its root is not an svg element; save it as SVG or PNG")
    if "viewBox" not in drawing.attrib and not {"width", "height"} <= drawing.attrib.keys():
        raise BadLogo("says no size; give the svg element a viewBox")
    ElementTree.register_namespace("", _SVG)
    kept: str = ElementTree.tostring(_kept(drawing), encoding="unicode")
    return kept.encode()


def _kept(element: ElementTree.Element) -> ElementTree.Element:
    """The element with what is drawing of it."""
    kept = ElementTree.Element(element.tag, dict(_attributes(element)))
    kept.text, kept.tail = element.text, element.tail
    kept.extend(_kept(child) for child in element if _is_drawing(child))
    return kept


def _is_drawing(element: ElementTree.Element) -> bool:
    return element.tag.removeprefix(f"{{{_SVG}}}") in _DRAWING


def _attributes(element: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if name in _HREFS:
            if value.startswith("#"):
                yield "href", value
        elif "{" not in name and not name.lower().startswith("on") and not _ELSEWHERE.search(value):
            yield name, value
