"""What people are told about their access and their absences, with the change (R31, R43, R52)."""

from collections.abc import Iterable
from dataclasses import dataclass
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
    context: dict[str, object] = {
        "actor": actor.name,
        "company": company,
        "first_name": member.first_name,
        "address": member.email,
        "role": sentence(member.role.label),
        "path": "/",
    }
    mail = _Mail(stream_id=member.membership_id, template="invited", context=context)
    _post(session, actor, recipient_of(member), mail, now=now)


def tell_of_absence(
    session: Session, actor: Actor, away: Away, template: str, *, now: datetime
) -> None:
    """Write a mail to who is away and to who stands in for them, except to whoever did it."""
    for person_id in (away.owner_id, away.deputy_id):
        person = queries.person(session, actor.tenant_id, person_id)
        if person_id == actor.person_id or not person.active:
            continue
        to = Recipient(
            person_id=person.id,
            address=person.email,
            language=person.language,
            time_zone=person.time_zone,
        )
        to_owner = person_id == away.owner_id
        path = "/account#away" if to_owner else "/inbox"
        mail = _about(actor, away, template, to_owner=to_owner, path=path)
        _post(session, actor, to, mail, now=now)


def tell_of_gap(
    session: Session,
    actor: Actor,
    away: Away,
    people: Iterable[Member],
    *,
    by: str,
    now: datetime,
) -> None:
    """Write a mail to these people: nobody stands in for who is away any more (R52).

    `by` is the name of whoever did that; empty for the identity provider (R57).
    """
    company = queries.company(session, actor.tenant_id, away.company_id).name
    for one in people:
        to_owner = one.person_id == away.owner_id
        path = "/account#away" if to_owner else f"/company/people/{away.owner_id}#away"
        mail = _about(actor, away, "no_deputy", to_owner=to_owner, path=path)
        mail.context.update(actor=by, company=company)
        _post(session, actor, recipient_of(one), mail, now=now)


def last_invited(session: Session, member: Member, tenant_id: str) -> datetime | None:
    """When the last invitation was written, as far as the outbox remembers."""
    return outbox_queries.last_posted(session, tenant_id, member.membership_id)


def recipient_of(member: Member) -> Recipient:
    """Where a mail to this member goes, and in which language and zone it is written."""
    return Recipient(
        person_id=member.person_id,
        address=member.email,
        language=member.language,
        time_zone=member.time_zone,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    stream_id: str
    template: str
    context: dict[str, object]


def _about(actor: Actor, away: Away, template: str, *, to_owner: bool, path: str) -> _Mail:
    context: dict[str, object] = {
        "actor": actor.name,
        "company": actor.company_name,
        "owner": away.owner_name,
        "deputy": away.deputy_name,
        "first_day": away.first_day,
        "last_day": away.last_day,
        "to_owner": to_owner,
        "path": path,
    }
    return _Mail(stream_id=away.id, template=template, context=context)


def _post(session: Session, actor: Actor, to: Recipient, mail: _Mail, *, now: datetime) -> None:
    outbox.post(
        session,
        tenant_id=actor.tenant_id,
        stream_id=mail.stream_id,
        template=mail.template,
        to=to,
        context=mail.context,
        now=now,
    )
