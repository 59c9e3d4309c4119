"""Messages to be delivered, and the mailbox of the demo."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_mailbox_mails()
    _create_outbox_messages()


def downgrade() -> None:
    op.drop_table("outbox_messages")
    op.drop_table("mailbox_mails")


def _create_mailbox_mails() -> None:
    op.create_table(
        "mailbox_mails",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("recipient_id", sa.String(length=66), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("stream_id", sa.String(length=66), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mailbox_mails")),
    )
    op.create_index(
        "ix_mailbox_mails_sent", "mailbox_mails", ["tenant_id", "sent_at", "id"], unique=False
    )


def _create_outbox_messages() -> None:
    op.create_table(
        "outbox_messages",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("stream_id", sa.String(length=66), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("recipient_id", sa.String(length=66), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'SENT') = (sent_at IS NOT NULL)", name=op.f("ck_outbox_messages_sent_when")
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'SENT', 'DEAD')", name=op.f("ck_outbox_messages_status")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_messages_attempts")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outbox_messages")),
    )
    op.create_index(
        "ix_outbox_messages_due",
        "outbox_messages",
        ["due_at", "tenant_id", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'PENDING'"),
        postgresql_where=sa.text("status = 'PENDING'"),
    )
    op.create_index(
        "ix_outbox_messages_stream",
        "outbox_messages",
        ["tenant_id", "stream_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_outbox_messages_dead",
        "outbox_messages",
        ["tenant_id", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'DEAD'"),
        postgresql_where=sa.text("status = 'DEAD'"),
    )
