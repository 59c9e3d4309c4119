"""Carts as text: pasted lines and CSV files, looked at before they are saved."""

from dataclasses import dataclass
from typing import Any

from flask import Response
from flask_babel import gettext as _

from webapp.carts import numerals, queries, service
from webapp.carts.domain import Line
from webapp.carts.drafting import Draft, DraftLine
from webapp.carts.forms import TextForm
from webapp.carts.parsing import RawLine, Reading, read, visible, write
from webapp.carts.queries import CartView
from webapp.carts.views import bp, earlier_of, heading, save
from webapp.extensions import business_now, db
from webapp.i18n import amount, number, percent, say, unit_price
from webapp.identity.guards import current_actor
from webapp.kernel.errors import Conflict
from webapp.web import done, render


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the preview: as it will be stored, or as it was written with what is wrong."""

    number: int
    cells: list[str]
    problem: str | None


@bp.get("/carts/import")
def new_import() -> Response:
    """Somewhere to paste lines or choose a file."""
    return _import_page(TextForm())


@bp.post("/carts/import")
def create_import() -> Response:
    """Show what was read; on the second press, save it when nothing is wrong."""
    form, actor = TextForm(), current_actor()
    is_sound = form.validate()
    reading = read(form.text.data or "")
    with db.reading() as session:
        draft = service.draft(session, actor, reading, default_tax=form.default_tax)
    if not (form.wants_to_save and form.checked.data == form.seal and is_sound and draft.ready):
        return _import_page(form, reading, draft, status=_status(form, draft, is_sound))
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


@bp.get("/carts/<cart_id>/lines")
def edit_lines(cart_id: str) -> Response:
    """The lines of an open cart as text."""
    with db.reading() as session:
        cart = queries.get(session, current_actor(), cart_id)
    service.require_open(cart)
    text = write(_raw_line(line) for line in cart.resource.lines)
    form = TextForm(data={"name": cart.name, "version": cart.version, "text": text})
    return _edit_page(cart, form)


@bp.post("/carts/<cart_id>/lines")
def update_lines(cart_id: str) -> Response:
    """Show what was read; on the second press, save it if nobody changed the cart meanwhile."""
    form, actor = TextForm(), current_actor()
    is_sound = form.validate()
    reading = read(form.text.data or "")
    with db.reading() as session:
        cart = queries.get(session, actor, cart_id)
        draft = service.draft(session, actor, reading, cart=cart, default_tax=form.default_tax)
    if not (form.wants_to_save and form.checked.data == form.seal and is_sound and draft.ready):
        status = _status(form, draft, is_sound)
        return _edit_page(cart, form, reading=reading, draft=draft, status=status)
    refusal = save(cart, draft, name=form.cart_name, seen_version=form.seen_version)
    if refusal:
        return _edit_page(cart, form, reading=reading, draft=draft, refusal=refusal, status=409)
    return done("carts.show", _("The cart is saved."), cart_id=cart_id)


def _raw_line(line: Line) -> RawLine:
    return RawLine(
        number=0,
        sku=line.sku,
        name=line.name,
        quantity=numerals.plain(line.quantity),
        price=numerals.plain(line.unit_price),
        tax=f"{numerals.plain(line.tax_rate * 100)}%",
    )


def _status(form: TextForm, draft: Draft, is_sound: bool) -> int:
    if is_sound and draft.ready:
        return 200
    if not (draft.lines or draft.problems or form.errors):
        form.text.errors = [_("Paste lines or choose a file.")]
    return 422


def _import_page(
    form: TextForm, reading: Reading | None = None, draft: Draft | None = None, *, status: int = 200
) -> Response:
    return render("carts/new_import.html", status=status, **_preview(form, reading, draft))


def _edit_page(
    cart: CartView,
    form: TextForm,
    *,
    reading: Reading | None = None,
    draft: Draft | None = None,
    refusal: Conflict | None = None,
    status: int = 200,
) -> Response:
    with db.reading() as session:
        current = queries.get(session, current_actor(), cart.id)
        earlier = earlier_of(session, current_actor(), current)
    return render(
        "carts/edit_lines.html",
        status=status,
        cart=current,
        earlier=earlier,
        heading=heading(current),
        refusal=refusal,
        **_preview(form, reading, draft),
    )


def _preview(form: TextForm, reading: Reading | None, draft: Draft | None) -> dict[str, Any]:
    form.text.data = visible(form.text.data or "")
    moved = form.wants_to_save and form.checked.data != form.seal
    form.checked.data = form.seal
    return {
        "moved": moved,
        "form": form,
        "draft": draft,
        "rows": _rows(reading, draft) if reading and draft else [],
        "general": [p for p in draft.problems if p.line is None] if draft else [],
    }


def _rows(reading: Reading, draft: Draft) -> list[Row]:
    """Every line that was read or refused, in the order of the source."""
    wrong: dict[int, list[str]] = {}
    for problem in draft.problems:
        if problem.line is not None:
            wrong.setdefault(problem.line, []).append(say(problem.sentence))
    cells = {raw.number: _as_written(raw) for raw in reading.lines}
    cells |= {each.number: _as_stored(each, draft.currency) for each in draft.lines}
    return [
        Row(at, cells.get(at, []), " ".join(wrong.get(at, ())) or None)
        for at in sorted({*cells, *wrong})
    ]


def _as_written(raw: RawLine) -> list[str]:
    return [raw.sku, raw.name, raw.quantity, raw.price, raw.tax]


def _as_stored(each: DraftLine, currency: str) -> list[str]:
    line = each.line
    return [
        line.sku,
        line.name,
        number(line.quantity),
        unit_price(line.unit_price, currency),
        percent(line.tax_rate),
        amount(line.as_line("").totals(currency).net),
        say(each.note) if each.note else "",
    ]
