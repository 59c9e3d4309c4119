"""What a page says of somebody's absences, and of those whom they represent (R52)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.identity import deputies, queries
from webapp.identity.absence_rules import may_be_represented, may_stand_in, overlaps
from webapp.identity.domain import Actor, Away, Member
from webapp.kernel.sentence import N_, Sentence, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An absence, whether it goes on, and why its deputy would not decide, where that is so."""

    away: Away
    is_current: bool
    problem: Sentence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceScene:
    """The absences of a person in one company, and those in which they represent others.

    `deputies` are those who may be chosen; without any, nobody can be represented.
    """

    owner: Member | None
    planned: Sequence[Planned]
    entrusted: Sequence[Away]
    deputies: Sequence[Member]
    may_plan: bool


def open_absences(
    session: Session,
    actor: Actor,
    owner_id: str,
    *,
    now: datetime,
    people: Sequence[Member] | None = None,
) -> AbsenceScene | None:
    """The absences of this person in the actor's company; None for whoever has no part in any.

    Whoever has read the people of the company hands them over.
    """
    if actor.company_id is None:
        return None
    place = (actor.tenant_id, actor.company_id)
    owner = queries.member(session, *place, owner_id)
    if owner is None:
        return None
    planned = deputies.planned(session, *place, owner_id, now=now)
    entrusted = deputies.entrusted(session, *place, owner_id, now=now)
    may_plan = bool(may_be_represented(owner))
    if not (planned or entrusted or may_plan):
        return None
    people = queries.members(session, *place) if people is None else people
    known = {one.person_id: one for one in people}
    return AbsenceScene(
        owner=owner,
        planned=[
            Planned(
                away=one,
                is_current=one.covers(now),
                problem=may_stand_in(known.get(one.deputy_id), owner).reason
                or _clash(session, actor, one, now=now),
            )
            for one in planned
        ],
        entrusted=entrusted,
        deputies=[one for one in people if may_stand_in(one, owner)],
        may_plan=may_plan,
    )


def _clash(session: Session, actor: Actor, away: Away, *, now: datetime) -> Sentence | None:
    """That the deputy is away as well: they said so later, since there are no chains."""
    own = deputies.planned(session, actor.tenant_id, away.company_id, away.deputy_id, now=now)
    clash = next((one for one in own if overlaps(one, away)), None)
    if clash is None:
        return None
    return sentence(
        N_(
            "{name} is away from {first_day} to {last_day} as well. Whoever represents {name} "
            "does not decide for you."
        ),
        name=clash.owner_name,
        first_day=clash.first_day,
        last_day=clash.last_day,
    )
