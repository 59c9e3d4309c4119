"""When approvers were reminded, and when they are."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TO_REMIND = sa.text("status = 'PENDING' AND reminder_due_at IS NOT NULL")


def upgrade() -> None:
    for name in ("reminded_at", "reminder_due_at"):
        op.add_column("approvals", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_approvals_reminders",
        "approvals",
        ["reminder_due_at", "tenant_id", "id"],
        sqlite_where=_TO_REMIND,
        postgresql_where=_TO_REMIND,
    )


def downgrade() -> None:
    op.drop_index("ix_approvals_reminders", table_name="approvals")
    for name in ("reminder_due_at", "reminded_at"):
        op.drop_column("approvals", name)
