"""The floor of decisions: what the driver of PostgreSQL alone can commit, in four round trips."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

from sqlalchemy.engine import make_url

from webapp.bench.client import Burst

_ROWS = 10_000
# As long as an entry of the history is.
_WORDS = "x" * 400
_MAKE = (
    "DROP TABLE IF EXISTS bench_floor_history, bench_floor_rows",
    "CREATE TABLE bench_floor_rows (id int PRIMARY KEY, status text, version int NOT NULL)",
    "CREATE TABLE bench_floor_history (id bigint PRIMARY KEY, row_id int NOT NULL, words text)",
    f"INSERT INTO bench_floor_rows SELECT n, 'PENDING', 1"  # noqa: S608 - a number of ours
    f" FROM generate_series(1, {_ROWS}) n",
)
_DROP = "DROP TABLE bench_floor_history, bench_floor_rows"


@contextmanager
def floor(url: str, clients: int) -> Iterator[Callable[[float], Burst]]:
    """What commits for so many seconds on so many connections, in tables of its own."""
    import psycopg

    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    numbers = count(1)
    with ExitStack() as stack:
        own = stack.enter_context(psycopg.connect(address, autocommit=True))
        for statement in _MAKE:
            own.execute(statement.encode())
        stack.callback(own.execute, _DROP.encode())
        open_ones = [stack.enter_context(psycopg.connect(address)) for _ in range(clients)]
        threads = stack.enter_context(ThreadPoolExecutor(clients))

        def burst(seconds: float) -> Burst:
            began = time.perf_counter()
            until = began + seconds
            found = list(threads.map(lambda one: _commit(one, numbers, until), open_ones))
            waits = [wait for waited in found for wait in waited]
            return Burst(time.perf_counter() - began, waits)

        yield burst


def _commit(connection: Any, numbers: Iterator[int], until: float) -> list[float]:
    """BEGIN, an update, an entry of history, COMMIT; again and again."""
    waits = []
    while (began := time.perf_counter()) < until:
        number = next(numbers)
        connection.execute(
            "UPDATE bench_floor_rows SET status = 'APPROVED', version = version + 1 WHERE id = %s",
            [number % _ROWS + 1],
        )
        connection.execute(
            "INSERT INTO bench_floor_history VALUES (%s, %s, %s)",
            [number, number % _ROWS + 1, _WORDS],
        )
        connection.commit()
        waits.append(time.perf_counter() - began)
    return waits
