"""Writes a tenant's sites, products, open carts and quotes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import InstrumentedAttribute

from webapp.carts.domain import CartStatus, QuoteStatus
from webapp.carts.models import Cart, CartItem, Product, Quote, QuoteItem, Site
from webapp.db import Base
from webapp.seeding import goods_shapes as shapes
from webapp.seeding.known import rows
from webapp.seeding.shapes import Document
from webapp.seeding.writing import Writer, differs

_Rows = list[dict[str, Any]]


def load_sites(writer: Writer, document: Document) -> None:
    """Add or update sites; their price lists are kept in the words of the file."""
    names = ("currency", "is_default", "languages", "default_language", "countries")
    lists = ("shipping_methods", "delivery_windows", "payment_methods")
    wanted = []
    for site in document.sites:
        values = site.given(*names)
        for name in lists:
            if name in site.model_fields_set:
                values[name] = [
                    entry.model_dump(by_alias=True, exclude_unset=True)
                    for entry in getattr(site, name)
                ]
        wanted.append((site.code, {"code": site.code}, values))
    added, changed = writer.sort("sites", "site", wanted)
    writer.add("sites", Site, added)
    writer.change("sites", Site, changed)


def load_products(writer: Writer, document: Document) -> None:
    """Add or update products; lines that were copied from them before stay as they are."""
    names = ("sku", "name", "unit_price", "currency", "tax_rate")
    wanted = [(own.id, {"id": own.id}, own.given(*names)) for own in document.products]
    added, changed = writer.sort("products", "product", wanted)
    writer.add("products", Product, added)
    writer.change("products", Product, changed)


def load_carts(writer: Writer, document: Document) -> None:
    """Add or update open carts; one that was submitted, ordered or deleted is left alone."""
    stored = writer.known.rows["cart"]
    keeper = _Keeper(writer, "carts", model=Cart, owner=CartItem.cart_id)
    for cart in document.carts:
        row = stored.get(cart.id)
        if row is not None and row["status"] != CartStatus.OPEN:
            writer.report.leave("carts", f"cart {cart.id}: it is {row['status'].lower()}")
            continue
        values = cart.given("name")
        if "type" in cart.model_fields_set:
            values["kind"] = cart.type
        keeper.keep(cart, row, values)
    keeper.write()


def load_quotes(writer: Writer, document: Document) -> None:
    """Add or update quotes; one that was accepted is left alone."""
    stored = writer.known.rows["quote"]
    keeper = _Keeper(writer, "quotes", model=Quote, owner=QuoteItem.quote_id)
    for quote in document.quotes:
        row = stored.get(quote.id)
        if row is not None and row["status"] == QuoteStatus.ACCEPTED:
            writer.report.leave("quotes", f"quote {quote.id}: it is accepted")
            continue
        keeper.keep(quote, row, quote.given("status"))
    keeper.write()


class _Keeper:
    """Collects carts or quotes with their lines, and writes those that are new or differ."""

    def __init__(
        self,
        writer: Writer,
        kind: str,
        *,
        model: type[Base],
        owner: InstrumentedAttribute[str],
    ) -> None:
        self.writer, self.kind, self.model, self.owner = writer, kind, model, owner
        self._stored_items: dict[str, _Rows] | None = None
        self._added: _Rows = []
        self._changed: _Rows = []
        self._lines: _Rows = []
        self._emptied: list[str] = []

    def keep(self, shape: shapes.Cart | shapes.Quote, row: Any, values: dict[str, Any]) -> None:
        """Note what has to be written for this cart or quote."""
        values |= shape.given("legal_entity_id", "site_code", "currency", "customer_id")
        for name, column in (("legal_entity_id", "company_id"), ("customer_id", "owner_id")):
            if name in values:
                values[column] = values.pop(name)
        lines = None
        if row is None or "items" in shape.model_fields_set:
            values |= _sums(shape.items, values.get("currency") or row["currency"])
            lines = [self._line(shape.id, *numbered) for numbered in enumerate(shape.items, 1)]
        self._sort(shape.id, row, values, lines)

    def write(self) -> None:
        """Write what was noted."""
        self.writer.add(self.kind, self.model, self._added)
        self.writer.change(self.kind, self.model, self._changed)
        if self._emptied and not self.writer.dry_run:
            self._empty()
        items: Any = self.owner.class_
        self.writer.add(f"lines of {self.kind}", items, self._lines)

    def _sort(self, own: str, row: Any, values: dict[str, Any], lines: _Rows | None) -> None:
        stamp = {"id": own, "updated_at": self.writer.now}
        report = self.writer.report
        if row is None:
            report.added[self.kind] += 1
            self._added.append({**stamp, "created_at": self.writer.now, **values})
            self._lines += lines or []
        elif differs(row, values) or self._other_lines(own, lines):
            report.changed[self.kind] += 1
            self._changed.append({**stamp, "version": row["version"] + 1, **values})
            if lines is not None:
                self._emptied.append(own)
                self._lines += lines
        else:
            report.unchanged[self.kind] += 1

    def _other_lines(self, own: str, lines: _Rows | None) -> bool:
        if lines is None:
            return False
        if self._stored_items is None:
            self._stored_items = self._read_items()
        stored = self._stored_items.get(own, [])
        return len(stored) != len(lines) or any(map(differs, stored, lines))

    def _read_items(self) -> dict[str, _Rows]:
        """The lines of all carts or quotes that the file names, each list in its order."""
        tenant_id, owners = self.writer.tenant_id, self.writer.known.rows[self.kind[:-1]]
        grouped: dict[str, _Rows] = {}
        for row in rows(self.writer.session, self.owner, tenant_id, owners):
            grouped.setdefault(row[self.owner.key], []).append(dict(row))
        for lines in grouped.values():
            lines.sort(key=lambda line: int(line["position"]))
        return grouped

    def _line(self, own: str, position: int, item: shapes.CartItem) -> dict[str, Any]:
        names = ("product_id", "sku", "name", "quantity", "unit_price", "tax_rate")
        values = {name: getattr(item, name) for name in names}
        if isinstance(item, shapes.QuoteItem):
            values["new_unit_price"] = item.new_unit_price
        key = {self.owner.key: own, "id": item.id or str(position)}
        return {**key, "position": position, **values}

    def _empty(self) -> None:
        model = self.owner.class_
        for own in self._emptied:
            self.writer.session.execute(
                delete(model).where(model.tenant_id == self.writer.tenant_id, self.owner == own)
            )


def _sums(items: Sequence[shapes.CartItem], currency: str) -> dict[str, Any]:
    sums = shapes.totals(items, currency)
    return {
        "net_minor": sums.net.minor,
        "tax_minor": sums.tax.minor,
        "gross_minor": sums.gross.minor,
        "item_count": len(items),
    }
