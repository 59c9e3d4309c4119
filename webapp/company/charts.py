"""Bars of a chart: numbers in, places in the drawing out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from webapp.approvals.figures import Figures

# The drawing is as wide as a phone, so that its letters are as large there as anywhere.
WIDTH, HEIGHT = 360, 172
_TOP, _GROUND = 20, 148
_GAP = 8


class Unit(StrEnum):
    """In what the lengths of time of a chart are told."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar with the middle of its labels; no `value` where there was nothing to measure."""

    x: int
    y: int
    width: int
    height: int
    middle: int
    value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """Both charts of a company, and the share of the year in whole percent (as 0.12)."""

    unit: Unit
    medians: list[Bar]
    shares: list[Bar]
    year_share: Decimal | None


def draw(figures: Figures) -> Charts:
    """The charts of these twelve months."""
    return Charts(
        unit=unit_of(figures),
        medians=medians(figures),
        shares=shares(figures),
        year_share=whole_percent(figures.year.share),
    )


def whole_percent(share: float | None) -> Decimal | None:
    """A share without fractions of a percent: 0.12."""
    return None if share is None else _rounded(Decimal(share), "0.01")


def bars(values: Sequence[Decimal | None]) -> list[Bar]:
    """The bars side by side, the largest as high as the drawing, zero as a line on the ground."""
    column = WIDTH // max(1, len(values))
    largest = max((value for value in values if value is not None), default=Decimal(0))
    return [_bar(place * column, column, value, largest) for place, value in enumerate(values)]


def shares(figures: Figures) -> list[Bar]:
    """How much of what was decided in each month was declined, in whole percent."""
    return bars(
        [
            None if month.share is None else _rounded(Decimal(month.share) * 100, "1")
            for month in figures.months
        ]
    )


def medians(figures: Figures) -> list[Bar]:
    """How long half of the decisions of each month took at most, in `unit_of(figures)`."""
    one = _LENGTHS[unit_of(figures)]
    return bars(
        [None if month.median is None else _told(month.median, one) for month in figures.months]
    )


def unit_of(figures: Figures) -> Unit:
    """The unit in which the longest of the medians is a number that people can picture."""
    longest = max((one.median for one in figures.months if one.median), default=timedelta(0))
    if longest >= timedelta(days=3):
        return Unit.DAYS
    return Unit.HOURS if longest >= timedelta(hours=3) else Unit.MINUTES


def _bar(x: int, column: int, value: Decimal | None, largest: Decimal) -> Bar:
    part = Decimal(0) if not value or not largest else value / largest
    height = max(1, int(part * (_GROUND - _TOP))) if value is not None else 0
    return Bar(
        x=x + _GAP // 2,
        y=_GROUND - height,
        width=column - _GAP,
        height=height,
        middle=x + column // 2,
        value=value,
    )


def _told(length: timedelta, unit: timedelta) -> Decimal:
    exact = Decimal(length / unit)
    return _rounded(exact, "1" if exact >= 10 else "0.1")


def _rounded(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), ROUND_HALF_UP)


_LENGTHS = {
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
}
