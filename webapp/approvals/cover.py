"""Who of a company is away, and who decides meanwhile: for pages on which somebody is chosen (R52).

A deputy decides on no more than they may decide on themselves, so a request may be without anybody
while its approver is away; that is said before somebody is asked, and not found out afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.approvals.succession import Case, Crew
from webapp.identity import deputies
from webapp.identity.absence_rules import bereft, may_be_represented, may_stand_in
from webapp.identity.domain import Away
from webapp.kernel.sentence import N_, Sentence, Verdict, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """An absence whose deputy does not stand in any more, and why."""

    away: Away
    why: Sentence


@dataclass(frozen=True, kw_only=True)
class Cover:
    """The absences of a company that go on or are to come, and its people."""

    crew: Crew
    absences: Sequence[Away]
    now: datetime

    def away(self, person_id: str) -> Away | None:
        """The absence of this person that goes on."""
        found = (one for one in self.absences if one.owner_id == person_id)
        return next((one for one in found if one.covers(self.now)), None)

    def words(self, person_id: str) -> Sentence | None:
        """Until when this person is away, and who stands in; None while they are there."""
        away = self.away(person_id)
        if away is None:
            return None
        has_deputy = self._stands_in(away)
        text = _STANDS_IN if has_deputy else _NO_DEPUTY
        return _told(text, away)

    def words_on(self, case: Case, person_id: str, reader_id: str = "") -> Sentence | None:
        """The same, with whether the deputy may decide on this request in their place."""
        away = self.away(person_id)
        if away is None or not self._stands_in(away):
            return self.words(person_id)
        if away.deputy_id == reader_id:
            return _told(_BY_READER, away)
        return _told(_STANDS_IN if self.verdict(case, away) else _MAY_NOT, away)

    def is_decided(self, case: Case, person_id: str) -> bool:
        """Whether this person, or whoever stands in for them, may decide on the request now."""
        away = self.away(person_id)
        return away is None or bool(self._stands_in(away) and self.verdict(case, away))

    def verdict(self, case: Case, away: Away) -> Verdict:
        """Whether the deputy of this absence may decide on the request (R12, R19)."""
        return self.crew.verdict_on(away.deputy_id, case)

    @property
    def gaps(self) -> list[Gap]:
        """The absences in which nobody stands in any more."""
        found = []
        for one in self.absences:
            owner = self.crew.member(one.owner_id)
            if owner is not None and may_be_represented(owner):
                why = may_stand_in(self.crew.member(one.deputy_id), owner).reason
                found += [Gap(away=one, why=why)] if why is not None else []
        return found

    def bereft(self, after: Crew) -> list[Away]:
        """The absences that would be without a deputy if people were like this."""
        return bereft(self.absences, self.crew.members, after.members)

    def _stands_in(self, away: Away) -> bool:
        owner = self.crew.member(away.owner_id)
        return owner is not None and bool(may_stand_in(self.crew.member(away.deputy_id), owner))


def cover(session: Session, tenant_id: str, crew: Crew, *, now: datetime) -> Cover:
    """Who of this company is away now or later, and who decides meanwhile."""
    absences = deputies.planned_in(session, tenant_id, crew.company.id, now=now)
    return Cover(crew=crew, absences=absences, now=now)


def _told(text: str, away: Away) -> Sentence:
    return sentence(text, day=away.last_day, deputy=away.deputy_name)


_STANDS_IN = N_("Away until {day}, represented by {deputy}.")
_MAY_NOT = N_("Away until {day}, represented by {deputy}, who may not decide on this.")
_BY_READER = N_(
    "Away until {day}, represented by you, and nobody decides on what they asked for themselves."
)
_NO_DEPUTY = N_("Away until {day}, and nobody represents them any more.")
