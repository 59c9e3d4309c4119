r"""Regular expressions that mean the same in every database, and are never slow.

The subset: literal characters, `.`, `[...]`, `\d` `\w` `\s` and their opposites (ASCII), groups,
`|`, `^` and `$` (start and end of the text), and `*` `+` `?` `{m,n}` behind anything that holds no
repetition itself. Letters match in both cases; a match may be anywhere in the text. What is read
here is written out again letter by letter, so that no locale and no dialect has a say in it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from webapp.kernel.expressions import Chain, Choice, Edge, Node, Ranges, Repeat, Take

MAX_LENGTH: Final = 200
MAX_REPEAT: Final = 50
MAX_SIZE: Final = 400
_MAX_GROUPS = 10
_MAX_RANGE = 1000
_LAST = 0x10FFFF
_NEWLINE = ((10, 10),)
_CLASSES = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": ((9, 13), (32, 32)),
}
_CONTROLS = {"n": 10, "t": 9, "r": 13, "f": 12, "v": 11}
_COUNT = re.compile(r"\{([0-9]{1,3})(,([0-9]{1,3})?)?\}")
# What means something in some engine, inside or outside of brackets.
_QUOTED = frozenset("\\.[]{}()*+?|^$-&~#=:")


class BadPattern(ValueError):
    """The expression is outside the subset; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """An expression that was understood."""

    node: Node

    @property
    def portable(self) -> str:
        r"""The expression for a case-sensitive engine: PostgreSQL's `~`, RE2, or Python's `re`.

        The start of the text is `\A`, its end `\Z`; RE2 spells the latter `\z`.
        """
        return _write(self.node)


