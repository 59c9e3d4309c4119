"""The tables of sites, products, carts and quotes."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.carts.domain import CartStatus, QuoteStatus
from webapp.db import Base, Code, Id, Json, Utc, one_of


class Site(Base):
    """A shop of the tenant: its currency, and its list of shipping, windows and payment methods."""

    __tablename__ = "sites"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),)

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(Id, primary_key=True)
    currency: Mapped[str] = mapped_column(String(3))
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    languages: Mapped[Any] = mapped_column(Json, default=list)
    default_language: Mapped[str] = mapped_column(Code, default="en")
    countries: Mapped[Any] = mapped_column(Json, default=list)
    shipping_methods: Mapped[Any] = mapped_column(Json, default=list)
    delivery_windows: Mapped[Any] = mapped_column(Json, default=list)
    payment_methods: Mapped[Any] = mapped_column(Json, default=list)


class Product(Base):
    """Something that can be bought; a cart line copies its price and never looks it up again."""

    __tablename__ = "products"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        Index("ix_products_sku", "tenant_id", "sku"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    sku: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(Text)
    unit_price: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3))
    tax_rate: Mapped[str] = mapped_column(String(20))


class Cart(Base):
    """A cart; once it is handed over (not OPEN) its lines no longer change.

    It belongs to a person, or to the session of somebody who has not signed in to the shop yet.
    """

    __tablename__ = "carts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["people.tenant_id", "people.id"]),
        ForeignKeyConstraint(["tenant_id", "site_code"], ["sites.tenant_id", "sites.code"]),
        CheckConstraint(one_of("status", CartStatus), name="status"),
        CheckConstraint("net_minor + tax_minor = gross_minor", name="sum"),
        CheckConstraint("(owner_id IS NULL) <> (session_id IS NULL)", name="belongs_to_one"),
        CheckConstraint("session_id IS NULL OR company_id IS NULL", name="guests_have_no_company"),
        Index(
            "ix_carts_owner", "tenant_id", "owner_id", "company_id", "status", "updated_at", "id"
        ),
        Index(
            "ix_carts_session",
            "tenant_id",
            "session_id",
            "status",
            "updated_at",
            "id",
            sqlite_where=text("session_id IS NOT NULL"),
            postgresql_where=text("session_id IS NOT NULL"),
        ),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    owner_id: Mapped[str | None] = mapped_column(Id)
    session_id: Mapped[str | None] = mapped_column(Id)
    company_id: Mapped[str | None] = mapped_column(Id)
    site_code: Mapped[str] = mapped_column(Id)
    currency: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(Code, default="shopping")
    name: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(Code, default=CartStatus.OPEN)
    net_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    tax_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    gross_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    item_count: Mapped[int] = mapped_column(Integer, default=0)
    # The choices of delivery and payment that a resubmitted request brings back (law 7).
    details: Mapped[Any] = mapped_column(Json, nullable=True)
    delivery_window: Mapped[Any] = mapped_column(Json, nullable=True)
    # The request whose goods this cart holds again after a decline, withdrawal or expiry.
    resubmits_id: Mapped[str | None] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(Utc)
    updated_at: Mapped[datetime] = mapped_column(Utc)


class CartItem(Base):
    """A line of a cart; quantity, price and rate are exact decimals as text."""

    __tablename__ = "cart_items"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "cart_id"], ["carts.tenant_id", "carts.id"]),
        CheckConstraint("position >= 1", name="position"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    cart_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[str] = mapped_column(Id)
    sku: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(Text)
    quantity: Mapped[str] = mapped_column(String(40))
    unit_price: Mapped[str] = mapped_column(String(40))
    tax_rate: Mapped[str] = mapped_column(String(20))
    # The shop's own id of the price, only to be told back to it.
    price_id: Mapped[str | None] = mapped_column(String(120))


class Quote(Base):
    """An offer by the merchant; it is accepted by ordering it."""

    __tablename__ = "quotes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["people.tenant_id", "people.id"]),
        ForeignKeyConstraint(["tenant_id", "site_code"], ["sites.tenant_id", "sites.code"]),
        CheckConstraint(one_of("status", QuoteStatus), name="status"),
        CheckConstraint("net_minor + tax_minor = gross_minor", name="sum"),
        Index("ix_quotes_owner", "tenant_id", "owner_id", "company_id", "created_at", "id"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    owner_id: Mapped[str] = mapped_column(Id)
    company_id: Mapped[str | None] = mapped_column(Id)
    site_code: Mapped[str] = mapped_column(Id)
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(Code, default=QuoteStatus.OPEN)
    status_comment: Mapped[str | None] = mapped_column(Text)
    net_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    tax_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    gross_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    item_count: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(Utc)
    updated_at: Mapped[datetime] = mapped_column(Utc)


class QuoteItem(Base):
    """A line of a quote, with the price before and after the merchant's offer."""

    __tablename__ = "quote_items"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "quote_id"], ["quotes.tenant_id", "quotes.id"]),
        CheckConstraint("position >= 1", name="position"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    quote_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[str] = mapped_column(Id)
    sku: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(Text)
    quantity: Mapped[str] = mapped_column(String(40))
    unit_price: Mapped[str] = mapped_column(String(40))
    new_unit_price: Mapped[str | None] = mapped_column(String(40))
    tax_rate: Mapped[str] = mapped_column(String(20))
