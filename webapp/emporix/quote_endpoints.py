"""Quotes: `/quote/{tenant}/quotes` and below (section 7.2)."""

from datetime import datetime

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.carts import quoting
from webapp.checkout import queries, service
from webapp.emporix import access, checkout_bodies, idempotency, paging, quote_shapes
from webapp.emporix.repeats import Answer
from webapp.extensions import db
from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import sentence

bp = Blueprint("api_quotes", __name__)

_LARGEST_PAGE = 60
_SORTED_BY = "metadata.createdAt"


@bp.get("/quote/<tenant>/quotes")
def list_all(tenant: str) -> ResponseReturnValue:
    """The quotes of the caller."""
    window = paging.asked_window(largest=_LARGEST_PAGE)
    actor, is_oldest_first = access.actor(), _is_oldest_first()
    with db.reading() as session:
        found = quoting.page(
            session,
            actor,
            limit=window.size,
            offset=window.offset,
            oldest_first=is_oldest_first,
        )
        total = quoting.count(session, actor)
    return paging.reply([quote_shapes.quote(view) for view in found], total)


@bp.get("/quote/<tenant>/quotes/<quote_id>")
def show(tenant: str, quote_id: str) -> ResponseReturnValue:
    """A quote of the caller, or one that the caller was asked to approve."""
    with db.reading() as session:
        return quote_shapes.quote(queries.quote(session, access.actor(), quote_id))


@bp.patch("/quote/<tenant>/quotes/<quote_id>")
def patch(tenant: str, quote_id: str) -> Response:
    """Accept a quote, which orders it, decline it, or ask for it to be revised."""
    state, actor = checkout_bodies.read_quote_state(), access.actor()

    def work(session: Session, now: datetime) -> Answer:
        service.answer_quote(session, actor, quote_id, state.value, comment=state.comment, now=now)
        return Answer(status=204)

    return idempotency.once(work)


def _is_oldest_first() -> bool:
    text = request.args.get("sort", f"{_SORTED_BY}:desc")
    name, _, way = text.partition(":")
    if name != _SORTED_BY:
        why = sentence("takes {name}", name=_SORTED_BY)
        message = sentence("sort takes {name}.", name=_SORTED_BY)
        raise Invalid(message, code="sort", fields={"sort": why})
    return way not in ("desc", "DESC")
