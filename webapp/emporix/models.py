"""The table of answers that are given again when a client repeats itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, Id, Json, Utc


class IdempotencyKey(Base):
    """A key that a client sent with a request: still running while it has no status.

    `attempt` names the request that is working on it until `locked_until`; what that request does
    is committed together with its answer, or not at all.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        CheckConstraint("(status IS NULL) = (body IS NULL)", name="answered_whole"),
        Index("ix_idempotency_keys_expires", "expires_at"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    attempt: Mapped[str] = mapped_column(String(64))
    locked_until: Mapped[datetime] = mapped_column(Utc)
    status: Mapped[int | None] = mapped_column(Integer)
    headers: Mapped[Any] = mapped_column(Json, default=dict)
    body: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Utc)
    expires_at: Mapped[datetime] = mapped_column(Utc)
