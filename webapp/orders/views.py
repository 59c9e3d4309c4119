"""The pages of orders: what became of the carts."""

from flask import Blueprint, Flask, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.carts.domain import Resource
from webapp.carts.views import HANDED_TO
from webapp.extensions import db
from webapp.identity.domain import Actor
from webapp.identity.guards import current_actor
from webapp.kernel.paging import Page
from webapp.kernel.sentence import N_, Sentence, sentence
from webapp.orders import queries
from webapp.orders.queries import OrderRow
from webapp.sheets import READ_AT_ONCE, Cell, every, sheet
from webapp.web import render

bp = Blueprint("orders", __name__)


def init_app(app: Flask) -> None:
    """Let a cart that was ordered show its order."""
    app.extensions.setdefault(HANDED_TO, {})["order"] = order_of


@bp.get("/orders")
def index() -> Response:
    """The orders that this person asked for or placed, newest first."""
    actor, after = current_actor(), request.args.get("after")
    with db.reading() as session:
        page = queries.list_orders(session, actor, after)
    return render(
        "orders/index.html",
        orders=page.items,
        next=url_for("orders.index", after=page.next_cursor) if page.next_cursor else None,
        first=url_for("orders.index") if after else None,
    )


@bp.get("/orders.csv")
def index_sheet() -> Response:
    """The same orders as a file, all of them (R44)."""
    actor = current_actor()
    heads = [_("Order"), _("Status"), _("For"), _("Placed by"), _("Placed")]
    heads += [_("First items"), _("Number of items"), _("Total"), _("Currency")]

    def page_after(session: Session, cursor: str | None) -> Page[OrderRow]:
        return queries.list_orders(session, actor, cursor, size=READ_AT_ONCE)

    rows = (_cells(one) for one in every(page_after))
    return sheet("orders", heads, rows)


@bp.get("/orders/<order_id>")
def show(order_id: str) -> Response:
    """One order exactly as it was placed."""
    actor = current_actor()
    with db.reading() as session:
        order = queries.get(session, actor, order_id)
    return render("orders/show.html", order=order, reader=actor.person_id)


def order_of(session: Session, actor: Actor, resource: Resource) -> tuple[Sentence, str] | None:
    """The words and address of the order that was placed from this, if the actor may see it."""
    order_id = queries.id_of_visible(session, actor, resource.type, resource.id)
    if order_id is None:
        return None
    return (
        sentence(N_("Order {order}"), order=order_id),
        url_for("orders.show", order_id=order_id),
    )


def _cells(one: OrderRow) -> list[Cell]:
    return [
        *(one.id, _(one.status.label), one.owner_name, one.placed_by_name, one.placed_at),
        *(one.title, one.item_count, one.total, one.total.currency),
    ]
