"""Tests of SQL values that mean the same on both databases: texts, numbers, amounts, moments.

Texts are equal letter by letter and ordered by code points, whatever the database's locale. A value
of another kind than the field is nobody's equal, and neither above nor below anything.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    and_,
    case,
    false,
    func,
    literal,
    literal_column,
    or_,
)

from webapp.approvals.criteria import Between, Comparing, Like, Literal, OneOf, Presence, Test
from webapp.db import Utc
from webapp.kernel import patterns
from webapp.kernel.currencies import MINOR_UNITS
from webapp.kernel.money import exponent

Condition = ColumnElement[bool]

_MILLISECOND = timedelta(milliseconds=1)
# Past what any column holds, and within what both databases can compare with one.
_FAR = 10**18
_MOST_DECIMALS = max(MINOR_UNITS.values())
_USUAL_DECIMALS = 2
_EXACTLY = (Comparing.AT_LEAST, Comparing.AT_MOST)
_ROUNDED_UP = (Comparing.AT_LEAST, Comparing.LESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(ABC):
    """A value in SQL; `is_optional` when it may be NULL, `is_postgresql` says where it lives."""

    expression: ColumnElement[Any]
    is_postgresql: bool
    is_optional: bool = False

    def meets(self, test: Test) -> Condition:
        """Whether the value passes this test."""
        match test:
            case OneOf(values):
                return self.one_of(values)
            case Between(bounds):
                return and_(*(self.compared(how, other) for how, other in bounds))
            case Like(pattern):
                return self.like(pattern)
            case Presence.EXISTS:
                return self.expression.is_not(None)
            case Presence.MISSING | Presence.NULL:
                return self.expression.is_(None)

    def one_of(self, values: Iterable[Literal]) -> Condition:
        """Equal to one of these."""
        exactly = (and_(*(self.compared(how, value) for how in _EXACTLY)) for value in values)
        return or_(false(), *exactly)

    @abstractmethod
    def compared(self, how: Comparing, other: Literal) -> Condition:
        """In this relation to a value; false for one of another kind."""

    def like(self, pattern: str) -> Condition:
        """Holding what the expression describes; only texts ever do."""
        return false()

    def keys(self) -> Sequence[ColumnElement[Any]]:
        """What to sort by, the most important first."""
        return (self.expression,)


class Text(Value):
    """A text."""

    def one_of(self, values: Iterable[Literal]) -> Condition:
        return self.expression.in_([value.text for value in values])

    def compared(self, how: Comparing, other: Literal) -> Condition:
        return related(self.keys()[0], how, other.text)

    def like(self, pattern: str) -> Condition:
        return like(self.expression, pattern, is_postgresql=self.is_postgresql)

    def keys(self) -> Sequence[ColumnElement[Any]]:
        return (by_code_points(self.expression, is_postgresql=self.is_postgresql),)


class Whole(Value):
    """A whole number."""

    def compared(self, how: Comparing, other: Literal) -> Condition:
        if other.number is None:
            return false()
        return related(self.expression, how, literal(_bound(how, other.number), BigInteger))


class Real(Value):
    """A number that programs read as floating point, and that is compared as such."""

    def compared(self, how: Comparing, other: Literal) -> Condition:
        if other.number is None:
            return false()
        return related(self.expression, how, literal(float(other.number), Double))


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Value):
    """Minor units of a currency, compared with and sorted by amounts in its major unit."""

    currency: ColumnElement[str]

    def compared(self, how: Comparing, other: Literal) -> Condition:
        number = other.number
        if number is None:
            return false()
        bound = self._by_currency(lambda decimals: _bound(how, number.scaleb(decimals)))
        return related(self.expression, how, bound)

    def keys(self) -> Sequence[ColumnElement[Any]]:
        # In two parts, since the largest amounts of one currency in the smallest unit of another
        # one do not fit into a column.
        unit = self._by_currency(lambda decimals: 10**decimals)
        rest = self._by_currency(lambda decimals: 10 ** (_MOST_DECIMALS - decimals))
        return (self.expression // unit, self.expression % unit * rest)

    def _by_currency(self, figure: Callable[[int], int]) -> ColumnElement[Any]:
        unusual = sorted(set(MINOR_UNITS.values()) - {_USUAL_DECIMALS})
        whens = [
            (
                self.currency.in_(_codes(decimals)),
                literal(figure(decimals), BigInteger),
            )
            for decimals in unusual
        ]
        return case(*whens, else_=literal(figure(_USUAL_DECIMALS), BigInteger))


class Moment(Value):
    """A moment, as exact as programs see it: to the millisecond."""

    def compared(self, how: Comparing, other: Literal) -> Condition:
        moment = other.moment
        if moment is None:
            return false()
        seen = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        if how in (Comparing.MORE, Comparing.AT_MOST) or seen < moment:
            seen = _next(seen)
        is_after = how in (Comparing.MORE, Comparing.AT_LEAST)
        edge = literal(seen, Utc)
        return self.expression >= edge if is_after else self.expression < edge


def related(left: ColumnElement[Any], how: Comparing, right: object) -> Condition:
    """The two in this relation."""
    match how:
        case Comparing.LESS:
            return left < right
        case Comparing.AT_MOST:
            return left <= right
        case Comparing.MORE:
            return left > right
        case Comparing.AT_LEAST:
            return left >= right


def like(text: ColumnElement[Any], pattern: str, *, is_postgresql: bool) -> Condition:
    """Whether the expression is found in a text; raises `patterns.BadPattern`."""
    understood = patterns.parse(pattern)
    if is_postgresql:
        return text.op("~", is_comparison=True)(understood.portable)
    return func.matches(text, pattern) == 1


def by_code_points(text: ColumnElement[Any], *, is_postgresql: bool) -> ColumnElement[Any]:
    """A text in the one order that both databases have."""
    return text.collate("C" if is_postgresql else "BINARY")


def _codes(decimals: int) -> list[ColumnElement[str]]:
    """The currencies with so many decimals, as constants that cost no parameter."""
    return [literal_column(f"'{code}'") for code in MINOR_UNITS if exponent(code) == decimals]


def _bound(how: Comparing, number: Decimal) -> int:
    """The whole number that a whole number can be compared with instead."""
    whole = math.ceil(number) if how in _ROUNDED_UP else math.floor(number)
    return max(-_FAR, min(whole, _FAR))


def _next(moment: datetime) -> datetime:
    try:
        return moment + _MILLISECOND
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
