"""Reading what the company page shows beside the people and the rules."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from webapp.carts import queries as carts
from webapp.company.domain import Trace, tell
from webapp.identity.domain import Actor, Member
from webapp.identity.recording import Front, stream_of
from webapp.kernel.errors import NotFound
from webapp.kernel.paging import Page, decode_number, encode_cursor
from webapp.ledger import queries as ledger

SHOWN_PEOPLE = 100
SHOWN_CHANGES = 50
_USUAL_CURRENCY = "EUR"


def changes(
    session: Session,
    actor: Actor,
    place: Front,
    *,
    cursor: str | None = None,
    size: int = SHOWN_CHANGES,
) -> Page[Trace]:
    """The changes of the company in sentences, newest first."""
    found = ledger.last_events(
        session,
        actor.tenant_id,
        stream_of(place.company.id),
        limit=size + 1,
        before=decode_number(cursor) if cursor else None,
    )
    shown = found[:size]
    more = len(found) > size
    return Page(tell(shown), encode_cursor(str(shown[-1].sequence)) if more else None)


def usual_currency(session: Session, actor: Actor, place: Front) -> str:
    """The currency of the limit, else that of the tenant's default site."""
    if place.company.limit is not None:
        return place.company.limit.currency
    try:
        return carts.default_site(session, actor.tenant_id).currency
    except NotFound:
        return _USUAL_CURRENCY


def found_people(members: Iterable[Member], words: str) -> list[Member]:
    """The people whose name or e-mail holds these words, active ones first, each by name."""
    wanted = words.casefold().split()
    found = [
        one
        for one in members
        if all(word in f"{one.name} {one.email}".casefold() for word in wanted)
    ]
    return sorted(found, key=lambda one: not one.active)
