"""Everything that a company page shows, read in one go; pages receive verdicts, not roles."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from webapp.approvals import oversight
from webapp.approvals.oversight import Waiting
from webapp.company import queries
from webapp.company.domain import ROLE_HINTS, Trace, group_in_words, limit_in_words
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

    @property
    def stuck(self) -> int:
        """How many of the requests shown wait for somebody who may not decide on them any more."""
        return sum(not one.standing.allowed for one in self.waiting.items)


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
    may_edit: Verdict
    may_take_over: Verdict
    may_switch: Verdict


def load(
    session: Session, actor: Actor, view: View, *, words: str = "", cursor: str | None = None
) -> Scene:
    """The company page; raises `Forbidden` for everybody who is no admin here."""
    place = open_place(session, actor)
    is_people, is_waiting = view is View.PEOPLE, view is View.WAITING
    nothing: Page[Waiting] = Page([], None)
    return Scene(
        place=place,
        view=view,
        pending=oversight.count(session, actor),
        currency=queries.usual_currency(session, actor, place),
        counts_tax=identity.settings(session, actor.tenant_id).limit_basis is LimitBasis.GROSS,
        people=queries.found_people(place, words) if is_people else [],
        moves=oversight.shared_out(session, actor) if is_people else {},
        waiting=oversight.waiting(session, actor, cursor=cursor) if is_waiting else nothing,
        changes=queries.changes(session, actor, place) if view is View.CHANGES else [],
    )


def load_person(session: Session, actor: Actor, person_id: str) -> PersonScene:
    """One person of the company; raises `NotFound` for anybody else, `Forbidden` like `load`."""
    place = open_place(session, actor)
    member = place.member(person_id)
    account = identity.person(session, actor.tenant_id, person_id)
    return PersonScene(
        place=place,
        member=member,
        is_self=member.person_id == actor.person_id,
        moves=oversight.shared_out(session, actor).get(person_id, 0),
        roles=[_option(member, role, place) for role in Role],
        may_edit=may_edit(member),
        may_take_over=may_take_over(member),
        may_switch=(
            may_deactivate(member, place.members)
            if member.active
            else may_activate(member, account_active=account.active)
        ),
    )


def role_options() -> list[RoleOption]:
    """The roles that a newcomer may get."""
    return [
        RoleOption(
            value=str(role), name=role.label, note=sentence(ROLE_HINTS[role]), disabled=False
        )
        for role in Role
    ]


def _option(member: Member, role: Role, place: Place) -> RoleOption:
    verdict = may_change_role(member, role, place.members)
    return RoleOption(
        value=str(role),
        name=role.label,
        note=verdict.reason or sentence(ROLE_HINTS[role]),
        disabled=not verdict.allowed,
    )
