"""What whoever watches the desk asks: does it live, can it serve, and how is it doing."""

import hmac
from datetime import timedelta
from importlib.metadata import version

from flask import Flask, Response, abort, make_response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge
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


def _of_the_database() -> CollectorRegistry:
    registry = CollectorRegistry()
    info = Gauge("countersign_info", "The running release.", ["version"], registry=registry)
    info.labels(version("countersign")).set(1)
    answers = Gauge("countersign_database_up", "1 when the database answers.", registry=registry)
    try:
        with db.reading() as session:
            _add_messages(registry, session)
            _add_webhooks(registry, session)
            _add_checkpoints(registry, session)
        answers.set(1)
    except SQLAlchemyError:
        answers.set(0)
    return registry


def _add_messages(registry: CollectorRegistry, session: Session) -> None:
    counted, waiting = figures(session), backlog(session)
    messages = Gauge(
        "countersign_messages",
        "Messages that wait to be sent (PENDING) or were given up (DEAD).",
        ["kind", "status"],
        registry=registry,
    )
    for one in counted:
        messages.labels(one.kind, one.status).set(one.count)
    age = business_now() - waiting.oldest if waiting.oldest else timedelta(0)
    oldest = Gauge(
        "countersign_oldest_message_seconds",
        "How long the oldest message waits; 0 when none does.",
        registry=registry,
    )
    oldest.set(max(age, timedelta(0)).total_seconds())


def _add_webhooks(registry: CollectorRegistry, session: Session) -> None:
    found = webhooks.figures(session)
    endpoints = Gauge(
        "countersign_webhooks",
        "Webhooks that are on (ACTIVE), paused, or were switched off (GONE, FAILING).",
        ["state"],
        registry=registry,
    )
    for state, count in found.states.items():
        endpoints.labels(state).set(count)
    failing = Gauge(
        "countersign_webhooks_failing", "Webhooks that take nothing now.", registry=registry
    )
    failing.set(found.failing)


def _add_checkpoints(registry: CollectorRegistry, session: Session) -> None:
    waiting = Gauge(
        "countersign_checkpoints_waiting",
        "Checkpoints of the history that were not carried away yet.",
        registry=registry,
    )
    waiting.set(not_carried(session))


def _plain(words: str, status: int = 200) -> Response:
    response = make_response(f"{words}\n", status)
    response.mimetype = "text/plain"
    return response
