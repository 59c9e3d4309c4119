"""What a regular expression of the portable subset consists of (`webapp.kernel.patterns`)."""

from dataclasses import dataclass

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Take:
    """Pass one character that is in one of the ranges, or in none of them."""

    ranges: Ranges
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """Go on only at the start of the text, or only at its end."""

    is_start: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """One after the other."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these."""

    branches: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """As often as this; without `most`, as often as one likes."""

    node: "Node"
    least: int
    most: int | None


Node = Take | Edge | Chain | Choice | Repeat
