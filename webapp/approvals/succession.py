"""Who could decide on what is pending, in a company as it is and as it would be.

Nothing here changes anything: a preview compares two crews over the same requests, so that no
change of a role, a limit or the group leaves a request without somebody who may decide (R19, R42).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from webapp.approvals.domain import NEXT, Action, Status
from webapp.approvals.policy import ApprovalFacts, Subject, may, may_approve
from webapp.approvals.reasons import Deciders, deciders
from webapp.identity.domain import CompanyFacts, Member, Role
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Verdict, no


def may_reassign(
    role: Role | None, approval: ApprovalFacts, successor: Member | None, subject: Subject
) -> Verdict:
    """Whether an admin of the company may hand the request over to this person (R42)."""
    if role is not Role.ADMIN or (Status(approval.status), Action.REASSIGN) not in NEXT:
        return may("", Action.REASSIGN, approval)
    if successor is not None and successor.person_id == approval.approver_id:
        return no("same_approver", N_("{name} decides this already."), name=successor.name)
    return may_approve(successor, subject)


class Case(Protocol):
    """What has to be known of a pending request."""

    @property
    def requester_id(self) -> str: ...
    @property
    def approver_id(self) -> str: ...
    @property
    def compared_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...


AnyCase = TypeVar("AnyCase", bound=Case)


@dataclass(frozen=True, kw_only=True)
class Crew:
    """A company and its people, as they are or as they would be after a change."""

    company: CompanyFacts
    members: Sequence[Member]
    # Who may decide hangs on the requester and on one of three kinds, so each is judged once.
    _qualified: dict[Deciders, list[Member]] = field(default_factory=dict, init=False, repr=False)

    def standing(self, case: Case) -> Verdict:
        """Whether the assigned approver may decide here (R19)."""
        return self.verdict_on(case.approver_id, case)

    def verdict_on(self, person_id: str, case: Case) -> Verdict:
        """Whether this person may decide on it here."""
        return may_approve(self.member(person_id), self._subject(case, case.requester_id))

    def member(self, person_id: str) -> Member | None:
        """Somebody of the company."""
        return self._people.get(person_id)

    def eligible(self, case: Case) -> list[Member]:
        """Everybody who may decide on it here, the assigned approver too, by name."""
        qualified = self.qualified(case)
        return [one for one in qualified if one.person_id != case.requester_id]

    def successors(self, case: Case) -> list[Member]:
        """Who else may decide on it here, by name."""
        return [one for one in self.eligible(case) if one.person_id != case.approver_id]

    def qualified(self, case: Case) -> list[Member]:
        """Everybody who may decide on such an amount here, whoever asks."""
        kind = self.kind(case)
        if kind not in self._qualified:
            subject = self._subject(case, requester_id="")
            self._qualified[kind] = [one for one in self.members if may_approve(one, subject)]
        return self._qualified[kind]

    def kind(self, case: Case) -> Deciders:
        """Which kind of people decides on it here (R11)."""
        return deciders(self.company, Money(case.compared_minor, case.currency))

    def with_role(self, person_id: str, role: Role) -> "Crew":
        """The crew in which this person has another role."""
        return self._with(_replaced(self.members, person_id, role=role))

    def without(self, person_id: str) -> "Crew":
        """The crew in which this person does not act any more, and has left the group."""
        return self._with(_replaced(self.members, person_id, active=False, in_group=False))

    def with_limit(self, limit: Money | None) -> "Crew":
        """The crew with another company limit."""
        return Crew(company=replace(self.company, limit=limit), members=self.members)

    def with_group(self, person_ids: Iterable[str]) -> "Crew":
        """The crew whose approval group are exactly these people."""
        chosen = set(person_ids)
        return self._with([replace(one, in_group=one.person_id in chosen) for one in self.members])

    @cached_property
    def _people(self) -> dict[str, Member]:
        return {one.person_id: one for one in self.members}

    def _with(self, members: list[Member]) -> "Crew":
        has_group = any(one.in_group for one in members)
        return Crew(company=replace(self.company, has_group=has_group), members=members)

    def _subject(self, case: Case, requester_id: str) -> Subject:
        return Subject(
            requester_id=requester_id,
            company=self.company,
            compared=Money(case.compared_minor, case.currency),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranded(Generic[AnyCase]):
    """A request whose approver may not decide (any more): why, and who could take it over."""

    case: AnyCase
    standing: Verdict
    successors: list[Member]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """Somebody who would decide on more than now: on so many of the pending requests."""

    member: Member
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Means(Generic[AnyCase]):
    """What a change would mean for what is pending."""

    stranded: list[Stranded[AnyCase]]
    rescued: list[AnyCase]
    gains: list[Gain]
    losses: list[Gain]

    @property
    def is_none(self) -> bool:
        """Whether nothing that is pending would notice."""
        return not (self.stranded or self.rescued or self.gains or self.losses)


def compare(cases: Sequence[AnyCase], before: Crew, after: Crew) -> Means[AnyCase]:
    """What the step from one crew to the other means for these pending requests.

    Newly stranded are requests that their approver may decide on before and not after; gains and
    losses name who could decide on more or fewer of them, whether they were asked or not.
    """
    stranded, rescued = [], []
    for case in cases:
        was, will = before.standing(case), after.standing(case)
        if was and not will:
            stranded.append(Stranded(case=case, standing=will, successors=after.successors(case)))
        elif will and not was:
            rescued.append(case)
    return Means(
        stranded=stranded,
        rescued=rescued,
        gains=_gains(cases, before, after),
        losses=_gains(cases, after, before),
    )


def _gains(cases: Sequence[Case], before: Crew, after: Crew) -> list[Gain]:
    found: Counter[str] = Counter()
    kinds: dict[tuple[Deciders, Deciders], list[Case]] = {}
    for case in cases:
        kinds.setdefault((before.kind(case), after.kind(case)), []).append(case)
    for alike in kinds.values():
        already = {one.person_id for one in before.qualified(alike[0])}
        own = Counter(case.requester_id for case in alike)
        for one in after.qualified(alike[0]):
            if one.person_id not in already:
                found[one.person_id] += len(alike) - own[one.person_id]
    return [
        Gain(member=one, count=found[one.person_id])
        for one in after.members
        if found[one.person_id] > 0
    ]


def _replaced(members: Sequence[Member], person_id: str, **changes: object) -> list[Member]:
    return [
        replace(one, **changes) if one.person_id == person_id else one  # type: ignore[arg-type]
        for one in members
    ]
