"""The tables of tenants, companies, people, sessions, API clients and tokens."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, Code, Id, Json, Utc, one_of
from webapp.identity.domain import Origin, Role, Source


class Tenant(Base):
    """One customer of this installation; every other row names its tenant."""

    __tablename__ = "tenants"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    settings: Mapped[Any] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(Utc)


class Company(Base):
    """A legal entity: its people buy under one limit."""

    __tablename__ = "companies"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        CheckConstraint("kind IN ('COMPANY', 'SUBSIDIARY')", name="kind"),
        CheckConstraint(
            "(limit_minor IS NULL) = (limit_currency IS NULL)", name="limit_has_currency"
        ),
        CheckConstraint("limit_minor >= 0", name="limit_not_negative"),
        CheckConstraint(
            "(again_minor IS NULL) = (again_currency IS NULL)", name="again_has_currency"
        ),
        CheckConstraint("again_minor >= 0", name="again_not_negative"),
        CheckConstraint("(link_minor IS NULL) = (link_currency IS NULL)", name="link_has_currency"),
        CheckConstraint("link_minor >= 0", name="link_not_negative"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Code, default="COMPANY")
    parent_id: Mapped[str | None] = mapped_column(Id)
    limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    limit_currency: Mapped[str | None] = mapped_column(String(3))
    # Above this amount nobody decides who has not signed in just now (R53).
    again_minor: Mapped[int | None] = mapped_column(BigInteger)
    again_currency: Mapped[str | None] = mapped_column(String(3))
    # Below this amount the link of a mail needs no sign-in (R58).
    link_minor: Mapped[int | None] = mapped_column(BigInteger)
    link_currency: Mapped[str | None] = mapped_column(String(3))
    version: Mapped[int] = mapped_column(Integer, default=1)


class CompanyAddress(Base):
    """A delivery or billing address of a company, in the shape of the API's `details.addresses`."""

    __tablename__ = "company_addresses"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "company_id"], ["companies.tenant_id", "companies.id"]),
        CheckConstraint("kind IN ('SHIPPING', 'BILLING')", name="kind"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Code)
    address: Mapped[Any] = mapped_column(Json)


class Person(Base):
    """Somebody who may sign in."""

    __tablename__ = "people"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        CheckConstraint("email = lower(email)", name="email_lower_case"),
        UniqueConstraint("tenant_id", "email"),
        Index("ix_people_email", "email"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    language: Mapped[str] = mapped_column(Code, default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/Berlin")
    theme: Mapped[str] = mapped_column(Code, default="system")
    # Single letters press buttons, unless somebody switches that off (WCAG 2.1.4).
    has_shortcuts: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    # Which introductions are put away, by name, with a space between.
    put_away: Mapped[str] = mapped_column(String(64), default="", server_default="")
    password_hash: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Utc)


class Identity(Base):
    """A subject of an identity provider, bound to a person."""

    __tablename__ = "identities"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "person_id"], ["people.tenant_id", "people.id"]),
        Index("ix_identities_issuer_subject", "issuer", "subject"),
        Index("ix_identities_person", "tenant_id", "person_id"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[str] = mapped_column(Id)


class Membership(Base):
    """A contact assignment: one person in one company with one role."""

    __tablename__ = "memberships"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "person_id"], ["people.tenant_id", "people.id"]),
        ForeignKeyConstraint(["tenant_id", "company_id"], ["companies.tenant_id", "companies.id"]),
        CheckConstraint(one_of("role", Role), name="role"),
        CheckConstraint(one_of("source", Source), name="source"),
        UniqueConstraint("tenant_id", "person_id", "company_id"),
        Index("ix_memberships_company", "tenant_id", "company_id", "person_id"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(Id)
    company_id: Mapped[str] = mapped_column(Id)
    role: Mapped[str] = mapped_column(Code)
    source: Mapped[str] = mapped_column(Code, default=Source.PAGE)
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class GroupMember(Base):
    """A membership that belongs to the approval group of its company (R11)."""

    __tablename__ = "approval_group_members"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "company_id"], ["companies.tenant_id", "companies.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "membership_id"], ["memberships.tenant_id", "memberships.id"]
        ),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(Id, primary_key=True)
    membership_id: Mapped[str] = mapped_column(Id, primary_key=True)


