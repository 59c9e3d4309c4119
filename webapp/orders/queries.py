"""Reading orders: everything for people starts at `visible_to(actor)`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from webapp.carts.domain import ResourceType
from webapp.carts.snapshot import Snapshot, thaw
from webapp.identity.domain import Actor
from webapp.kernel.errors import NotFound
from webapp.kernel.money import Money
from webapp.kernel.paging import Page, decode_cursor, decode_moment, encode_cursor
from webapp.kernel.sentence import N_, sentence
from webapp.orders import delivery, details
from webapp.orders.domain import OrderStatus
from webapp.orders.models import Order

PAGE_SIZE = 20
_ROW = (
    *(Order.id, Order.status, Order.owner_id, Order.owner_name, Order.placed_by_id),
    *(Order.placed_by_name, Order.approval_id, Order.title, Order.item_count),
    *(Order.currency, Order.total_minor, Order.placed_at),
)
_PAGE = (
    *(*_ROW, Order.resource_type, Order.resource_id, Order.company_id, Order.company_name),
    Order.site_code,
    *(Order.net_minor, Order.tax_minor, Order.shipping_minor),
    *(Order.snapshot, Order.details, Order.delivery_window, Order.delivery_words),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order in a list; `title` names its first items."""

    id: str
    status: OrderStatus
    owner_id: str
    owner_name: str
    placed_by_id: str
    placed_by_name: str
    approval_id: str | None
    title: str
    item_count: int
    total: Money
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order for its page: the row, what was bought, where it goes, and its sums."""

    row: OrderRow
    resource_type: ResourceType
    resource_id: str
    company_id: str | None
    company_name: str | None
    site_code: str
    snapshot: Snapshot
    details: details.DetailsView
    delivery: delivery.Delivery
    raw_details: dict[str, Any] | None
    delivery_window: dict[str, Any] | None
    net: Money
    tax: Money
    shipping: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which orders, in which order: fields are the keys of `_COLUMNS`, each value to be equal."""

    filters: tuple[tuple[str, str], ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    limit: int = PAGE_SIZE
    offset: int = 0


_KINDS = {"cart_id": ResourceType.CART, "quote_id": ResourceType.QUOTE}
_COLUMNS: dict[str, Any] = {
    "id": Order.id,
    "status": Order.status,
    "site_code": Order.site_code,
    "company_id": Order.company_id,
    "owner_id": Order.owner_id,
    "currency": Order.currency,
    "cart_id": Order.resource_id,
    "quote_id": Order.resource_id,
    "placed_at": Order.placed_at,
    "total": Order.total_minor,
}


def visible_to(actor: Actor) -> Select[Order]:
    """The orders that this person asked for or placed, in the company that was chosen."""
    return select(Order).where(
        Order.tenant_id == actor.tenant_id,
        Order.company_id == actor.company_id,
        or_(Order.owner_id == actor.person_id, Order.placed_by_id == actor.person_id),
    )


def of_tenant(tenant_id: str, company_id: str | None) -> Select[Order]:
    """The orders that a program may see: of one company, or of the whole tenant."""
    query = select(Order).where(Order.tenant_id == tenant_id)
    return query if company_id is None else query.where(Order.company_id == company_id)


def of_requests() -> Select[Any]:
    """What was ordered for requests, in columns, to be compared with them."""
    columns = (Order.tenant_id, Order.approval_id, Order.id, Order.total_minor, Order.snapshot)
    return select(*columns).where(Order.approval_id.is_not(None))


def get(session: Session, actor: Actor, order_id: str) -> OrderView:
    """The order for its page; raises `NotFound` (code `no_order`)."""
    return one(session, visible_to(actor), order_id)


def one(session: Session, scope: Select[Order], order_id: str) -> OrderView:
    """The order, if it is in this scope; raises `NotFound` (code `no_order`)."""
    query = scope.where(Order.id == order_id).with_only_columns(*_PAGE)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(sentence(N_("There is no such order.")), code="no_order")
    return _view(row)


def list_orders(
    session: Session, actor: Actor, cursor: str | None = None, *, size: int = PAGE_SIZE
) -> Page[OrderRow]:
    """The actor's orders, newest first; raises `Invalid` for a broken cursor."""
    query = visible_to(actor).with_only_columns(*_ROW)
    if cursor:
        at, last_id = decode_cursor(cursor, 2)
        position = (decode_moment(at), last_id)
        query = query.where(tuple_(Order.placed_at, Order.id) < position)
    query = query.order_by(Order.placed_at.desc(), Order.id.desc())
    rows = session.execute(query.limit(size + 1)).all()
    shown = [_row(row) for row in rows[:size]]
    more = len(rows) > size
    return Page(
        shown, encode_cursor(shown[-1].placed_at.isoformat(), shown[-1].id) if more else None
    )


def search(session: Session, scope: Select[Order], wanted: Search) -> list[OrderView]:
    """The orders of this scope that fit, in the wanted order; with none named, newest first."""
    query = _matching(scope, wanted).with_only_columns(*_PAGE)
    keys = [
        _COLUMNS[field].desc() if descending else _COLUMNS[field]
        for field, descending in wanted.sort
    ]
    query = query.order_by(*(keys or [Order.placed_at.desc()]), Order.id.desc())
    return [_view(row) for row in session.execute(query.limit(wanted.limit).offset(wanted.offset))]


def count(session: Session, scope: Select[Order], wanted: Search) -> int:
    """How many orders of this scope fit."""
    found = _matching(scope, wanted).with_only_columns(Order.id).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def id_of_visible(
    session: Session, actor: Actor, resource_type: ResourceType, resource_id: str
) -> str | None:
    """The id of the order that was placed from this cart or quote, if the actor may see it."""
    query = visible_to(actor).with_only_columns(Order.id)
    return session.scalar(
        query.where(Order.resource_type == resource_type, Order.resource_id == resource_id)
    )


def id_for_resource(
    session: Session,
    tenant_id: str,
    resource_type: ResourceType,
    resource_id: str,
) -> str | None:
    """The id of the order that was placed from this cart or quote by anybody, for rules."""
    return session.scalar(
        select(Order.id).where(
            Order.tenant_id == tenant_id,
            Order.resource_type == resource_type,
            Order.resource_id == resource_id,
        )
    )


def _matching(scope: Select[Order], wanted: Search) -> Select[Order]:
    for field, value in wanted.filters:
        scope = scope.where(_COLUMNS[field] == value)
        if field in _KINDS:
            scope = scope.where(Order.resource_type == _KINDS[field])
    return scope


def _row(row: Any) -> OrderRow:
    return OrderRow(
        id=row.id,
        status=OrderStatus(row.status),
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        placed_by_id=row.placed_by_id,
        placed_by_name=row.placed_by_name,
        approval_id=row.approval_id,
        title=row.title,
        item_count=row.item_count,
        total=Money(row.total_minor, row.currency),
        placed_at=row.placed_at,
    )


def _view(row: Any) -> OrderView:
    currency = row.currency
    return OrderView(
        row=_row(row),
        resource_type=ResourceType(row.resource_type),
        resource_id=row.resource_id,
        company_id=row.company_id,
        company_name=row.company_name,
        site_code=row.site_code,
        snapshot=thaw(row.snapshot),
        details=details.read(row.details, currency),
        delivery=delivery.thaw(row.delivery_words, row.delivery_window),
        raw_details=row.details,
        delivery_window=row.delivery_window,
        net=Money(row.net_minor, currency),
        tax=Money(row.tax_minor, currency),
        shipping=Money(row.shipping_minor, currency),
    )
