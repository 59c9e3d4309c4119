"""The arithmetic of a measurement: pairs of slices, their ratios, and what is quoted of them."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from webapp.bench.client import Burst

Slice = Callable[[], Burst]


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some values, and the lowest and the highest of them."""

    middle: float
    low: float
    high: float

    @property
    def is_sharp(self) -> bool:
        """Whether the values agree within a quarter of their median."""
        return self.high - self.low <= abs(self.middle) / 2


@dataclass(frozen=True, slots=True)
class Pairs:
    """What two sides did in alternating slices."""

    subject: list[Burst]
    floor: list[Burst]

    @property
    def rates(self) -> Spread:
        """How many times as fast as the floor the subject is."""
        return ratios([one.rate for one in self.subject], [one.rate for one in self.floor])

    def tails(self, share: float = 0.99) -> Spread:
        """How many times as long as for the floor the slowest wait: by percentile."""
        return ratios(
            [percentile(one.waits, share) for one in self.subject],
            [percentile(one.waits, share) for one in self.floor],
        )


def paired(subject: Slice, floor: Slice, *, rounds: int) -> Pairs:
    """Both sides in turn, so that what the machine does meets both; a first round warms up."""
    subject(), floor()
    pairs = Pairs([], [])
    for number in range(rounds):
        if number % 2:
            pairs.floor.append(floor())
            pairs.subject.append(subject())
        else:
            pairs.subject.append(subject())
            pairs.floor.append(floor())
    return pairs


def ratios(subject: Sequence[float], floor: Sequence[float]) -> Spread:
    """The ratios of values that were measured as pairs; a floor of nothing counts for nothing."""
    return spread([mine / other for mine, other in zip(subject, floor, strict=True) if other])


def spread(values: Sequence[float]) -> Spread:
    """Median, lowest and highest; of no value all are not a number."""
    if not values:
        nothing = float("nan")
        return Spread(nothing, nothing, nothing)
    return Spread(statistics.median(values), min(values), max(values))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
