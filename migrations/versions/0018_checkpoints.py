"""Checkpoints: all histories of a tenant folded into one signed digest."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ID = sa.String(length=66)
_HASH = sa.String(length=64)
_UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("tenant_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("streams", sa.Integer(), nullable=False),
        sa.Column("digest", _HASH, nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("heads", _HASH, nullable=False),
        sa.Column("previous", _HASH, nullable=False),
        sa.Column("signature", sa.String(length=100), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sent_at", _UTC, nullable=True),
        sa.CheckConstraint("number >= 1", name="ck_checkpoints_number"),
        sa.PrimaryKeyConstraint("tenant_id", "number", name="pk_checkpoints"),
    )
    op.create_table(
        "checkpoint_heads",
        sa.Column("tenant_id", _ID, nullable=False),
        sa.Column("stream_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", _HASH, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "stream_id", "number", name="pk_checkpoint_heads"),
    )
    op.create_index("ix_checkpoint_heads_number", "checkpoint_heads", ["tenant_id", "number"])


def downgrade() -> None:
    op.drop_table("checkpoint_heads")
    op.drop_table("checkpoints")
