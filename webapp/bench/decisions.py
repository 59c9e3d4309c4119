"""Rows about decisions, each written down for good before it is answered."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial

from webapp.bench import commits
from webapp.bench.client import Burst, Client
from webapp.bench.figures import Spread, paired, percentile, spread
from webapp.bench.stage import Stage, costed
from webapp.bench.values import Goal, Value, at_least, at_most, pace

_FOREVER = 3600.0


def against_commits(stage: Stage) -> Iterator[Value]:
    """Row 7: over HTTP with 8 clients and with one, against the driver alone."""
    yield _against_commits(stage, 8, at_least(0.45, gate=0.25))
    yield _against_commits(stage, 1, at_least(0.30, gate=0.15))


def against_hello(stage: Stage) -> Iterator[Value]:
    """Row 8: on SQLite with 8 clients against the smallest answer of the same server."""
    hello, share = stage.floor("/healthz"), stage.effort.rounds + 2
    with (
        closing(Client(stage.desk.port, 8)) as client,
        closing(Client(stage.floors.port, 8)) as other,
    ):
        pairs = paired(
            lambda: _decided(stage, client, share),
            lambda: costed(stage.floors, partial(other.burst, hello, stage.effort.seconds)),
            rounds=stage.effort.rounds,
        )
    goal = at_least(0.20, gate=0.10)
    yield Value("decisions / hello, 8 clients", pairs.rates, goal, note=pace(pairs))
    worst = spread([max(one.waits) * 1000 for one in pairs.subject])
    slowest = Spread(worst.high, worst.low, worst.high)
    yield Value("worst wait of them", slowest, at_most(250, gate=1000), "ms")


def in_a_row(stage: Stage) -> Iterator[Value]:
    """Row 9: the worst of 2,500 decisions one after the other."""
    count = min(50 if stage.effort.is_quick else 2_500, len(stage.pool))
    with closing(Client(stage.desk.port, 1)) as client:
        client.burst(stage.pool.decide, _FOREVER, most=min(20, count))
        burst = client.burst(stage.pool.decide, _FOREVER, most=min(count, len(stage.pool)))
    waits = [wait * 1000 for wait in burst.waits]
    found = Spread(max(waits), percentile(waits, 0.5), max(waits))
    what = f"worst of {len(waits):,} decisions in a row"
    note = f"p50 {found.low:.1f} ms, p99 {percentile(waits, 0.99):.1f} ms"
    yield Value(what, found, at_most(50, gate=150), "ms", note)


def _against_commits(stage: Stage, clients: int, goal: Goal) -> Value:
    effort = stage.effort
    # Both measurements, and each slice of them, get their share of what waits.
    share = 2 * (effort.rounds + 2)
    with (
        closing(Client(stage.desk.port, clients)) as client,
        commits.floor(stage.backend.url, clients) as floor,
    ):
        pairs = paired(
            lambda: _decided(stage, client, share),
            lambda: floor(effort.seconds),
            rounds=effort.rounds,
        )
    what = f"decisions / commits, {clients} client{'s' if clients > 1 else ''}"
    return Value(what, pairs.rates, goal, note=pace(pairs))


def _decided(stage: Stage, client: Client, share: int) -> Burst:
    """A slice of decisions."""
    return costed(stage.desk, partial(stage.pool.burst, client, stage.effort.seconds, share))
