"""What there is to buy: the shops of a tenant, its list, and goods that only carts name."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from webapp.carts import listing, models, price_list, queries
from webapp.carts.domain import CartStatus, Product, SiteFacts
from webapp.carts.models import Cart, CartItem, Quote, QuoteItem, Site
from webapp.identity.domain import Actor

# Databases limit how many values one statement may carry.
_CHUNK = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A site with what it speaks."""

    facts: SiteFacts
    is_default: bool
    languages: tuple[str, ...]
    default_language: str


def shops(session: Session, tenant_id: str) -> list[Shop]:
    """Every shop of the tenant; the one that counts where none is named comes first."""
    query = select(Site).where(Site.tenant_id == tenant_id)
    rows = session.scalars(query.order_by(Site.is_default.desc(), Site.code).limit(200))
    return [
        Shop(
            facts=price_list.facts(row),
            is_default=row.is_default,
            languages=tuple(row.languages) or (row.default_language,),
            default_language=row.default_language,
        )
        for row in rows
    ]


def count(session: Session, tenant_id: str, currency: str | None = None) -> int:
    """How many products the list has, in this currency or in all."""
    listed = _listed(tenant_id, currency).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(listed)) or 0


def part(
    session: Session, tenant_id: str, currency: str | None = None, *, offset: int, limit: int
) -> list[Product]:
    """A part of the list by name."""
    query = _listed(tenant_id, currency).offset(offset).limit(limit)
    return [listing.product_of(row) for row in session.execute(query)]


def by_ids(session: Session, tenant_id: str, ids: Iterable[str]) -> list[Product]:
    """The products of the list with these ids, by name within a few hundred."""
    return _found(session, tenant_id, ids, models.Product.id.in_)


def by_skus(session: Session, tenant_id: str, skus: Iterable[str]) -> list[Product]:
    """The products of the list with these SKUs, in whatever case they are written."""
    forms = {form for sku in skus for form in (sku, sku.upper(), sku.lower())}
    return _found(session, tenant_id, forms, models.Product.sku.in_)


def own_carts(actor: Actor) -> Select[str]:
    """The carts of a person, to be used inside another query."""
    return queries.visible_to(actor).with_only_columns(Cart.id)


def carts_of_visit(tenant_id: str, session_id: str) -> Select[str]:
    """The carts of somebody who has not signed in, to be used inside another query."""
    return select(Cart.id).where(
        Cart.tenant_id == tenant_id,
        Cart.session_id == session_id,
        Cart.status != CartStatus.DELETED,
    )


def own_quotes(actor: Actor) -> Select[str]:
    """The quotes of a person, to be used inside another query."""
    return queries.quotes_visible_to(actor).with_only_columns(Quote.id)


def goods(
    session: Session,
    tenant_id: str,
    ids: Iterable[str],
    *,
    carts: Sequence[Select[str]],
    quotes: Sequence[Select[str]] = (),
) -> dict[str, Product]:
    """What lines of these carts and quotes say of products with these ids, by id.

    Goods without a product are known by the id of their line.
    """
    found: dict[str, Product] = {}
    for chunk in _chunks(ids):
        for owner, key, owners in (
            (CartItem, CartItem.cart_id, carts),
            (QuoteItem, QuoteItem.quote_id, quotes),
        ):
            if owners:
                mine = or_(*(key.in_(query) for query in owners))
                for product in _named(
                    session, owner, and_(owner.tenant_id == tenant_id, mine), chunk
                ):
                    found.setdefault(product.id, product)
    return found


def _listed(tenant_id: str, currency: str | None) -> Select[str, str, str, str, str]:
    product = models.Product
    query = (
        select(product.id, product.sku, product.name, product.unit_price, product.tax_rate)
        .where(product.tenant_id == tenant_id)
        .order_by(product.name, product.id)
    )
    return query if currency is None else query.where(product.currency == currency)


def _found(
    session: Session, tenant_id: str, texts: Iterable[str], condition: Callable[[list[str]], Any]
) -> list[Product]:
    return [
        listing.product_of(row)
        for chunk in _chunks(texts)
        for row in session.execute(_listed(tenant_id, None).where(condition(chunk)))
    ]


def _named(session: Session, item: Any, mine: Any, ids: list[str]) -> Iterator[Product]:
    wanted = or_(item.product_id.in_(ids), and_(item.product_id == "", item.id.in_(ids)))
    query = (
        select(item.product_id, item.id, item.sku, item.name, item.unit_price, item.tax_rate)
        .where(mine, wanted)
        .limit(10 * _CHUNK)
    )
    for product_id, line_id, sku, name, price, rate in session.execute(query):
        yield Product(
            id=product_id or line_id,
            sku=sku,
            name=name,
            unit_price=Decimal(price),
            tax_rate=Decimal(rate),
        )


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(texts))
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]
