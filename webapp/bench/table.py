"""The rows of the table: what is measured here, and what a test measures elsewhere."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from webapp.bench import decisions, pages
from webapp.bench.stage import Stage
from webapp.bench.values import Value

BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number and title, on which databases, and by what."""

    number: int
    title: str
    measure: Callable[[Stage], Iterator[Value]]
    backends: tuple[str, ...] = BOTH


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A row that a test holds, and the command that runs it."""

    number: int
    title: str
    goal: str
    command: str


# In this order: whoever decides uses up what waits.
ROWS = (
    Row(1, "Inbox page of 20 rows, 8 connections", pages.inbox),
    Row(2, "Page of a request: 20 items, history of 20", pages.request),
    Row(7, "Decisions over HTTP, durable", decisions.against_commits, ("postgresql",)),
)