@lru_cache(maxsize=256)
def parse(text: str) -> Pattern:
    """The expression; raises `BadPattern` for everything outside the subset."""
    if len(text) > MAX_LENGTH:
        raise BadPattern(f"A regular expression has at most {MAX_LENGTH} characters.")
    pattern = Pattern(_Reader(text).read())
    if _size(pattern.node) > MAX_SIZE:
        raise BadPattern("The regular expression repeats too much. Use smaller counts.")
    return pattern


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._groups = 0

    def read(self) -> Node:
        node = self._choice()
        if self._at < len(self._text):
            raise BadPattern("There is a “)” too many. Write \\) for the character itself.")
        return node

    def _choice(self) -> Node:
        branches = [self._chain()]
        while self._skip("|"):
            branches.append(self._chain())
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _chain(self) -> Node:
        parts: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else Chain(tuple(parts))

    def _repeated(self, node: Node) -> Node:
        bounds = self._bounds()
        if bounds is None:
            return node
        if isinstance(node, Edge) or _repeats(node):
            raise BadPattern("A repetition cannot stand on another one, on ^ or on $.")
        if self._peek() in ("*", "+", "?", "{"):
            raise BadPattern("Only one of * + ? {} may stand behind a character or group.")
        least, most = bounds
        if max(least, most or 0) > MAX_REPEAT or (most is not None and most < least):
            raise BadPattern(f"A count goes from the smaller to the larger, up to {MAX_REPEAT}.")
        return Repeat(node, least, most)

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._skip(sign):
                return bounds
        if self._peek() != "{":
            return None
        found = _COUNT.match(self._text, self._at)
        if found is None:
            raise BadPattern("A count is written {2} or {2,5}. Write \\{ for the character itself.")
        self._at = found.end()
        least = int(found[1])
        return least, (int(found[3]) if found[3] else None) if found[2] else least

    def _atom(self) -> Node:
        character = self._next()
        if character == "(":
            return self._group()
        if character == "[":
            return self._set()
        if character == "\\":
            return self._escape()
        if character in "^$":
            return Edge(is_start=character == "^")
        if character == ".":
            return Take(_NEWLINE, is_negated=True)
        if character in "*+?{":
            raise BadPattern(f"There is nothing to repeat before “{character}”.")
        return _both_cases(((ord(character), ord(character)),))

    def _group(self) -> Node:
        if self._peek() == "?" and not self._text.startswith("?:", self._at):
            raise BadPattern("Groups that look around, have names or set options do not exist.")
        self._skip("?:")
        self._groups += 1
        if self._groups > _MAX_GROUPS:
            raise BadPattern(f"There are more than {_MAX_GROUPS} groups.")
        node = self._choice()
        if not self._skip(")"):
            raise BadPattern("A “(” is never closed. Write \\( for the character itself.")
        return node

    def _escape(self) -> Take:
        character = self._next()
        if character.lower() in _CLASSES:
            return Take(_CLASSES[character.lower()], is_negated=character.isupper())
        code = self._literal(character)
        return _both_cases(((code, code),))

    def _literal(self, character: str) -> int:
        if character in _CONTROLS:
            return _CONTROLS[character]
        if not character:
            raise BadPattern("A backslash at the end stands before nothing.")
        if character.isalnum():
            raise BadPattern(f"“\\{character}” does not exist here. Known are \\d \\w \\s \\n \\t.")
        return ord(character)

    def _set(self) -> Take:
        is_negated = self._skip("^")
        ranges: list[tuple[int, int]] = []
        while self._peek() != "]" or not ranges:
            ranges += self._member()
        self._at += 1
        return _both_cases(tuple(ranges), is_negated=is_negated)

    def _member(self) -> Ranges:
        character = self._next()
        if character == "[" and self._peek() in (":", ".", "="):
            raise BadPattern("Named classes such as [:alpha:] do not exist. Write [a-z].")
        if character == "\\" and self._peek().lower() in _CLASSES:
            return self._class_in_set()
        low = self._bound(character)
        if not (self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", "")):
            return ((low, low),)
        self._at += 1
        high = self._bound(self._next())
        if not low <= high <= low + _MAX_RANGE:
            raise BadPattern(f"A range has 1 to {_MAX_RANGE} characters, the first one first.")
        return ((low, high),)

    def _class_in_set(self) -> Ranges:
        taken = self._escape()
        return _complement(taken.ranges) if taken.is_negated else taken.ranges

    def _bound(self, character: str) -> int:
        if not character:
            raise BadPattern("A “[” is never closed. Write \\[ for the character itself.")
        return self._literal(self._next()) if character == "\\" else ord(character)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        character = self._peek()
        self._at += 1
        return character

    def _skip(self, expected: str) -> bool:
        if not self._text.startswith(expected, self._at):
            return False
        self._at += len(expected)
        return True


def _both_cases(ranges: Ranges, *, is_negated: bool = False) -> Take:
    """The characters and what they become as capital or small letters, one by one."""
    codes = {code for low, high in ranges if high < _LAST for code in range(low, high + 1)}
    cased = {ord(other) for code in codes for other in _cases(chr(code))}
    return Take(ranges + tuple((code, code) for code in sorted(cased - codes)), is_negated)


def _cases(character: str) -> list[str]:
    return [other for other in (character.lower(), character.upper()) if len(other) == 1]


def _complement(ranges: Ranges) -> Ranges:
    """Every other character but NUL, which no database keeps in a text."""
    lows = (1, *(high + 1 for _, high in ranges))
    highs = (*(low - 1 for low, _ in ranges), _LAST)
    return tuple(zip(lows, highs, strict=True))


def _repeats(node: Node) -> bool:
    match node:
        case Repeat():
            return True
        case Chain(nodes) | Choice(nodes):
            return any(_repeats(part) for part in nodes)
    return False


def _size(node: Node) -> int:
    match node:
        case Repeat(inner, least, most):
            return (_size(inner) + 2) * (most or least + 1)
        case Chain(nodes) | Choice(nodes):
            return sum(_size(part) + 1 for part in nodes)
    return 1


def _write(node: Node) -> str:
    match node:
        case Take():
            return _write_set(node)
        case Edge(is_start):
            return "\\A" if is_start else "\\Z"
        case Chain(parts):
            return "".join(_grouped(part) for part in parts)
        case Choice(branches):
            return "|".join(_write(branch) for branch in branches)
        case Repeat(inner, least, most):
            return f"{_grouped(inner)}{{{least},{'' if most is None else most}}}"


def _grouped(node: Node) -> str:
    return f"(?:{_write(node)})" if isinstance(node, Chain | Choice) else _write(node)


def _write_set(taken: Take) -> str:
    if len(taken.ranges) == 1 and taken.ranges[0][0] == taken.ranges[0][1] and not taken.is_negated:
        return _quoted(taken.ranges[0][0])
    inner = "".join(
        _quoted(low) if low == high else f"{_quoted(low)}-{_quoted(high)}"
        for low, high in taken.ranges
    )
    return f"[{'^' if taken.is_negated else ''}{inner}]"


def _quoted(code: int) -> str:
    character = chr(code)
    return f"\\{character}" if character in _QUOTED else character
