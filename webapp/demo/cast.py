"""The people of the demo: a wholesale company, two subsidiaries, and nine invented colleagues.

A company of its own (`prospect`) comes under the same ids, so that its stories are the same.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from webapp.identity import companies, service
from webapp.identity import queries as identity
from webapp.identity.acting import acting
from webapp.identity.domain import Actor, CompanyFacts, Member, Role
from webapp.identity.first_days import Part
from webapp.kernel.errors import NotFound
from webapp.kernel.sentence import N_

TENANT = "hafen"
_COMPANY = Path(__file__).with_name("company.json")

# One line of story for each person on the sign-in page.
LINES = {
    "rita": N_("One request needs an answer; a cart over the limit is ready to hand over."),
    "ada": N_("Several requests wait, one of them not for long, and one for somebody who is away."),
    "bob": N_("Orders alone up to the company limit and approves for requesters."),
    "claus": N_("An admin who is away for some days; somebody else decides meanwhile."),
    "marek": N_("Runs the warehouse. One of his requests is about to expire."),
    "ines": N_("Was told no last week, with a reason, and asks for something else now."),
    "jonas": N_("Orders for the workshop and asks for everything; there is no limit."),
    "simon": N_("One of two people who approve here, in Swiss francs."),
    "elif": N_("A requester, and still the one who approves what Simon asks for."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One company of the demo with the people who are shown under it."""

    company: CompanyFacts
    people: list[Member]


def seed_document(issuer: str, company: dict[str, Any] | None = None) -> dict[str, Any]:
    """The whole company in the seed format; its people are bound to this issuer beforehand."""
    document = dict(company or invented())
    document["customers"] = [
        {**customer, "identities": [{"issuer": issuer, "subject": customer["id"]}]}
        for customer in document["customers"]
    ]
    return document


def identities(issuer: str, company: dict[str, Any] | None = None) -> dict[str, Any]:
    """Only the bindings, for a desk that answers at another address than the last time."""
    people = seed_document(issuer, company)["customers"]
    return {
        "tenant": TENANT,
        "customers": [{"id": one["id"], "identities": one["identities"]} for one in people],
    }


def houses(session: Session) -> list[House]:
    """The companies in their order, each active person under the first one they belong to."""
    shown: set[str] = set()
    found = []
    for company_id in company_ids(session):
        company = identity.company(session, TENANT, company_id)
        people = [
            one
            for one in identity.members(session, TENANT, company_id)
            if one.active and one.person_id not in shown
        ]
        shown |= {one.person_id for one in people}
        found.append(House(company=company, people=sorted(people, key=_place)))
    return found


def claims(session: Session, person_id: str) -> dict[str, Any] | None:
    """What the provider says of a person, or None when nobody active has this id."""
    try:
        person = identity.person(session, TENANT, person_id)
    except NotFound:
        return None
    if not person.active:
        return None
    return {
        "sub": person.id,
        "name": f"{person.first_name} {person.last_name}".strip(),
        "given_name": person.first_name,
        "family_name": person.last_name,
        "email": person.email,
        "email_verified": True,
        "locale": person.language,
        "zoneinfo": person.time_zone,
    }


def actor(session: Session, person_id: str, company_id: str) -> Actor:
    """The person as they act in one of their companies; raises `NotFound`."""
    person = identity.person(session, TENANT, person_id)
    place = next(
        one
        for one in identity.workplaces(session, TENANT, person_id)
        if one.company_id == company_id
    )
    return acting(person, place, tenant_id=TENANT, person_id=person.id)


def know_their_way(session: Session, company: dict[str, Any]) -> None:
    """Whoever is in the story since weeks has put the introductions away; newcomers have not."""
    for person in company["customers"]:
        company_id = person["contactAssignments"][0]["legalEntityId"]
        for part in Part:
            service.put_away(session, actor(session, person["id"], company_id), part)


def introductions(company: dict[str, Any] | None = None) -> list[tuple[str, str, str]]:
    """Name, role and line of everybody in the order of the story, in English."""
    people = {one["id"]: one for one in (company or invented())["customers"]}
    return [
        (
            f"{people[person_id]['firstName']} {people[person_id]['lastName']}",
            Role(people[person_id]["contactAssignments"][0]["role"]).label,
            line,
        )
        for person_id, line in LINES.items()
        if person_id in people
    ]


def company_ids(session: Session) -> list[str]:
    """The companies that are on this desk, in the order of the sign-in page."""
    known = [company["id"] for company in invented()["legalEntities"]]
    there = {sheet.id for sheet in companies.sheets(session, TENANT, known)}
    return [company_id for company_id in known if company_id in there]


@cache
def invented() -> dict[str, Any]:
    """The invented company in the seed format."""
    document: dict[str, Any] = json.loads(_COMPANY.read_text(encoding="utf-8"))
    return document


def _place(member: Member) -> tuple[int, str]:
    """The cast in the order of the story, then whoever was added on the company page."""
    order = list(LINES)
    known = member.person_id in LINES
    return (order.index(member.person_id) if known else len(order), member.name)
