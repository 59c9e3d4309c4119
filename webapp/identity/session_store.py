"""Browser sessions in the database: only the SHA-256 of the cookie's value is kept."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from webapp.identity import deputies
from webapp.identity.acting import acting
from webapp.identity.domain import Actor, Role, Workplace
from webapp.identity.models import Company, GroupMember, Membership, Person, WebSession
from webapp.identity.proofs import signed_in

# Who comes back within this time is still known to be the owner of what they typed.
REMEMBERED = timedelta(days=1)
_PRUNED_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a session lives: without a click, in all, and while nobody has signed in.

    And how long a sign-in is fresh, and which kinds (`acr`) are; none means any (R53). What the
    actor may do at a time is told by the clock of the business, which may be `ahead`.
    """

    idle: timedelta
    longest: timedelta
    anonymous: timedelta = timedelta(hours=4)
    fresh: timedelta = timedelta(minutes=5)
    levels: frozenset[str] = frozenset()
    ahead: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A session as the database knows it, with who may act through it and where."""

    id_hash: str
    data: dict[str, Any]
    tenant_id: str | None
    person_id: str | None
    seen_at: datetime
    alive: bool
    actor: Actor | None = None
    theme: str = "system"
    has_shortcuts: bool = True
    put_away: str = ""
    workplaces: list[Workplace] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One line of the list of a person's sessions."""

    id_hash: str
    user_agent: str
    created_at: datetime
    seen_at: datetime


def new_token() -> str:
    """A cookie value of 32 random bytes."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a cookie's value."""
    return hashlib.sha256(token.encode()).hexdigest()


_in_group = exists().where(
    GroupMember.tenant_id == Membership.tenant_id,
    GroupMember.company_id == Membership.company_id,
    GroupMember.membership_id == Membership.id,
)
_columns = (
    WebSession.data, WebSession.tenant_id, WebSession.person_id, WebSession.company_id,
    WebSession.seen_at, WebSession.expires_at,
    Person.active, Person.first_name, Person.last_name, Person.email,
    Person.language, Person.time_zone, Person.theme, Person.has_shortcuts,
    Person.put_away,
    Company.id.label("place_id"),
    Company.name.label("place_name"),
    Membership.id.label("membership_id"),
    Membership.role,
    _in_group.label("in_group"),
    deputies.was_chosen.label("was_chosen"),
)  # fmt: skip
# Everything a request has to know about its sender, in one statement; one row for each company.
_load = (
    select(*_columns)
    .select_from(WebSession)
    .outerjoin(
        Person, and_(Person.tenant_id == WebSession.tenant_id, Person.id == WebSession.person_id)
    )
    .outerjoin(
        Membership,
        and_(
            Membership.tenant_id == Person.tenant_id,
            Membership.person_id == Person.id,
            Membership.active,
        ),
    )
    .outerjoin(
        Company,
        and_(Company.tenant_id == Membership.tenant_id, Company.id == Membership.company_id),
    )
    .where(WebSession.id_hash == bindparam("cookie"))
    .order_by(Company.name, Company.id)
)


def load(session: Session, token: str, limits: Limits, *, now: datetime) -> Stored | None:
    """The session of a cookie, or None for a value that was never given out.

    A session that is past its limits comes back not alive and without an actor: whose it was is all
    that may still be asked.
    """
    id_hash = hash_of(token)
    rows = session.connection().execute(_load, {"cookie": id_hash}).all()
    if not rows:
        return None
    first, places = rows[0], _places(rows)
    alive = _is_alive(first, limits, now=now)
    actor = _actor(first, places, id_hash, limits) if alive and first.active else None
    if actor is not None and first.was_chosen:
        actor = deputies.empowered(session, actor, now=now + limits.ahead)
    return Stored(
        id_hash=id_hash,
        data=first.data if alive else {},
        tenant_id=first.tenant_id,
        person_id=first.person_id,
        seen_at=first.seen_at,
        alive=alive,
        actor=actor,
        theme=first.theme or "system",
        has_shortcuts=first.has_shortcuts is not False,
        put_away=first.put_away or "",
        workplaces=places,
    )


def create(
    session: Session, token: str, data: Mapping[str, Any], *, user_agent: str, lifetime: timedelta,
    now: datetime,
) -> None:  # fmt: skip
    """Keep a session of nobody, such as a sign-in on its way."""
    session.execute(
        insert(WebSession).values(
            id_hash=hash_of(token),
            data=dict(data),
            user_agent=user_agent[:300],
            created_at=now,
            seen_at=now,
            expires_at=now + lifetime,
        )
    )


def create_for(
    session: Session, token: str, data: Mapping[str, Any], owner: tuple[str, str, str | None], *,
    user_agent: str, lifetime: timedelta, now: datetime,
) -> None:  # fmt: skip
    """Keep the session of a person: tenant, person, and the company they act for."""
    tenant_id, person_id, company_id = owner
    create(session, token, data, user_agent=user_agent, lifetime=lifetime, now=now)
    session.execute(
        update(WebSession)
        .where(WebSession.id_hash == hash_of(token))
        .values(tenant_id=tenant_id, person_id=person_id, company_id=company_id)
    )


