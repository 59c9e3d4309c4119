"""What happens to requests by themselves, as time goes by."""

from datetime import datetime

from flask import Flask

from webapp.approvals import service
from webapp.extensions import db

BATCH = 100


def init_app(app: Flask) -> None:
    """Let the worker expire what is due."""
    app.extensions.setdefault("jobs", []).append(expire)


def expire(now: datetime) -> int:
    """Expire every request whose time is over, a hundred in a transaction; how many there were."""
    total = 0
    while True:
        with db.transaction() as session:
            expired = service.expire_due(session, now=now, limit=BATCH)
        total += expired
        if expired < BATCH:
            return total
