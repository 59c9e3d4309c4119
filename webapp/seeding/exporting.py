"""A tenant as a document of the seed format, so that another desk can be filled with it (R35)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.carts.domain import CartStatus
from webapp.carts.models import Cart, CartItem, Product, Quote, QuoteItem, Site
from webapp.identity.domain import Source
from webapp.identity.models import (
    ApiClient,
    Company,
    CompanyAddress,
    GroupMember,
    Identity,
    Membership,
    Person,
    Tenant,
)
from webapp.kernel.money import Money
from webapp.seeding.goods_shapes import CartItem as Line
from webapp.seeding.people_shapes import Address
from webapp.seeding.shapes import Settings

Document = dict[str, Any]

_SETTINGS = {field.alias for field in Settings.model_fields.values()}
_ADDRESS = {field.alias for field in Address.model_fields.values()}


def tenants(session: Session) -> list[str]:
    """The ids of all tenants."""
    return list(session.scalars(select(Tenant.id).order_by(Tenant.id)))


def document(session: Session, tenant_id: str) -> Document:
    """Everything of the tenant that the seed format can hold, as `import` takes it.

    Secrets stay out, since only their hashes are kept, and so do clients that are bound to a
    company, and roles that the identity provider has to say again (R57).
    """
    tenant = session.execute(select(Tenant).where(Tenant.id == tenant_id)).scalar_one()
    return {
        "tenant": tenant.id,
        "name": tenant.name,
        "settings": {key: tenant.settings[key] for key in tenant.settings if key in _SETTINGS},
        "sites": [_site(row) for row in _rows(session, Site.code, tenant_id)],
        "clients": [
            _client(row) for row in _rows(session, ApiClient.id, tenant_id, *_OPEN_CLIENTS)
        ],
        "products": [_product(row) for row in _rows(session, Product.id, tenant_id)],
        "legalEntities": _companies(session, tenant_id),
        "customers": _people(session, tenant_id),
        "carts": _carts(session, tenant_id),
        "quotes": _quotes(session, tenant_id),
    }


def secret_clients(session: Session, tenant_id: str) -> list[str]:
    """The names of clients that `document` leaves out, because their secret cannot be told."""
    bound = [ApiClient.secret_hash.is_not(None), ApiClient.revoked_at.is_(None)]
    return [row["name"] for row in _rows(session, ApiClient.id, tenant_id, *bound)]


_OPEN_CLIENTS = (
    ApiClient.secret_hash.is_(None),
    ApiClient.company_id.is_(None),
    ApiClient.revoked_at.is_(None),
)


def _rows(
    session: Session,
    key: InstrumentedAttribute[Any],
    tenant_id: str,
    *conditions: ColumnElement[bool],
) -> Iterable[RowMapping]:
    """The tenant's rows of the key's table, in the order of the key."""
    model: Any = key.class_
    query = select(*model.__table__.columns).where(model.tenant_id == tenant_id, *conditions)
    return session.execute(query.order_by(key)).mappings()


def _site(row: RowMapping) -> Document:
    return {
        "code": row["code"],
        "currency": row["currency"],
        "default": row["is_default"],
        "languages": row["languages"],
        "defaultLanguage": row["default_language"],
        "countries": row["countries"],
        "shippingMethods": row["shipping_methods"],
        "deliveryWindows": row["delivery_windows"],
        "paymentMethods": row["payment_methods"],
    }


def _client(row: RowMapping) -> Document:
    names = {"clientId": row["id"], "name": row["name"]}
    return {**names, "grants": row["grants"], "scopes": row["scopes"]}


def _product(row: RowMapping) -> Document:
    return {
        "id": row["id"],
        "sku": row["sku"],
        "name": row["name"],
        "unitPrice": row["unit_price"],
        "currency": row["currency"],
        "taxRate": row["tax_rate"],
    }


def _companies(session: Session, tenant_id: str) -> list[Document]:
    addresses = _grouped(_rows(session, CompanyAddress.position, tenant_id), "company_id")
    known = {row["id"] for row in _rows(session, Membership.id, tenant_id, _NOT_OF_CLAIMS)}
    groups = _grouped(_rows(session, GroupMember.membership_id, tenant_id), "company_id")
    return [
        {
            "id": row["id"],
            "name": row["name"],
            "type": row["kind"],
            "parentId": row["parent_id"],
            "accountLimit": _limit(row),
            "approvalGroup": [
                one["membership_id"] for one in groups[row["id"]] if one["membership_id"] in known
            ],
            "addresses": [_address(one) for one in addresses[row["id"]]],
        }
        for row in _rows(session, Company.id, tenant_id)
    ]


def _limit(row: RowMapping) -> Document | None:
    if row["limit_minor"] is None:
        return None
    limit = Money(row["limit_minor"], row["limit_currency"])
    return {"currency": limit.currency, "value": str(limit.amount)}


def _address(row: RowMapping) -> Document:
    parts = {key: value for key, value in row["address"].items() if key in _ADDRESS}
    return {**parts, "id": row["id"], "type": row["kind"]}


_NOT_OF_CLAIMS = Membership.source != Source.CLAIMS


def _people(session: Session, tenant_id: str) -> list[Document]:
    identities = _grouped(_rows(session, Identity.subject, tenant_id), "person_id")
    seats = _grouped(_rows(session, Membership.id, tenant_id, _NOT_OF_CLAIMS), "person_id")
    return [
        {
            "id": row["id"],
            "email": row["email"],
            "firstName": row["first_name"],
            "lastName": row["last_name"],
            "active": row["active"],
            "language": row["language"],
            "timeZone": row["time_zone"],
            "identities": [
                {"issuer": one["issuer"], "subject": one["subject"]}
                for one in identities[row["id"]]
            ],
            "contactAssignments": [_assignment(one) for one in seats[row["id"]]],
        }
        for row in _rows(session, Person.id, tenant_id)
    ]


def _assignment(row: RowMapping) -> Document:
    place = {"id": row["id"], "legalEntityId": row["company_id"]}
    return {**place, "role": row["role"], "active": row["active"]}


def _carts(session: Session, tenant_id: str) -> list[Document]:
    """Open carts of people; a guest of the shop is known to nobody else."""
    lines = _grouped(_rows(session, CartItem.position, tenant_id), "cart_id")
    mine = [Cart.status == CartStatus.OPEN, Cart.owner_id.is_not(None)]
    return [
        {**_basket(row, lines), "type": row["kind"], "name": row["name"]}
        for row in _rows(session, Cart.id, tenant_id, *mine)
    ]


def _quotes(session: Session, tenant_id: str) -> list[Document]:
    lines = _grouped(_rows(session, QuoteItem.position, tenant_id), "quote_id")
    return [
        {**_basket(row, lines), "status": row["status"]}
        for row in _rows(session, Quote.id, tenant_id)
    ]


def _basket(row: RowMapping, lines: Mapping[str, list[RowMapping]]) -> Document:
    return {
        "id": row["id"],
        "customerId": row["owner_id"],
        "legalEntityId": row["company_id"],
        "siteCode": row["site_code"],
        "currency": row["currency"],
        "items": [_line(one) for one in lines[row["id"]]],
    }


def _line(row: RowMapping) -> Document:
    names = ("id", "product_id", "sku", "name", "unit_price", "tax_rate")
    line = {Line.model_fields[name].alias or name: row[name] for name in names}
    line["quantity"] = _number(row["quantity"])
    if "new_unit_price" in row:
        line["newUnitPrice"] = row["new_unit_price"]
    return line


def _number(quantity: str) -> int | float:
    exact = Decimal(quantity)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _grouped(rows: Iterable[RowMapping], column: str) -> Mapping[str, list[RowMapping]]:
    groups: dict[str, list[RowMapping]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups
