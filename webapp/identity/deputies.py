"""Reading absences: who is away in a company, and who stands in for whom (R52)."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from webapp.identity.domain import Actor, Away
from webapp.identity.models import Absence, Person
from webapp.kernel.errors import NotFound
from webapp.kernel.sentence import N_, sentence

_MOST = 100
_MOST_OF_COMPANY = 1000

_Owner, _Deputy = aliased(Person), aliased(Person)
_absences = (
    select(
        Absence.id,
        Absence.company_id,
        Absence.owner_id,
        _Owner.first_name,
        _Owner.last_name,
        Absence.deputy_id,
        _Deputy.first_name,
        _Deputy.last_name,
        Absence.first_day,
        Absence.last_day,
        Absence.starts_at,
        Absence.ends_at,
    )
    .join(_Owner, and_(_Owner.tenant_id == Absence.tenant_id, _Owner.id == Absence.owner_id))
    .join(_Deputy, and_(_Deputy.tenant_id == Absence.tenant_id, _Deputy.id == Absence.deputy_id))
    .order_by(Absence.starts_at, Absence.id)
)
# Whether the person of a row has ever been chosen as a deputy; few have, so few ask for more.
was_chosen = exists().where(Absence.tenant_id == Person.tenant_id, Absence.deputy_id == Person.id)


def empowered(session: Session, actor: Actor, *, now: datetime) -> Actor:
    """The actor with those whom they represent now."""
    represents = _list(
        session,
        Absence.tenant_id == actor.tenant_id,
        Absence.deputy_id == actor.person_id,
        _not_over(now),
        Absence.starts_at <= now,
    )
    has_represented = bool(represents) or _has_represented(session, actor)
    return replace(actor, represents=tuple(represents), has_represented=has_represented)


def holds(session: Session, tenant_id: str, absence_id: str, *, now: datetime) -> bool:
    """Whether the absence still goes on; it is locked, so that nobody ends it meanwhile."""
    row = session.scalar(
        select(Absence.id)
        .where(
            Absence.tenant_id == tenant_id,
            Absence.id == absence_id,
            _not_over(now),
            Absence.starts_at <= now,
        )
        .with_for_update(read=True)
    )
    return row is not None


def current(
    session: Session, tenant_id: str, company_id: str, owner_id: str, *, now: datetime
) -> Away | None:
    """The absence of this person that goes on now."""
    found = planned(session, tenant_id, company_id, owner_id, now=now)
    return next((one for one in found if one.covers(now)), None)


def planned(
    session: Session, tenant_id: str, company_id: str, owner_id: str, *, now: datetime
) -> list[Away]:
    """The absences of this person that go on or are to come, in order."""
    return _list(
        session,
        Absence.tenant_id == tenant_id,
        Absence.owner_id == owner_id,
        Absence.company_id == company_id,
        _not_over(now),
    )


def planned_in(session: Session, tenant_id: str, company_id: str, *, now: datetime) -> list[Away]:
    """The absences of everybody in this company that go on or are to come, in order."""
    return _list(
        session,
        Absence.tenant_id == tenant_id,
        Absence.company_id == company_id,
        _not_over(now),
        limit=_MOST_OF_COMPANY,
    )


def away_now(
    session: Session, tenant_id: str, company_id: str, *, now: datetime
) -> dict[str, Away]:
    """Who of this company is away at this moment, by the id of the owner."""
    found = planned_in(session, tenant_id, company_id, now=now)
    return {one.owner_id: one for one in found if one.covers(now)}


def entrusted(
    session: Session, tenant_id: str, company_id: str, deputy_id: str, *, now: datetime
) -> list[Away]:
    """The absences in which this person stands in for others, now or to come, in order."""
    return _list(
        session,
        Absence.tenant_id == tenant_id,
        Absence.deputy_id == deputy_id,
        Absence.company_id == company_id,
        _not_over(now),
    )


def once(
    session: Session,
    actor: Actor,
    *,
    company_id: str,
    owner_id: str,
    since: datetime,
    until: datetime | None,
) -> Away | None:
    """The last absence in which this person stood in for the owner at a moment between these."""
    over = func.coalesce(Absence.ended_at, Absence.ends_at)
    found = _list(
        session,
        Absence.tenant_id == actor.tenant_id,
        Absence.company_id == company_id,
        Absence.owner_id == owner_id,
        Absence.deputy_id == actor.person_id,
        over > since,
        *([] if until is None else [Absence.starts_at <= until]),
    )
    return found[-1] if found else None


def deputies_of(
    session: Session, owners: Collection[tuple[str, str]], *, now: datetime
) -> dict[tuple[str, str], list[str]]:
    """Who stands in for these people, now or later, by tenant and owner."""
    found: dict[tuple[str, str], list[str]] = {}
    if owners:
        keys = tuple_(Absence.tenant_id, Absence.owner_id)
        query = select(Absence.tenant_id, Absence.owner_id, Absence.deputy_id)
        for tenant_id, owner_id, deputy_id in session.execute(
            query.where(keys.in_(owners), _not_over(now)).distinct().limit(_MOST)
        ):
            found.setdefault((tenant_id, owner_id), []).append(deputy_id)
    return found


def one(session: Session, tenant_id: str, absence_id: str) -> Away:
    """An absence that nobody has ended; raises `NotFound` (`no_absence`)."""
    found = _list(
        session,
        Absence.tenant_id == tenant_id,
        Absence.id == absence_id,
        Absence.ended_at.is_(None),
    )
    if not found:
        raise NotFound(
            sentence(N_("There is no such absence, or it was ended already.")), code="no_absence"
        )
    return found[0]


def _not_over(now: datetime) -> ColumnElement[bool]:
    return and_(Absence.ended_at.is_(None), Absence.ends_at > now)


def _has_represented(session: Session, actor: Actor) -> bool:
    chosen: Select[str] = select(Absence.id).where(
        Absence.tenant_id == actor.tenant_id, Absence.deputy_id == actor.person_id
    )
    return session.scalar(chosen.limit(1)) is not None


def _list(session: Session, *conditions: ColumnElement[bool], limit: int = _MOST) -> list[Away]:
    return [_away(row) for row in session.execute(_absences.where(*conditions).limit(limit))]


def _away(row: Any) -> Away:
    id_, company_id, owner_id, first, last, deputy_id, deputy_first, deputy_last, *when = row
    first_day, last_day, starts_at, ends_at = when
    return Away(
        id=id_,
        company_id=company_id,
        owner_id=owner_id,
        owner_name=f"{first} {last}".strip(),
        deputy_id=deputy_id,
        deputy_name=f"{deputy_first} {deputy_last}".strip(),
        first_day=first_day,
        last_day=last_day,
        starts_at=starts_at,
        ends_at=ends_at,
    )
