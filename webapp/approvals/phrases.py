"""Reasons for declining, to be picked: those of the company, and one's own last ones (R45)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.approvals.domain import Action, Status
from webapp.approvals.models import Approval, DeclinePhrases
from webapp.identity.domain import Actor
from webapp.identity.policy import Deed
from webapp.identity.recording import changed, enter, trace
from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import N_, Sentence, sentence
from webapp.kernel.text import clean
from webapp.ledger.queries import latest

MOST_PHRASES = 12
LONGEST_PHRASE = 200
# So many of one's own are offered, out of the last so many that one declined.
_RECENT = 4
_LOOKED_AT = 30

# What a company offers that has written no list of its own, in the language of who reads it.
USUAL = (
    N_("This is over the budget that we have left."),
    N_("We have enough of this in stock."),
    N_("Please choose a cheaper alternative."),
    N_("Please order fewer; this is more than we need."),
    N_("This can wait until next month."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseList:
    """What a company offers; `version` is 0 while it has no list of its own."""

    phrases: tuple[str, ...]
    version: int

    @property
    def is_own(self) -> bool:
        """Whether the company has written its own list, be it an empty one."""
        return self.version > 0 and self.phrases != _USUAL_AGAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What one approver may pick: the words of the company, and their own of before."""

    company: Sequence[str | Sentence]
    recent: Sequence[str]


def phrase_list(session: Session, tenant_id: str, company_id: str) -> PhraseList:
    """The list of a company as it stands."""
    row = session.get(DeclinePhrases, (tenant_id, company_id))
    if row is None:
        return PhraseList(phrases=_USUAL_AGAIN, version=0)
    return PhraseList(phrases=tuple(row.phrases), version=row.version)


def offered(session: Session, actor: Actor, company_id: str) -> Offered:
    """What this person may pick when they decline requests of this company."""
    listed = phrase_list(session, actor.tenant_id, company_id)
    company = listed.phrases if listed.is_own else [sentence(text) for text in USUAL]
    known = {str(phrase) for phrase in company}
    recent = [words for words in _recent(session, actor, company_id) if words not in known]
    return Offered(company=company, recent=recent[:_RECENT])


def write_list(
    session: Session,
    actor: Actor,
    phrases: Sequence[str] | None,
    *,
    seen_version: int,
    now: datetime,
) -> None:
    """Offer these reasons from now on; None goes back to the usual ones.

    What is offered already changes nothing, whatever was seen: a form that is sent again.

    Raises `Forbidden` for everybody who is no admin here, `Conflict` (`changed`) when somebody else
    has written the list meanwhile, and `Invalid` (`bad_phrases`, with the field `phrases`).
    """
    place = enter(session, actor)
    wanted = _USUAL_AGAIN if phrases is None else tuple(_checked(phrases))
    row = session.get(DeclinePhrases, (actor.tenant_id, place.company.id), populate_existing=True)
    if wanted == (tuple(row.phrases) if row else _USUAL_AGAIN):
        return
    if seen_version != (row.version if row else 0):
        raise changed()
    if row is None:
        row = DeclinePhrases(tenant_id=actor.tenant_id, company_id=place.company.id, version=0)
        session.add(row)
    row.phrases, row.version = list(wanted), row.version + 1
    trace(session, actor, Deed.PHRASES, {"phrases": list(wanted)}, place=place, now=now)


def _checked(phrases: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(filter(None, (" ".join(clean(one).split()) for one in phrases))))
    if not found:
        raise _invalid(sentence(N_("Write at least one reason, or go back to the usual ones.")))
    if len(found) > MOST_PHRASES:
        raise _invalid(
            sentence(N_("More than {most} reasons are hard to choose from."), most=MOST_PHRASES)
        )
    long = next((one for one in found if len(one) > LONGEST_PHRASE), None)
    if long is not None:
        text = N_("Shorten “{start}…” to {most} characters.")
        raise _invalid(sentence(text, start=long[:40], most=LONGEST_PHRASE))
    return found


def _invalid(why: Sentence) -> Invalid:
    return Invalid(why, code="bad_phrases", fields={"phrases": why})


def _recent(session: Session, actor: Actor, company_id: str) -> list[str]:
    """One's own words of declining in this company, the newest first, each once."""
    declined = session.scalars(
        select(Approval.id)
        .where(
            Approval.tenant_id == actor.tenant_id,
            Approval.approver_id == actor.person_id,
            Approval.status == Status.DECLINED,
            Approval.company_id == company_id,
        )
        .order_by(Approval.decided_at.desc(), Approval.id.desc())
        .limit(_LOOKED_AT)
    ).all()
    said = latest(session, actor.tenant_id, declined, Action.DECLINE)
    own = [said[one] for one in declined if one in said]
    words = [event.text for event in own if event.actor_id == actor.person_id]
    return list(dict.fromkeys(text for text in words if 0 < len(text) <= LONGEST_PHRASE))


# A list that nobody wrote: its words are looked up in the reader's language.
_USUAL_AGAIN: tuple[str, ...] = ()
