"""How often pages may be asked for what costs much: by one address, or by one person (R40)."""

from datetime import timedelta

from flask import Flask, g, request
from werkzeug.exceptions import TooManyRequests

from webapp.extensions import db, settings
from webapp.identity import limits
from webapp.kernel.clock import utcnow
from webapp.web import called_api

# In which part of an address the words stand that a list is searched for.
SEARCH = "q"
_MINUTE = timedelta(minutes=1)


def init_app(app: Flask) -> None:
    """Count the searches of every page; must be bound after whoever is there is known."""
    app.before_request(count_search)


def count_search() -> None:
    """Count a page that searches, for the person who asks; raises what `count` raises."""
    actor = g.get("actor")
    if actor is not None and request.args.get(SEARCH, "").strip() and not called_api():
        count("search", f"{actor.tenant_id} {actor.person_id}")


def count_paper() -> None:
    """Count a PDF, whose pages are set while somebody waits; raises what `count` raises."""
    count("paper", f"{g.actor.tenant_id} {g.actor.person_id}")


def count(what: str, who: str) -> None:
    """Count something of this kind by somebody, or from somewhere.

    Raises:
        TooManyRequests: it was asked for too often in a minute; says when to come back.
    """
    limit, now = settings().page_calls, utcnow()
    if not limit:
        return
    with db.transaction() as session:
        wait = limits.allow(session, f"page {what}", who, limit=limit, per=_MINUTE, now=now)
    if wait is not None:
        raise TooManyRequests(retry_after=wait)


def address() -> str:
    """Where this request comes from; of IPv6 the network."""
    return limits.network(request.remote_addr or "")
