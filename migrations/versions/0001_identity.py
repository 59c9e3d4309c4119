"""Tenants, companies, people, sessions, clients and tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_sessions()
    _create_tenants()
    _create_api_clients()
    _create_companies()
    _create_people()
    _create_tokens()
    _create_company_addresses()
    _create_identities()
    _create_memberships()
    _create_approval_group_members()


def downgrade() -> None:
    op.drop_table("approval_group_members")
    op.drop_table("memberships")
    op.drop_table("identities")
    op.drop_table("company_addresses")
    op.drop_table("tokens")
    op.drop_table("people")
    op.drop_table("companies")
    op.drop_table("api_clients")
    op.drop_table("tenants")
    op.drop_table("sessions")


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=66), nullable=True),
        sa.Column("person_id", sa.String(length=66), nullable=True),
        sa.Column("company_id", sa.String(length=66), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(tenant_id IS NULL) = (person_id IS NULL)", name=op.f("ck_sessions_person_has_tenant")
        ),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_expires", "sessions", ["expires_at"], unique=False)
    op.create_index("ix_sessions_person", "sessions", ["tenant_id", "person_id"], unique=False)


def _create_tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
    )


def _create_api_clients() -> None:
    op.create_table(
        "api_clients",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=True),
        sa.Column("grants", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_api_clients_tenants_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_api_clients")),
    )


def _create_companies() -> None:
    op.create_table(
        "companies",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("parent_id", sa.String(length=66), nullable=True),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("limit_currency", sa.String(length=3), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('COMPANY', 'SUBSIDIARY')", name=op.f("ck_companies_kind")),
        sa.CheckConstraint(
            "(limit_minor IS NULL) = (limit_currency IS NULL)",
            name=op.f("ck_companies_limit_has_currency"),
        ),
        sa.CheckConstraint("limit_minor >= 0", name=op.f("ck_companies_limit_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_companies_tenants_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_companies")),
    )


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("theme", sa.String(length=32), nullable=False),
        sa.Column("has_shortcuts", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_people_email_lower_case")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_people_tenants_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_people")),
        sa.UniqueConstraint("tenant_id", "email", name=op.f("uq_people_tenant_id_email")),
    )
    op.create_index("ix_people_email", "people", ["email"], unique=False)


def _create_tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("family_id", sa.String(length=66), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=66), nullable=True),
        sa.Column("person_id", sa.String(length=66), nullable=True),
        sa.Column("company_id", sa.String(length=66), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "holder <> 'CUSTOMER' OR person_id IS NOT NULL",
            name=op.f("ck_tokens_customer_is_a_person"),
        ),
        sa.CheckConstraint(
            "holder IN ('ANONYMOUS', 'CUSTOMER', 'SERVICE')", name=op.f("ck_tokens_holder")
        ),
        sa.CheckConstraint("kind IN ('ACCESS', 'REFRESH', 'KEY')", name=op.f("ck_tokens_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_tokens_tenants_tenant_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_tokens")),
    )
    op.create_index("ix_tokens_expires", "tokens", ["expires_at"], unique=False)
    op.create_index("ix_tokens_family", "tokens", ["tenant_id", "family_id"], unique=False)
    op.create_index(
        "ix_tokens_person",
        "tokens",
        ["tenant_id", "person_id"],
        unique=False,
        sqlite_where=sa.text("person_id IS NOT NULL"),
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )


def _create_company_addresses() -> None:
    op.create_table(
        "company_addresses",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("company_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('SHIPPING', 'BILLING')", name=op.f("ck_company_addresses_kind")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "company_id"],
            ["companies.tenant_id", "companies.id"],
            name=op.f("fk_company_addresses_companies_tenant_id_company_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "company_id", "id", name=op.f("pk_company_addresses")),
    )


def _create_identities() -> None:
    op.create_table(
        "identities",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.String(length=66), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["people.tenant_id", "people.id"],
            name=op.f("fk_identities_people_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "issuer", "subject", name=op.f("pk_identities")),
    )
    op.create_index(
        "ix_identities_issuer_subject", "identities", ["issuer", "subject"], unique=False
    )
    op.create_index("ix_identities_person", "identities", ["tenant_id", "person_id"], unique=False)


def _create_memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("person_id", sa.String(length=66), nullable=False),
        sa.Column("company_id", sa.String(length=66), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "role IN ('B2B_ADMIN', 'B2B_BUYER', 'B2B_REQUESTER', 'CONTACT')",
            name=op.f("ck_memberships_role"),
        ),
        sa.CheckConstraint(
            "source IN ('PAGE', 'IMPORT', 'CLAIMS')", name=op.f("ck_memberships_source")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "company_id"],
            ["companies.tenant_id", "companies.id"],
            name=op.f("fk_memberships_companies_tenant_id_company_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["people.tenant_id", "people.id"],
            name=op.f("fk_memberships_people_tenant_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_memberships")),
        sa.UniqueConstraint(
            "tenant_id",
            "person_id",
            "company_id",
            name=op.f("uq_memberships_tenant_id_person_id_company_id"),
        ),
    )
    op.create_index(
        "ix_memberships_company",
        "memberships",
        ["tenant_id", "company_id", "person_id"],
        unique=False,
    )


def _create_approval_group_members() -> None:
    op.create_table(
        "approval_group_members",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("company_id", sa.String(length=66), nullable=False),
        sa.Column("membership_id", sa.String(length=66), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "company_id"],
            ["companies.tenant_id", "companies.id"],
            name=op.f("fk_approval_group_members_companies_tenant_id_company_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "membership_id"],
            ["memberships.tenant_id", "memberships.id"],
            name=op.f("fk_approval_group_members_memberships_tenant_id_membership_id"),
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "company_id", "membership_id", name=op.f("pk_approval_group_members")
        ),
    )
