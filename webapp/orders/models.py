"""The table of orders."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.carts.domain import ResourceType
from webapp.db import Base, Code, Id, Json, Utc, one_of
from webapp.orders.domain import OrderStatus


class Order(Base):
    """An order: snapshot and details as they were approved or checked out, never changed again."""

    __tablename__ = "orders"
    __table_args__ = (
        # Two orders for one cart, quote or approval cannot be.
        UniqueConstraint("tenant_id", "resource_type", "resource_id"),
        UniqueConstraint("tenant_id", "approval_id"),
        CheckConstraint(one_of("status", OrderStatus), name="status"),
        CheckConstraint(one_of("resource_type", ResourceType), name="resource_type"),
        CheckConstraint("net_minor + tax_minor = gross_minor", name="sum"),
        CheckConstraint("gross_minor + shipping_minor = total_minor", name="total"),
        Index("ix_orders_owner", "tenant_id", "owner_id", "placed_at", "id"),
        Index("ix_orders_placed_by", "tenant_id", "placed_by_id", "placed_at", "id"),
        Index("ix_orders_company", "tenant_id", "company_id", "placed_at", "id"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    status: Mapped[str] = mapped_column(Code, default=OrderStatus.CREATED)
    resource_type: Mapped[str] = mapped_column(Code)
    resource_id: Mapped[str] = mapped_column(Id)
    approval_id: Mapped[str | None] = mapped_column(Id)
    owner_id: Mapped[str] = mapped_column(Id)
    owner_name: Mapped[str] = mapped_column(Text)
    placed_by_id: Mapped[str] = mapped_column(Id)
    placed_by_name: Mapped[str] = mapped_column(Text)
    company_id: Mapped[str | None] = mapped_column(Id)
    company_name: Mapped[str | None] = mapped_column(Text)
    site_code: Mapped[str] = mapped_column(Id)
    currency: Mapped[str] = mapped_column(String(3))
    net_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    gross_minor: Mapped[int] = mapped_column(BigInteger)
    shipping_minor: Mapped[int] = mapped_column(BigInteger)
    total_minor: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    item_count: Mapped[int] = mapped_column(Integer)
    snapshot: Mapped[Any] = mapped_column(Json)
    details: Mapped[Any] = mapped_column(Json, nullable=True)
    delivery_window: Mapped[Any] = mapped_column(Json, nullable=True)
    # The site's names for window and payment at that time (R16).
    delivery_words: Mapped[Any] = mapped_column(Json)
    placed_at: Mapped[datetime] = mapped_column(Utc)
