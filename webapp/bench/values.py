"""What a row of the table comes to: a value with its spread, its goal, and the gate beyond it."""

from dataclasses import dataclass

from webapp.bench.client import Burst
from webapp.bench.figures import Pairs, Spread


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached, and where something is broken."""

    limit: float
    gate: float
    is_least: bool

    def is_met(self, value: float) -> bool:
        """Whether a value reaches the goal; what is not a number reaches nothing."""
        return value >= self.limit if self.is_least else value <= self.limit

    def is_within(self, value: float) -> bool:
        """Whether a value is on the right side of the gate."""
        return value >= self.gate if self.is_least else value <= self.gate

    @property
    def words(self) -> str:
        """The goal as the table writes it."""
        return f"{'≥' if self.is_least else '≤'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Value:
    """One figure of a row."""

    what: str
    spread: Spread
    goal: Goal
    unit: str = ""
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached."""
        return self.goal.is_met(self.spread.middle)

    @property
    def is_within(self) -> bool:
        """Whether the gate is kept."""
        return self.goal.is_within(self.spread.middle)


def at_least(limit: float, *, gate: float) -> Goal:
    """More is better."""
    return Goal(limit, gate, is_least=True)


def at_most(limit: float, *, gate: float) -> Goal:
    """Less is better."""
    return Goal(limit, gate, is_least=False)


def pace(pairs: Pairs) -> str:
    """How fast both sides were, and what an answer cost, for whoever wants to compare machines."""
    sides = [pairs.subject, pairs.floor]
    mine, other = (sum(map(len, _waits(side))) / sum(one.seconds for one in side) for side in sides)
    told = f"{mine:.0f} a second against {other:.0f}"
    cost, least = (_cost(side) for side in sides)
    if not cost:
        return told
    beside = f" against {least:.2f}" if least else ""
    return f"{told}; {cost:.2f} ms of processor each{beside}"


def _waits(side: list[Burst]) -> list[list[float]]:
    return [one.waits for one in side]


def _cost(side: list[Burst]) -> float:
    """Milliseconds of the server's processor for an answer."""
    answers = sum(map(len, _waits(side)))
    return sum(one.processor for one in side) / answers * 1000 if answers else 0.0
