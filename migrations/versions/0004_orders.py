"""Orders."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_orders()


def downgrade() -> None:
    op.drop_table("orders")


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("resource_type", sa.String(length=32), nullable=False),
        sa.Column("resource_id", sa.String(length=66), nullable=False),
        sa.Column("approval_id", sa.String(length=66), nullable=True),
        sa.Column("owner_id", sa.String(length=66), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("placed_by_id", sa.String(length=66), nullable=False),
        sa.Column("placed_by_name", sa.Text(), nullable=False),
        sa.Column("company_id", sa.String(length=66), nullable=True),
        sa.Column("company_name", sa.Text(), nullable=True),
        sa.Column("site_code", sa.String(length=66), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("delivery_window", sa.Text(), nullable=True),
        sa.Column("delivery_words", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "resource_type IN ('CART', 'QUOTE')", name=op.f("ck_orders_resource_type")
        ),
        sa.CheckConstraint(
            "status IN ('IN_CHECKOUT', 'CREATED', 'CONFIRMED', 'SHIPPED', 'COMPLETED', 'DECLINED')",
            name=op.f("ck_orders_status"),
        ),
        sa.CheckConstraint(
            "gross_minor + shipping_minor = total_minor", name=op.f("ck_orders_total")
        ),
        sa.CheckConstraint("net_minor + tax_minor = gross_minor", name=op.f("ck_orders_sum")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_orders")),
        sa.UniqueConstraint(
            "tenant_id", "approval_id", name=op.f("uq_orders_tenant_id_approval_id")
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "resource_type",
            "resource_id",
            name=op.f("uq_orders_tenant_id_resource_type_resource_id"),
        ),
    )
    op.create_index(
        "ix_orders_company", "orders", ["tenant_id", "company_id", "placed_at", "id"], unique=False
    )
    op.create_index(
        "ix_orders_owner", "orders", ["tenant_id", "owner_id", "placed_at", "id"], unique=False
    )
    op.create_index(
        "ix_orders_placed_by",
        "orders",
        ["tenant_id", "placed_by_id", "placed_at", "id"],
        unique=False,
    )
