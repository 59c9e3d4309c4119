"""Tests of what stands inside JSON documents: with JSON paths of PostgreSQL, or in our own words.

SQLite gets functions that follow a path as PostgreSQL does (`webapp.sqlite`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Numeric,
    case,
    cast,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from webapp.approvals.criteria import Between, Comparing, Like, Literal, OneOf, Presence, Test
from webapp.approvals.values import Condition, by_code_points, like, related
from webapp.kernel import patterns

_SORTED = ("number", "string", "boolean")
_WHOLE: ColumnElement[Any] = literal_column("'{}'::text[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What stands in a document, a column of text, at a path of plain names."""

    document: ColumnElement[Any]
    path: tuple[str, ...]
    is_postgresql: bool

    def meets(self, test: Test) -> Condition:
        """Whether one of the values there passes the test.

        A number or truth value that is written without quotation marks is equal to itself as a
        text, too; its order is that of its own kind.
        """
        match test:
            case Presence.EXISTS:
                return self._exists()
            case Presence.MISSING:
                return not_(self._exists())
            case Presence.NULL:
                return or_(not_(self._exists()), self._any([("in", [None])]))
            case OneOf(values):
                return self._any([("in", [kind for value in values for kind in _kinds(value)])])
            case Between(bounds):
                return self._any([(str(how), _own_kind(other)) for how, other in bounds])
            case Like(pattern):
                patterns.parse(pattern)
                return self._any([("~", pattern)])

    def keys(self) -> Sequence[ColumnElement[Any]]:
        """What to sort by: numbers, then texts; the first value where there are several."""
        if not self.is_postgresql:
            return (func.document_first(self.document, self._names),)
        found = self._values("sorted")
        first = (
            select(found).where(func.jsonb_typeof(found).in_(_SORTED)).limit(1).scalar_subquery()
        )
        is_number = func.jsonb_typeof(first) == "number"
        text = first.op("#>>", return_type=SqlText())(_WHOLE)
        return (
            case((is_number, 1), (first.is_not(None), 2)),
            case((is_number, cast(text, Numeric))),
            by_code_points(text, is_postgresql=True),
        )

    @property
    def _names(self) -> str:
        return ".".join(self.path)

    @property
    def _steps(self) -> str:
        return "lax $" + "".join(f'."{name}"' for name in self.path)

    def _exists(self) -> Condition:
        if self.is_postgresql:
            jsonb = cast(self.document, JSONB)
            found = func.jsonb_path_exists(jsonb, cast(self._steps, JSONPATH))
            return func.coalesce(found, literal_column("false"))
        return func.document_has(self.document, self._names) == 1

    def _any(self, tests: list[tuple[str, Any]]) -> Condition:
        if not self.is_postgresql:
            written = _json(tests)
            return func.document_any_meets(self.document, self._names, written) == 1
        found = self._values("found")
        return select(found).where(*(_meets(found, *test) for test in tests)).exists()

    def _values(self, name: str) -> ColumnElement[Any]:
        steps = cast(f"{self._steps}[*][*]", JSONPATH)
        found = func.jsonb_path_query(cast(self.document, JSONB), steps, type_=JSONB)
        return found.column_valued(name)


def _meets(value: ColumnElement[Any], test: str, operand: Any) -> Condition:
    if test == "in":
        return value.in_([cast(literal(_json(one), SqlText), JSONB) for one in operand])
    if test == "~":
        return like(_text(value), operand, is_postgresql=True)
    if isinstance(operand, Decimal):
        number = cast(value.op("#>>", return_type=SqlText())(_WHOLE), Numeric)
        is_number = func.jsonb_typeof(value) == "number"
        return related(case((is_number, number)), Comparing(test), operand)
    return related(by_code_points(_text(value), is_postgresql=True), Comparing(test), operand)


def _text(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return case(
        (func.jsonb_typeof(value) == "string", value.op("#>>", return_type=SqlText())(_WHOLE))
    )


def _kinds(value: Literal) -> list[Any]:
    """Everything that the literal may be equal to."""
    return [value.text, *(kind for kind in (value.number, value.truth) if kind is not None)]


def _own_kind(value: Literal) -> Decimal | str:
    return value.text if value.number is None else value.number


def _json(value: Any) -> str:
    """JSON in which decimals keep every digit."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list | tuple):
        return f"[{','.join(_json(one) for one in value)}]"
    return json.dumps(value, ensure_ascii=False)
