"""Being away: who decides meanwhile, told to both and written into the company's history (R52)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from webapp.identity import deputies, notices, queries
from webapp.identity.absence_rules import (
    Days,
    bereft,
    may_be_represented,
    may_stand_in,
    overlaps,
    refuse,
    require_sound,
)
from webapp.identity.domain import Actor, Away, Member, Role
from webapp.identity.models import Absence
from webapp.identity.policy import Deed
from webapp.identity.recording import count, enter, is_repeated, lock, write
from webapp.kernel.errors import Conflict, Forbidden, NotFound, require
from webapp.kernel.ids import new_id
from webapp.kernel.sentence import N_, sentence
from webapp.reader import zone_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who is to be away on which days of theirs, and who decides for them."""

    owner_id: str
    deputy_id: str
    days: Days


def leave(session: Session, actor: Actor, plan: Plan, *, now: datetime) -> Away:
    """Let somebody decide for the owner on these days; both are told, except whoever does it.

    The form that is sent again plans nothing more (R64).

    Raises:
        NotFound: the owner is nobody of the actor's company (`no_person`).
        Forbidden: only admins plan for others, and nothing waits for this owner to decide.
        Invalid: days or deputy cannot be (`bad_absence`; `first_day`, `last_day`, `deputy`).
    """
    owner = _enter(session, actor, plan.owner_id)
    require(may_be_represented(owner))
    zone = zone_of(owner.time_zone)
    require_sound(plan.days, now.astimezone(zone).date())
    deputy = _deputy(session, actor, owner, plan.deputy_id)
    span = plan.days.span(zone, now)
    away = Away(
        id=new_id(),
        company_id=owner.company_id,
        owner_id=owner.person_id,
        owner_name=owner.name,
        deputy_id=deputy.person_id,
        deputy_name=deputy.name,
        first_day=plan.days.first,
        last_day=plan.days.last,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
    )
    if is_repeated(session, actor, Deed.AWAY, _told(away), now=now):
        return away
    _require_room(session, actor, away, now=now)
    session.execute(insert(Absence).values(tenant_id=actor.tenant_id, **_columns(away)))
    write(session, actor, Deed.AWAY, _told(away), company_id=away.company_id, now=now)
    notices.tell_of_absence(session, actor, away, "represent", now=now)
    return away


def come_back(session: Session, actor: Actor, absence_id: str, *, now: datetime) -> Away:
    """End an absence before its time, or call it off; both are told, except whoever does it.

    Raises:
        NotFound: there is none, or it is not for this person to end (`no_absence`).
        Conflict: it is over (`finished`), or somebody else ended it meanwhile (`changed`).
    """
    away = deputies.one(session, actor.tenant_id, absence_id)
    if away.company_id != actor.company_id:
        raise NotFound(
            sentence(N_("There is no such absence, or it was ended already.")), code="no_absence"
        )
    try:
        _enter(session, actor, away.owner_id)
    except Forbidden:
        raise NotFound(
            sentence(N_("There is no such absence, or it was ended already.")), code="no_absence"
        ) from None
    if away.ends_at <= now:
        raise Conflict(sentence(N_("This absence is over.")), code="finished")
    count(
        session,
        update(Absence)
        .where(
            Absence.tenant_id == actor.tenant_id,
            Absence.id == absence_id,
            Absence.ended_at.is_(None),
        )
        .values(ended_at=now),
    )
    write(session, actor, Deed.BACK, _told(away), company_id=away.company_id, now=now)
    notices.tell_of_absence(session, actor, away, "represent_no_more", now=now)
    return away


def tell_bereft(
    session: Session,
    actor: Actor,
    company_id: str,
    before: Sequence[Member],
    *,
    now: datetime,
    is_directory: bool = False,
) -> None:
    """Tell whom a change of the company left without a deputy, and its admins.

    `before` is how people were. The absence stays: it counts again once its deputy may approve
    again, or somebody else may be chosen after it is called off. Whoever did it is told nothing;
    where the directory did, nobody of the company did.
    """
    absences = deputies.planned_in(session, actor.tenant_id, company_id, now=now)
    if not absences:
        return
    after = queries.members(session, actor.tenant_id, company_id)
    for away in bereft(absences, before, after):
        concerned = [one for one in after if one.active and _minds(one, away)]
        others = [one for one in concerned if one.person_id != actor.person_id]
        by = "" if is_directory else actor.name
        notices.tell_of_gap(session, actor, away, others, by=by, now=now)


def _minds(member: Member, away: Away) -> bool:
    return member.role is Role.ADMIN or member.person_id == away.owner_id


def _enter(session: Session, actor: Actor, owner_id: str) -> Member:
    """The owner, once the company is locked: two plans then see each other.

    Everybody plans for themselves, and admins for all of their company.
    """
    if actor.person_id != owner_id:
        return enter(session, actor).member(owner_id)
    lock(session, actor)
    owner = queries.member(session, actor.tenant_id, str(actor.company_id), owner_id)
    if owner is None:
        raise NotFound(sentence(N_("There is no such person.")), code="no_person")
    return owner


def _deputy(session: Session, actor: Actor, owner: Member, deputy_id: str) -> Member:
    deputy = queries.member(session, actor.tenant_id, owner.company_id, deputy_id)
    verdict = may_stand_in(deputy, owner)
    if deputy is None or verdict.reason is not None:
        raise refuse("deputy", verdict.reason or sentence(N_("Choose somebody of your company.")))
    return deputy


def _require_room(session: Session, actor: Actor, away: Away, *, now: datetime) -> None:
    """Nobody is away twice at once, and whoever is away themselves stands in for nobody."""
    place = (actor.tenant_id, away.company_id)
    for other in deputies.planned(session, *place, away.owner_id, now=now):
        if overlaps(away, other):
            why = N_(
                "{name} is away from {first_day} to {last_day} already, represented by {deputy}."
            )
            raise refuse("first_day", sentence(why, deputy=other.deputy_name, **_named(other)))
    for other in deputies.planned(session, *place, away.deputy_id, now=now):
        if overlaps(away, other):
            why = N_(
                "{name} is away from {first_day} to {last_day}. Choose somebody else: whoever "
                "represents {name} does not decide for you."
            )
            raise refuse("deputy", sentence(why, **_named(other)))


def _named(away: Away) -> dict[str, Any]:
    return {"name": away.owner_name, "first_day": away.first_day, "last_day": away.last_day}


def _columns(away: Away) -> dict[str, Any]:
    names = ("id", "company_id", "owner_id", "deputy_id", "first_day", "last_day")
    return {name: getattr(away, name) for name in (*names, "starts_at", "ends_at")}


def _told(away: Away) -> dict[str, Any]:
    return {
        "person": away.owner_name,
        "person_id": away.owner_id,
        "deputy": away.deputy_name,
        "deputy_id": away.deputy_id,
        "first_day": away.first_day.isoformat(),
        "last_day": away.last_day.isoformat(),
    }
