"""The lane of webhooks in the worker, and what their log forgets."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from flask import Flask, current_app
from sqlalchemy import delete, select, tuple_

from webapp.config import Settings
from webapp.extensions import ahead, db, settings
from webapp.webhooks.delivering import Courier
from webapp.webhooks.models import Attempt
from webapp.webhooks.sending import Way
from webapp.webhooks.service import Desk

log = structlog.get_logger()

BATCH = 500
_AT_ONCE = 8

Place = tuple[str, str]


def init_app(app: Flask) -> None:
    """Let the worker bring messages to endpoints, and forget what was answered long ago."""
    app.extensions.setdefault("lanes", []).append(Turns())
    app.extensions.setdefault("jobs", []).append(forget_attempts)


@dataclass
class Turns:
    """Endpoints are served side by side: a slow one takes one of eight places, and no other's."""

    pool: ThreadPoolExecutor | None = None
    running: dict[Place, Future[None]] = field(default_factory=dict)

    def __call__(self) -> bool:
        """Begin what is due, see what is done; whether there is more."""
        known = settings()
        if not known.sending:
            return False
        self._look_back()
        if len(self.running) >= _AT_ONCE:
            return False
        courier = _courier(known)
        groups = courier.claim(frozenset(self.running))
        pool = self.pool = self.pool or ThreadPoolExecutor(_AT_ONCE, "webhooks")
        for group in groups:
            place = (group[0].tenant_id, str(group[0].target_id))
            self.running[place] = pool.submit(courier.bring, group)
        return bool(groups or self.running)

    def close(self) -> None:
        """Wait for what is on its way."""
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)
            self.pool = None
            self.running.clear()

    def _look_back(self) -> None:
        for place, future in list(self.running.items()):
            if future.done():
                del self.running[place]
                if error := future.exception():
                    # The leases end by themselves, and the messages go again.
                    log.error("webhook.lane_failed", error=f"{type(error).__name__}: {error}")


def forget_attempts(now: datetime) -> int:
    """Remove attempts from before the days that messages are kept; how many there were."""
    days = settings().keep_messages_days
    total = 0
    while days:
        before = now - timedelta(days=days)
        some = select(Attempt.tenant_id, Attempt.id).where(Attempt.at < before).limit(BATCH)
        with db.transaction() as session:
            ids = [tuple(row) for row in session.execute(some)]
            session.execute(
                delete(Attempt)
                .where(tuple_(Attempt.tenant_id, Attempt.id).in_(ids))
                .execution_options(synchronize_session=False)
            )
        total += len(ids)
        if len(ids) < BATCH:
            break
    return total


def _courier(known: Settings) -> Courier:
    desk = Desk.of(known)
    way = Way(allowed=desk.allowed)
    return Courier(database=db.database, vault=desk.vault, way=way, ahead=ahead(current_app))
