"""What happens to requests by themselves, as time goes by."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from webapp.approvals import reminding, service
from webapp.extensions import db

BATCH = 100


def init_app(app: Flask) -> None:
    """Let the worker expire what is due, and remind before that."""
    app.extensions.setdefault("jobs", []).extend((expire, remind))


def expire(now: datetime) -> int:
    """Expire every request whose time is over, a hundred in a transaction; how many there were."""
    return _in_batches(service.expire_due, now)


def remind(now: datetime) -> int:
    """Remind of what expires soon, a hundred in a transaction; how many there were."""
    return _in_batches(reminding.remind_due, now)


def _in_batches(act: Callable[..., int], now: datetime) -> int:
    total = 0
    while True:
        with db.transaction() as session:
            done = act(session, now=now, limit=BATCH)
        total += done
        if done < BATCH:
            return total
