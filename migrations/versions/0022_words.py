"""The words that a request is found by, with an index of three letters in a row."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ID = sa.String(length=66)
_PLACES = (
    "approver_first_name", "approver_last_name", "comment", "requester_first_name",
    "requester_last_name",
)  # fmt: skip
_AT_ONCE = 1_000
# Where the extension is not installed lists are searched from their end, which takes longer.
_POSTGRESQL = """
DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX ix_approval_words_words ON approval_words USING gin (words gin_trgm_ops);
EXCEPTION WHEN undefined_file OR feature_not_supported OR insufficient_privilege THEN
    RAISE NOTICE 'Without the extension pg_trgm lists are searched without an index.';
END $$
"""
# What is kept by its letters has a number in SQLite, and no rows to go by.
_SQLITE = (
    "CREATE TABLE approval_words_places (place INTEGER PRIMARY KEY, tenant_id VARCHAR(66) NOT NULL,"
    " approval_id VARCHAR(66) NOT NULL, CONSTRAINT uq_approval_words_places"
    " UNIQUE (tenant_id, approval_id))",
    "CREATE VIRTUAL TABLE approval_words_index USING"
    " fts5(words, content='', detail=none, tokenize='trigram case_sensitive 1')",
    "CREATE TRIGGER approval_words_added AFTER INSERT ON approval_words BEGIN"
    " INSERT INTO approval_words_places (tenant_id, approval_id)"
    " VALUES (new.tenant_id, new.approval_id);"
    " INSERT INTO approval_words_index (rowid, words) SELECT place, new.words"
    " FROM approval_words_places"
    " WHERE tenant_id = new.tenant_id AND approval_id = new.approval_id; END",
    "CREATE TRIGGER approval_words_changed AFTER UPDATE ON approval_words BEGIN"
    " INSERT INTO approval_words_index (approval_words_index, rowid, words)"
    " SELECT 'delete', place, old.words FROM approval_words_places"
    " WHERE tenant_id = old.tenant_id AND approval_id = old.approval_id;"
    " INSERT INTO approval_words_index (rowid, words) SELECT place, new.words"
    " FROM approval_words_places"
    " WHERE tenant_id = old.tenant_id AND approval_id = old.approval_id; END",
    "CREATE TRIGGER approval_words_removed AFTER DELETE ON approval_words BEGIN"
    " INSERT INTO approval_words_index (approval_words_index, rowid, words)"
    " SELECT 'delete', place, old.words FROM approval_words_places"
    " WHERE tenant_id = old.tenant_id AND approval_id = old.approval_id;"
    " DELETE FROM approval_words_places"
    " WHERE tenant_id = old.tenant_id AND approval_id = old.approval_id; END",
)


def upgrade() -> None:
    made = op.create_table(
        "approval_words",
        sa.Column("tenant_id", _ID, nullable=False),
        sa.Column("approval_id", _ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"],
            ["approvals.tenant_id", "approvals.id"],
            name=op.f("fk_approval_words_approvals_tenant_id_approval_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "approval_id", name=op.f("pk_approval_words")),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if is_sqlite else ():
        op.execute(statement)
    for rows in _batches():
        op.bulk_insert(made, rows)
    if not is_sqlite:
        op.execute(_POSTGRESQL)


def downgrade() -> None:
    # The extension stays: it may have been there before, and others may use it.
    op.drop_table("approval_words")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE approval_words_index")
        op.execute("DROP TABLE approval_words_places")


def _batches() -> Iterator[list[dict[str, str]]]:
    """The words of all requests, some at a time."""
    approvals = sa.table("approvals", *map(sa.column, ("tenant_id", "id", "revision", *_PLACES)))
    revisions = sa.table(
        "approval_revisions", *map(sa.column, ("tenant_id", "approval_id", "revision", "snapshot"))
    )
    current = sa.and_(
        revisions.c.tenant_id == approvals.c.tenant_id,
        revisions.c.approval_id == approvals.c.id,
        revisions.c.revision == approvals.c.revision,
    )
    key = sa.tuple_(approvals.c.tenant_id, approvals.c.id)
    query = (
        sa.select(approvals, revisions.c.snapshot)
        .join_from(approvals, revisions, current)
        .order_by(approvals.c.tenant_id, approvals.c.id)
        .limit(_AT_ONCE)
    )
    rows = op.get_bind().execute(query).all()
    while rows:
        yield [
            {"tenant_id": row.tenant_id, "approval_id": row.id, "words": _words(row)}
            for row in rows
        ]
        last = sa.tuple_(sa.literal(rows[-1].tenant_id), sa.literal(rows[-1].id))
        rows = op.get_bind().execute(query.where(key > last)).all()


def _words(row: Any) -> str:
    texts = [getattr(row, place) or "" for place in _PLACES]
    lines = json.loads(row.snapshot)["lines"]
    texts += [line[name] for line in lines for name in ("name", "sku")]
    plain = unicodedata.normalize("NFKC", " ".join(texts)).casefold()
    return "\n".join(dict.fromkeys(plain.split()))
