"""The rows of the table: what is measured here, and what a test holds elsewhere."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from webapp.bench import decisions, life, live, pages, statements
from webapp.bench.stage import Stage
from webapp.bench.values import Value

_BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number and title, by what it is measured, and on which databases."""

    number: int
    title: str
    measures: tuple[Callable[[Stage], Iterator[Value]], ...]
    backends: tuple[str, ...] = _BOTH
    needs_small: bool = False

    def measure(self, stage: Stage) -> Iterator[Value]:
        """The values of the row, one after the other."""
        for one in self.measures:
            yield from one(stage)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A row, or a part of one, that a test holds; the command runs it."""

    number: int
    title: str
    goal: str
    command: str


# In this order: whoever decides uses up what waits.
ROWS = (
    Row(1, "Inbox of 20 rows, 8 connections", (pages.inbox,)),
    Row(2, "Page of a request: 20 items, history of 20", (pages.request,)),
    Row(3, "Tail of the inbox", (pages.tails,)),
    Row(
        4,
        "From 1,000 approvals to all of them",
        (pages.growth, statements.growth),
        needs_small=True,
    ),
    Row(5, "Heavy approver", (pages.load,)),
    Row(6, "Deep in a history", (pages.depth,)),
    Row(10, "API list of 20 with all details", (pages.api_list,)),
    Row(11, "Search, newest 20 of one person", (statements.searches,)),
    Row(12, "SQL statements", (statements.counts,)),
    Row(15, "Start", (life.start,)),
    Row(16, "Memory of two web processes", (life.memory,)),
    Row(17, "Open pages", (live.open_pages,)),
    Row(7, "Decisions, durable, with history and mail", (decisions.against_commits,), _BOTH[1:]),
    Row(8, "Decisions on SQLite", (decisions.against_hello,), _BOTH[:1]),
    Row(9, "No stall", (decisions.in_a_row,)),
)
ELSEWHERE = (
    Elsewhere(
        13,
        "First view and later pages on the wire",
        "30 kB in 4 requests, script 20 kB, later 6 kB",
        "make test ARGS=tests/journeys/test_weight.py",
    ),
    Elsewhere(14, "Lighthouse, mobile and desktop", "100 / 100 / 100", "make lighthouse"),
)
