"""Reading tenants, companies, people and their sessions."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, exists, literal, or_, select
from sqlalchemy.orm import Session

from webapp.identity.domain import (
    Account,
    Address,
    Claims,
    CompanyFacts,
    LimitBasis,
    Member,
    PersonFacts,
    Role,
    Source,
    TenantSettings,
    Workplace,
)
from webapp.identity.models import (
    Company,
    CompanyAddress,
    GroupMember,
    Identity,
    Membership,
    Person,
    Tenant,
    WebSession,
)
from webapp.kernel.errors import NotFound
from webapp.kernel.money import optional_money
from webapp.kernel.sentence import N_, sentence

_MOST_MEMBERS = 5000
_MOST_ACCOUNTS = 50

_in_group = exists().where(
    GroupMember.tenant_id == Membership.tenant_id,
    GroupMember.company_id == Membership.company_id,
    GroupMember.membership_id == Membership.id,
)
_has_group = exists().where(
    GroupMember.tenant_id == Company.tenant_id, GroupMember.company_id == Company.id
)
# What `company_of` and `member_of` read.
COMPANY = (
    Company.id, Company.name, Company.limit_minor, Company.limit_currency, _has_group,
    Company.again_minor, Company.again_currency, Company.link_minor, Company.link_currency,
)  # fmt: skip
MEMBER = (
    Membership.id, Membership.person_id, Membership.company_id, Person.first_name, Person.last_name,
    Person.email, Membership.role, and_(Person.active, Membership.active).label("active"),
    _in_group.label("in_group"), Membership.source, Person.language, Person.time_zone,
)  # fmt: skip
_members = (
    select(*MEMBER)
    .join(
        Person,
        and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id),
    )
    .order_by(Person.last_name, Person.first_name, Person.id)
)


def company(session: Session, tenant_id: str, company_id: str) -> CompanyFacts:
    """The name, limit and approval group of a company; raises `NotFound`."""
    row = session.execute(
        select(*COMPANY).where(Company.tenant_id == tenant_id, Company.id == company_id)
    ).one_or_none()
    if row is None:
        raise no_company()
    return company_of(row)


def no_company() -> NotFound:
    """What is raised for a company that is not there."""
    return NotFound(sentence(N_("There is no such company.")), code="no_company")


def company_of(row: Any) -> CompanyFacts:
    """What a row of `COMPANY` says."""
    id_, name, limit, limit_currency, has_group, *signing_in = row
    return CompanyFacts(
        id=id_, name=name, limit=optional_money(limit, limit_currency), has_group=has_group,
        again_above=optional_money(*signing_in[:2]), link_below=optional_money(*signing_in[2:]),
    )  # fmt: skip


def members(session: Session, tenant_id: str, company_id: str) -> list[Member]:
    """Everybody of a company by name, those who are no longer active too."""
    query = _members.where(Membership.tenant_id == tenant_id, Membership.company_id == company_id)
    return [member_of(row) for row in session.execute(query.limit(_MOST_MEMBERS))]


def member(session: Session, tenant_id: str, company_id: str, person_id: str) -> Member | None:
    """One person of a company, or None."""
    query = _members.where(
        Membership.tenant_id == tenant_id,
        Membership.company_id == company_id,
        Membership.person_id == person_id,
    )
    row = session.execute(query).one_or_none()
    return None if row is None else member_of(row)


def addresses(session: Session, tenant_id: str, company_id: str) -> list[Address]:
    """The delivery and billing addresses of a company in its own order."""
    query = (
        select(CompanyAddress.id, CompanyAddress.kind, CompanyAddress.address)
        .where(CompanyAddress.tenant_id == tenant_id, CompanyAddress.company_id == company_id)
        .order_by(CompanyAddress.position, CompanyAddress.id)
        .limit(500)
    )
    return [Address(id=id_, kind=kind, address=body) for id_, kind, body in session.execute(query)]


def settings(session: Session, tenant_id: str) -> TenantSettings:
    """The settings of a tenant, each with its default where nothing is set."""
    given = session.scalar(select(Tenant.settings).where(Tenant.id == tenant_id)) or {}
    defaults = TenantSettings()
    return TenantSettings(
        expiry_days=int(given.get("approval.default_expiryDays", defaults.expiry_days)),
        reminder_hours=int(given.get("reminder_hours", defaults.reminder_hours)),
        quotes_need_approval=bool(
            given.get("approval.enableQuoteApprovalProcess", defaults.quotes_need_approval)
        ),
        limit_basis=LimitBasis(given.get("limit_basis", defaults.limit_basis)),
    )


def person(session: Session, tenant_id: str, person_id: str) -> PersonFacts:
    """A person with the settings of their account; raises `NotFound`."""
    row = session.execute(
        select(
            Person.id, Person.first_name, Person.last_name, Person.email, Person.active,
            Person.language, Person.time_zone, Person.theme, Person.has_shortcuts,
        ).where(Person.tenant_id == tenant_id, Person.id == person_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound(sentence(N_("There is no such person.")), code="no_person")
    return PersonFacts(**row._asdict())


def workplaces(session: Session, tenant_id: str, person_id: str) -> list[Workplace]:
    """The companies that an active person may act for, by name (R3, R17)."""
    query = (
        select(Membership.id, Company.id, Company.name, Membership.role, _in_group)
        .select_from(Membership)
        .join(
            Company,
            and_(Company.tenant_id == Membership.tenant_id, Company.id == Membership.company_id),
        )
        .where(
            Membership.tenant_id == tenant_id,
            Membership.person_id == person_id,
            Membership.active,
        )
        .order_by(Company.name, Company.id)
        .limit(200)
    )
    return [
        Workplace(
            membership_id=own, company_id=id_, company_name=name, role=Role(role), in_group=in_group
        )
        for own, id_, name, role, in_group in session.execute(query)
    ]


def company_ids(tenant_id: str, person_id: str) -> Select[str]:
    """The companies in which the person is active now, to be used inside another query (R17)."""
    return select(Membership.company_id).where(
        Membership.tenant_id == tenant_id, Membership.person_id == person_id, Membership.active
    )


def accounts(session: Session, claims: Claims) -> list[Account]:
    """Whom a sign-in may mean, tenant by tenant (R32).

    Whoever is bound to the subject, and in other tenants whoever has the e-mail address and is not
    bound to another subject of the same provider.
    """
    bound_here = Identity.subject == claims.subject
    query = _accounts(claims).where(or_(bound_here, _is_unbound(claims)))
    # Whoever has no subject compares as null, which PostgreSQL would put before those who match.
    bound_first = case((bound_here, 0), else_=1)
    rows = session.execute(query.order_by(Tenant.name, Tenant.id, bound_first, Person.id))
    found: dict[str, Account] = {}
    for tenant_id, tenant_name, person_id, first, last, active, subject in rows:
        account = Account(
            tenant_id=tenant_id,
            tenant_name=tenant_name,
            person_id=person_id,
            name=f"{first} {last}".strip(),
            active=active,
            bound=subject is not None,
        )
        found.setdefault(tenant_id, account)
    return list(found.values())


def has_signed_in(session: Session, tenant_id: str, person_id: str) -> bool:
    """Whether this person is bound to an account of a provider."""
    bound = exists().where(Identity.tenant_id == tenant_id, Identity.person_id == person_id)
    return bool(session.scalar(select(bound)))


def who_signed_in(session: Session, tenant_id: str, company_id: str) -> set[str]:
    """The ids of the people of a company who are bound to an account of a provider."""
    query = (
        select(Identity.person_id)
        .join(
            Membership,
            and_(
                Membership.tenant_id == Identity.tenant_id,
                Membership.person_id == Identity.person_id,
            ),
        )
        .where(Identity.tenant_id == tenant_id, Membership.company_id == company_id)
        .distinct()
        .limit(_MOST_MEMBERS)
    )
    return set(session.scalars(query))


def tenant_name(session: Session, tenant_id: str) -> str:
    """What a tenant is called."""
    return session.scalar(select(Tenant.name).where(Tenant.id == tenant_id)) or tenant_id


def living_sessions(
    session: Session, id_hashes: Collection[str], *, idle: timedelta, now: datetime
) -> set[str]:
    """Those of these sessions through which somebody may still act."""
    query = (
        select(WebSession.id_hash)
        .join(
            Person,
            and_(Person.tenant_id == WebSession.tenant_id, Person.id == WebSession.person_id),
        )
        .where(
            WebSession.id_hash.in_(id_hashes),
            WebSession.expires_at > now,
            WebSession.seen_at > now - idle,
            Person.active,
        )
    )
    return set(session.scalars(query))


def _accounts(claims: Claims) -> Select[*tuple[Any, ...]]:
    mine = and_(
        Identity.tenant_id == Person.tenant_id,
        Identity.person_id == Person.id,
        Identity.issuer == claims.issuer,
    )
    return (
        select(
            Person.tenant_id,
            Tenant.name,
            Person.id,
            Person.first_name,
            Person.last_name,
            Person.active,
            Identity.subject,
        )
        .join(Tenant, Tenant.id == Person.tenant_id)
        .outerjoin(Identity, mine)
        .limit(_MOST_ACCOUNTS)
    )


def _is_unbound(claims: Claims) -> Any:
    return and_(
        literal(claims.email) != "", Person.email == claims.email, Identity.subject.is_(None)
    )


def member_of(row: Any) -> Member:
    """What a row of `MEMBER` says."""
    id_, person_id, company_id, first, last, email, role, active, in_group, source, lang, zone = row
    return Member(
        membership_id=id_,
        person_id=person_id,
        company_id=company_id,
        first_name=first,
        last_name=last,
        email=email,
        role=Role(role),
        active=bool(active),
        in_group=in_group,
        source=Source(source),
        language=lang,
        time_zone=zone,
    )
