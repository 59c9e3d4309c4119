"""How often the API may be asked for what costs much, or could be guessed (R40).

Tokens: by one address, and in vain for one account. Searches: by one person or program.
"""

from datetime import timedelta

from flask import Flask, Response, abort, g, request

from webapp.emporix import dialect
from webapp.extensions import db, settings
from webapp.identity import limits
from webapp.identity.bearers import Bearer
from webapp.identity.domain import Holder
from webapp.identity.rates import address
from webapp.kernel.clock import utcnow

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_ANYWHERE = 10
# What may look through much: lists when they are filtered, sorted or counted; the others always.
SEARCHES = frozenset({
    "api_approvals.list_all", "api_approvals.search_users", "api_customers.contact_assignments",
    "api_orders.list_all", "api_quotes.list_all", "api_shop.list_products",
    "api_shop.search_products",
})  # fmt: skip
_LOOKING = ("q", "sort")


def init_app(app: Flask) -> None:
    """Count searches; must be bound after whoever calls is known."""
    app.before_request(count_search)


def count_search() -> None:
    """Count a search, for whoever sends it; aborts with 429 past the limit of a minute."""
    # Who only asks what there is (OPTIONS) shows no token, and is nobody.
    if request.method == "OPTIONS" or request.endpoint not in SEARCHES:
        return
    if request.method == "POST" or _looks():
        _count([("api search", _sender(g.bearer), settings().api_searches, _MINUTE)])


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


def _looks() -> bool:
    is_counted = request.headers.get("X-Total-Count", "").lower() == "true"
    return is_counted or any(request.args.get(name, "").strip() for name in _LOOKING)


def _sender(bearer: Bearer) -> str:
    """The person or the program; of those who did not sign in, where they come from."""
    who = bearer.actor.person_id if bearer.actor else bearer.client_id
    is_nobody = bearer.holder is Holder.ANONYMOUS or who is None
    return address() if is_nobody else f"{bearer.tenant_id} {bearer.holder} {who}"


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
