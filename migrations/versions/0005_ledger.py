"""The history, which can be added to and never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_ledger_entries()
    _protect_history()


def downgrade() -> None:
    _unprotect_history()
    op.drop_table("ledger_entries")


def _create_ledger_entries() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("stream_id", sa.String(length=66), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=66), nullable=True),
        sa.Column("for_id", sa.String(length=66), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(content IS NULL) = (salt IS NULL)", name=op.f("ck_ledger_entries_erased_as_one")
        ),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_ledger_entries_sequence")),
        sa.PrimaryKeyConstraint(
            "tenant_id", "stream_id", "sequence", name=op.f("pk_ledger_entries")
        ),
    )
    op.create_index("ix_ledger_entries_at", "ledger_entries", ["tenant_id", "at"], unique=False)


# Everything of an entry but its content, which the law may ask to erase.
_SEALED = (
    "tenant_id",
    "stream_id",
    "sequence",
    "action",
    "revision",
    "at",
    "actor_id",
    "for_id",
    "digest",
    "previous",
    "hash",
)


def _protect_history() -> None:
    """Refuse every change but erasing content and salt, whoever asks for it."""
    statements = _postgresql() if op.get_bind().dialect.name == "postgresql" else _sqlite()
    for statement in statements:
        op.execute(statement)


def _unprotect_history() -> None:
    """Take back what stands apart from the table; its triggers go with it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change_history() CASCADE")


def _sqlite() -> list[str]:
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in _SEALED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
    there = (
        "EXISTS (SELECT 1 FROM ledger_entries WHERE tenant_id = NEW.tenant_id "
        "AND stream_id = NEW.stream_id AND sequence = NEW.sequence)"
    )
    return [
        f"CREATE TRIGGER ledger_entries_keep BEFORE DELETE ON ledger_entries {refuse}",
        "CREATE TRIGGER ledger_entries_seal BEFORE UPDATE ON ledger_entries "
        f"WHEN NOT (NEW.content IS NULL AND NEW.salt IS NULL AND {same}) {refuse}",
        # INSERT OR REPLACE would delete without asking the first trigger.
        f"CREATE TRIGGER ledger_entries_add BEFORE INSERT ON ledger_entries WHEN {there} {refuse}",
    ]


def _postgresql() -> list[str]:
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _SEALED)
    return [
        "CREATE FUNCTION refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'history is append-only' "
        "USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$",
        "CREATE TRIGGER ledger_entries_keep BEFORE DELETE ON ledger_entries "
        "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_history()",
        "CREATE TRIGGER ledger_entries_empty BEFORE TRUNCATE ON ledger_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history()",
        "CREATE TRIGGER ledger_entries_seal BEFORE UPDATE ON ledger_entries FOR EACH ROW "
        f"WHEN (NOT (NEW.content IS NULL AND NEW.salt IS NULL AND {same})) "
        "EXECUTE FUNCTION refuse_to_change_history()",
    ]
