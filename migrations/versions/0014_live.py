"""Requests that changed since a moment, so that open pages hear of it."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_approvals_modified", "approvals", ["modified_at"])


def downgrade() -> None:
    op.drop_index("ix_approvals_modified", "approvals")
