"""Everything that a company page shows, read in one go; pages receive verdicts, not roles."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from webapp.approvals import oversight
from webapp.approvals.oversight import Effect, Pending, Waiting
from webapp.approvals.queries import Summary
from webapp.approvals.succession import Stranded
from webapp.company import queries
from webapp.company.domain import ROLE_HINTS, Trace, group_in_words, limit_in_words
from webapp.identity import administration
from webapp.identity import queries as identity
from webapp.identity.domain import Actor, LimitBasis, Member, Role
from webapp.identity.policy import (
    may_activate,
    may_change_role,
    may_deactivate,
    may_edit,
    may_join_group,
    may_take_over,
)
from webapp.identity.recording import Place, open_place
from webapp.kernel.paging import Page
from webapp.kernel.sentence import Sentence, Verdict, sentence

HANDED_OVER_AT_ONCE = 100


class View(StrEnum):
    """The parts of the page, each with an address of its own."""

    PEOPLE = "people"
    RULES = "rules"
    WAITING = "waiting"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The company and one part of its page; what belongs to other parts is empty."""

    place: Place
    view: View
    pending: int
    currency: str
    counts_tax: bool
    people: list[Member]
    moves: dict[str, int]
    whole: Pending | None
    have_come: set[str]
    waiting: Page[Waiting]
    changes: list[Trace]

    @property
    def limit_meaning(self) -> Sentence:
        """What follows from the limit as it stands."""
        return limit_in_words(self.place.company)

    @property
    def group_meaning(self) -> Sentence:
        """What follows from the approval group as it stands."""
        return group_in_words(self.place.group, self.place.company)

    @property
    def candidates(self) -> list[tuple[Member, Verdict]]:
        """Who may stand in the approval group, and of its members also who may not any more."""
        judged = [(one, may_join_group(one)) for one in self.place.members]
        return [(one, verdict) for one, verdict in judged if verdict.allowed or one.in_group]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleOption:
    """A role to choose: what it means, or why it cannot be chosen."""

    value: str
    name: str
    note: Sentence
    disabled: bool


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

    def suggested(self, one: Stranded[Summary]) -> str:
        """Who could take it over and has the least to decide on; empty where nobody could."""
        least = min(
            one.successors, key=lambda each: self.loads.get(each.person_id, 0), default=None
        )
        return "" if least is None else least.person_id


def load(
    session: Session, actor: Actor, view: View, *, words: str = "", cursor: str | None = None
) -> Scene:
    """The company page; raises `Forbidden` for everybody who is no admin here."""
    place = open_place(session, actor)
    is_people, is_waiting = view is View.PEOPLE, view is View.WAITING
    whole = oversight.pending(session, actor) if is_people or is_waiting else None
    nothing: Page[Waiting] = Page([], None)
    return Scene(
        place=place,
        view=view,
        pending=oversight.count(session, actor),
        currency=queries.usual_currency(session, actor, place),
        counts_tax=identity.settings(session, actor.tenant_id).limit_basis is LimitBasis.GROSS,
        people=queries.found_people(place, words) if is_people else [],
        moves=_moves(whole) if whole else {},
        whole=whole,
        have_come=_have_come(session, actor, place) if is_people else set(),
        waiting=oversight.waiting(session, actor, cursor=cursor) if is_waiting else nothing,
        changes=queries.changes(session, actor, place) if view is View.CHANGES else [],
    )


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
    pending = oversight.pending(session, actor)
    return PersonScene(
        place=place,
        member=member,
        is_self=member.person_id == actor.person_id,
        moves=_moves(pending).get(person_id, 0),
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


def load_departure(session: Session, actor: Actor, person_id: str) -> DepartureScene:
    """What waits for one person of the company and who could take it over; raises as `load`."""
    place = open_place(session, actor)
    member = place.member(person_id)
    pending = oversight.pending(session, actor)
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
        loads=_moves(pending),
        hidden=max(0, len(cases) - HANDED_OVER_AT_ONCE),
    )


def role_options() -> list[RoleOption]:
    """The roles that a newcomer may get."""
    return [
        RoleOption(
            value=str(role), name=role.label, note=sentence(ROLE_HINTS[role]), disabled=False
        )
        for role in Role
    ]


def _have_come(session: Session, actor: Actor, place: Place) -> set[str]:
    return identity.who_signed_in(session, actor.tenant_id, place.company.id)


def _moves(pending: Pending) -> dict[str, int]:
    """How many pending requests wait for whose move, by the ids of people."""
    return {one.person_id: one.count for one in pending.loads}


def _option(member: Member, role: Role, place: Place) -> RoleOption:
    verdict = may_change_role(member, role, place.members)
    return RoleOption(
        value=str(role),
        name=role.label,
        note=verdict.reason or sentence(ROLE_HINTS[role]),
        disabled=not verdict.allowed,
    )
