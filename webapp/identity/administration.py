"""Looking after a company: its people and their roles, its limit, its approval group.

Every change leaves an entry in the history of the company (R30) and counts at the next request of
whom it concerns; it alters no request that was made before (R16).
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from webapp.identity import notices, queries
from webapp.identity.absences import tell_bereft
from webapp.identity.domain import Actor, Member, Role, Source
from webapp.identity.models import GroupMember, Membership, Person, Tenant
from webapp.identity.policy import (
    Deed,
    Newcomer,
    may_activate,
    may_change_role,
    may_deactivate,
    may_invite,
    may_join_group,
    may_take_over,
)
from webapp.identity.recording import (
    Place,
    count,
    enter,
    is_repeated,
    one_of,
    raise_version,
    trace,
)
from webapp.identity.signing_again import set_amount
from webapp.kernel.errors import Invalid, require
from webapp.kernel.ids import new_id
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Sentence, Verdict, sentence


def add_member(session: Session, actor: Actor, newcomer: Newcomer, *, now: datetime) -> Member:
    """Let somebody act for the company: a person of the tenant with this e-mail, else a new one.

    They get a mail with the way to sign in (R43). The form that is sent again adds nobody (R64).

    Raises:
        Invalid: they belong to the company already (`known_member`, field `email`).
    """
    place = enter(session, actor)
    person_id = _person_with(session, actor, newcomer, now=now)
    known = queries.member(session, actor.tenant_id, place.company.id, person_id)
    if known is not None:
        about = _about(known, role=newcomer.role)
        if is_repeated(session, actor, Deed.ADD, about, now=now):
            return known
        why = sentence(
            N_("{name} belongs to {company} already."), name=known.name, company=place.company.name
        )
        raise Invalid(why, code="known_member", fields={"email": why})
    session.execute(
        insert(Membership).values(
            tenant_id=actor.tenant_id,
            id=new_id(),
            person_id=person_id,
            company_id=place.company.id,
            role=newcomer.role,
            source=Source.PAGE,
        )
    )
    member = one_of(session, actor, person_id)
    trace(session, actor, Deed.ADD, _about(member, role=newcomer.role), place=place, now=now)
    notices.invite(session, actor, member, place.company.name, now=now)
    return member


def invite_again(session: Session, actor: Actor, person_id: str, *, now: datetime) -> Member:
    """Send the invitation once more; the form that is sent again sends none (R64).

    Raises:
        Forbidden: they have signed in already, do not act here, or were invited just now.
    """
    place = enter(session, actor)
    member = place.member(person_id)
    if is_repeated(session, actor, Deed.INVITE, _about(member), now=now):
        return member
    require(invitation(session, actor, member, now=now))
    trace(session, actor, Deed.INVITE, _about(member), place=place, now=now)
    notices.invite(session, actor, member, place.company.name, now=now)
    return member


def invitation(session: Session, actor: Actor, member: Member, *, now: datetime) -> Verdict:
    """Whether an invitation may be sent to this person now."""
    return may_invite(
        member,
        can_sign_in=queries.has_signed_in(session, actor.tenant_id, member.person_id),
        last=notices.last_invited(session, member, actor.tenant_id),
        now=now,
    )


def change_role(
    session: Session, actor: Actor, person_id: str, role: Role, *, seen: Role, now: datetime
) -> Member:
    """Give somebody another role; it counts from their next request on.

    Raises:
        Conflict: their role is not the one that was `seen` any more (`changed`).
        Forbidden: the rules keep them in theirs, and say why.
    """
    place = enter(session, actor)
    member = place.member(person_id)
    require(may_change_role(member, role, place.members))
    if role is member.role:
        return member
    count(
        session,
        update(Membership).where(_is(actor, member), Membership.role == seen).values(role=role),
    )
    trace(
        session, actor, Deed.ROLE, _about(member, old=member.role, new=role), place=place, now=now
    )
    tell_bereft(session, actor, place.company.id, place.members, now=now)
    return replace(member, role=role)


def set_active(
    session: Session, actor: Actor, person_id: str, active: bool, *, now: datetime
) -> Member:
    """Let somebody act for the company again, or no more; who stops leaves the approval group too.

    Raises:
        Forbidden: the rules keep it as it is, and say why.
    """
    place = enter(session, actor)
    member = place.member(person_id)
    if member.active == active:
        return member
    account = queries.person(session, actor.tenant_id, person_id)
    require(
        may_activate(member, account_active=account.active)
        if active
        else may_deactivate(member, place.members)
    )
    count(session, update(Membership).where(_is(actor, member)).values(active=active))
    if member.in_group and not active:
        _take_out(session, place, actor, [member])
        raise_version(session, actor, place.version)
    deed = Deed.ACTIVATE if active else Deed.DEACTIVATE
    trace(session, actor, deed, _about(member), place=place, now=now)
    tell_bereft(session, actor, place.company.id, place.members, now=now)
    return replace(member, active=active, in_group=member.in_group and active)


def take_over(session: Session, actor: Actor, person_id: str, *, now: datetime) -> Member:
    """Make the page the source of an imported membership, which imports then leave alone (R33).

    Raises:
        Forbidden: it comes from elsewhere, or from the page already.
    """
    place = enter(session, actor)
    member = place.member(person_id)
    require(may_take_over(member))
    count(session, update(Membership).where(_is(actor, member)).values(source=Source.PAGE))
    trace(session, actor, Deed.TAKE_OVER, _about(member), place=place, now=now)
    return replace(member, source=Source.PAGE)


def set_limit(
    session: Session, actor: Actor, limit: Money | None, *, seen_version: int, now: datetime
) -> None:
    """Set the company limit, or remove it: no limit is not a limit of zero (R10).

    Raises:
        Conflict: limit or group changed since the page was read (`changed`).
        Invalid: no company can have this limit (`bad_limit`, with the field).
    """
    set_amount(session, actor, Deed.LIMIT, limit, seen_version=seen_version, now=now)


def set_group(
    session: Session, actor: Actor, person_ids: Collection[str], *, seen_version: int, now: datetime
) -> None:
    """Let exactly these people approve, whatever their role; nobody means that roles decide (R11).

    Who stands there already changes nothing, whatever was seen.

    Raises:
        Conflict: limit or group changed since the page was read (`changed`).
        Invalid: somebody cannot stand in a group (`bad_group`, field `people`).
    """
    place = enter(session, actor)
    chosen = _chosen(place, person_ids)
    joined = [one for one in chosen if not one.in_group]
    left = [one for one in place.group if one not in chosen]
    if not (joined or left):
        return
    raise_version(session, actor, seen_version)
    _take_out(session, place, actor, left)
    for one in joined:
        session.execute(
            insert(GroupMember).values(
                tenant_id=actor.tenant_id,
                company_id=place.company.id,
                membership_id=one.membership_id,
            )
        )
    data = {
        "joined": [one.name for one in joined],
        "left": [one.name for one in left],
        "size": len(chosen),
    }
    trace(session, actor, Deed.GROUP, data, place=place, now=now)
    tell_bereft(session, actor, place.company.id, place.members, now=now)


def _person_with(session: Session, actor: Actor, newcomer: Newcomer, *, now: datetime) -> str:
    """The id of the person with this e-mail; whoever is known keeps the names of their account."""
    # Two companies may add the same person at once: one waits here for the other.
    session.execute(
        select(Tenant.id).where(Tenant.id == actor.tenant_id).with_for_update(key_share=True)
    )
    known = session.scalar(
        select(Person.id).where(Person.tenant_id == actor.tenant_id, Person.email == newcomer.email)
    )
    if known is not None:
        return known
    person_id = new_id()
    session.execute(
        insert(Person).values(
            tenant_id=actor.tenant_id,
            id=person_id,
            email=newcomer.email,
            first_name=newcomer.first_name,
            last_name=newcomer.last_name,
            language=actor.language,
            time_zone=actor.time_zone,
            created_at=now,
        )
    )
    return person_id


def _chosen(place: Place, person_ids: Collection[str]) -> list[Member]:
    by_id = {one.person_id: one for one in place.members}
    if not by_id.keys() >= set(person_ids):
        raise _bad_group(
            sentence(
                N_("Somebody you chose does not belong to {company}."), company=place.company.name
            )
        )
    chosen = [by_id[person_id] for person_id in dict.fromkeys(person_ids)]
    for member in chosen:
        verdict = may_join_group(member)
        if verdict.reason is not None:
            raise _bad_group(verdict.reason)
    return chosen


def _bad_group(why: Sentence) -> Invalid:
    return Invalid(why, code="bad_group", fields={"people": why})


def _is(actor: Actor, member: Member) -> Any:
    """This membership as it was read: the same source, the same company, the same tenant."""
    return (
        (Membership.tenant_id == actor.tenant_id)
        & (Membership.id == member.membership_id)
        & (Membership.company_id == member.company_id)
        & (Membership.source == member.source)
    )


def _take_out(session: Session, place: Place, actor: Actor, members: list[Member]) -> None:
    session.execute(
        delete(GroupMember).where(
            GroupMember.tenant_id == actor.tenant_id,
            GroupMember.company_id == place.company.id,
            GroupMember.membership_id.in_([one.membership_id for one in members]),
        )
    )


def _about(member: Member, **more: str) -> dict[str, Any]:
    return {"person": member.name, "person_id": member.person_id, **more}
