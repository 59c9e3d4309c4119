"""The API: clients of a company, sessions of tokens, carts of guests, limits, repeated requests."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.String(length=66)
_UTC = sa.DateTime(timezone=True)
_ORIGINS = "origin IN ('ANONYMOUS', 'PASSWORD', 'EXCHANGE', 'PROVIDER', 'KEY', 'CLIENT')"
_GUESTS = sa.text("session_id IS NOT NULL")


def upgrade() -> None:
    _change_clients()
    # No token was ever given out before this.
    op.drop_table("tokens")
    _create_tokens(_new_token_columns(), [sa.CheckConstraint(_ORIGINS, name="ck_tokens_origin")])
    _change_carts()
    op.add_column("cart_items", sa.Column("price_id", sa.String(length=120), nullable=True))
    op.add_column("quotes", sa.Column("status_comment", sa.Text(), nullable=True))
    _create_rate_windows()
    _create_idempotency_keys()


def downgrade() -> None:
    op.drop_table("idempotency_keys")
    op.drop_table("rate_windows")
    with op.batch_alter_table("quotes") as quotes:
        quotes.drop_column("status_comment")
    with op.batch_alter_table("cart_items") as items:
        items.drop_column("price_id")
    _restore_carts()
    op.drop_table("tokens")
    _create_tokens([], [])
    with op.batch_alter_table("api_clients") as clients:
        clients.drop_constraint("fk_api_clients_companies_tenant_id_company_id", type_="foreignkey")
        clients.drop_index("ix_api_clients_company")
        for column in ("company_id", "created_by_id", "last_used_at", "revoked_at"):
            clients.drop_column(column)


def _change_clients() -> None:
    with op.batch_alter_table("api_clients") as clients:
        clients.add_column(sa.Column("company_id", _ID, nullable=True))
        clients.add_column(sa.Column("created_by_id", _ID, nullable=True))
        clients.add_column(sa.Column("last_used_at", _UTC, nullable=True))
        clients.add_column(sa.Column("revoked_at", _UTC, nullable=True))
        clients.create_foreign_key(
            "fk_api_clients_companies_tenant_id_company_id",
            "companies",
            ["tenant_id", "company_id"],
            ["tenant_id", "id"],
        )
        clients.create_index(
            "ix_api_clients_company", ["tenant_id", "company_id", "created_at", "id"]
        )


def _new_token_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("session_id", _ID, nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_used_at", _UTC, nullable=True),
    ]


def _create_tokens(
    columns: Iterable[sa.Column[object]], checks: Iterable[sa.CheckConstraint]
) -> None:
    op.create_table(
        "tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", _ID, nullable=False),
        sa.Column("family_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("client_id", _ID, nullable=True),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("company_id", _ID, nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", _UTC, nullable=False),
        sa.Column("expires_at", _UTC, nullable=False),
        sa.Column("revoked_at", _UTC, nullable=True),
        *columns,
        sa.CheckConstraint("kind IN ('ACCESS', 'REFRESH', 'KEY')", name="ck_tokens_kind"),
        sa.CheckConstraint(
            "holder IN ('ANONYMOUS', 'CUSTOMER', 'SERVICE')", name="ck_tokens_holder"
        ),
        sa.CheckConstraint(
            "holder <> 'CUSTOMER' OR person_id IS NOT NULL", name="ck_tokens_customer_is_a_person"
        ),
        *checks,
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_tokens_tenants_tenant_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_tokens"),
    )
    op.create_index("ix_tokens_family", "tokens", ["tenant_id", "family_id"])
    op.create_index("ix_tokens_expires", "tokens", ["expires_at"])
    op.create_index(
        "ix_tokens_person",
        "tokens",
        ["tenant_id", "person_id"],
        sqlite_where=sa.text("person_id IS NOT NULL"),
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )


def _change_carts() -> None:
    with op.batch_alter_table("carts") as carts:
        carts.add_column(sa.Column("session_id", _ID, nullable=True))
        carts.alter_column("owner_id", existing_type=_ID, nullable=True)
        carts.create_check_constraint(
            op.f("ck_carts_belongs_to_one"), "(owner_id IS NULL) <> (session_id IS NULL)"
        )
        carts.create_check_constraint(
            op.f("ck_carts_guests_have_no_company"), "session_id IS NULL OR company_id IS NULL"
        )
    op.create_index(
        "ix_carts_session",
        "carts",
        ["tenant_id", "session_id", "status", "updated_at", "id"],
        sqlite_where=_GUESTS,
        postgresql_where=_GUESTS,
    )


def _restore_carts() -> None:
    op.drop_index("ix_carts_session", "carts")
    op.execute(
        "DELETE FROM cart_items WHERE EXISTS (SELECT 1 FROM carts WHERE carts.id = cart_id"
        " AND carts.tenant_id = cart_items.tenant_id AND carts.owner_id IS NULL)"
    )
    op.execute("DELETE FROM carts WHERE owner_id IS NULL")
    with op.batch_alter_table("carts") as carts:
        carts.drop_constraint(op.f("ck_carts_belongs_to_one"), type_="check")
        carts.drop_constraint(op.f("ck_carts_guests_have_no_company"), type_="check")
        carts.alter_column("owner_id", existing_type=_ID, nullable=False)
        carts.drop_column("session_id")


def _create_rate_windows() -> None:
    op.create_table(
        "rate_windows",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("ends_at", _UTC, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_rate_windows"),
    )
    op.create_index("ix_rate_windows_ends", "rate_windows", ["ends_at"])


def _create_idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.String(length=64), nullable=False),
        sa.Column("locked_until", _UTC, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", _UTC, nullable=False),
        sa.Column("expires_at", _UTC, nullable=False),
        sa.CheckConstraint(
            "(status IS NULL) = (body IS NULL)", name="ck_idempotency_keys_answered_whole"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "person_id", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_expires", "idempotency_keys", ["expires_at"])
