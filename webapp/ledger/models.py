"""The tables of history and of its checkpoints."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, Code, Id, Json, Utc


class LedgerEntry(Base):
    """One thing that happened to an approval; written once, never changed (law 6)."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("sequence >= 1", name="sequence"),
        CheckConstraint("(content IS NULL) = (salt IS NULL)", name="erased_as_one"),
        Index("ix_ledger_entries_at", "tenant_id", "at"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    stream_id: Mapped[str] = mapped_column(Id, primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True)
    action: Mapped[str] = mapped_column(Code)
    revision: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Utc)
    actor_id: Mapped[str | None] = mapped_column(Id)
    for_id: Mapped[str | None] = mapped_column(Id)
    content: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Checkpoint(Base):
    """How all histories of a tenant stood at a moment, folded into one digest and signed (R30)."""

    __tablename__ = "checkpoints"
    __table_args__ = (CheckConstraint("number >= 1", name="number"),)

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Utc)
    streams: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    changed: Mapped[int] = mapped_column(Integer)
    heads: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(100))
    public_key: Mapped[Any] = mapped_column(Json)
    # When it had been carried to every place that the settings name.
    sent_at: Mapped[datetime | None] = mapped_column(Utc)


class SealedHead(Base):
    """Where a history ended that had grown since the checkpoint before."""

    __tablename__ = "checkpoint_heads"
    __table_args__ = (Index("ix_checkpoint_heads_number", "tenant_id", "number"),)

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    stream_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    length: Mapped[int] = mapped_column(Integer)
    head: Mapped[str] = mapped_column(String(64))
