"""Doing many things at the same moment, and serving beside the test."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import TYPE_CHECKING, TypeVar

from werkzeug.serving import BaseWSGIServer, make_server

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

R = TypeVar("R")

# How often a server looks whether it should stop; half a second by default, for every test.
_LOOK = 0.01


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


@contextmanager
def serving(application: "WSGIApplication", port: int = 0) -> Iterator[BaseWSGIServer]:
    """An application on a port of loopback, with a thread for each request; 0 is any free port."""
    server = make_server("127.0.0.1", port, application, threaded=True)
    thread = Thread(target=server.serve_forever, args=(_LOOK,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
