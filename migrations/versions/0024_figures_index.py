"""The figures of a company counted from an index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_COLUMNS = ["tenant_id", "company_id", "decided_at", "created_at", "status"]
_YES_OR_NO = sa.text("status IN ('APPROVED', 'DECLINED')")


def upgrade() -> None:
    op.create_index(
        "ix_approvals_figures",
        "approvals",
        _COLUMNS,
        sqlite_where=_YES_OR_NO,
        postgresql_where=_YES_OR_NO,
    )


def downgrade() -> None:
    op.drop_index("ix_approvals_figures", table_name="approvals")
