"""Reading the list of products; what a line takes from it is copied and not looked up again."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.carts import models
from webapp.carts.domain import Product

LISTED_PRODUCTS = 500
# Databases limit how many values one statement may carry.
_CHUNK = 300


def products(session: Session, tenant_id: str, currency: str) -> list[Product]:
    """The first products of the list by name, for people to pick from."""
    query = listed(tenant_id, currency).limit(LISTED_PRODUCTS)
    return [product_of(row) for row in session.execute(query)]


def products_by_sku(
    session: Session, tenant_id: str, currency: str, skus: Iterable[str]
) -> dict[str, Product]:
    """The products of these SKUs, by SKU in lower case; unknown ones are missing."""
    forms = {form for sku in skus for form in (sku, sku.upper(), sku.lower())}
    found: dict[str, Product] = {}
    for part in _parts(forms):
        query = listed(tenant_id, currency).where(models.Product.sku.in_(part))
        for row in session.execute(query):
            found.setdefault(row.sku.lower(), product_of(row))
    return found


def products_by_id(
    session: Session, tenant_id: str, currency: str, ids: Iterable[str]
) -> dict[str, Product]:
    """The products with these ids in this currency, by id; unknown ones are missing."""
    found: dict[str, Product] = {}
    for part in _parts(ids):
        query = listed(tenant_id, currency).where(models.Product.id.in_(part))
        found |= {row.id: product_of(row) for row in session.execute(query)}
    return found


def listed(tenant_id: str, currency: str) -> Select[str, str, str, str, str]:
    """The products of the list in this currency by name, to be narrowed down."""
    product = models.Product
    return (
        select(product.id, product.sku, product.name, product.unit_price, product.tax_rate)
        .where(product.tenant_id == tenant_id, product.currency == currency)
        .order_by(product.name, product.id)
    )


def product_of(row: Any) -> Product:
    """The product in a row of `listed`."""
    return Product(
        id=row.id,
        sku=row.sku,
        name=row.name,
        unit_price=Decimal(row.unit_price),
        tax_rate=Decimal(row.tax_rate),
    )


def _parts(texts: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(texts))
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]
