"""Requests for approval and their revisions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_approvals()
    _create_request_numbers()
    _create_approval_revisions()


def downgrade() -> None:
    op.drop_table("approval_revisions")
    op.drop_table("request_numbers")
    op.drop_table("approvals")


def _create_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("turn", sa.String(length=32), nullable=True),
        sa.Column("turn_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resource_type", sa.String(length=32), nullable=False),
        sa.Column("resource_id", sa.String(length=66), nullable=False),
        sa.Column("company_id", sa.String(length=66), nullable=False),
        sa.Column("company_name", sa.Text(), nullable=False),
        sa.Column("site_code", sa.String(length=66), nullable=False),
        sa.Column("requester_id", sa.String(length=66), nullable=False),
        sa.Column("requester_first_name", sa.Text(), nullable=False),
        sa.Column("requester_last_name", sa.Text(), nullable=False),
        sa.Column("requester_email", sa.String(length=320), nullable=False),
        sa.Column("approver_id", sa.String(length=66), nullable=False),
        sa.Column("approver_first_name", sa.Text(), nullable=False),
        sa.Column("approver_last_name", sa.Text(), nullable=False),
        sa.Column("approver_email", sa.String(length=320), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("approver_comment", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("compared_minor", sa.BigInteger(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("limit_currency", sa.String(length=3), nullable=True),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("deciders", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.String(length=66), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("order_id", sa.String(length=66), nullable=True),
        sa.Column("ledger_head", sa.String(length=64), nullable=False),
        sa.Column("ledger_length", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'PENDING') = (decided_at IS NULL)", name=op.f("ck_approvals_decided_when")
        ),
        sa.CheckConstraint(
            "(status = 'PENDING') = (turn IS NOT NULL)",
            name=op.f("ck_approvals_turn_while_pending"),
        ),
        sa.CheckConstraint(
            "order_id IS NULL OR status = 'APPROVED'",
            name=op.f("ck_approvals_ordered_only_when_approved"),
        ),
        sa.CheckConstraint(
            "resource_type IN ('CART', 'QUOTE')", name=op.f("ck_approvals_resource_type")
        ),
        sa.CheckConstraint(
            "status NOT IN ('APPROVED', 'DECLINED') OR decided_by_id <> requester_id",
            name=op.f("ck_approvals_not_decided_by_requester"),
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'APPROVED', 'DECLINED', 'CLOSED', 'EXPIRED')",
            name=op.f("ck_approvals_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('APPROVED', 'DECLINED', 'CLOSED')"
            " OR (decided_by_id IS NOT NULL AND decided_by_name IS NOT NULL)",
            name=op.f("ck_approvals_decided_by"),
        ),
        sa.CheckConstraint(
            "turn IS NULL OR turn IN ('APPROVER', 'REQUESTER')", name=op.f("ck_approvals_turn")
        ),
        sa.CheckConstraint(
            "(limit_minor IS NULL) = (limit_currency IS NULL)",
            name=op.f("ck_approvals_limit_has_currency"),
        ),
        sa.CheckConstraint(
            "why IN ('ROLE', 'OVER_LIMIT', 'OTHER_CURRENCY')", name=op.f("ck_approvals_why")
        ),
        sa.CheckConstraint(
            "deciders IN ('ADMIN', 'ADMIN_OR_BUYER', 'GROUP')",
            name=op.f("ck_approvals_deciders"),
        ),
        sa.CheckConstraint("approver_id <> requester_id", name=op.f("ck_approvals_never_oneself")),
        sa.CheckConstraint("net_minor + tax_minor = gross_minor", name=op.f("ck_approvals_sum")),
        sa.CheckConstraint("total_minor >= gross_minor", name=op.f("ck_approvals_total")),
        sa.CheckConstraint("version >= 1 AND revision >= 1", name=op.f("ck_approvals_counters")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_approvals")),
    )
    op.create_index(
        "ix_approvals_approver",
        "approvals",
        ["tenant_id", "approver_id", "status", "decided_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_approvals_approver_all",
        "approvals",
        ["tenant_id", "approver_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_approvals_company",
        "approvals",
        ["tenant_id", "company_id", "status", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_approvals_due",
        "approvals",
        ["expires_at", "tenant_id", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'PENDING'"),
        postgresql_where=sa.text("status = 'PENDING'"),
    )
    op.create_index(
        "ix_approvals_requester",
        "approvals",
        ["tenant_id", "requester_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_approvals_resource",
        "approvals",
        ["tenant_id", "resource_type", "resource_id"],
        unique=False,
    )
    op.create_index(
        "ix_approvals_turn",
        "approvals",
        ["tenant_id", "approver_id", "turn", "turn_since", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'PENDING'"),
        postgresql_where=sa.text("status = 'PENDING'"),
    )
    op.create_index(
        "uq_approvals_live",
        "approvals",
        ["tenant_id", "resource_type", "resource_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('PENDING', 'APPROVED')"),
        postgresql_where=sa.text("status IN ('PENDING', 'APPROVED')"),
    )
    op.create_index("uq_approvals_number", "approvals", ["tenant_id", "number"], unique=True)


def _create_request_numbers() -> None:
    op.create_table(
        "request_numbers",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_request_numbers")),
    )


def _create_approval_revisions() -> None:
    op.create_table(
        "approval_revisions",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("approval_id", sa.String(length=66), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("delivery_window", sa.Text(), nullable=True),
        sa.Column("delivery_words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=66), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_approval_revisions_revision")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"],
            ["approvals.tenant_id", "approvals.id"],
            name=op.f("fk_approval_revisions_approvals_tenant_id_approval_id"),
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "approval_id", "revision", name=op.f("pk_approval_revisions")
        ),
    )
