"""The amounts by which a company says how whoever decides has to be signed in (R53, R58)."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.identity.domain import Actor
from webapp.identity.models import Company
from webapp.identity.policy import Deed, require_sound_limit
from webapp.identity.recording import Place, enter, raise_version, trace
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
    _write(session, place, actor, **_columns("again", amount))
    before = place.company.again_above
    if before != amount:
        data = {"old": _written(before), "new": _written(amount)}
        trace(session, actor, Deed.AGAIN, data, place=place, now=now)


def set_link_below(
    session: Session, actor: Actor, amount: Money | None, *, seen_version: int, now: datetime
) -> None:
    """Let links of mails decide below this amount without a sign-in, or never; at once.

    Raises what `set_again_above` raises.
    """
    require_sound_limit(amount)
    place = enter(session, actor)
    raise_version(session, actor, seen_version)
    _write(session, place, actor, **_columns("link", amount))
    before = place.company.link_below
    if before != amount:
        data = {"old": _written(before), "new": _written(amount)}
        trace(session, actor, Deed.LINK, data, place=place, now=now)


def _write(session: Session, place: Place, actor: Actor, **values: Any) -> None:
    session.execute(
        update(Company)
        .where(Company.tenant_id == actor.tenant_id, Company.id == place.company.id)
        .values(**values)
    )


def _columns(name: str, amount: Money | None) -> dict[str, Any]:
    return {
        f"{name}_minor": None if amount is None else amount.minor,
        f"{name}_currency": None if amount is None else amount.currency,
    }


def _written(amount: Money | None) -> dict[str, Any] | None:
    return None if amount is None else {"minor": amount.minor, "currency": amount.currency}
