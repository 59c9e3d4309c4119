"""Rows about the life of a server: how soon it is there, and what it holds after a long day."""

import time
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle

from webapp.bench import serving
from webapp.bench.client import Client, get
from webapp.bench.figures import spread
from webapp.bench.plan import READER
from webapp.bench.stage import INBOX, LIST, Stage
from webapp.bench.values import Value, at_most

_STARTS = 5
_REQUESTS = 100_000
# A desk that is slower than this is not waited for; the row says how far it came.
_LONGEST = 600.0
_WORKERS = 2


def start(stage: Stage) -> Iterator[Value]:
    """Row 15: from the command to the first page of somebody who is signed in."""
    taken = []
    for _ in range(1 if stage.effort.is_quick else _STARTS):
        began = time.perf_counter()
        with (
            serving.desk(stage.backend.url, stage.folder) as desk,
            closing(Client(desk.port, 1)) as client,
        ):
            client.ask(get(INBOX, stage.people[READER]))
            taken.append(time.perf_counter() - began)
    yield Value("start to first page", spread(taken), at_most(0.8, gate=2), "s")


def memory(stage: Stage) -> Iterator[Value]:
    """Row 16: two web processes after 100,000 requests for pages and lists."""
    reader = stage.people[READER]
    wanted = [get(INBOX, reader), get(stage.request_path, reader), get(LIST, stage.bearer)]
    requests = cycle(wanted)
    half = (120 if stage.effort.is_quick else _REQUESTS) // 2
    with (
        serving.desk(stage.backend.url, stage.folder, workers=_WORKERS) as desk,
        closing(Client(desk.port, 8)) as client,
    ):
        first = client.burst(lambda: next(requests), _LONGEST / 2, most=half)
        before = desk.memory()
        second = client.burst(lambda: next(requests), _LONGEST / 2, most=half)
        after = desk.memory()
    count = len(first.waits) + len(second.waits)
    what = f"memory after {count:,} requests"
    note = f"{before:.0f} MiB half way" + ("" if count == 2 * half else "; stopped by the clock")
    yield Value(what, spread([after]), at_most(140, gate=200), "MiB", note)
    yield Value("growth in the second half", spread([after / before]), at_most(1.05, gate=1.2))
