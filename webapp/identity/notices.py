"""What people are told about their access and their absences, with the change (R31, R43, R52)."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.identity import queries
from webapp.identity.domain import Actor, Away, Member
from webapp.kernel.sentence import sentence
from webapp.outbox import queries as outbox_queries
from webapp.outbox import service as outbox
from webapp.outbox.service import Recipient


def invite(session: Session, actor: Actor, member: Member, company: str, *, now: datetime) -> None:
    """Write a mail with the way to sign in, in the language that the person reads."""
    outbox.post(
        session,
        tenant_id=actor.tenant_id,
        stream_id=member.membership_id,
        template="invited",
        to=Recipient(
            person_id=member.person_id,
            address=member.email,
            language=member.language,
            time_zone=member.time_zone,
        ),
        context={
            "actor": actor.name,
            "company": company,
            "first_name": member.first_name,
            "address": member.email,
            "role": sentence(member.role.label),
            "path": "/",
        },
        now=now,
    )


def tell_of_absence(
    session: Session, actor: Actor, away: Away, template: str, *, now: datetime
) -> None:
    """Write a mail to who is away and to who stands in for them, except to whoever did it."""
    for person_id in (away.owner_id, away.deputy_id):
        person = queries.person(session, actor.tenant_id, person_id)
        if person_id == actor.person_id or not person.active:
            continue
        outbox.post(
            session,
            tenant_id=actor.tenant_id,
            stream_id=away.id,
            template=template,
            to=Recipient(
                person_id=person.id,
                address=person.email,
                language=person.language,
                time_zone=person.time_zone,
            ),
            context={
                "actor": actor.name,
                "company": actor.company_name,
                "owner": away.owner_name,
                "deputy": away.deputy_name,
                "first_day": away.first_day,
                "last_day": away.last_day,
                "to_owner": person_id == away.owner_id,
                "path": "/account#away" if person_id == away.owner_id else "/inbox",
            },
            now=now,
        )


def last_invited(session: Session, member: Member, tenant_id: str) -> datetime | None:
    """When the last invitation was written, as far as the outbox remembers."""
    return outbox_queries.last_posted(session, tenant_id, member.membership_id)
