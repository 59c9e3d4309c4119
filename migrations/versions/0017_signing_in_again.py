"""Above which amount a company wants a fresh sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("companies") as companies:
        companies.add_column(sa.Column("again_minor", sa.BigInteger(), nullable=True))
        companies.add_column(sa.Column("again_currency", sa.String(length=3), nullable=True))
        companies.create_check_constraint(
            op.f("ck_companies_again_has_currency"),
            "(again_minor IS NULL) = (again_currency IS NULL)",
        )
        companies.create_check_constraint(
            op.f("ck_companies_again_not_negative"), "again_minor >= 0"
        )


def downgrade() -> None:
    with op.batch_alter_table("companies") as companies:
        companies.drop_constraint(op.f("ck_companies_again_has_currency"), type_="check")
        companies.drop_constraint(op.f("ck_companies_again_not_negative"), type_="check")
        companies.drop_column("again_currency")
        companies.drop_column("again_minor")
