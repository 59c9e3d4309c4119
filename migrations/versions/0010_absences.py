"""When approvers are away and who decides for them, and finding what somebody decided."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.String(length=66)
_DECIDED = sa.text("decided_by_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("tenant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("company_id", _ID, nullable=False),
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("deputy_id", _ID, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("owner_id <> deputy_id", name="ck_absences_never_oneself"),
        sa.CheckConstraint(
            "starts_at < ends_at AND first_day <= last_day", name="ck_absences_span"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "company_id"],
            ["companies.tenant_id", "companies.id"],
            name="fk_absences_companies_tenant_id_company_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["people.tenant_id", "people.id"],
            name="fk_absences_people_tenant_id_owner_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "deputy_id"],
            ["people.tenant_id", "people.id"],
            name="fk_absences_people_tenant_id_deputy_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_absences"),
    )
    op.create_index("ix_absences_owner", "absences", ["tenant_id", "owner_id", "ends_at"])
    op.create_index("ix_absences_deputy", "absences", ["tenant_id", "deputy_id", "ends_at"])
    op.create_index(
        "ix_approvals_decided_by",
        "approvals",
        ["tenant_id", "decided_by_id", "decided_at", "id"],
        sqlite_where=_DECIDED,
        postgresql_where=_DECIDED,
    )


def downgrade() -> None:
    op.drop_index("ix_approvals_decided_by", table_name="approvals")
    op.drop_table("absences")
