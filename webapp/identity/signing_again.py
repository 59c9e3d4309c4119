"""The amounts that a company sets: its limit, and when who decides signs in (R10, R53, R58)."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.identity.domain import Actor
from webapp.identity.models import Company
from webapp.identity.policy import Deed, require_sound_limit
from webapp.identity.recording import enter, raise_version, trace
from webapp.kernel.money import Money

# The columns of the amount, and what the facts of a company call it.
_PLACES = {
    Deed.LIMIT: ("limit", "limit"),
    Deed.AGAIN: ("again", "again_above"),
    Deed.LINK: ("link", "link_below"),
}


def set_again_above(
    session: Session, actor: Actor, amount: Money | None, *, seen_version: int, now: datetime
) -> None:
    """Set the amount, or ask for no fresh sign-in any more; it counts for the next decision.

    Raises:
        Conflict: the rules of the company changed since the page was read (`changed`).
        Forbidden: only admins set it.
        Invalid: no company can have this amount (`bad_limit`, with the field).
    """
    set_amount(session, actor, Deed.AGAIN, amount, seen_version=seen_version, now=now)


def set_link_below(
    session: Session, actor: Actor, amount: Money | None, *, seen_version: int, now: datetime
) -> None:
    """Let links of mails decide below this amount without a sign-in, or never; at once.

    Raises what `set_again_above` raises.
    """
    set_amount(session, actor, Deed.LINK, amount, seen_version=seen_version, now=now)


def set_amount(
    session: Session,
    actor: Actor,
    deed: Deed,
    amount: Money | None,
    *,
    seen_version: int,
    now: datetime,
) -> None:
    """Set the amount of this deed, or remove it; raises what `set_again_above` raises.

    The amount that is set already changes nothing, whatever was seen: a form that is sent again.
    """
    require_sound_limit(amount)
    place = enter(session, actor)
    columns, fact = _PLACES[deed]
    before: Money | None = getattr(place.company, fact)
    if before == amount:
        return
    raise_version(session, actor, seen_version)
    session.execute(
        update(Company)
        .where(Company.tenant_id == actor.tenant_id, Company.id == place.company.id)
        .values(**_written(amount, f"{columns}_minor", f"{columns}_currency"))
    )
    data = {"old": before and _written(before), "new": amount and _written(amount)}
    trace(session, actor, deed, data, place=place, now=now)


def _written(
    amount: Money | None, minor: str = "minor", currency: str = "currency"
) -> dict[str, Any]:
    return {minor: amount and amount.minor, currency: amount and amount.currency}
