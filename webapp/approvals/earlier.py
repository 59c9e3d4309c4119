"""The request whose goods somebody changes to ask once more, and what was said about it (R27)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.approvals import queries
from webapp.approvals.policy import outcome
from webapp.approvals.timeline import TimelineEntry, tell
from webapp.identity.domain import Actor
from webapp.kernel.errors import NotFound
from webapp.kernel.sentence import Sentence
from webapp.ledger.queries import events

# The end of a long conversation says what stood in the way.
_MOST_SAID = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier request: how it ended, and the last words of both sides, oldest first."""

    id: str
    number: int
    outcome: Sentence
    said: list[TimelineEntry]


def earlier(session: Session, actor: Actor, approval_id: str | None) -> Earlier | None:
    """The earlier request as this person sees it; None where there is none, or it is not theirs."""
    if approval_id is None:
        return None
    try:
        approval = queries.get(session, actor, approval_id)
    except NotFound:
        return None
    told = tell(events(session, actor.tenant_id, approval.id), actor.person_id)
    return Earlier(
        id=approval.id,
        number=approval.number,
        outcome=outcome(approval),
        said=[entry for entry in told if entry.words][-_MOST_SAID:],
    )
