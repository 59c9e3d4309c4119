"""What people attach to requests; the files themselves lie in a folder."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.String(length=66)
_UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("tenant_id", _ID, nullable=False),
        sa.Column("approval_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by_id", _ID, nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("removed_at", _UTC, nullable=True),
        sa.CheckConstraint("size > 0", name="ck_attachments_size"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"],
            ["approvals.tenant_id", "approvals.id"],
            name="fk_attachments_approvals_tenant_id_approval_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "approval_id", "id", name="pk_attachments"),
    )
    op.create_index("uq_attachments_file", "attachments", ["file"], unique=True)


def downgrade() -> None:
    op.drop_table("attachments")
