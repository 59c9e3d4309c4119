"""Doing many things at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

R = TypeVar("R")


def at_once(calls: Sequence[Callable[[], R]]) -> list[R | Exception]:
    """What each call returned or raised, when all of them were let go together."""
    start = Barrier(len(calls))

    def let_go(call: Callable[[], R]) -> R | Exception:
        start.wait(timeout=30)
        try:
            return call()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(let_go, calls))
