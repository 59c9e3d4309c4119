"""What the page of one person shows, and what becomes of the requests that wait for them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.approvals import oversight
from webapp.approvals.cover import Cover
from webapp.approvals.oversight import Effect
from webapp.approvals.queries import Summary
from webapp.approvals.succession import Crew, Stranded
from webapp.company.domain import ROLE_HINTS
from webapp.company.scene import RoleOption, moves
from webapp.identity import administration
from webapp.identity import queries as identity
from webapp.identity.domain import Actor, Away, Member, Role
from webapp.identity.policy import (
    may_activate,
    may_change_role,
    may_deactivate,
    may_edit,
    may_take_over,
)
from webapp.identity.recording import Place, open_place
from webapp.kernel.sentence import Sentence, Verdict, sentence

HANDED_OVER_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonScene:
    """One person of the company, and what may be changed."""

    place: Place
    member: Member
    is_self: bool
    moves: int
    roles: list[RoleOption]
    effect: Effect | None
    may_edit: Verdict
    may_take_over: Verdict
    may_invite: Verdict
    may_switch: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What became of one request of somebody who goes."""

    approval_id: str
    is_done: bool
    words: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureScene:
    """Somebody who may stop acting for the company, and what waits for them."""

    place: Place
    member: Member
    is_self: bool
    may_leave: Verdict
    cases: list[Stranded[Summary]]
    loads: dict[str, int]
    hidden: int
    cover: Cover
    bereft: list[Away]

    def suggested(self, one: Stranded[Summary]) -> str:
        """Who could take it over, is there, and has the least to decide on; empty for nobody."""
        least = min(one.successors, key=self._burden, default=None)
        return "" if least is None else least.person_id

    def _burden(self, one: Member) -> tuple[bool, int]:
        return self.cover.away(one.person_id) is not None, self.loads.get(one.person_id, 0)


def load_person(
    session: Session,
    actor: Actor,
    person_id: str,
    *,
    wanted: Role | None = None,
    now: datetime,
) -> PersonScene:
    """One person of the company, and what the `wanted` role would mean for what is pending.

    Raises `NotFound` for anybody else, `Forbidden` like `load`.
    """
    place = open_place(session, actor)
    member = place.member(person_id)
    account = identity.person(session, actor.tenant_id, person_id)
    known = Crew(company=place.company, members=place.members)
    pending = oversight.pending(session, actor, now=now, known=known)
    return PersonScene(
        place=place,
        member=member,
        is_self=member.person_id == actor.person_id,
        moves=moves(pending).get(person_id, 0),
        roles=[_option(member, role, place) for role in Role],
        effect=pending.effect(pending.crew.with_role(person_id, wanted)) if wanted else None,
        may_edit=may_edit(member),
        may_take_over=may_take_over(member),
        may_invite=administration.invitation(session, actor, member, now=now),
        may_switch=(
            may_deactivate(member, place.members)
            if member.active
            else may_activate(member, account_active=account.active)
        ),
    )


def load_departure(
    session: Session, actor: Actor, person_id: str, *, now: datetime
) -> DepartureScene:
    """What waits for one person of the company and who could take it over; raises as `load`."""
    place = open_place(session, actor)
    member = place.member(person_id)
    known = Crew(company=place.company, members=place.members)
    pending = oversight.pending(session, actor, now=now, known=known)
    after = pending.crew.without(person_id)
    cases = [
        Stranded(case=one, standing=after.standing(one), successors=after.successors(one))
        for one in pending.of(person_id)
    ]
    return DepartureScene(
        place=place,
        member=member,
        is_self=member.person_id == actor.person_id,
        may_leave=may_deactivate(member, place.members),
        cases=cases[:HANDED_OVER_AT_ONCE],
        loads=moves(pending),
        cover=pending.cover,
        bereft=pending.cover.bereft(after),
        hidden=max(0, len(cases) - HANDED_OVER_AT_ONCE),
    )


def _option(member: Member, role: Role, place: Place) -> RoleOption:
    verdict = may_change_role(member, role, place.members)
    return RoleOption(
        value=str(role),
        name=role.label,
        note=verdict.reason or sentence(ROLE_HINTS[role]),
        disabled=not verdict.allowed,
    )
