"""Quotes as a customer of the shop meets them: read, answered, and what was said to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.carts import queries, recording
from webapp.carts.domain import QuoteStatus
from webapp.carts.models import Quote
from webapp.carts.queries import CartView
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, Invalid, NotFound
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import clean

# What a customer may make of an open quote besides ordering it (section 7.2 of the reference).
ANSWERS = (QuoteStatus.DECLINED, QuoteStatus.IN_PROGRESS)


def page(
    session: Session, actor: Actor, *, limit: int, offset: int = 0, oldest_first: bool = False
) -> list[CartView]:
    """Some of the actor's own quotes, newest first unless said otherwise."""
    keys: tuple[Any, ...] = (Quote.created_at, Quote.id)
    order = keys if oldest_first else tuple(key.desc() for key in keys)
    query = queries.quotes_visible_to(actor).order_by(*order).limit(limit).offset(offset)
    return queries.quote_views(session, query)


def count(session: Session, actor: Actor) -> int:
    """How many quotes the actor has."""
    own = queries.quotes_visible_to(actor).with_only_columns(Quote.id)
    return session.scalar(select(func.count()).select_from(own.subquery())) or 0


def of_anybody(session: Session, tenant_id: str, quote_id: str) -> CartView:
    """A quote for somebody whose right to see it was asked for; raises `NotFound`."""
    query = select(Quote).where(Quote.tenant_id == tenant_id, Quote.id == quote_id)
    found = queries.quote_views(session, query)
    if not found:
        raise NotFound(sentence(N_("There is no such quote.")), code="no_quote")
    return found[0]


def answer(
    session: Session,
    actor: Actor,
    quote_id: str,
    status: QuoteStatus,
    *,
    comment: str | None = None,
    now: datetime,
) -> None:
    """Decline the actor's open quote, or ask for it to be revised.

    Raises `NotFound`, `Conflict` (code `resource_closed`) when it is not open, and `Invalid` for a
    state that only the shop gives.
    """
    quote = queries.quote(session, actor, quote_id)
    if status not in ANSWERS:
        raise Invalid(sentence(N_("Only the shop gives a quote this state.")), code="quote_status")
    changed = update(Quote).where(
        Quote.tenant_id == actor.tenant_id,
        Quote.id == quote_id,
        Quote.status == QuoteStatus.OPEN,
        Quote.version == quote.version,
    )
    values = {"status": status, "status_comment": clean(comment) or None, "updated_at": now}
    if recording.count(session, changed.values(**values, version=Quote.version + 1)) != 1:
        raise Conflict(sentence(N_("This quote is not open any more.")), code="resource_closed")


def remember(session: Session, tenant_id: str, quote_id: str, comment: str | None) -> None:
    """Keep what was said when the quote was ordered; nothing said leaves it as it is."""
    said = clean(comment)
    if said:
        same = update(Quote).where(Quote.tenant_id == tenant_id, Quote.id == quote_id)
        recording.count(session, same.values(status_comment=said))
