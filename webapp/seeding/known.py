"""What references in a seed file may point at: the file itself, and what the tenant already has."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import RowMapping, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.carts.models import Cart, Product, Quote, Site
from webapp.db import Base
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
from webapp.seeding.domain import values_at

_CHUNK = 400
# What a look-up in either database survives; everything else is refused later, with its place.
_SAFE = re.compile(r"[\x21-\x7e\xa0-\ud7ff\ue000-\uffff]{1,320}")

Rows = dict[Any, RowMapping]


class Known:
    """One tenant's part of a file while it is checked: its ids, and the rows that they meet."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.tenant_id = next(iter(_strings(document, ("tenant",))), "")
        # The object that is being checked, by kind: nested values ask whose they are.
        self.current: dict[str, str | None] = {}
        self.rows: dict[str, Rows] = defaultdict(dict)
        self.declared = {
            "site": set(self.strings("sites.code")),
            "product": set(self.strings("products.id")),
            "company": set(self.strings("legalEntities.id")),
            "person": set(self.strings("customers.id")),
            "membership": set(self.strings("customers.contactAssignments.id")),
        }
        self.companies_of_memberships = dict(_memberships(document))
        # Contact assignments that another source made under another id (R33).
        self.seats_left: dict[str, str] = {}
        self._seen: dict[str, set[Hashable]] = defaultdict(set)

    def strings(self, *paths: str) -> list[str]:
        """The texts at these dotted paths that can be looked up."""
        return list(_strings(self.document, *(tuple(path.split(".")) for path in paths)))

    def first(self, kind: str, key: Hashable) -> bool:
        """Whether this is the first time that the file brings this key."""
        fresh = key not in self._seen[kind]
        self._seen[kind].add(key)
        return fresh

    def has(self, kind: str, key: str) -> bool:
        """Whether the file or the database holds it."""
        return key in self.declared[kind] or key in self.rows[kind]

    def company_of(self, membership_id: str) -> str | None:
        """The company that a contact assignment belongs to, in the file or else in the database."""
        in_file = self.companies_of_memberships.get(membership_id)
        row = self.rows["membership"].get(membership_id)
        return in_file or (row["company_id"] if row else None)


def look_up(session: Session, known: Known) -> None:
    """Read every row that the document may change or refer to."""
    tenant = select(*_columns(Tenant)).where(Tenant.id == known.tenant_id)
    known.rows["tenant"] = {row["id"]: row for row in session.execute(tenant).mappings()}
    if not known.rows["tenant"]:
        return
    sites = select(*_columns(Site)).where(Site.tenant_id == known.tenant_id)
    known.rows["site"] = {row["code"]: row for row in session.execute(sites).mappings()}
    _look_up_directory(session, known)
    _look_up_people(session, known)
    _look_up_goods(session, known)


def rows(
    session: Session, column: InstrumentedAttribute[Any], tenant_id: str, values: Iterable[str]
) -> Iterator[RowMapping]:
    """The tenant's rows of the column's table whose column holds one of the values."""
    model: Any = column.class_
    wanted = sorted(set(values))
    for start in range(0, len(wanted), _CHUNK):
        query = select(*_columns(model)).where(
            model.tenant_id == tenant_id, column.in_(wanted[start : start + _CHUNK])
        )
        yield from session.execute(query).mappings()


def _look_up_directory(session: Session, known: Known) -> None:
    companies = set(
        known.strings(
            "legalEntities.id",
            "legalEntities.parentId",
            "customers.contactAssignments.legalEntityId",
            "carts.legalEntityId",
            "quotes.legalEntityId",
        )
    )
    _fill(session, known, "company", column=Company.id, values=companies)
    own = known.strings("legalEntities.id")
    for row in rows(session, CompanyAddress.company_id, known.tenant_id, own):
        known.rows["address"][row["company_id"], row["id"]] = row
    for row in rows(session, GroupMember.company_id, known.tenant_id, own):
        known.rows["group"][row["company_id"], row["membership_id"]] = row
    _fill(session, known, "client", column=ApiClient.id, values=known.strings("clients.clientId"))


def _look_up_people(session: Session, known: Known) -> None:
    people = known.strings("customers.id", "carts.customerId", "quotes.customerId")
    _fill(session, known, "person", column=Person.id, values=people)
    emails = {email.lower() for email in known.strings("customers.email")}
    for row in rows(session, Person.email, known.tenant_id, emails):
        known.rows["email"][row["email"]] = row
    own = known.strings("customers.id")
    assignments = known.strings("customers.contactAssignments.id", "legalEntities.approvalGroup")
    _fill(session, known, "membership", column=Membership.id, values=assignments)
    for row in rows(session, Membership.person_id, known.tenant_id, own):
        known.rows["seat"][row["person_id"], row["company_id"]] = row
    subjects = known.strings("customers.identities.subject")
    for row in rows(session, Identity.subject, known.tenant_id, subjects):
        known.rows["identity"][row["issuer"], row["subject"]] = row


def _look_up_goods(session: Session, known: Known) -> None:
    products = known.strings("products.id", "carts.items.productId", "quotes.items.productId")
    _fill(session, known, "product", column=Product.id, values=products)
    _fill(session, known, "cart", column=Cart.id, values=known.strings("carts.id"))
    _fill(session, known, "quote", column=Quote.id, values=known.strings("quotes.id"))


def _fill(
    session: Session,
    known: Known,
    kind: str,
    *,
    column: InstrumentedAttribute[str],
    values: Iterable[str],
) -> None:
    known.rows[kind] = {row["id"]: row for row in rows(session, column, known.tenant_id, values)}


def _columns(model: type[Base]) -> list[Any]:
    return [getattr(model, column.key) for column in inspect(model).column_attrs]


def _strings(document: object, *paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        for value in values_at(document, *path):
            if isinstance(value, str) and _SAFE.fullmatch(value):
                yield value


def _memberships(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for assignment in values_at(document, "customers", "contactAssignments"):
        if isinstance(assignment, dict):
            own, company = assignment.get("id"), assignment.get("legalEntityId")
            if isinstance(own, str) and isinstance(company, str):
                yield own, company
