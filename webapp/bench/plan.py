"""Who buys and who decides in the data set, and how much: the same for a size, seed and day.

Companies have from 3 to 20,000 people, few large ones and many small ones. Three approvers have a
known load, so that the same people can be measured in data sets of every size.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from math import gcd
from typing import NamedTuple

from webapp.bench.words import FIRST_NAMES, LAST_NAMES, TOWNS, TRADES

TENANT = "bench"
EXPIRY_DAYS = 60
LIMIT_MINOR = 100_000
# The first three of the largest company.
HEAVY, BUSY, READER = range(3)

_LARGEST, _SMALLEST = 20_000, 3
# How fast companies become smaller with their rank.
_FALL = 1.28
_STEP = 1_000_003
_PAST, _RECENT = timedelta(days=690), timedelta(days=25)


class Person(NamedTuple):
    """Somebody of a company, by their number."""

    number: int
    first: str
    last: str
    company: int

    @property
    def id(self) -> str:
        """The id of their row."""
        return f"p{self.number}"

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        """Where their mail would go."""
        return f"p{self.number}@c{self.company}.example"


class Company(NamedTuple):
    """A company: the number of its first person, how many there are, and how many are admins."""

    number: int
    first: int
    people: int
    admins: int

    @property
    def id(self) -> str:
        """The id of its row."""
        return f"c{self.number}"

    @property
    def name(self) -> str:
        """What it is called."""
        town = TOWNS[self.number % len(TOWNS)]
        return f"{town} {TRADES[self.number // len(TOWNS) % len(TRADES)]} GmbH"


@dataclass(frozen=True)
class Plan:
    """A data set of so many approvals; `today` is the midnight (UTC) from which it looks back."""

    approvals: int
    seed: int
    today: datetime

    @cached_property
    def companies(self) -> list[Company]:
        """All companies, the largest first."""
        largest = max(60, min(_LARGEST, self.approvals // 50))
        made, first = [], 0
        for rank in range(max(5, min(1_000, self.approvals // 1_000))):
            people = max(_SMALLEST, int(largest / (rank + 1) ** _FALL))
            made.append(Company(rank, first, people, max(1 if rank else 4, people // 50)))
            first += people
        return made

    @property
    def people(self) -> int:
        """How many people there are."""
        last = self.companies[-1]
        return last.first + last.people

    def person(self, number: int) -> Person:
        """Somebody by their number."""
        company = bisect_right(self._firsts, number) - 1
        spread = number * 7 + number // len(FIRST_NAMES)
        return Person(
            number, FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[spread % len(LAST_NAMES)],
            company,
        )  # fmt: skip

    def requester(self, draw: float, *, of_first: bool = False) -> Person:
        """Somebody who is no admin; large companies ask more. `draw` is from 0 up to 1."""
        if of_first:
            company = self.companies[0]
            members = company.people - company.admins
            return self.person(company.first + company.admins + int(draw * members))
        at = int(draw * self._members[-1])
        company = self.companies[bisect_right(self._members, at)]
        last = company.first + company.people - 1
        return self.person(last - (self._members[company.number] - 1 - at))

    def approver(self, company: int, draw: float) -> Person:
        """An admin of a company; in the first one nobody of the three."""
        found = self.companies[company]
        spared = 0 if company else READER + 1
        return self.person(found.first + spared + int(draw * (found.admins - spared)))

    @property
    def pending(self) -> int:
        """How many of the approvals wait; they are the last ones."""
        return sum(self._pending_loads) + self.approvals // 25

    def load(self, at: int) -> tuple[int | None, int]:
        """Whose approval the one of this number is, and the how manieth of theirs.

        None is anybody's.
        """
        decided = self.approvals - self.pending
        is_pending = at >= decided
        count = self.pending if is_pending else decided
        rank = (at - decided if is_pending else at) * _coprime(count) % count
        for who, load in enumerate(self._pending_loads if is_pending else self._decided_loads):
            if rank < load:
                return who, rank
            rank -= load
        return None, rank

    def is_pending(self, at: int) -> bool:
        """Whether the approval of this number waits."""
        return at >= self.approvals - self.pending

    def asked_at(self, at: int) -> datetime:
        """When it was asked: two years of decided ones, then 25 days of those that wait."""
        decided = self.approvals - self.pending
        if at >= decided:
            return self.today - _RECENT * (1 - (at - decided) / self.pending)
        return self.today - _RECENT - _PAST * (1 - at / decided)

    @property
    def history(self) -> int:
        """How many requests the heavy approver has decided."""
        return self._decided_loads[HEAVY]

    @cached_property
    def _pending_loads(self) -> tuple[int, int, int]:
        few = self.approvals // 50
        return self.approvals * 3 // 100, min(1_000, few), min(40, few * 2)

    @cached_property
    def _decided_loads(self) -> tuple[int, int, int]:
        few = self.approvals // 10
        return few, min(2_000, few), min(200, few)

    @cached_property
    def _firsts(self) -> list[int]:
        return [company.first for company in self.companies]

    @cached_property
    def _members(self) -> list[int]:
        """How many people that are no admins there are up to each company."""
        return list(accumulate(company.people - company.admins for company in self.companies))


def planned(approvals: int, seed: int, now: datetime) -> Plan:
    """The plan of a data set that is made today."""
    return Plan(approvals, seed, datetime.combine(now.astimezone(UTC), time.min, UTC))


def everybody(plan: Plan) -> Iterator[tuple[Company, Person, int]]:
    """Everybody with their company and their place in it, from 0."""
    for company in plan.companies:
        for place in range(company.people):
            yield company, plan.person(company.first + place), place


def _coprime(count: int) -> int:
    """A step that visits every number below `count` once."""
    step = _STEP
    while gcd(step, count) != 1:
        step += 2
    return step
