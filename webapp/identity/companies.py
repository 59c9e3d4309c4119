"""Companies whole, as programs read them: limit, addresses, approval group, and who is what there.

Whose companies they are is the caller's question: those of a person come from `queries.workplaces`.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, func, select
from sqlalchemy.orm import Session

from webapp.identity.domain import Address, Member, Role
from webapp.identity.models import (
    ApiClient,
    Company,
    CompanyAddress,
    GroupMember,
    Membership,
    Person,
)
from webapp.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySheet:
    """A company with its addresses in its own order, and the active members of its group."""

    id: str
    name: str
    kind: str
    parent_id: str | None
    limit: Money | None
    version: int
    addresses: list[Address] = field(default_factory=list)
    group: list[Member] = field(default_factory=list)


def version_of(tenant_id: str, company_id: str | None) -> ScalarSelect[int]:
    """The version of a company, to be read inside another query; NULL without a company."""
    return (
        select(Company.version)
        .where(Company.tenant_id == tenant_id, Company.id == company_id)
        .scalar_subquery()
    )


def headcount(tenant_id: str, company_id: str) -> ScalarSelect[int]:
    """How many people a company has, to be read inside another query."""
    return (
        select(func.count())
        .select_from(Membership)
        .where(Membership.tenant_id == tenant_id, Membership.company_id == company_id)
        .scalar_subquery()
    )


def company_of_client(session: Session, tenant_id: str, client_id: str | None) -> str | None:
    """The company that a program is bound to; None for one of the whole tenant."""
    return session.scalar(
        select(ApiClient.company_id).where(
            ApiClient.tenant_id == tenant_id, ApiClient.id == client_id
        )
    )


def count(session: Session, tenant_id: str) -> int:
    """How many companies the tenant has."""
    query = select(func.count()).select_from(Company).where(Company.tenant_id == tenant_id)
    return session.scalar(query) or 0


def some(session: Session, tenant_id: str, *, offset: int, limit: int) -> list[CompanySheet]:
    """A part of the tenant's companies, by name."""
    return _sheets(session, tenant_id, _companies(tenant_id).offset(offset).limit(limit))


def sheets(session: Session, tenant_id: str, ids: Collection[str]) -> list[CompanySheet]:
    """These companies of the tenant, by name; unknown ones are missing."""
    return _sheets(session, tenant_id, _companies(tenant_id).where(Company.id.in_(ids)))


def _companies(tenant_id: str) -> Select[*tuple[Any, ...]]:
    return (
        select(Company.id, Company.name, Company.kind, Company.parent_id, Company.version)
        .add_columns(Company.limit_minor, Company.limit_currency)
        .where(Company.tenant_id == tenant_id)
        .order_by(Company.name, Company.id)
    )


def _sheets(
    session: Session, tenant_id: str, query: Select[*tuple[Any, ...]]
) -> list[CompanySheet]:
    found = {row[0]: _sheet(row) for row in session.execute(query)}
    _add_addresses(session, tenant_id, found)
    _add_groups(session, tenant_id, found)
    return list(found.values())


def _sheet(row: Any) -> CompanySheet:
    id_, name, kind, parent_id, version, minor, currency = row
    limit = None if minor is None or currency is None else Money(minor, currency)
    return CompanySheet(
        id=id_, name=name, kind=kind, parent_id=parent_id, limit=limit, version=version
    )


def _add_addresses(session: Session, tenant_id: str, found: dict[str, CompanySheet]) -> None:
    address = CompanyAddress
    query = (
        select(address.company_id, address.id, address.kind, address.address)
        .where(address.tenant_id == tenant_id, address.company_id.in_(found))
        .order_by(address.company_id, address.position, address.id)
    )
    for company_id, id_, kind, body in session.execute(query):
        found[company_id].addresses.append(Address(id=id_, kind=kind, address=body))


def _add_groups(session: Session, tenant_id: str, found: dict[str, CompanySheet]) -> None:
    query = (
        select(Membership.id, Person.id, Membership.company_id, Membership.role)
        .add_columns(Person.first_name, Person.last_name, Person.email)
        .select_from(GroupMember)
        .join(
            Membership,
            and_(
                Membership.tenant_id == GroupMember.tenant_id,
                Membership.id == GroupMember.membership_id,
            ),
        )
        .join(
            Person,
            and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id),
        )
        .where(
            GroupMember.tenant_id == tenant_id,
            GroupMember.company_id.in_(found),
            Membership.active,
            Person.active,
        )
        .order_by(Person.last_name, Person.first_name, Person.id)
    )
    for id_, person_id, company_id, role, first, last, email in session.execute(query):
        member = Member(
            membership_id=id_,
            person_id=person_id,
            company_id=company_id,
            first_name=first,
            last_name=last,
            email=email,
            role=Role(role),
            in_group=True,
        )
        found[company_id].group.append(member)
