"""What whoever watches the desk asks: does it live, can it serve, and how is it doing."""

import hmac
from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib.metadata import version

from flask import Flask, Response, abort, make_response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp import metering
from webapp.extensions import business_now, db, settings
from webapp.ledger.sealed import not_carried
from webapp.outbox.queries import backlog, figures
from webapp.webhooks import queries as webhooks


def init_app(app: Flask) -> None:
    """Bind the three addresses."""
    app.add_url_rule("/healthz", "health", _health, methods=["GET"])
    app.add_url_rule("/readyz", "readiness", _readiness, methods=["GET"])
    app.add_url_rule("/metrics", "metrics", _metrics, methods=["GET"])


def _health() -> Response:
    """200 as long as this process answers; a database that is away is no reason to restart it."""
    return _plain("ok")


def _readiness() -> Response:
    """200 when the database answers and has the schema of this program, otherwise 503."""
    # Slow to import, and no page needs it.
    from webapp import migrating

    try:
        with db.reading() as session:
            is_ready = migrating.is_current(session.connection())
        words = "ok" if is_ready else "the database needs `countersign db upgrade`"
    except SQLAlchemyError:
        is_ready, words = False, "the database does not answer"
    return _plain(words, 200 if is_ready else 503)


def _metrics() -> Response:
    """The figures for whoever has the token; without a token in the settings there is no page."""
    token, given = settings().metrics_token, request.authorization
    if not token:
        abort(404)
    if given is None or not hmac.compare_digest((given.token or "").encode(), token.encode()):
        response = _plain("The token of the settings is needed.", 401)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    text = metering.collected(_of_the_database())
    response = make_response(text)
    response.headers["Content-Type"] = CONTENT_TYPE_LATEST
    return response


class _Found:
    """Figures of this moment.

    A `Gauge` would be kept for its process as well, and told once more by every process that was
    ever asked.
    """

    def __init__(self, figures_: Iterator[Metric]) -> None:
        self._figures = list(figures_)

    def collect(self) -> list[Metric]:
        """The figures, as the registry asks for them."""
        return self._figures


def _of_the_database() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Found(_figures()))
    return registry


def _figures() -> Iterator[Metric]:
    yield _figure(
        "countersign_info", "The running release.", {(version("countersign"),): 1}, "version"
    )
    is_up = 1
    try:
        with db.reading() as session:
            yield from [*_messages(session), *_webhooks(session), _checkpoints(session)]
    except SQLAlchemyError:
        is_up = 0
    yield _figure("countersign_database_up", "1 when the database answers.", {(): is_up})


def _messages(session: Session) -> Iterator[Metric]:
    counted, waiting = figures(session), backlog(session)
    yield _figure(
        "countersign_messages",
        "Messages that wait to be sent (PENDING) or were given up (DEAD).",
        {(one.kind, one.status): one.count for one in counted},
        "kind",
        "status",
    )
    age = business_now() - waiting.oldest if waiting.oldest else timedelta(0)
    yield _figure(
        "countersign_oldest_message_seconds",
        "How long the oldest message waits; 0 when none does.",
        {(): max(age, timedelta(0)).total_seconds()},
    )


def _webhooks(session: Session) -> Iterator[Metric]:
    found = webhooks.figures(session)
    yield _figure(
        "countersign_webhooks",
        "Webhooks that are on (ACTIVE), paused, or were switched off (GONE, FAILING).",
        {(state,): count for state, count in found.states.items()},
        "state",
    )
    what = "Webhooks that take nothing now."
    yield _figure("countersign_webhooks_failing", what, {(): found.failing})


def _checkpoints(session: Session) -> Metric:
    return _figure(
        "countersign_checkpoints_waiting",
        "Checkpoints of the history that were not carried away yet.",
        {(): not_carried(session)},
    )


def _figure(name: str, what: str, values: Mapping[tuple[str, ...], float], *labels: str) -> Metric:
    family = GaugeMetricFamily(name, what, labels=labels)
    for found, value in values.items():
        family.add_metric(found, value)
    return family


def _plain(words: str, status: int = 200) -> Response:
    response = make_response(f"{words}\n", status)
    response.mimetype = "text/plain"
    return response
