"""What people are told about their access: invitations, written with the change (R31, R47)."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.identity.domain import Actor, Member
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


def last_invited(session: Session, member: Member, tenant_id: str) -> datetime | None:
    """When the last invitation was written, as far as the outbox remembers."""
    return outbox_queries.last_posted(session, tenant_id, member.membership_id)
