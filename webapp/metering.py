"""Figures that the processes of a desk count, for Prometheus; none of them names a person.

They stand in files that the processes share. When these cannot be written, on a full disk, figures
are missing and nothing else is.
"""

import os
import time
from contextlib import suppress

from flask import Flask, Response, g, request
from prometheus_client import (
    CollectorRegistry,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from webapp.config import FIGURES_FOLDER

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_requests = Histogram(
    "countersign_request_seconds",
    "Time to answer a request.",
    ["endpoint", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
_worker_turn = Gauge(
    "countersign_worker_turn_timestamp_seconds",
    "When the worker last came round, in seconds since 1970 UTC.",
    multiprocess_mode="mostrecent",
)


def init_app(app: Flask) -> None:
    """Count every answer with the time that it took."""
    app.before_request(_start)
    app.after_request(_count)


def note_worker_turn() -> None:
    """The worker is alive."""
    with suppress(OSError):
        _worker_turn.set_to_current_time()


def collected(more: CollectorRegistry) -> bytes:
    """Everything counted so far in all processes, and `more`, in the text format of Prometheus."""
    folder = os.environ.get(FIGURES_FOLDER)
    if folder is None:
        return generate_latest() + generate_latest(more)
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together, path=folder)  # type: ignore[no-untyped-call]
    return generate_latest(together) + generate_latest(more)


def _start() -> None:
    g.metered_from = time.perf_counter()


def _count(response: Response) -> Response:
    # A stranger must not make up new series: what is in no table of routes is one of them.
    started = g.get("metered_from")
    if started is not None:
        labels = (
            request.endpoint or "none",
            request.method if request.method in _METHODS else "other",
            str(response.status_code),
        )
        with suppress(OSError):
            _requests.labels(*labels).observe(time.perf_counter() - started)
    return response
