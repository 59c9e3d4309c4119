"""Above which amount a company wants whoever decides to have signed in just now (R53)."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.identity.domain import Actor
from webapp.identity.models import Company
from webapp.identity.policy import Deed, require_sound_limit
from webapp.identity.recording import enter, raise_version, trace
from webapp.kernel.money import Money


def set_again_above(
    session: Session, actor: Actor, amount: Money | None, *, seen_version: int, now: datetime
) -> None:
    """Set the amount, or ask for no fresh sign-in any more; it counts for the next decision.

    Raises:
        Conflict: the rules of the company changed since the page was read (`changed`).
        Forbidden: only admins set it.
        Invalid: no company can have this amount (`bad_limit`, with the field).
    """
    require_sound_limit(amount)
    place = enter(session, actor)
    raise_version(session, actor, seen_version)
    session.execute(
        update(Company)
        .where(Company.tenant_id == actor.tenant_id, Company.id == place.company.id)
        .values(
            again_minor=None if amount is None else amount.minor,
            again_currency=None if amount is None else amount.currency,
        )
    )
    before = place.company.again_above
    if before != amount:
        data = {"old": _written(before), "new": _written(amount)}
        trace(session, actor, Deed.AGAIN, data, place=place, now=now)


def _written(amount: Money | None) -> dict[str, Any] | None:
    return None if amount is None else {"minor": amount.minor, "currency": amount.currency}
