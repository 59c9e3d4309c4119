"""The reasons for declining that a company offers its approvers."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.String(length=66)


def upgrade() -> None:
    op.create_table(
        "decline_phrases",
        sa.Column("tenant_id", _ID, nullable=False),
        sa.Column("company_id", _ID, nullable=False),
        sa.Column("phrases", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name="ck_decline_phrases_version"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "company_id"],
            ["companies.tenant_id", "companies.id"],
            name="fk_decline_phrases_companies_tenant_id_company_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "company_id", name="pk_decline_phrases"),
    )


def downgrade() -> None:
    op.drop_table("decline_phrases")
