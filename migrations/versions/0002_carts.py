"""Sites, products, carts and quotes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_products()
    _create_sites()
    _create_carts()
    _create_quotes()
    _create_cart_items()
    _create_quote_items()


def downgrade() -> None:
    op.drop_table("quote_items")
    op.drop_table("cart_items")
    op.drop_table("quotes")
    op.drop_table("carts")
    op.drop_table("sites")
    op.drop_table("products")


def _create_products() -> None:
    op.create_table(
        "products",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("sku", sa.String(length=120), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_price", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("tax_rate", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_products_tenants_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_products")),
    )
    op.create_index("ix_products_sku", "products", ["tenant_id", "sku"], unique=False)


def _create_sites() -> None:
    op.create_table(
        "sites",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("code", sa.String(length=66), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("default_language", sa.String(length=32), nullable=False),
        sa.Column("countries", sa.Text(), nullable=False),
        sa.Column("shipping_methods", sa.Text(), nullable=False),
        sa.Column("delivery_windows", sa.Text(), nullable=False),
        sa.Column("payment_methods", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_sites_tenants_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "code", name=op.f("pk_sites")),
    )


def _create_carts() -> None:
    op.create_table(
        "carts",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("owner_id", sa.String(length=66), nullable=False),
        sa.Column("company_id", sa.String(length=66), nullable=True),
        sa.Column("site_code", sa.String(length=66), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("delivery_window", sa.Text(), nullable=True),
        sa.Column("resubmits_id", sa.String(length=66), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('OPEN', 'SUBMITTED', 'ORDERED', 'DELETED')", name=op.f("ck_carts_status")
        ),
        sa.CheckConstraint("net_minor + tax_minor = gross_minor", name=op.f("ck_carts_sum")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["people.tenant_id", "people.id"],
            name=op.f("fk_carts_people_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_code"],
            ["sites.tenant_id", "sites.code"],
            name=op.f("fk_carts_sites_tenant_id_site_code"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_carts")),
    )
    op.create_index(
        "ix_carts_owner",
        "carts",
        ["tenant_id", "owner_id", "company_id", "status", "updated_at", "id"],
        unique=False,
    )


def _create_quotes() -> None:
    op.create_table(
        "quotes",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("owner_id", sa.String(length=66), nullable=False),
        sa.Column("company_id", sa.String(length=66), nullable=True),
        sa.Column("site_code", sa.String(length=66), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('CREATING', 'AWAITING', 'OPEN', 'IN_PROGRESS', 'ACCEPTED', 'DECLINED', "
            "'DECLINED_BY_MERCHANT', 'EXPIRED')",
            name=op.f("ck_quotes_status"),
        ),
        sa.CheckConstraint("net_minor + tax_minor = gross_minor", name=op.f("ck_quotes_sum")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["people.tenant_id", "people.id"],
            name=op.f("fk_quotes_people_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_code"],
            ["sites.tenant_id", "sites.code"],
            name=op.f("fk_quotes_sites_tenant_id_site_code"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_quotes")),
    )
    op.create_index(
        "ix_quotes_owner",
        "quotes",
        ["tenant_id", "owner_id", "company_id", "created_at", "id"],
        unique=False,
    )


def _create_cart_items() -> None:
    op.create_table(
        "cart_items",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("cart_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=66), nullable=False),
        sa.Column("sku", sa.String(length=120), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.String(length=40), nullable=False),
        sa.Column("unit_price", sa.String(length=40), nullable=False),
        sa.Column("tax_rate", sa.String(length=20), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_cart_items_position")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cart_id"],
            ["carts.tenant_id", "carts.id"],
            name=op.f("fk_cart_items_carts_tenant_id_cart_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "cart_id", "id", name=op.f("pk_cart_items")),
    )


def _create_quote_items() -> None:
    op.create_table(
        "quote_items",
        sa.Column("tenant_id", sa.String(length=66), nullable=False),
        sa.Column("quote_id", sa.String(length=66), nullable=False),
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=66), nullable=False),
        sa.Column("sku", sa.String(length=120), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.String(length=40), nullable=False),
        sa.Column("unit_price", sa.String(length=40), nullable=False),
        sa.Column("new_unit_price", sa.String(length=40), nullable=True),
        sa.Column("tax_rate", sa.String(length=20), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_quote_items_position")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "quote_id"],
            ["quotes.tenant_id", "quotes.id"],
            name=op.f("fk_quote_items_quotes_tenant_id_quote_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "quote_id", "id", name=op.f("pk_quote_items")),
    )