def save(session: Session, id_hash: str, data: Mapping[str, Any], *, now: datetime) -> None:
    """Replace what a session keeps."""
    session.execute(
        update(WebSession).where(WebSession.id_hash == id_hash).values(data=dict(data), seen_at=now)
    )


def touch(session: Session, id_hash: str, *, now: datetime) -> None:
    """Note that the session is in use."""
    session.execute(update(WebSession).where(WebSession.id_hash == id_hash).values(seen_at=now))


def choose_company(session: Session, id_hash: str, company_id: str) -> None:
    """From now on the session acts for this company."""
    session.execute(
        update(WebSession).where(WebSession.id_hash == id_hash).values(company_id=company_id)
    )


def last_company(session: Session, tenant_id: str, person_id: str) -> str | None:
    """The company that a person last acted for, as far as a session still knows."""
    return session.scalar(
        select(WebSession.company_id)
        .where(WebSession.tenant_id == tenant_id, WebSession.person_id == person_id)
        .order_by(WebSession.seen_at.desc(), WebSession.id_hash)
        .limit(1)
    )


def sessions_of(
    session: Session, tenant_id: str, person_id: str, limits: Limits, *, now: datetime
) -> list[SessionRow]:
    """The sessions that a person could still use, last used first."""
    query = (
        select(WebSession.id_hash, WebSession.user_agent, WebSession.created_at, WebSession.seen_at)
        .where(
            WebSession.tenant_id == tenant_id,
            WebSession.person_id == person_id,
            WebSession.expires_at > now,
            WebSession.seen_at > now - limits.idle,
        )
        .order_by(WebSession.seen_at.desc(), WebSession.id_hash)
        .limit(50)
    )
    return [SessionRow(**row._asdict()) for row in session.execute(query)]


def end(session: Session, tenant_id: str, person_id: str, id_hash: str, *, now: datetime) -> int:
    """End one session of a person; returns how many that were, 0 or 1."""
    which = WebSession.id_hash == id_hash, WebSession.person_id == person_id
    return _end(session, tenant_id, *which, now=now)


def end_all(
    session: Session,
    tenant_id: str,
    person_id: str | None,
    *,
    now: datetime,
    but: str | None = None,
) -> int:
    """End all sessions of a person or, for None, of a tenant, or all `but` one; how many."""
    whose = WebSession.person_id
    which = whose == person_id if person_id else whose.is_not(None)
    return _end(session, tenant_id, which, WebSession.id_hash != (but or ""), now=now)


def forget(session: Session, id_hash: str) -> None:
    """Remove a session without a trace, as when it is renewed at sign-in."""
    session.execute(delete(WebSession).where(WebSession.id_hash == id_hash))


def prune(session: Session, *, now: datetime) -> int:
    """Remove some sessions that nobody can come back to; how many."""
    is_nobodys = and_(WebSession.person_id.is_(None), WebSession.expires_at < now)
    is_forgotten = WebSession.expires_at < now - REMEMBERED
    old = select(WebSession.id_hash).where(or_(is_nobodys, is_forgotten))
    few = WebSession.id_hash.in_(old.limit(_PRUNED_AT_ONCE))
    return session.execute(delete(WebSession).where(few)).rowcount  # type: ignore[attr-defined, no-any-return]


def _is_alive(row: Any, limits: Limits, *, now: datetime) -> bool:
    return now < row.expires_at and (row.person_id is None or now < row.seen_at + limits.idle)


def _places(rows: Sequence[Any]) -> list[Workplace]:
    return [
        Workplace(
            membership_id=row.membership_id,
            company_id=row.place_id,
            company_name=row.place_name,
            role=Role(row.role),
            in_group=row.in_group,
        )
        for row in rows
        if row.place_id is not None
    ]


def _actor(row: Any, places: list[Workplace], id_hash: str, limits: Limits) -> Actor:
    chosen = next((place for place in places if place.company_id == row.company_id), None)
    # The company of the session may have been taken away since: then the first one that is left.
    place = chosen or (places[0] if places else None)
    return acting(
        row,
        place,
        tenant_id=row.tenant_id,
        person_id=row.person_id,
        session_id=id_hash,
        signed_in=signed_in(row.data, fresh=limits.fresh, levels=limits.levels, ahead=limits.ahead),
    )


def _end(session: Session, tenant_id: str, *which: Any, now: datetime) -> int:
    result = session.execute(
        update(WebSession)
        .where(WebSession.tenant_id == tenant_id, WebSession.expires_at > now, *which)
        .values(expires_at=now, data={})
    )
    return int(getattr(result, "rowcount", 0))
