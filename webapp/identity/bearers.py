"""Who stands behind a token of the API now: their company, role and scopes (R40)."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.extensions import business_now
from webapp.identity import deputies, queries, scopes
from webapp.identity.acting import acting
from webapp.identity.domain import Actor, Holder, Origin, Workplace
from webapp.identity.models import ApiClient, Person


class TokenRefused(Exception):
    """The token is not known here, was taken back, or (`is_expired`) its time is over."""

    def __init__(self, *, is_expired: bool = False) -> None:
        super().__init__("expired" if is_expired else "unknown")
        self.is_expired = is_expired


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a new token speaks for, and how that was shown.

    `scopes` narrows what the token may do; empty is everything that the holder may.
    """

    tenant_id: str
    holder: Holder
    origin: Origin
    session_id: str
    person_id: str | None = None
    client_id: str | None = None
    company_id: str | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who sends a request to the API; `actor` for customers only.

    `company_id` is the company that the token was made for; the actor of a token without one acts
    for the only company they have (section 1.7).
    """

    tenant_id: str
    holder: Holder
    session_id: str
    scopes: frozenset[str]
    family_id: str = ""
    client_id: str | None = None
    company_id: str | None = None
    expires_at: datetime | None = None
    actor: Actor | None = None


_person = select(
    *(Person.first_name, Person.last_name, Person.email, Person.language, Person.time_zone),
    deputies.was_chosen.label("was_chosen"),
).where(Person.tenant_id == bindparam("tenant"), Person.id == bindparam("person"), Person.active)


def bearer_of(
    session: Session, subject: Subject, *, family_id: str = "", expires_at: datetime | None = None
) -> Bearer:
    """The sender that a subject is now; raises `TokenRefused` when the holder has gone."""
    actor = None
    if subject.holder is Holder.CUSTOMER:
        actor = actor_of(session, subject.tenant_id, subject.person_id or "", subject.company_id)
        granted = _scopes_of(session, actor, subject.company_id)
    elif subject.holder is Holder.SERVICE:
        granted = _client_scopes(session, subject)
    else:
        granted = frozenset()
    return Bearer(
        tenant_id=subject.tenant_id,
        holder=subject.holder,
        session_id=subject.session_id,
        scopes=scopes.narrowed(granted, subject.scopes),
        family_id=family_id,
        client_id=subject.client_id,
        company_id=subject.company_id,
        expires_at=expires_at,
        actor=actor,
    )


def actor_of(session: Session, tenant_id: str, person_id: str, company_id: str | None) -> Actor:
    """The active person in that company, or else in their only one; raises `TokenRefused`.

    A company that they no longer belong to stays named, with no role in it.
    """
    person = session.connection().execute(_person, {"tenant": tenant_id, "person": person_id})
    row = person.one_or_none()
    if row is None:
        raise TokenRefused
    place = _place(queries.workplaces(session, tenant_id, person_id), company_id)
    actor = acting(row, place, tenant_id=tenant_id, person_id=person_id)
    if place is None:
        actor = replace(actor, company_id=company_id)
    return deputies.empowered(session, actor, now=business_now()) if row.was_chosen else actor


def _place(places: list[Workplace], company_id: str | None) -> Workplace | None:
    if company_id is None:
        return places[0] if len(places) == 1 else None
    return next((place for place in places if place.company_id == company_id), None)


def _scopes_of(session: Session, actor: Actor, company_id: str | None) -> frozenset[str]:
    granted = scopes.of_customer(actor.role)
    if company_id is None and actor.company_id is None:
        for place in queries.workplaces(session, actor.tenant_id, actor.person_id):
            granted |= scopes.of_customer(place.role)
    return granted


def _client_scopes(session: Session, subject: Subject) -> frozenset[str]:
    row = session.execute(
        select(ApiClient.scopes, ApiClient.company_id).where(
            ApiClient.tenant_id == subject.tenant_id,
            ApiClient.id == subject.client_id,
            ApiClient.revoked_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise TokenRefused
    return scopes.of_client(row.scopes, company_id=row.company_id)
