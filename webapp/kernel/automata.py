"""Looking for regular expressions in time that grows with the text, whatever the expression.

States are steps in a list of instructions. A set of them stands for everywhere that a match could
be by now, and the sets that one character leads to are remembered, so that nothing is ever tried
twice (Thompson's construction, with the subset automaton built as it is needed).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Ranges = tuple[tuple[int, int], ...]

# Remembered steps of one automaton; past this it forgets them and starts again.
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Take:
    """Pass one character that is in one of the ranges, or in none of them."""

    ranges: Ranges
    is_negated: bool = False

    def accepts(self, code: int) -> bool:
        """Whether the character with this code point passes."""
        return any(low <= code <= high for low, high in self.ranges) != self.is_negated


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


@dataclass(frozen=True, slots=True)
class Fork:
    """Go on at every one of these instructions."""

    targets: tuple[int, ...]


Instruction = Take | Fork | Edge


class Automaton:
    """Searches texts; the match is reached behind the last instruction."""

    def __init__(self, node: Node) -> None:
        self._program = tuple(_program(node))
        self._steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._middle = self._reach([0])

    def is_in(self, text: str) -> bool:
        """Whether the expression matches somewhere in the text."""
        states = self._reach([0], at_start=True, at_end=not text)
        found = len(self._program)
        for character, following in pairwise([*text, ""]):
            if found in states:
                return True
            states = self._step(states, character, is_last=not following)
        return found in states

    def _step(self, states: frozenset[int], character: str, *, is_last: bool) -> frozenset[int]:
        if is_last:
            return self._reach([*self._past(states, character), 0], at_end=True)
        known = self._steps.get((states, character))
        if known is None:
            if len(self._steps) >= _REMEMBERED:
                self._steps.clear()
            known = self._reach(self._past(states, character)) | self._middle
            self._steps[states, character] = known
        return known

    def _past(self, states: frozenset[int], character: str) -> list[int]:
        code = ord(character)
        program = self._program
        return [
            state + 1
            for state in states
            if state < len(program)
            and isinstance(taken := program[state], Take)
            and taken.accepts(code)
        ]

    def _reach(
        self, starts: Sequence[int], *, at_start: bool = False, at_end: bool = False
    ) -> frozenset[int]:
        """Every instruction that is reached from these without passing a character."""
        seen: set[int] = set()
        waiting = list(starts)
        while waiting:
            state = waiting.pop()
            if state in seen:
                continue
            seen.add(state)
            if state < len(self._program):
                waiting += self._onwards(state, at_start=at_start, at_end=at_end)
        return frozenset(seen)

    def _onwards(self, state: int, *, at_start: bool, at_end: bool) -> Sequence[int]:
        match self._program[state]:
            case Fork(targets):
                return targets
            case Edge(is_start):
                return [state + 1] if (at_start if is_start else at_end) else []
        return []


def _program(node: Node, start: int = 0) -> list[Instruction]:
    """The instructions that lead over the expression, the first one at `start`."""
    match node:
        case Take() | Edge():
            return [node]
        case Chain(parts):
            steps: list[Instruction] = []
            for part in parts:
                steps += _program(part, start + len(steps))
            return steps
        case Choice(branches):
            return _choice_program(branches, start)
        case Repeat(inner, least, most):
            return _repeat_program(inner, (least, most), start)


def _choice_program(branches: tuple[Node, ...], start: int) -> list[Instruction]:
    """A fork to every branch; behind each branch a jump to the end."""
    steps: list[Instruction] = [Fork(())]
    entries, exits = [], []
    for branch in branches:
        entries.append(start + len(steps))
        steps += _program(branch, start + len(steps))
        exits.append(len(steps))
        steps.append(Fork(()))
    steps[0] = Fork(tuple(entries))
    for exit_ in exits:
        steps[exit_] = Fork((start + len(steps),))
    return steps


def _repeat_program(inner: Node, bounds: tuple[int, int | None], start: int) -> list[Instruction]:
    """What must be there, then either a loop or so many that may be there."""
    least, most = bounds
    steps: list[Instruction] = []
    for _ in range(least):
        steps += _program(inner, start + len(steps))
    for _ in range(1 if most is None else most - least):
        fork = len(steps)
        steps += [Fork(()), *_program(inner, start + fork + 1)]
        end = start + len(steps) + (most is None)
        steps[fork] = Fork((start + fork + 1, end))
        if most is None:
            steps.append(Fork((start + fork,)))
    return steps
