"""Rows about decisions, each written down for good before it is answered."""

from collections.abc import Iterator
from contextlib import closing

from webapp.bench import commits
from webapp.bench.client import Client
from webapp.bench.figures import paired
from webapp.bench.stage import Stage
from webapp.bench.values import Goal, Value, at_least, pace


def against_commits(stage: Stage) -> Iterator[Value]:
    """Row 7: over HTTP with 8 clients and with one, against the driver alone."""
    yield _against_commits(stage, 8, at_least(0.45, gate=0.25))
    yield _against_commits(stage, 1, at_least(0.30, gate=0.15))


def _against_commits(stage: Stage, clients: int, goal: Goal) -> Value:
    effort = stage.effort
    # Both measurements, and each slice of them, get their share of what waits.
    share = 2 * (effort.rounds + 2)
    with (
        closing(Client(stage.desk.port, clients)) as client,
        commits.floor(stage.backend.url, clients) as floor,
    ):
        pairs = paired(
            lambda: stage.pool.burst(client, effort.seconds, share),
            lambda: floor(effort.seconds),
            rounds=effort.rounds,
        )
    what = f"decisions / commits, {clients} client{'s' if clients > 1 else ''}"
    return Value(what, pairs.rates, goal, note=pace(pairs))
