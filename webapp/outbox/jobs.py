"""What the outbox forgets by itself, as time goes by."""

from datetime import datetime, timedelta

from flask import Flask

from webapp.extensions import db, settings
from webapp.outbox import service
from webapp.outbox.domain import MessageStatus

BATCH = 500


def init_app(app: Flask) -> None:
    """Let the worker forget messages that arrived long ago."""
    app.extensions.setdefault("jobs", []).append(forget_sent)


def forget_sent(now: datetime) -> int:
    """Remove messages that were sent before the days that are kept; how many there were."""
    days = settings().keep_messages_days
    total = 0
    while days:
        with db.transaction() as session:
            found = service.purge(
                session, MessageStatus.SENT, before=now - timedelta(days=days), limit=BATCH
            )
        total += len(found)
        if len(found) < BATCH:
            break
    return total
