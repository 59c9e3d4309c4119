"""What the API forgets by itself, as time goes by."""

from datetime import datetime

from flask import Flask

from webapp.emporix import repeats
from webapp.extensions import db
from webapp.identity import limits, tokens


def init_app(app: Flask) -> None:
    """Let the worker forget what is of no use any more."""
    app.extensions.setdefault("jobs", []).extend([forget_answers, forget_tokens])


def forget_answers(now: datetime) -> int:
    """Forget the answers of requests that can no longer be repeated; how many there were."""
    with db.transaction() as session:
        return repeats.prune(session, now=now)


def forget_tokens(now: datetime) -> int:
    """Forget tokens that ended, and counts of windows that are over; how many there were."""
    total = 0
    while found := _forget_some_tokens(now):
        total += found
    return total


def _forget_some_tokens(now: datetime) -> int:
    with db.transaction() as session:
        return tokens.prune(session, now=now) + limits.prune(session, now=now)
