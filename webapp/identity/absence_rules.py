"""Who may be away, for which days, and who may stand in for them, and why not (R52)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from webapp.identity.domain import Away, Member, Role
from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import N_, YES, Sentence, Verdict, no, sentence

# Whoever is away for longer should hand their work over, and nobody plans further ahead.
MOST_DAYS = 366


class Spell(Protocol):
    """From one moment on, and before another."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Span:
    """The instants of an absence in UTC."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day of an absence, both whole, in the zone of whoever is away."""

    first: date
    last: date

    def span(self, zone: ZoneInfo, now: datetime) -> Span:
        """The instants of these days; one that begins today begins now.

        A day lasts from its midnight to the next one, be that 23, 24 or 25 hours later.
        """
        starts_at = _midnight(self.first, zone)
        return Span(max(starts_at, now), _midnight(self.last + timedelta(days=1), zone))


def require_sound(days: Days, today: date) -> None:
    """Return when somebody can be away on these days; else raise `Invalid` with the field."""
    if days.last < days.first:
        raise _invalid("last_day", N_("The last day is before the first one."))
    if days.first < today:
        raise _invalid("first_day", N_("This day is over. Begin today or later."))
    if days.first - today > timedelta(days=MOST_DAYS):
        raise _invalid("first_day", N_("Plan an absence at most a year ahead."))
    if days.last - days.first >= timedelta(days=MOST_DAYS):
        raise _invalid("last_day", N_("An absence lasts at most a year."))


def overlaps(one: Spell, other: Spell) -> bool:
    """Whether there is a moment that belongs to both."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def may_be_represented(owner: Member) -> Verdict:
    """Whether anything could wait for this person, so that somebody has to stand in (R11)."""
    if owner.active and _approves(owner):
        return YES
    return no("approves_nothing", N_("Nothing waits for {name} to decide."), name=owner.name)


def may_stand_in(candidate: Member | None, owner: Member) -> Verdict:
    """Whether this person may be somebody's deputy: active, of the company, and an approver.

    On which requests they may decide is asked at each decision, as of any approver (R19).
    """
    if candidate is None or candidate.company_id != owner.company_id:
        return no("not_member", N_("Choose somebody of your company."))
    if candidate.person_id == owner.person_id:
        return no("oneself", N_("Nobody stands in for themselves."))
    if not candidate.active:
        return no("inactive", N_("{name} is not active any more."), name=candidate.name)
    if not _approves(candidate):
        return no("role", N_("{name} may not approve anything here."), name=candidate.name)
    return YES


def bereft(
    absences: Iterable[Away], before: Iterable[Member], after: Iterable[Member]
) -> list[Away]:
    """The absences whose deputy may stand in as people were before, and not as they are after.

    Whoever approves nothing afterwards needs nobody to do it for them.
    """
    were = {one.person_id: one for one in before}
    will = {one.person_id: one for one in after}
    return [
        one
        for one in absences
        if (owner := will.get(one.owner_id)) is not None
        and may_be_represented(owner)
        and may_stand_in(were.get(one.deputy_id), owner)
        and not may_stand_in(will.get(one.deputy_id), owner)
    ]


def refuse(field: str, why: Sentence) -> Invalid:
    """The error that says what is wrong with this field."""
    return Invalid(why, code="bad_absence", fields={field: why})


def _approves(member: Member) -> bool:
    return member.in_group or member.role in (Role.ADMIN, Role.BUYER)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _invalid(field: str, text: str) -> Invalid:
    return refuse(field, sentence(text))
