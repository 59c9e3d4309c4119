"""All requests of a company in the order in which they were made."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_approvals_company_all", "approvals", ["tenant_id", "company_id", "created_at", "id"]
    )


def downgrade() -> None:
    op.drop_index("ix_approvals_company_all", table_name="approvals")
