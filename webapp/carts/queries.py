"""Reading carts and quotes: everything for people starts at `visible_to(actor)`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, null, select, tuple_
from sqlalchemy.orm import Session

from webapp.carts import price_list
from webapp.carts.domain import (
    CartStatus,
    Line,
    Resource,
    ResourceType,
    SiteFacts,
    Totals,
)
from webapp.carts.models import Cart, CartItem, Quote, QuoteItem, Site
from webapp.identity.domain import Actor
from webapp.kernel.errors import NotFound
from webapp.kernel.money import Money
from webapp.kernel.paging import Page, decode_cursor, decode_moment, encode_cursor
from webapp.kernel.sentence import N_, sentence

PAGE_SIZE = 20
_TITLE_NAMES = 2
_CART = (
    *(Cart.id, Cart.owner_id, Cart.company_id, Cart.site_code, Cart.currency, Cart.status),
    *(Cart.net_minor, Cart.tax_minor, Cart.version, Cart.created_at, Cart.updated_at),
    *(Cart.tenant_id, Cart.name, Cart.details, Cart.delivery_window, Cart.resubmits_id),
)
_QUOTE = (
    *(Quote.id, Quote.owner_id, Quote.company_id, Quote.site_code, Quote.currency, Quote.status),
    *(Quote.net_minor, Quote.tax_minor, Quote.version, Quote.created_at, Quote.updated_at),
    *(Quote.tenant_id, Quote.status_comment),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CartView:
    """A cart or quote for its owner; `name` is empty for quotes and for carts without one.

    `comment` is what was last said to a quote.
    """

    resource: Resource
    totals: Totals
    name: str
    version: int
    resubmits_id: str | None
    created_at: datetime
    updated_at: datetime
    comment: str | None = None

    @property
    def id(self) -> str:
        """The id of the cart or quote."""
        return self.resource.id

    @property
    def names(self) -> list[str]:
        """The names of the first items."""
        return [line.name for line in self.resource.lines[:_TITLE_NAMES]]

    @property
    def item_count(self) -> int:
        """How many lines there are."""
        return len(self.resource.lines)


# A row is what its page is: the verdict beside it needs the lines, and a list shows few rows.
CartRow = CartView


def visible_to(actor: Actor) -> Select[Cart]:
    """The carts of this person in the company that was chosen; deleted ones do not exist."""
    return select(Cart).where(
        Cart.tenant_id == actor.tenant_id,
        Cart.owner_id == actor.person_id,
        Cart.company_id == actor.company_id,
        Cart.status != CartStatus.DELETED,
    )


def quotes_visible_to(actor: Actor) -> Select[Quote]:
    """The quotes of this person in the company that was chosen."""
    return select(Quote).where(
        Quote.tenant_id == actor.tenant_id,
        Quote.owner_id == actor.person_id,
        Quote.company_id == actor.company_id,
    )


def get(session: Session, actor: Actor, cart_id: str) -> CartView:
    """The actor's cart in any state but deleted; raises `NotFound` (code `no_cart`)."""
    query = visible_to(actor).where(Cart.id == cart_id).with_only_columns(*_CART)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(sentence(N_("There is no such cart.")), code="no_cart")
    return _views(session, ResourceType.CART, [row])[0]


def open_carts(
    session: Session, actor: Actor, cursor: str | None = None, *, size: int = PAGE_SIZE
) -> Page[CartRow]:
    """The actor's open carts, last changed first; raises `Invalid` for a broken cursor."""
    query = visible_to(actor).where(Cart.status == CartStatus.OPEN).with_only_columns(*_CART)
    if cursor:
        query = query.where(tuple_(Cart.updated_at, Cart.id) < _position(cursor))
    query = query.order_by(Cart.updated_at.desc(), Cart.id.desc())
    rows = session.execute(query.limit(size + 1)).all()
    shown = rows[:size]
    return Page(_views(session, ResourceType.CART, shown), _next(rows, shown, "updated_at"))


def quote(session: Session, actor: Actor, quote_id: str) -> CartView:
    """The actor's quote in any state; raises `NotFound` (code `no_quote`)."""
    query = quotes_visible_to(actor).where(Quote.id == quote_id).with_only_columns(*_QUOTE)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(sentence(N_("There is no such quote.")), code="no_quote")
    return _views(session, ResourceType.QUOTE, [row])[0]


def quotes(
    session: Session, actor: Actor, cursor: str | None = None, *, size: int = PAGE_SIZE
) -> Page[CartRow]:
    """The actor's quotes, newest first; raises `Invalid` for a broken cursor."""
    query = quotes_visible_to(actor).with_only_columns(*_QUOTE)
    if cursor:
        query = query.where(tuple_(Quote.created_at, Quote.id) < _position(cursor))
    query = query.order_by(Quote.created_at.desc(), Quote.id.desc())
    rows = session.execute(query.limit(size + 1)).all()
    shown = rows[:size]
    return Page(_views(session, ResourceType.QUOTE, shown), _next(rows, shown, "created_at"))


