"""What the API forgets by itself, as time goes by."""

from datetime import datetime

from flask import Flask

from webapp.emporix import repeats
from webapp.extensions import db


def init_app(app: Flask) -> None:
    """Let the worker forget what is of no use any more."""
    app.extensions.setdefault("jobs", []).append(forget_answers)


def forget_answers(now: datetime) -> int:
    """Forget the answers of requests that can no longer be repeated; how many there were."""
    with db.transaction() as session:
        return repeats.prune(session, now=now)
