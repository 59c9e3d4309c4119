"""Which request was asked once more by which."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_REPLACES = sa.text("replaces_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("approvals", sa.Column("replaces_id", sa.String(length=66), nullable=True))
    op.create_index(
        "ix_approvals_replaces",
        "approvals",
        ["tenant_id", "replaces_id", "number"],
        sqlite_where=_REPLACES,
        postgresql_where=_REPLACES,
    )


def downgrade() -> None:
    op.drop_index("ix_approvals_replaces", table_name="approvals")
    op.drop_column("approvals", "replaces_id")