def quote_views(session: Session, query: Select[Quote]) -> list[CartView]:
    """The quotes that the query finds, in its order."""
    rows = session.execute(query.with_only_columns(*_QUOTE)).all()
    return _views(session, ResourceType.QUOTE, rows)


def resource(session: Session, tenant_id: str, type: ResourceType, id: str) -> Resource | None:  # noqa: A002 - the words of the domain
    """A cart or quote of any person, for rules; a deleted cart or a guest's is None."""
    if type is ResourceType.CART:
        query = select(*_CART).where(Cart.status != CartStatus.DELETED, Cart.owner_id.is_not(None))
        query = query.where(Cart.tenant_id == tenant_id, Cart.id == id)
    else:
        query = select(*_QUOTE).where(Quote.tenant_id == tenant_id, Quote.id == id)
    row = session.execute(query).one_or_none()
    return None if row is None else _views(session, type, [row])[0].resource


def resubmits(session: Session, tenant_id: str, cart_id: str) -> str | None:
    """The request from which the goods of this cart came back (R27)."""
    query = select(Cart.resubmits_id).where(Cart.tenant_id == tenant_id, Cart.id == cart_id)
    return session.scalar(query)


def site(session: Session, tenant_id: str, code: str) -> SiteFacts:
    """The site with its price list (R34); raises `NotFound` (code `no_site`)."""
    return _site(session, select(Site).where(Site.tenant_id == tenant_id, Site.code == code))


def default_site(session: Session, tenant_id: str) -> SiteFacts:
    """The tenant's default site, else its first by code; raises `NotFound` (code `no_site`)."""
    query = select(Site).where(Site.tenant_id == tenant_id)
    return _site(session, query.order_by(Site.is_default.desc(), Site.code).limit(1))


def lines_of(session: Session, tenant_id: str, ids: Sequence[str]) -> dict[str, list[Line]]:
    """The lines of these carts in their order, by cart."""
    item = CartItem
    query = (
        select(item.cart_id, item.id, item.product_id, item.sku, item.name)
        .add_columns(item.quantity, item.unit_price, item.tax_rate, null(), item.price_id)
        .where(item.tenant_id == tenant_id, item.cart_id.in_(ids))
        .order_by(item.cart_id, item.position, item.id)
    )
    return _lines(tuple(row) for row in session.execute(query))


def _site(session: Session, query: Select[Site]) -> SiteFacts:
    row = session.scalar(query)
    if row is None:
        raise NotFound(sentence(N_("There is no such shop.")), code="no_site")
    return price_list.facts(row)


def _position(cursor: str) -> tuple[datetime, str]:
    at, last_id = decode_cursor(cursor, 2)
    return decode_moment(at), last_id


def _next(rows: Sequence[Any], shown: Sequence[Any], key: str) -> str | None:
    if len(rows) == len(shown):
        return None
    return encode_cursor(getattr(shown[-1], key).isoformat(), shown[-1].id)


def _views(session: Session, kind: ResourceType, rows: Sequence[Any]) -> list[CartView]:
    if not rows:
        return []
    read = lines_of if kind is ResourceType.CART else _quote_lines
    lines = read(session, rows[0].tenant_id, [row.id for row in rows])
    return [_view(kind, dict(row._mapping), tuple(lines.get(row.id, ()))) for row in rows]


def _view(kind: ResourceType, row: dict[str, Any], lines: tuple[Line, ...]) -> CartView:
    return CartView(
        resource=Resource(
            type=kind,
            id=row["id"],
            owner_id=row["owner_id"],
            company_id=row["company_id"],
            site_code=row["site_code"],
            currency=row["currency"],
            lines=lines,
            status=row["status"],
            delivery_window=row.get("delivery_window"),
            details=row.get("details"),
            tenant_id=row["tenant_id"],
            version=row["version"],
        ),
        totals=Totals(
            Money(row["net_minor"], row["currency"]), Money(row["tax_minor"], row["currency"])
        ),
        name=row.get("name", ""),
        version=row["version"],
        resubmits_id=row.get("resubmits_id"),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        comment=row.get("status_comment"),
    )


def _quote_lines(session: Session, tenant_id: str, ids: Sequence[str]) -> dict[str, list[Line]]:
    item = QuoteItem
    query = (
        select(item.quote_id, item.id, item.product_id, item.sku, item.name)
        .add_columns(item.quantity, item.unit_price, item.tax_rate, item.new_unit_price, null())
        .where(item.tenant_id == tenant_id, item.quote_id.in_(ids))
        .order_by(item.quote_id, item.position, item.id)
    )
    return _lines(tuple(row) for row in session.execute(query))


def _lines(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[Line]]:
    lines: dict[str, list[Line]] = {}
    for owner, line_id, product_id, sku, name, quantity, price, rate, new_price, price_id in rows:
        line = Line(
            line_id=line_id,
            product_id=product_id,
            sku=sku,
            name=name,
            quantity=Decimal(quantity),
            unit_price=Decimal(price),
            tax_rate=Decimal(rate),
            new_unit_price=None if new_price is None else Decimal(new_price),
            price_id=price_id,
        )
        lines.setdefault(owner, []).append(line)
    return lines
