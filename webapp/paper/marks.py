"""Marks on a page, in points from its upper left corner, and what they are to a reader's ear."""

from dataclasses import dataclass

from webapp.paper.typography import Face


class Tag:
    """A part of the document's structure, as PDF names it: `H1`, `P`, `Table`, `TR`, `TD`.

    Two parts that say the same are still two, so they are compared by being the same.
    """

    __slots__ = ("kind", "parent")

    def __init__(self, kind: str, parent: "Tag | None" = None) -> None:
        self.kind = kind
        self.parent = parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Words on their base line."""

    x: float
    y: float
    text: str
    face: Face
    size: float
    colour: str
    tracking: float = 0
    tag: Tag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A horizontal line; a dotted one is still to come."""

    x: float
    y: float
    width: float
    thickness: float
    colour: str
    dotted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    """A small filled or open circle around its middle."""

    x: float
    y: float
    radius: float
    colour: str
    filled: bool = True


Mark = Letters | Rule | Box | Disc
Page = list[Mark]
