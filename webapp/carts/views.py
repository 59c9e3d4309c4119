"""The pages of carts: the list, one cart, building and editing it by rows, deleting it."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.carts import listing, queries, service
from webapp.carts.domain import Product, Resource
from webapp.carts.domain import title as title_of
from webapp.carts.drafting import Draft
from webapp.carts.forms import (
    MAX_ROWS,
    CartForm,
    DeletionForm,
    RowForm,
    empty_rows,
    row_of,
)
from webapp.carts.queries import CartView
from webapp.carts.snapshot import freeze, thaw
from webapp.extensions import business_now, db
from webapp.i18n import say
from webapp.identity.domain import Actor
from webapp.identity.guards import current_actor
from webapp.kernel.errors import Conflict
from webapp.kernel.paging import Page
from webapp.kernel.sentence import Sentence, Verdict
from webapp.sheets import READ_AT_ONCE, Cell, every, sheet
from webapp.web import done, render

bp = Blueprint("carts", __name__)

# What stands above carts puts its answers in here when it is bound: checkout its verdicts, requests
# and orders the page on which a cart that was handed over goes on.
VERDICTS = "cart_verdicts"
HANDED_TO = "cart_handed_to"
EARLIER = "cart_earlier"
Verdicts = Callable[[Session, Actor, Sequence[Resource]], Sequence[Verdict]]
HandedTo = Callable[[Session, Actor, Resource], tuple[Sentence, str] | None]
Earlier = Callable[[Session, Actor, str | None], object | None]


@bp.get("/carts")
def index() -> Response:
    """The open carts of this person, each with whether it may be checked out."""
    actor, after = current_actor(), request.args.get("after")
    with db.reading() as session:
        page = queries.open_carts(session, actor, after)
        verdicts = verdicts_on(session, actor, [cart.resource for cart in page.items])
    return render(
        "carts/index.html",
        carts=[
            (cart, heading(cart), verdict)
            for cart, verdict in zip(page.items, verdicts, strict=True)
        ],
        next=url_for("carts.index", after=page.next_cursor) if page.next_cursor else None,
        first=url_for("carts.index") if after else None,
    )


@bp.get("/carts.csv")
def index_sheet() -> Response:
    """The same carts as a file, all of them (R44)."""
    actor = current_actor()
    heads = [_("Cart"), _("Changed"), _("First items"), _("Number of items")]
    heads += [_("Net"), _("Tax"), _("Total"), _("Currency")]

    def page_after(session: Session, cursor: str | None) -> Page[CartView]:
        return queries.open_carts(session, actor, cursor, size=READ_AT_ONCE)

    rows = ([one.name, one.updated_at, *cells(one)] for one in every(page_after))
    return sheet("carts", heads, rows)


@bp.get("/carts/<cart_id>")
def show(cart_id: str) -> Response:
    """One cart: what is in it, and what can be done with it."""
    actor = current_actor()
    with db.reading() as session:
        cart = queries.get(session, actor, cart_id)
        verdict = verdicts_on(session, actor, [cart.resource])[0]
        links = handed_to(session, actor, cart.resource)
        earlier = earlier_of(session, actor, cart)
    return render(
        "carts/show.html",
        cart=cart,
        earlier=earlier,
        heading=heading(cart),
        snapshot=thaw(freeze(cart.resource)),
        verdict=verdict,
        handed_to=links,
        as_text=len(cart.resource.lines) > MAX_ROWS,
    )


@bp.get("/carts/new")
def new() -> Response:
    """Empty rows for a new cart."""
    form = CartForm()
    form.show(empty_rows())
    return _new_page(form)


@bp.post("/carts/new")
def create() -> Response:
    """Create the cart, or add or remove a row where the browser does not."""
    form, actor = CartForm(), current_actor()
    if _moved_rows(form):
        return _new_page(form)
    is_sound = form.validate()
    with db.reading() as session:
        draft = service.draft(session, actor, form.reading())
    if not is_sound or not draft.ready:
        form.blame(draft.problems)
        return _new_page(form, draft=draft, status=422)
    with db.transaction() as session:
        cart_id = service.create(
            session,
            actor,
            name=form.cart_name,
            lines=draft.new_lines,
            now=business_now(),
            cart_id=form.cart_id,
        )
    return done("carts.show", _("The cart is saved."), cart_id=cart_id)


@bp.get("/carts/<cart_id>/edit")
def edit(cart_id: str) -> ResponseReturnValue:
    """The rows of an open cart; a long one is edited as text."""
    with db.reading() as session:
        cart = queries.get(session, current_actor(), cart_id)
    if len(cart.resource.lines) > MAX_ROWS:
        return redirect(url_for("carts.edit_lines", cart_id=cart_id))
    service.require_open(cart)
    form = CartForm(data={"name": cart.name, "version": cart.version})
    currency = cart.resource.currency
    form.show([*(row_of(line, currency) for line in cart.resource.lines), *empty_rows(1)])
    return _edit_page(cart, form)


@bp.post("/carts/<cart_id>/edit")
def update(cart_id: str) -> Response:
    """Save the rows if nobody changed the cart meanwhile; otherwise keep them and say so."""
    form, actor = CartForm(), current_actor()
    with db.reading() as session:
        cart = queries.get(session, actor, cart_id)
        draft = service.draft(session, actor, form.reading(), cart=cart)
    if _moved_rows(form):
        return _edit_page(cart, form)
    if not form.validate() or not draft.ready:
        form.blame(draft.problems)
        return _edit_page(cart, form, draft=draft, status=422)
    refusal = save(cart, draft, name=form.cart_name, seen_version=form.seen_version)
    if refusal:
        return _edit_page(cart, form, draft=draft, refusal=refusal, status=409)
    return done("carts.show", _("The cart is saved."), cart_id=cart_id)


@bp.get("/carts/<cart_id>/deletion")
def new_deletion(cart_id: str) -> Response:
    """Ask whether the cart is really to go."""
    with db.reading() as session:
        cart = queries.get(session, current_actor(), cart_id)
    service.require_open(cart)
    form = DeletionForm(data={"version": cart.version})
    return render("carts/new_deletion.html", cart=cart, heading=heading(cart), form=form)


@bp.post("/carts/<cart_id>/deletion")
def create_deletion(cart_id: str) -> Response:
    """Delete the open cart as it was seen."""
    form, actor = DeletionForm(), current_actor()
    version = form.version.data or 0 if form.validate() else 0
    with db.transaction() as session:
        service.remove(session, actor, cart_id, seen_version=version, now=business_now())
    return done("carts.index", _("The cart is deleted."))


def heading(cart: CartView) -> str:
    """What a cart is called: its name, else its first items."""
    return cart.name or say(title_of(cart.names, cart.item_count))


def cells(view: CartView) -> list[Cell]:
    """What a file says of a cart or quote: its first items, how many, and what they cost."""
    totals = view.totals
    what = say(title_of(view.names, view.item_count))
    return [what, view.item_count, totals.net, totals.tax, totals.gross, totals.gross.currency]


def verdicts_on(
    session: Session, actor: Actor, resources: Sequence[Resource]
) -> Sequence[Verdict | None]:
    """What checkout says to each resource; None where nobody answers."""
    judge: Verdicts | None = current_app.extensions.get(VERDICTS)
    return judge(session, actor, resources) if judge else [None] * len(resources)


def handed_to(session: Session, actor: Actor, resource: Resource) -> list[tuple[Sentence, str]]:
    """Where the cart or quote goes on: words and address of its request and its order."""
    places: dict[str, HandedTo] = current_app.extensions.get(HANDED_TO, {})
    found = [place(session, actor, resource) for place in places.values()]
    return [link for link in found if link]


def earlier_of(session: Session, actor: Actor, cart: CartView) -> object | None:
    """The request from which the goods of an open cart came back, with what was said about it."""
    find: Earlier | None = current_app.extensions.get(EARLIER)
    return find(session, actor, cart.resubmits_id) if find and cart.resource.open else None


def save(cart: CartView, draft: Draft, *, name: str, seen_version: int) -> Conflict | None:
    """Change the cart; a conflict is returned, so that the page can keep what was typed."""
    try:
        with db.transaction() as session:
            service.change(
                session,
                current_actor(),
                cart.id,
                name=name,
                lines=draft.new_lines,
                seen_version=seen_version,
                now=business_now(),
            )
    except Conflict as conflict:
        return conflict
    return None


def _moved_rows(form: CartForm) -> bool:
    """Add or remove a row where the browser has no script to do it; whether that was asked for."""
    rows, removed = form.rows(), request.form.get("remove_row", type=int)
    if "add_row" in request.form:
        form.show([*rows, *empty_rows(1)])
    elif removed is not None:
        form.show([row for index, row in enumerate(rows) if index != removed])
    else:
        form.show(rows or empty_rows(1))
        return False
    return True


def _new_page(form: CartForm, *, draft: Draft | None = None, status: int = 200) -> Response:
    with db.reading() as session:
        actor = current_actor()
        site = queries.default_site(session, actor.tenant_id)
        products = listing.products(session, actor.tenant_id, site.currency)
    return render(
        "carts/new.html", status=status, **_rows_context(form, draft, products, site.currency)
    )


def _edit_page(
    cart: CartView,
    form: CartForm,
    *,
    draft: Draft | None = None,
    refusal: Conflict | None = None,
    status: int = 200,
) -> Response:
    currency = cart.resource.currency
    with db.reading() as session:
        actor = current_actor()
        products = listing.products(session, actor.tenant_id, currency)
        current = queries.get(session, actor, cart.id)
        earlier = earlier_of(session, actor, current)
    return render(
        "carts/edit.html",
        status=status,
        cart=current,
        earlier=earlier,
        heading=heading(current),
        refusal=refusal,
        **_rows_context(form, draft, products, currency),
    )


def _rows_context(
    form: CartForm, draft: Draft | None, products: Sequence[Product], currency: str
) -> dict[str, Any]:
    return {
        "form": form,
        "blank": RowForm(prefix="lines-__n__-", data={"quantity": "1"}),
        "products": products,
        "currency": currency,
        "problems": draft.problems if draft else (),
        "is_empty": draft is not None and not draft.lines and not draft.problems,
    }
