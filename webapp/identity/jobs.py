"""What is forgotten of people who signed in, as time goes by."""

from datetime import datetime

from flask import Flask

from webapp.extensions import db
from webapp.identity import session_store


def init_app(app: Flask) -> None:
    """Let the worker remove sessions that ended."""
    app.extensions.setdefault("jobs", []).append(forget_sessions)


def forget_sessions(now: datetime) -> int:
    """Remove sessions that nobody can come back to, some in a transaction; how many."""
    total = 0
    while found := _forget_some(now):
        total += found
    return total


def _forget_some(now: datetime) -> int:
    with db.transaction() as session:
        return session_store.prune(session, now=now)
