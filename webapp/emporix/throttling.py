"""How often tokens may be asked for: by one address, and in vain for one account (R40)."""

from datetime import timedelta

from flask import Response, abort

from webapp.emporix import dialect
from webapp.extensions import db, settings
from webapp.identity import limits
from webapp.identity.rates import address
from webapp.kernel.clock import utcnow

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_ANYWHERE = 10


def count_call(what: str) -> None:
    """Count a call of this kind from this address; aborts with 429 past the limit of a minute."""
    _count([(what, address(), settings().token_calls, _MINUTE)])


def count_attempt(account: str) -> None:
    """Count a secret that is tried for an account; aborts with 429 past the limits.

    Few from one address in a minute, ten times as many from anywhere in an hour.
    """
    most = settings().failed_logins
    _count(
        [
            ("attempt", f"{account}\n{address()}", most, _MINUTE),
            ("account", account, most * _ANYWHERE, _HOUR),
        ]
    )


def forgive_attempt(account: str) -> None:
    """Take the last attempt back, since the secret was right."""
    if settings().failed_logins:
        with db.transaction() as session:
            limits.forgive(session, "attempt", f"{account}\n{address()}")
            limits.forgive(session, "account", account)


def _count(windows: list[tuple[str, str, int, timedelta]]) -> None:
    now, waits = utcnow(), []
    if not any(limit for _, _, limit, _ in windows):
        return
    with db.transaction() as session:
        for what, who, limit, per in windows:
            waits.append(limits.allow(session, what, who, limit=limit, per=per, now=now))
    longest = max(filter(None, waits), default=None)
    if longest is not None:
        abort(_too_many(longest))


def _too_many(seconds: int) -> Response:
    response = dialect.say(429)
    response.headers["Retry-After"] = str(seconds)
    return response
