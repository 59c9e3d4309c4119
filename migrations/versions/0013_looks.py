"""Which revision of a request each person has last looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.String(length=66)


def upgrade() -> None:
    op.create_table(
        "approval_looks",
        sa.Column("tenant_id", _ID, nullable=False),
        sa.Column("approval_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revision >= 1", name="ck_approval_looks_revision"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"],
            ["approvals.tenant_id", "approvals.id"],
            name="fk_approval_looks_approvals_tenant_id_approval_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "approval_id", "person_id", name="pk_approval_looks"),
    )


def downgrade() -> None:
    op.drop_table("approval_looks")
