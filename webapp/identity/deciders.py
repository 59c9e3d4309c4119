"""Who decides in a company, with everything that a verdict on them needs, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from webapp.db import Utc
from webapp.identity.domain import CompanyFacts, Member, PersonFacts
from webapp.identity.models import Absence, Company, Membership, Person
from webapp.identity.queries import COMPANY, MEMBER, company_of, member_of, no_company


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """A person in a company, if they are there; `owner_is_awaited` when the owner's absence counts.

    Then an absence of the owner, for whom they may decide, goes on or is to come (R52).
    """

    company: CompanyFacts
    member: Member | None
    owner_is_awaited: bool


def decider(
    session: Session,
    tenant_id: str,
    company_id: str,
    person_id: str,
    *,
    owner_id: str,
    now: datetime,
) -> Decider:
    """This person of this company; raises `NotFound` (`no_company`)."""
    values = {
        "tenant": tenant_id,
        "company": company_id,
        "person": person_id,
        "owner": owner_id,
        "now": now,
    }
    row = session.connection().execute(_load, values).one_or_none()
    if row is None:
        raise no_company()
    awaited, *columns = row
    company, member = columns[: len(COMPANY)], columns[len(COMPANY) :]
    return Decider(
        company=company_of(company),
        member=member_of(member) if member[0] is not None else None,
        owner_is_awaited=awaited,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The company of a request and its two people, as they are now.

    `approver` is None for somebody who is not in the company any more.
    """

    company: CompanyFacts
    approver: Member | None
    requester: PersonFacts


def with_parties(query: Select[Any], request: Any) -> Select[Any]:
    """The same about requests, with columns that `parties` reads; `request` is their table."""
    tenant = request.tenant_id
    is_approver = and_(
        Membership.tenant_id == tenant,
        Membership.company_id == request.company_id,
        Membership.person_id == request.approver_id,
    )
    return (
        query.add_columns(*COMPANY, *MEMBER, *(getattr(_Requester, name) for name in _PERSON))
        .join(Company, and_(Company.tenant_id == tenant, Company.id == request.company_id))
        .join(
            _Requester,
            and_(_Requester.tenant_id == tenant, _Requester.id == request.requester_id),
        )
        .outerjoin(Membership, is_approver)
        .outerjoin(Person, and_(Person.tenant_id == tenant, Person.id == Membership.person_id))
    )


def parties(columns: Sequence[Any]) -> Parties:
    """What the columns of `with_parties` say."""
    members = len(COMPANY)
    people = members + len(MEMBER)
    member = columns[members:people]
    return Parties(
        company=company_of(columns[:members]),
        approver=member_of(member) if member[0] is not None else None,
        requester=PersonFacts(**dict(zip(_PERSON, columns[people:], strict=True))),
    )


_Requester = aliased(Person)
_PERSON = [one.name for one in fields(PersonFacts)]
_tenant: Any = bindparam("tenant")
_is_awaited = exists().where(
    Absence.tenant_id == _tenant,
    Absence.company_id == bindparam("company"),
    Absence.owner_id == bindparam("owner"),
    Absence.ended_at.is_(None),
    Absence.ends_at > bindparam("now", type_=Utc()),
)
_is_theirs = and_(
    Membership.tenant_id == Company.tenant_id,
    Membership.company_id == Company.id,
    Membership.person_id == bindparam("person"),
)
_load = (
    select(_is_awaited, *COMPANY, *MEMBER)
    .select_from(Company)
    .outerjoin(Membership, _is_theirs)
    .outerjoin(
        Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id)
    )
    .where(Company.tenant_id == _tenant, Company.id == bindparam("company"))
)
