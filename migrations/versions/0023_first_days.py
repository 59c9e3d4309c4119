"""Which introductions somebody has put away."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "people", sa.Column("put_away", sa.String(64), server_default=sa.text("''"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("people", "put_away")