class Absence(Base):
    """When somebody is away in one company, and who decides for them meanwhile (R52).

    The days are those of the owner's time zone when it was planned; the instants are what counts.
    """

    __tablename__ = "absences"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "company_id"], ["companies.tenant_id", "companies.id"]),
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["people.tenant_id", "people.id"]),
        ForeignKeyConstraint(["tenant_id", "deputy_id"], ["people.tenant_id", "people.id"]),
        CheckConstraint("owner_id <> deputy_id", name="never_oneself"),
        CheckConstraint("starts_at < ends_at AND first_day <= last_day", name="span"),
        Index("ix_absences_owner", "tenant_id", "owner_id", "ends_at"),
        Index("ix_absences_deputy", "tenant_id", "deputy_id", "ends_at"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(Id)
    owner_id: Mapped[str] = mapped_column(Id)
    deputy_id: Mapped[str] = mapped_column(Id)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[datetime] = mapped_column(Utc)
    ends_at: Mapped[datetime] = mapped_column(Utc)
    # Set when it was ended before its time, or called off before it began.
    ended_at: Mapped[datetime | None] = mapped_column(Utc)


class WebSession(Base):
    """A browser session; only the SHA-256 of the cookie's value is kept."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("(tenant_id IS NULL) = (person_id IS NULL)", name="person_has_tenant"),
        Index("ix_sessions_person", "tenant_id", "person_id"),
        Index("ix_sessions_expires", "expires_at"),
    )

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str | None] = mapped_column(Id)
    person_id: Mapped[str | None] = mapped_column(Id)
    company_id: Mapped[str | None] = mapped_column(Id)
    data: Mapped[Any] = mapped_column(Json, default=dict)
    user_agent: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Utc)
    seen_at: Mapped[datetime] = mapped_column(Utc)
    expires_at: Mapped[datetime] = mapped_column(Utc)


class ApiClient(Base):
    """A program that may ask for tokens; one with a company is bound to it."""

    __tablename__ = "api_clients"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "company_id"], ["companies.tenant_id", "companies.id"]),
        Index("ix_api_clients_company", "tenant_id", "company_id", "created_at", "id"),
    )

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    secret_hash: Mapped[str | None] = mapped_column(Text)
    grants: Mapped[Any] = mapped_column(Json, default=list)
    scopes: Mapped[Any] = mapped_column(Json, default=list)
    company_id: Mapped[str | None] = mapped_column(Id)
    created_by_id: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Utc)
    last_used_at: Mapped[datetime | None] = mapped_column(Utc)
    revoked_at: Mapped[datetime | None] = mapped_column(Utc)


class Token(Base):
    """A token of the API; only its SHA-256 is kept.

    Tokens that were refreshed from each other share a family, which ends when one of its refresh
    tokens is used twice. A session outlives the sign-in: the anonymous tokens before it have the
    same one. A personal key is a token of kind KEY, known by its family.
    """

    __tablename__ = "tokens"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        CheckConstraint("kind IN ('ACCESS', 'REFRESH', 'KEY')", name="kind"),
        CheckConstraint("holder IN ('ANONYMOUS', 'CUSTOMER', 'SERVICE')", name="holder"),
        CheckConstraint(one_of("origin", Origin), name="origin"),
        CheckConstraint(
            "holder <> 'CUSTOMER' OR person_id IS NOT NULL", name="customer_is_a_person"
        ),
        Index("ix_tokens_family", "tenant_id", "family_id"),
        Index(
            "ix_tokens_person",
            "tenant_id",
            "person_id",
            sqlite_where=text("person_id IS NOT NULL"),
            postgresql_where=text("person_id IS NOT NULL"),
        ),
        Index("ix_tokens_expires", "expires_at"),
    )

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id)
    family_id: Mapped[str] = mapped_column(Id)
    session_id: Mapped[str] = mapped_column(Id)
    origin: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(Code)
    holder: Mapped[str] = mapped_column(Code)
    client_id: Mapped[str | None] = mapped_column(Id)
    person_id: Mapped[str | None] = mapped_column(Id)
    company_id: Mapped[str | None] = mapped_column(Id)
    scopes: Mapped[Any] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(Utc)
    expires_at: Mapped[datetime] = mapped_column(Utc)
    last_used_at: Mapped[datetime | None] = mapped_column(Utc)
    revoked_at: Mapped[datetime | None] = mapped_column(Utc)


class RateWindow(Base):
    """How often something was asked for in the current window of time; shared by all processes."""

    __tablename__ = "rate_windows"
    __table_args__ = (Index("ix_rate_windows_ends", "ends_at"),)

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(Utc)
    count: Mapped[int] = mapped_column(Integer)
