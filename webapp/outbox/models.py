"""Messages that were written together with the change they tell of, and the demo's mailbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, Code, Id, Json, Utc, one_of
from webapp.outbox.domain import MessageStatus


class Message(Base):
    """Something to be delivered after the commit: leased, and tried again until it arrives."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        CheckConstraint(one_of("status", MessageStatus), name="status"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(status = 'SENT') = (sent_at IS NOT NULL)", name="sent_when"),
        Index(
            "ix_outbox_messages_due",
            "kind",
            "due_at",
            "tenant_id",
            "id",
            sqlite_where=text("status = 'PENDING'"),
            postgresql_where=text("status = 'PENDING'"),
        ),
        Index("ix_outbox_messages_stream", "tenant_id", "stream_id", "id"),
        Index("ix_outbox_messages_company", "tenant_id", "company_id", "status", "id"),
        Index(
            "ix_outbox_messages_target",
            "tenant_id",
            "target_id",
            "id",
            sqlite_where=text("target_id IS NOT NULL"),
            postgresql_where=text("target_id IS NOT NULL"),
        ),
        Index(
            "ix_outbox_messages_sent",
            "sent_at",
            sqlite_where=text("status = 'SENT'"),
            postgresql_where=text("status = 'SENT'"),
        ),
        Index(
            "ix_outbox_messages_dead",
            "tenant_id",
            "id",
            sqlite_where=text("status = 'DEAD'"),
            postgresql_where=text("status = 'DEAD'"),
        ),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    stream_id: Mapped[str] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(Code)
    company_id: Mapped[str | None] = mapped_column(Id)
    # What a webhook goes to; mails go to a person.
    target_id: Mapped[str | None] = mapped_column(Id)
    recipient_id: Mapped[str | None] = mapped_column(Id)
    address: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(Code)
    time_zone: Mapped[str] = mapped_column(String(64))
    payload: Mapped[Any] = mapped_column(Json)
    status: Mapped[str] = mapped_column(Code, default=MessageStatus.PENDING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(Utc)
    due_at: Mapped[datetime] = mapped_column(Utc)
    leased_until: Mapped[datetime | None] = mapped_column(Utc)
    sent_at: Mapped[datetime | None] = mapped_column(Utc)
    last_error: Mapped[str | None] = mapped_column(Text)


class Mail(Base):
    """A mail that was delivered into the desk's own mailbox page instead of to a mail server."""

    __tablename__ = "mailbox_mails"
    __table_args__ = (Index("ix_mailbox_mails_sent", "tenant_id", "sent_at", "id"),)

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    recipient_id: Mapped[str | None] = mapped_column(Id)
    address: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    stream_id: Mapped[str] = mapped_column(Id)
    sent_at: Mapped[datetime] = mapped_column(Utc)
