"""Structured logs: one line for each request, without secrets, bodies or query strings."""

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

from webapp.kernel.ids import new_id

log = structlog.get_logger()

_ROW = re.compile(r"DETAIL:.*?(?=\n\[SQL: |\n\nThe above exception |\Z)", re.DOTALL)


def configure(level: str, *, json: bool) -> None:
    """Write lines of JSON for machines, or lines for people, coloured at a terminal."""
    last = structlog.processors.JSONRenderer() if json else _for_people()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if json else _visibly,
            _without_rows,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    """Number every request and write its line when it is answered."""
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.request_id = new_id()
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    started = g.get("started")
    actor = g.get("actor")
    log.info(
        "request",
        id=g.get("request_id"),
        method=request.method,
        path=request.path,
        status=response.status_code,
        ms=round((time.perf_counter() - started) * 1000, 1) if started else None,
        person=actor.person_id if actor else None,
        tenant=actor.tenant_id if actor else None,
    )
    response.headers.setdefault("X-Request-ID", str(g.get("request_id", "")))
    return response


def _without_rows(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> dict[str, Any]:
    """PostgreSQL shows the whole row that it refuses, with the names and words in it."""
    if "exception" not in line:
        return dict(line)
    return {**line, "exception": _ROW.sub("DETAIL: (left out)", line["exception"])}


def _visibly(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> dict[str, Any]:
    """Signs that steer a terminal, as anybody may put into an address, are spelled out."""
    return {
        name: ascii(text) if isinstance(text, str) and not text.isprintable() else text
        for name, text in line.items()
    }


def _for_people() -> structlog.dev.ConsoleRenderer:
    # Prettier tracebacks print the values of variables, and with them what must not be logged.
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
