"""Everything that a company page shows, read in one go; pages receive verdicts, not roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from webapp.approvals import oversight
from webapp.approvals.domain import Status
from webapp.approvals.figures import Figures
from webapp.approvals.figures import figures as count
from webapp.approvals.oversight import Pending, Waiting
from webapp.approvals.queries import Summary
from webapp.approvals.register import Search, register
from webapp.approvals.succession import Crew
from webapp.company import queries
from webapp.company.domain import ROLE_HINTS, Trace, group_in_words, limit_in_words
from webapp.identity import queries as identity
from webapp.identity.domain import Actor, LimitBasis, Member, Role
from webapp.identity.policy import (
    may_join_group,
)
from webapp.identity.recording import Front, open_front
from webapp.kernel.paging import Page
from webapp.kernel.sentence import N_, Sentence, Verdict, sentence

_OFFERED = 500
_FORMER = N_("somebody who is not here any more")


class View(StrEnum):
    """The parts of the page, each with an address of its own."""

    PEOPLE = "people"
    RULES = "rules"
    WAITING = "waiting"
    REQUESTS = "requests"
    FIGURES = "figures"
    CHANGES = "changes"


_NAMELESS = (View.FIGURES, View.CHANGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The company and one part of its page; what belongs to other parts is empty."""

    place: Front
    view: View
    pending: int
    currency: str
    counts_tax: bool
    members: list[Member]
    people: list[Member]
    moves: dict[str, int]
    whole: Pending | None
    have_come: set[str]
    waiting: Page[Waiting]
    search: Search
    requests: Page[Summary]
    figures: Figures | None
    changes: Page[Trace]

    @property
    def next_cursor(self) -> str | None:
        """Where the list of this part goes on, if it does."""
        lists = self.waiting, self.requests, self.changes
        return next((page.next_cursor for page in lists if page.next_cursor), None)

    @property
    def limit_meaning(self) -> Sentence:
        """What follows from the limit as it stands."""
        return limit_in_words(self.place.company)

    @property
    def group_meaning(self) -> Sentence:
        """What follows from the approval group as it stands."""
        return group_in_words([one for one in self.members if one.in_group], self.place.company)

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """The states that the list of all requests can be narrowed to, with their words."""
        return [(str(status), status.label) for status in Status]

    @property
    def requesters(self) -> list[tuple[str, str]]:
        """The people whose requests can be looked for, by name; and whoever is looked for now."""
        return _options(self.members, self.search.requester_id)

    @property
    def approvers(self) -> list[tuple[str, str]]:
        """The people whose decisions can be looked for, by name; and whoever is looked for now."""
        deciding = [
            one for one in self.members if one.in_group or one.role in (Role.ADMIN, Role.BUYER)
        ]
        return _options(deciding, self.search.approver_id)

    @property
    def narrowed_to(self) -> Sentence:
        """What the list of all requests is narrowed to."""
        parts: list[Sentence] = []
        if self.search.text:
            parts.append(sentence(N_("“{text}”"), text=self.search.text))
        if self.search.status:
            parts.append(sentence(self.search.status.label))
        if self.search.requester_id:
            name = self._name(self.search.requester_id)
            parts.append(sentence(N_("asked by {name}"), name=name))
        if self.search.approver_id:
            parts.append(
                sentence(N_("decided by {name}"), name=self._name(self.search.approver_id))
            )
        return sentence(N_("Only {what}."), what=parts)

    def _name(self, person_id: str) -> str | Sentence:
        known = (one.name for one in self.members if one.person_id == person_id)
        return next(known, sentence(_FORMER))

    @property
    def candidates(self) -> list[tuple[Member, Verdict]]:
        """Who may stand in the approval group, and of its members also who may not any more."""
        judged = [(one, may_join_group(one)) for one in self.members]
        return [(one, verdict) for one, verdict in judged if verdict.allowed or one.in_group]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleOption:
    """A role to choose: what it means, or why it cannot be chosen."""

    value: str
    name: str
    note: Sentence
    disabled: bool


def load(
    session: Session,
    actor: Actor,
    view: View,
    *,
    search: Search | None = None,
    cursor: str | None = None,
    now: datetime,
    zone: ZoneInfo,
) -> Scene:
    """The company page; raises `Forbidden` for everybody who is no admin here."""
    place = open_front(session, actor)
    members = _members(session, actor, view)
    is_people, is_waiting = view is View.PEOPLE, view is View.WAITING
    known = Crew(company=place.company, members=members)
    whole = (
        oversight.pending(session, actor, now=now, known=known) if is_people or is_waiting else None
    )
    wanted = search or Search()
    nothing: Page[Waiting] = Page([], None)
    no_requests: Page[Summary] = Page([], None)
    is_register = view is View.REQUESTS
    return Scene(
        place=place,
        view=view,
        pending=oversight.count(session, actor),
        currency=queries.usual_currency(session, actor, place),
        counts_tax=identity.settings(session, actor.tenant_id).limit_basis is LimitBasis.GROSS,
        members=members,
        people=queries.found_people(members, wanted.text) if is_people else [],
        moves=moves(whole) if whole else {},
        whole=whole,
        have_come=_have_come(session, actor, place) if is_people else set(),
        waiting=(
            oversight.waiting(session, actor, whole.cover, cursor=cursor)
            if whole and is_waiting
            else nothing
        ),
        search=wanted,
        figures=count(session, actor, now=now, zone=zone) if view is View.FIGURES else None,
        requests=register(session, actor, wanted, cursor=cursor) if is_register else no_requests,
        changes=(
            queries.changes(session, actor, place, cursor=cursor)
            if view is View.CHANGES
            else Page([], None)
        ),
    )


def moves(pending: Pending) -> dict[str, int]:
    """How many pending requests wait for whose move, by the ids of people."""
    return {one.person_id: one.count for one in pending.loads}


def role_options() -> list[RoleOption]:
    """The roles that a newcomer may get."""
    return [
        RoleOption(
            value=str(role), name=role.label, note=sentence(ROLE_HINTS[role]), disabled=False
        )
        for role in Role
    ]


def _options(members: Sequence[Member], chosen: str) -> list[tuple[str, str]]:
    found = [(one.person_id, one.name) for one in members[:_OFFERED]]
    if chosen and chosen not in dict(found):
        names = {one.person_id: one.name for one in members}
        found.append((chosen, names.get(chosen, chosen)))
    return found


def _members(session: Session, actor: Actor, view: View) -> list[Member]:
    """The people of the company, once a page, for the parts that name them."""
    if view in _NAMELESS:
        return []
    return identity.members(session, actor.tenant_id, str(actor.company_id))


def _have_come(session: Session, actor: Actor, place: Front) -> set[str]:
    return identity.who_signed_in(session, actor.tenant_id, place.company.id)
