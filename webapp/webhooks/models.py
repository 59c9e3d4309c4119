"""Where events go, and what became of each attempt to bring one there."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, Code, Id, Json, Utc, one_of
from webapp.webhooks.domain import State


class Endpoint(Base):
    """An address that is told of events: of one company, or of every company of the tenant."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        CheckConstraint(one_of("state", State), name="state"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "company_id"],
            ["companies.tenant_id", "companies.id"],
            name="fk_webhook_endpoints_companies_tenant_id_company_id",
        ),
        Index("ix_webhook_endpoints_company", "tenant_id", "company_id", "id"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str | None] = mapped_column(Id)
    url: Mapped[str] = mapped_column(String(500))
    description: Mapped[str] = mapped_column(String(200))
    event_types: Mapped[Any] = mapped_column(Json)
    state: Mapped[str] = mapped_column(Code, default=State.ACTIVE)
    version: Mapped[int] = mapped_column(Integer, default=1)
    # Sealed (see `vault`); the former one signs too until its time is over.
    secret: Mapped[str] = mapped_column(Text)
    former_secret: Mapped[str | None] = mapped_column(Text)
    former_until: Mapped[datetime | None] = mapped_column(Utc)
    created_at: Mapped[datetime] = mapped_column(Utc)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    failing_since: Mapped[datetime | None] = mapped_column(Utc)
    rests_until: Mapped[datetime | None] = mapped_column(Utc)
    succeeded_at: Mapped[datetime | None] = mapped_column(Utc)


class Attempt(Base):
    """One attempt to bring a message to its endpoint, and what was answered."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        Index("ix_webhook_attempts_message", "tenant_id", "message_id", "id"),
        Index("ix_webhook_attempts_at", "at"),
        Index("ix_webhook_attempts_endpoint", "tenant_id", "endpoint_id", "id"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(Id)
    message_id: Mapped[str] = mapped_column(Id)
    url: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Utc)
    duration_ms: Mapped[int] = mapped_column(Integer)
    status: Mapped[int | None] = mapped_column(Integer)
    answer: Mapped[str] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
