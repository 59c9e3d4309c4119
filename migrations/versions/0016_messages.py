"""Whose messages they are, and to which program they go."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_PENDING = sa.text("status = 'PENDING'")
_SENT = sa.text("status = 'SENT'")
_TO_TARGET = sa.text("target_id IS NOT NULL")


def upgrade() -> None:
    for name in ("company_id", "target_id"):
        op.add_column("outbox_messages", sa.Column(name, sa.String(length=66), nullable=True))
    op.execute(
        "UPDATE outbox_messages SET company_id = (SELECT company_id FROM approvals WHERE "
        "approvals.tenant_id = outbox_messages.tenant_id AND approvals.id = "
        "outbox_messages.stream_id)"
    )
    op.drop_index("ix_outbox_messages_due", table_name="outbox_messages")
    _index_due(["kind", "due_at", "tenant_id", "id"])
    op.create_index(
        "ix_outbox_messages_company", "outbox_messages", ["tenant_id", "company_id", "status", "id"]
    )
    op.create_index(
        "ix_outbox_messages_target",
        "outbox_messages",
        ["tenant_id", "target_id", "id"],
        sqlite_where=_TO_TARGET,
        postgresql_where=_TO_TARGET,
    )
    op.create_index(
        "ix_outbox_messages_sent",
        "outbox_messages",
        ["sent_at"],
        sqlite_where=_SENT,
        postgresql_where=_SENT,
    )


def downgrade() -> None:
    for name in ("sent", "target", "company", "due"):
        op.drop_index(f"ix_outbox_messages_{name}", table_name="outbox_messages")
    op.execute("DELETE FROM outbox_messages WHERE kind <> 'mail'")
    for column in ("target_id", "company_id"):
        op.drop_column("outbox_messages", column)
    _index_due(["due_at", "tenant_id", "id"])


def _index_due(columns: list[str]) -> None:
    op.create_index(
        "ix_outbox_messages_due",
        "outbox_messages",
        columns,
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )
