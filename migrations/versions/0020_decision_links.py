"""Links in mails that lead to a decision, and up to which amount they need no sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ID = sa.String(length=66)


def upgrade() -> None:
    _create_links()
    with op.batch_alter_table("companies") as companies:
        companies.add_column(sa.Column("link_minor", sa.BigInteger(), nullable=True))
        companies.add_column(sa.Column("link_currency", sa.String(length=3), nullable=True))
        companies.create_check_constraint(
            op.f("ck_companies_link_has_currency"),
            "(link_minor IS NULL) = (link_currency IS NULL)",
        )
        companies.create_check_constraint(op.f("ck_companies_link_not_negative"), "link_minor >= 0")


def downgrade() -> None:
    with op.batch_alter_table("companies") as companies:
        companies.drop_constraint(op.f("ck_companies_link_has_currency"), type_="check")
        companies.drop_constraint(op.f("ck_companies_link_not_negative"), type_="check")
        companies.drop_column("link_currency")
        companies.drop_column("link_minor")
    op.drop_table("decision_links")


def _create_links() -> None:
    op.create_table(
        "decision_links",
        sa.Column("tenant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("approval_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_decision_links_revision")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"],
            ["approvals.tenant_id", "approvals.id"],
            name=op.f("fk_decision_links_approvals_tenant_id_approval_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_decision_links")),
    )
    op.create_index("uq_decision_links_token", "decision_links", ["token_hash"], unique=True)
    op.create_index("ix_decision_links_expires", "decision_links", ["expires_at"])
