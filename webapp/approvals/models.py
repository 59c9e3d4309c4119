"""The tables of approvals."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    TextClause,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.approvals.domain import Status, Turn
from webapp.approvals.reasons import Deciders, Why
from webapp.carts.domain import ResourceType
from webapp.db import Base, Code, Id, Json, Utc, one_of

_LIVE = text("status IN ('PENDING', 'APPROVED')")
_PENDING = text("status = 'PENDING'")
_ENDED = text("status <> 'PENDING'")
_YES_OR_NO = text("status IN ('APPROVED', 'DECLINED')")
_MEGABYTE = 1024 * 1024
_DECIDED = text("decided_by_id IS NOT NULL")
_REPLACES = text("replaces_id IS NOT NULL")
_TO_REMIND = text("status = 'PENDING' AND reminder_due_at IS NOT NULL")


def _partial(name: str, *columns: str, where: TextClause | None, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _tab(person: str, name: str, *columns: str, where: TextClause | None = None) -> Index:
    side = person.removesuffix("_id")
    own = ("tenant_id", person, "company_id")
    return _partial(f"ix_approvals_{side}_{name}", *own, *columns, where=where)


class Approval(Base):
    """A request for approval; what is listed, filtered or sorted stands in columns of its own.

    Names, limit and reason are those of the moment of submission: later changes of people or
    companies do not alter them (R16).
    """

    __tablename__ = "approvals"
    __table_args__ = (
        CheckConstraint(one_of("status", Status), name="status"),
        CheckConstraint(one_of("resource_type", ResourceType), name="resource_type"),
        CheckConstraint("approver_id <> requester_id", name="never_oneself"),
        CheckConstraint("(status = 'PENDING') = (decided_at IS NULL)", name="decided_when"),
        CheckConstraint(
            "status NOT IN ('APPROVED', 'DECLINED', 'CLOSED')"
            " OR (decided_by_id IS NOT NULL AND decided_by_name IS NOT NULL)",
            name="decided_by",
        ),
        CheckConstraint(
            "status NOT IN ('APPROVED', 'DECLINED') OR decided_by_id <> requester_id",
            name="not_decided_by_requester",
        ),
        CheckConstraint("(status = 'PENDING') = (turn IS NOT NULL)", name="turn_while_pending"),
        CheckConstraint(f"turn IS NULL OR {one_of('turn', Turn)}", name="turn"),
        CheckConstraint("net_minor + tax_minor = gross_minor", name="sum"),
        CheckConstraint("total_minor >= gross_minor", name="total"),
        CheckConstraint(
            "(limit_minor IS NULL) = (limit_currency IS NULL)", name="limit_has_currency"
        ),
        CheckConstraint(one_of("why", Why), name="why"),
        CheckConstraint(one_of("deciders", Deciders), name="deciders"),
        CheckConstraint("version >= 1 AND revision >= 1", name="counters"),
        CheckConstraint(
            "order_id IS NULL OR status = 'APPROVED'", name="ordered_only_when_approved"
        ),
        _partial(
            "uq_approvals_live",
            "tenant_id",
            "resource_type",
            "resource_id",
            where=_LIVE,
            unique=True,
        ),
        Index("uq_approvals_number", "tenant_id", "number", unique=True),
        _partial("ix_approvals_due", "expires_at", "tenant_id", "id", where=_PENDING),
        _partial("ix_approvals_reminders", "reminder_due_at", "tenant_id", "id", where=_TO_REMIND),
        _partial("ix_approvals_replaces", "tenant_id", "replaces_id", "number", where=_REPLACES),
        # The tabs of both sides in their order, and behind it what filters are offered from.
        _tab("approver_id", "turn", "turn", "turn_since", "id", where=_PENDING),
        _tab("approver_id", "decided", "decided_at", "id", where=_ENDED),
        _tab("approver_id", "all", "created_at", "id", "requester_id", "site_code", "currency"),
        _tab("requester_id", "turn", "turn", "turn_since", "id", where=_PENDING),
        _tab("requester_id", "open", "created_at", "id", where=_PENDING),
        _tab("requester_id", "decided", "decided_at", "id", where=_ENDED),
        _tab("requester_id", "all", "created_at", "id", "approver_id", "site_code", "currency"),
        Index("ix_approvals_approver", "tenant_id", "approver_id", "status", "decided_at", "id"),
        Index("ix_approvals_company", "tenant_id", "company_id", "status", "created_at", "id"),
        Index("ix_approvals_company_all", "tenant_id", "company_id", "created_at", "id"),
        # The figures of a company are counted from this alone.
        _partial(
            "ix_approvals_figures",
            *("tenant_id", "company_id", "decided_at", "created_at", "status"),
            where=_YES_OR_NO,
        ),
        _partial(
            "ix_approvals_decided_by",
            "tenant_id",
            "decided_by_id",
            "decided_at",
            "id",
            where=_DECIDED,
        ),
        Index("ix_approvals_resource", "tenant_id", "resource_type", "resource_id"),
        # For all tenants at once: whose open pages are to hear of a change.
        Index("ix_approvals_modified", "modified_at"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(Code, default=Status.PENDING)
    turn: Mapped[str | None] = mapped_column(Code, default=Turn.APPROVER)
    turn_since: Mapped[datetime] = mapped_column(Utc)
    resource_type: Mapped[str] = mapped_column(Code)
    resource_id: Mapped[str] = mapped_column(Id)
    company_id: Mapped[str] = mapped_column(Id)
    company_name: Mapped[str] = mapped_column(Text)
    # The earlier request whose goods were asked for once more (R51).
    replaces_id: Mapped[str | None] = mapped_column(Id)
    site_code: Mapped[str] = mapped_column(Id)
    requester_id: Mapped[str] = mapped_column(Id)
    requester_first_name: Mapped[str] = mapped_column(Text)
    requester_last_name: Mapped[str] = mapped_column(Text)
    requester_email: Mapped[str] = mapped_column(String(320))
    approver_id: Mapped[str] = mapped_column(Id)
    approver_first_name: Mapped[str] = mapped_column(Text)
    approver_last_name: Mapped[str] = mapped_column(Text)
    approver_email: Mapped[str] = mapped_column(String(320))
    comment: Mapped[str | None] = mapped_column(Text)
    approver_comment: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    item_count: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    net_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    gross_minor: Mapped[int] = mapped_column(BigInteger)
    # What the order will cost: goods and shipping; what the page and the mails name first (R25).
    total_minor: Mapped[int] = mapped_column(BigInteger)
    # What was compared with the limit, the limit of that moment, and the reason that followed (law
    # 10).
    compared_minor: Mapped[int] = mapped_column(BigInteger)
    limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    limit_currency: Mapped[str | None] = mapped_column(String(3))
    why: Mapped[str] = mapped_column(Code)
    deciders: Mapped[str] = mapped_column(Code)
    version: Mapped[int] = mapped_column(Integer, default=1)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(Utc)
    modified_at: Mapped[datetime] = mapped_column(Utc)
    expires_at: Mapped[datetime] = mapped_column(Utc)
    # When the requester reminded last, and when the desk does; None once it has (R50).
    reminded_at: Mapped[datetime | None] = mapped_column(Utc)
    reminder_due_at: Mapped[datetime | None] = mapped_column(Utc)
    decided_at: Mapped[datetime | None] = mapped_column(Utc)
    decided_by_id: Mapped[str | None] = mapped_column(Id)
    decided_by_name: Mapped[str | None] = mapped_column(Text)
    order_id: Mapped[str | None] = mapped_column(Id)
    ledger_head: Mapped[str] = mapped_column(String(64))
    ledger_length: Mapped[int] = mapped_column(Integer)


class Revision(Base):
    """What is decided on, as it stood in one revision; the highest one is current."""

    __tablename__ = "approval_revisions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "approval_id"], ["approvals.tenant_id", "approvals.id"]),
        CheckConstraint("revision >= 1", name="revision"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    approval_id: Mapped[str] = mapped_column(Id, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    snapshot: Mapped[Any] = mapped_column(Json)
    details: Mapped[Any] = mapped_column(Json, nullable=True)
    delivery_window: Mapped[Any] = mapped_column(Json, nullable=True)
    # The site's names for window and payment at that time, and whether it priced shipping (R16).
    delivery_words: Mapped[Any] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Utc)
    by_id: Mapped[str] = mapped_column(Id)
    by_name: Mapped[str] = mapped_column(Text)


class Attachment(Base):
    """A file that somebody attached to a request; its content lies in a folder as `file`."""

    __tablename__ = "attachments"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "approval_id"], ["approvals.tenant_id", "approvals.id"]),
        CheckConstraint("size > 0", name="size"),
        Index("uq_attachments_file", "file", unique=True),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    approval_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Code)
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    file: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Utc)
    by_id: Mapped[str] = mapped_column(Id)
    by_name: Mapped[str] = mapped_column(Text)
    removed_at: Mapped[datetime | None] = mapped_column(Utc)

    @property
    def shown_size(self) -> tuple[Decimal, str]:
        """The size as people say it: at least one of its unit."""
        if self.size >= _MEGABYTE:
            return Decimal(self.size * 10 // _MEGABYTE) / 10, "MB"
        return Decimal(max(1, self.size // 1024)), "KB"


class Look(Base):
    """Which revision of a request a person has last looked at."""

    __tablename__ = "approval_looks"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "approval_id"], ["approvals.tenant_id", "approvals.id"]),
        CheckConstraint("revision >= 1", name="revision"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    approval_id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Utc)


class DecisionLink(Base):
    """A link of a mail: for one person, request and revision; its token is not kept (R58)."""

    __tablename__ = "decision_links"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "approval_id"], ["approvals.tenant_id", "approvals.id"]),
        CheckConstraint("revision >= 1", name="revision"),
        Index("uq_decision_links_token", "token_hash", unique=True),
        Index("ix_decision_links_expires", "expires_at"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    approval_id: Mapped[str] = mapped_column(Id)
    person_id: Mapped[str] = mapped_column(Id)
    revision: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[datetime] = mapped_column(Utc)
    used_at: Mapped[datetime | None] = mapped_column(Utc)


class DeclinePhrases(Base):
    """The reasons for declining that a company offers; without any, or a row, the usual ones."""

    __tablename__ = "decline_phrases"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "company_id"], ["companies.tenant_id", "companies.id"]),
        CheckConstraint("version >= 1", name="version"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(Id, primary_key=True)
    phrases: Mapped[Any] = mapped_column(Json)
    version: Mapped[int] = mapped_column(Integer)


class RequestNumber(Base):
    """The last number given to a request of a tenant, so that people can name one on the phone."""

    __tablename__ = "request_numbers"

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)
