"""Each tab of a list read from one end of an index, and filters offered from the index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_PENDING = sa.text("status = 'PENDING'")
_DECIDED = sa.text("status <> 'PENDING'")
_SIDES = {"approver": "requester_id", "requester": "approver_id"}
_BEFORE = {
    "ix_approvals_turn": ["approver_id", "turn", "turn_since", "id"],
    "ix_approvals_approver_all": ["approver_id", "created_at", "id"],
    "ix_approvals_requester": ["requester_id", "created_at", "id"],
}


def upgrade() -> None:
    for name in _BEFORE:
        op.drop_index(name, table_name="approvals")
    for side, other in _SIDES.items():
        person = f"{side}_id"
        offered = [other, "site_code", "currency"]
        _create(f"ix_approvals_{side}_all", person, "created_at", "id", *offered)
        _create(f"ix_approvals_{side}_turn", person, "turn", "turn_since", "id", where=_PENDING)
        _create(f"ix_approvals_{side}_decided", person, "decided_at", "id", where=_DECIDED)
    _create("ix_approvals_requester_open", "requester_id", "created_at", "id", where=_PENDING)


def downgrade() -> None:
    op.drop_index("ix_approvals_requester_open", table_name="approvals")
    for side in _SIDES:
        for kind in ("decided", "turn", "all"):
            op.drop_index(f"ix_approvals_{side}_{kind}", table_name="approvals")
    for name, columns in _BEFORE.items():
        where = _PENDING if name == "ix_approvals_turn" else None
        op.create_index(
            name, "approvals", ["tenant_id", *columns], sqlite_where=where, postgresql_where=where
        )


def _create(name: str, person: str, *columns: str, where: sa.TextClause | None = None) -> None:
    op.create_index(
        name,
        "approvals",
        ["tenant_id", person, "company_id", *columns],
        sqlite_where=where,
        postgresql_where=where,
    )
