"""The pages of quotes: what the merchant offered, before and after."""

from flask import Blueprint, Response, request, url_for

from webapp.carts import queries
from webapp.carts.domain import QuoteStatus
from webapp.carts.domain import title as title_of
from webapp.carts.snapshot import freeze, thaw
from webapp.carts.views import handed_to, verdicts_on
from webapp.extensions import db
from webapp.identity.guards import current_actor
from webapp.web import render

bp = Blueprint("quotes", __name__)


@bp.get("/quotes")
def index() -> Response:
    """The quotes of this person, newest first."""
    actor, after = current_actor(), request.args.get("after")
    with db.reading() as session:
        page = queries.quotes(session, actor, after)
        open_ones = [quote.resource for quote in page.items if quote.resource.open]
        said = verdicts_on(session, actor, open_ones)
    verdicts = {one.id: verdict for one, verdict in zip(open_ones, said, strict=True)}
    return render(
        "quotes/index.html",
        quotes=[
            (
                quote,
                title_of(quote.names, quote.item_count),
                QuoteStatus(quote.resource.status),
                verdicts.get(quote.id),
            )
            for quote in page.items
        ],
        next=url_for("quotes.index", after=page.next_cursor) if page.next_cursor else None,
        first=url_for("quotes.index") if after else None,
    )


@bp.get("/quotes/<quote_id>")
def show(quote_id: str) -> Response:
    """One quote with old and new prices, and what can be done with it."""
    actor = current_actor()
    with db.reading() as session:
        quote = queries.quote(session, actor, quote_id)
        verdict = verdicts_on(session, actor, [quote.resource])[0] if quote.resource.open else None
        links = handed_to(session, actor, quote.resource)
    return render(
        "quotes/show.html",
        quote=quote,
        state=QuoteStatus(quote.resource.status),
        snapshot=thaw(freeze(quote.resource)),
        verdict=verdict,
        handed_to=links,
    )
