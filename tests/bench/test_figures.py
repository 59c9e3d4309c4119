"""Two sides in turn, and what is quoted of them."""

import math

import pytest

from webapp.bench.client import Burst
from webapp.bench.figures import Pairs, paired, percentile, ratios, spread
from webapp.bench.values import Value, at_least, at_most


def burst(answers: int, seconds: float = 1.0) -> Burst:
    return Burst(seconds, [seconds / answers] * answers)


def test_sides_take_turns_and_the_first_round_only_warms_up() -> None:
    order: list[str] = []

    def side(name: str) -> Burst:
        order.append(name)
        return burst(10)

    pairs = paired(lambda: side("mine"), lambda: side("floor"), rounds=3)
    assert order == ["mine", "floor", "mine", "floor", "floor", "mine", "mine", "floor"]
    assert (len(pairs.subject), len(pairs.floor)) == (3, 3)


def test_each_slice_is_held_against_its_own_pair() -> None:
    # The machine was half as fast in the second round, for both.
    pairs = Pairs([burst(60), burst(30), burst(50)], [burst(100), burst(50), burst(100)])
    assert pairs.rates.middle == pytest.approx(0.6)
    assert pairs.rates.low == pytest.approx(0.5)
    assert pairs.rates.high == pytest.approx(0.6)


def test_tails_are_held_against_tails() -> None:
    slow = Burst(1.0, [0.001] * 98 + [0.03] * 2)
    quick = Burst(1.0, [0.001] * 98 + [0.01] * 2)
    assert Pairs([slow], [quick]).tails().middle == pytest.approx(3)


def test_a_floor_of_nothing_counts_for_nothing() -> None:
    assert ratios([1, 2], [0, 4]).middle == 0.5
    assert math.isnan(spread([]).middle)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([3, 1, 2], 0.99) == 3
    assert percentile([], 0.5) == 0


@pytest.mark.parametrize(
    ("value", "goal", "is_met", "is_within"),
    [
        (0.7, at_least(0.6, gate=0.4), True, True),
        (0.5, at_least(0.6, gate=0.4), False, True),
        (0.3, at_least(0.6, gate=0.4), False, False),
        (1.2, at_most(1.1, gate=1.3), False, True),
        (math.nan, at_most(1.1, gate=1.3), False, False),
    ],
)
def test_a_goal_is_met_or_missed(value: float, goal: object, is_met: bool, is_within: bool) -> None:
    found = Value("inbox", spread([value]), goal)  # type: ignore[arg-type]
    assert (found.is_met, found.is_within) == (is_met, is_within)
