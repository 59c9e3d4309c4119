"""What SQLite is taught: looking into JSON documents and for regular expressions like PostgreSQL.

A path is a row of member names with dots. A list on the way stands for its members, and a list at
the end for its values, two levels deep: what PostgreSQL finds at `lax $.a.b[*][*]`.
"""

import json
import operator
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import re2

from webapp.kernel import patterns

Scalar = str | int | Decimal | bool | None

# Every way to test a scalar, with what it is compared with: `in` a list, `~` a pattern.
COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def is_index(table: str) -> bool:
    """Whether SQLite keeps this table as the index of words, by triggers, for itself alone."""
    return table.startswith("approval_words_")


def matches(text: str | None, pattern: str) -> bool | None:
    """Whether the expression is found in the text, as `text ~ pattern` tells; None for no text.

    RE2 never tries anything twice, so the time grows with the text alone. Raises
    `patterns.BadPattern`.
    """
    return None if text is None else _compiled(pattern).search(text) is not None


def has(document: str | None, path: str) -> bool:
    """Whether the document has anything at this path, `null` included."""
    return any(True for _ in _nodes(document, path))


def any_meets(document: str | None, path: str, tests: str) -> bool:
    """Whether one value at this path passes all tests, a JSON list of pairs `[test, operand]`."""
    wanted = _read(tests)
    return any(
        all(_meets(value, test, operand) for test, operand in wanted)
        for value in _scalars(document, path)
    )


def first(document: str | None, path: str) -> str | float | None:
    """The first value at this path to sort by: a number, or a text, or None for nothing."""
    values = (value for value in _scalars(document, path) if value is not None)
    value = next(values, None)
    if isinstance(value, bool):
        return "true" if value else "false"
    # By way of Decimal, since an integer past all floats is refused where a decimal is infinite.
    return float(Decimal(value)) if isinstance(value, int | Decimal) else value


@lru_cache(maxsize=32)
def _compiled(pattern: str) -> Any:
    return re2.compile(patterns.parse(pattern).portable.replace(r"\Z", r"\z"))


@lru_cache(maxsize=16)
def _read(document: str) -> Any:
    return json.loads(document, parse_float=Decimal)


def _nodes(document: str | None, path: str) -> Iterator[Any]:
    found = [] if document is None else [_read(document)]
    for name in path.split(".") if path else []:
        found = [
            inner[name] for inner in _unfolded(found) if isinstance(inner, dict) and name in inner
        ]
    return iter(found)


def _scalars(document: str | None, path: str) -> Iterator[Scalar]:
    for value in _unfolded(_unfolded(list(_nodes(document, path)))):
        if not isinstance(value, dict | list):
            yield value


def _unfolded(values: list[Any]) -> list[Any]:
    return [inner for outer in values for inner in (outer if isinstance(outer, list) else [outer])]


def _meets(value: Scalar, test: str, operand: Any) -> bool:
    if test == "in":
        return any(_kind(value) is _kind(other) and value == other for other in operand)
    if test == "~":
        return isinstance(value, str) and bool(matches(value, operand))
    return _kind(value) is _kind(operand) and COMPARISONS[test](value, operand)


def _kind(value: Any) -> type:
    """Texts, numbers, truth and nothing are never equal to each other."""
    return Decimal if type(value) is int else type(value)


# The functions of SQL that only SQLite needs, by their names there.
FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "matches": matches,
    "document_has": has,
    "document_any_meets": any_meets,
    "document_first": first,
}
