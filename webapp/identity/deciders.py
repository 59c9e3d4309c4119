"""Who decides in a company, with everything that a verdict on them needs, in one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.orm import Session

from webapp.db import Utc
from webapp.identity.domain import CompanyFacts, Member
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
