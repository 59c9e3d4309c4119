"""Rows about pages and lists."""

from collections.abc import Iterator

from webapp.bench.stage import INBOX, Stage
from webapp.bench.values import Value, at_least, pace


def inbox(stage: Stage) -> Iterator[Value]:
    """Row 1: the inbox against the same bytes out of memory."""
    pairs = stage.against(
        (stage.desk, stage.get(INBOX)), (stage.floors, stage.floor("/pages/inbox"))
    )
    goal = {"sqlite": at_least(0.85, gate=0.55), "postgresql": at_least(0.60, gate=0.40)}
    note = f"{pace(pairs)}, {stage.sizes['inbox']} bytes"
    yield Value("inbox / floor", pairs.rates, goal[stage.backend.name], note=note)


def request(stage: Stage) -> Iterator[Value]:
    """Row 2: the page of a request against the same bytes out of memory."""
    pairs = stage.against(
        (stage.desk, stage.get(stage.request_path)), (stage.floors, stage.floor("/pages/request"))
    )
    note = f"{pace(pairs)}, {stage.sizes['request']} bytes"
    yield Value("request / floor", pairs.rates, at_least(0.50, gate=0.35), note=note)
