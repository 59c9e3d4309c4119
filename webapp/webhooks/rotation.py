"""New secrets of endpoints, and which ones sign now (R54).

A former secret signs beside the new one for a day, so that receivers can change over without
missing anything.
"""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.identity.domain import Actor
from webapp.identity.policy import Deed
from webapp.identity.recording import changed, is_repeated, trace
from webapp.webhooks import queries, service
from webapp.webhooks.domain import OVERLAP, new_secret
from webapp.webhooks.models import Endpoint
from webapp.webhooks.service import Desk, Shown
from webapp.webhooks.vault import Unreadable


def rotate(
    session: Session, tenant_id: str, endpoint_id: str, desk: Desk, *, now: datetime
) -> Shown:
    """Make a new secret for the operator; the former one signs as well for a day."""
    return _rotate(session, queries.found(session, tenant_id, endpoint_id), desk, now=now)


def rotate_own(
    session: Session,
    actor: Actor,
    endpoint_id: str,
    desk: Desk,
    *,
    seen_version: int | None = None,
    now: datetime,
) -> Shown:
    """Make a new secret; the former one signs as well for a day.

    The form that is sent again shows the same one, so that the former goes on signing (R64).
    Raises `NotFound`, or `Conflict` (`changed`) when it is not as it was seen.
    """
    place, row = service.find_own(session, actor, endpoint_id)
    told = service.told("rotated", row.url)
    if seen_version is not None and row.version != seen_version:
        is_next = row.version == seen_version + 1
        if is_next and is_repeated(session, actor, Deed.WEBHOOK, told, now=now):
            return service.shown(session, row, desk)
        raise changed()
    trace(session, actor, Deed.WEBHOOK, told, place=place, now=now)
    return _rotate(session, row, desk, now=now)


def secrets_at(
    session: Session, tenant_id: str, url: str, desk: Desk, *, now: datetime
) -> list[str]:
    """What messages to this address are signed with now, for a receiver that is the desk itself."""
    query = select(Endpoint).where(Endpoint.tenant_id == tenant_id, Endpoint.url == url)
    found = []
    for row in session.scalars(query):
        is_both = row.former_until is not None and row.former_until > now
        sealed = [row.secret, *([row.former_secret] if is_both and row.former_secret else [])]
        with suppress(Unreadable):
            found += [desk.vault.open(one, f"{tenant_id}/{row.id}") for one in sealed]
    return found


def _rotate(session: Session, row: Endpoint, desk: Desk, *, now: datetime) -> Shown:
    row.former_secret, row.former_until = row.secret, now + OVERLAP
    row.secret = desk.vault.seal(new_secret(), f"{row.tenant_id}/{row.id}")
    row.version += 1
    session.flush()
    return service.shown(session, row, desk)
