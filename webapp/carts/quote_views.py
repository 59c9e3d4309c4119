"""The pages of quotes: what the merchant offered, before and after."""

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.carts import queries
from webapp.carts.domain import QuoteStatus
from webapp.carts.domain import title as title_of
from webapp.carts.queries import CartView
from webapp.carts.snapshot import freeze, thaw
from webapp.carts.views import cells, handed_to, verdicts_on
from webapp.extensions import db
from webapp.i18n import say
from webapp.identity.guards import current_actor
from webapp.kernel.paging import Page
from webapp.kernel.sentence import sentence
from webapp.sheets import READ_AT_ONCE, Cell, every, sheet
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


@bp.get("/quotes.csv")
def index_sheet() -> Response:
    """The same quotes as a file, all of them (R44)."""
    actor = current_actor()
    heads = [_("Quote"), _("Status"), _("Offered"), _("First items"), _("Number of items")]
    heads += [_("Net"), _("Tax"), _("Total"), _("Currency")]

    def page_after(session: Session, cursor: str | None) -> Page[CartView]:
        return queries.quotes(session, actor, cursor, size=READ_AT_ONCE)

    rows = (_cells(one) for one in every(page_after))
    return sheet("quotes", heads, rows)


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


def _cells(one: CartView) -> list[Cell]:
    state = say(sentence(QuoteStatus(one.resource.status).label))
    return [one.id, state, one.created_at, *cells(one)]
