"""The one place that makes an actor of a person and the company that they act for."""

from typing import Protocol

from webapp.identity.domain import GRANTS, Actor, SignedIn, Workplace


class Named(Protocol):
    """What has to be known of a person."""

    @property
    def first_name(self) -> str: ...
    @property
    def last_name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def time_zone(self) -> str: ...


def acting(
    person: Named,
    place: Workplace | None,
    *,
    tenant_id: str,
    person_id: str,
    session_id: str | None = None,
    signed_in: SignedIn | None = None,
) -> Actor:
    """The person with the role and the rights that they have in this company, or in none (R1)."""
    role = place.role if place else None
    return Actor(
        tenant_id=tenant_id,
        person_id=person_id,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        company_id=place.company_id if place else None,
        company_name=place.company_name if place else None,
        role=role,
        scopes=GRANTS[role],
        in_group=place.in_group if place else False,
        language=person.language,
        time_zone=person.time_zone,
        session_id=session_id,
        signed_in=signed_in,
    )
