"""Personal API keys: a person's own programs ask for tokens with them (R40).

A key is a token of kind KEY. Its id is public, its secret is shown once and kept as a hash; the
tokens that were asked for with it carry its id as their client, and end with it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from webapp.identity import queries, scopes
from webapp.identity.domain import Actor, Holder, Origin, Role, TokenKind
from webapp.identity.minting import Minted, fresh, require_just_made
from webapp.identity.models import Person, Token
from webapp.identity.session_store import hash_of
from webapp.kernel.errors import Forbidden, Invalid, NotFound
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import clean

MOST = 20
LONGEST_LIFE = timedelta(days=366)
LONGEST_NAME = 100
_ID = re.compile(r"key-[0-9a-f]{24}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key as its owner sees it; without scopes of its own it may do what they may."""

    id: str
    tenant_id: str
    person_id: str
    name: str
    company_id: str | None
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A new key and its secret, which nobody can read again."""

    key: Key
    secret: str


def create(
    session: Session,
    actor: Actor,
    name: str,
    *,
    lifetime: timedelta,
    now: datetime,
    company_id: str | None = None,
    scopes_: Iterable[str] = (),
    minted: Minted | None = None,
) -> Shown:
    """Make a key of the acting person, for all of their companies or for one.

    What was minted for a form makes one key, and the form that is sent again shows it again (R64).

    Raises:
        Invalid: name, lifetime or scopes cannot be (`bad_key`, with the field `name`, `lifetime`
            or `scopes`).
        NotFound: the person does not belong to the company (`no_company`).
        Forbidden: they have twenty keys already (`many_keys`).
        Conflict: the form made a key before, and its secret is not shown again (`made_before`).
    """
    chosen = _checked_scopes(scopes_)
    _check_company(session, actor, company_id)
    own = minted or fresh()
    _queue(session, actor)
    if made := _made_before(session, actor, own, now=now):
        return made
    _check_count(session, actor, now=now)
    key = Key(
        id=f"key-{own.id}",
        tenant_id=actor.tenant_id,
        person_id=actor.person_id,
        name=_checked_name(name),
        company_id=company_id,
        scopes=chosen,
        created_at=now,
        expires_at=now + _checked_lifetime(lifetime),
        last_used_at=None,
    )
    session.execute(insert(Token).values(token_hash=hash_of(own.secret), **_row(key)))
    return Shown(key=key, secret=own.secret)


def listed(session: Session, actor: Actor, *, now: datetime) -> list[Key]:
    """The keys of the acting person that still work, the newest first."""
    query = (
        select(Token)
        .where(*_live(actor.tenant_id, actor.person_id, now=now))
        .order_by(Token.created_at.desc(), Token.family_id.desc())
        .limit(MOST * 2)
    )
    return [_key(row) for row in session.scalars(query)]


def revoke(session: Session, actor: Actor, key_id: str, *, now: datetime) -> str:
    """End a key of the acting person, and every token it brought; returns its name.

    Raises:
        NotFound: they have no such key that still works (`no_key`).
    """
    name = session.scalar(
        select(Token.name).where(
            *_live(actor.tenant_id, actor.person_id, now=now), Token.family_id == key_id
        )
    )
    if name is None:
        raise NotFound(sentence(N_("It is not there, or was revoked already.")), code="no_key")
    session.execute(
        update(Token)
        .where(
            Token.tenant_id == actor.tenant_id,
            Token.person_id == actor.person_id,
            Token.client_id == key_id,
            Token.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    return name


def is_key_id(text: str) -> bool:
    """Whether an id is one of a key, and not of an API client."""
    return _ID.fullmatch(text) is not None


def authenticate(session: Session, key_id: str, secret: str, *, now: datetime) -> Key | None:
    """The key with this id and this secret, if it still works.

    It is found by the hash of the secret, so that the time it takes says nothing about the id.
    """
    row = session.scalars(
        select(Token).where(
            Token.token_hash == hash_of(secret),
            Token.kind == TokenKind.KEY,
            Token.revoked_at.is_(None),
            Token.expires_at > now,
        )
    ).one_or_none()
    return _key(row) if row is not None and row.family_id == key_id else None


def note_use(session: Session, tenant_id: str, key_id: str, *, now: datetime) -> None:
    """Remember that the key was used."""
    session.execute(
        update(Token)
        .where(
            Token.tenant_id == tenant_id,
            Token.family_id == key_id,
            Token.kind == TokenKind.KEY,
        )
        .values(last_used_at=now)
    )


def _checked_scopes(wanted: Iterable[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(wanted))
    if set(chosen) - scopes.of_customer(Role.ADMIN):
        why = sentence(N_("Choose scopes from the list."))
        raise Invalid(why, code="bad_key", fields={"scopes": why})
    return chosen


def _check_company(session: Session, actor: Actor, company_id: str | None) -> None:
    if company_id is None:
        return
    places = queries.workplaces(session, actor.tenant_id, actor.person_id)
    if company_id not in {place.company_id for place in places}:
        raise NotFound(sentence(N_("There is no such company.")), code="no_company")


def _queue(session: Session, actor: Actor) -> None:
    # The lock lets two pages of the same person look and count one after the other.
    session.execute(
        select(Person.id)
        .where(Person.tenant_id == actor.tenant_id, Person.id == actor.person_id)
        .with_for_update()
    )


def _made_before(session: Session, actor: Actor, own: Minted, *, now: datetime) -> Shown | None:
    row = session.scalars(
        select(Token).where(
            Token.token_hash == hash_of(own.secret),
            Token.tenant_id == actor.tenant_id,
            Token.person_id == actor.person_id,
        )
    ).one_or_none()
    if row is None:
        return None
    require_just_made(row.created_at, is_over=row.revoked_at is not None, now=now)
    return Shown(key=_key(row), secret=own.secret)


def _check_count(session: Session, actor: Actor, *, now: datetime) -> None:
    live = _live(actor.tenant_id, actor.person_id, now=now)
    count = session.scalar(select(func.count()).select_from(Token).where(*live)) or 0
    if count >= MOST:
        why = sentence(
            N_("You have {count} keys. Revoke one that is not needed any more."), count=count
        )
        raise Forbidden(why, code="many_keys")


def _checked_name(name: str) -> str:
    text = clean(name)
    if not 0 < len(text) <= LONGEST_NAME or "\n" in text:
        why = sentence(N_("Give it a name of up to {most} characters."), most=LONGEST_NAME)
        raise Invalid(why, code="bad_key", fields={"name": why})
    return text


def _checked_lifetime(lifetime: timedelta) -> timedelta:
    if not timedelta(0) < lifetime <= LONGEST_LIFE:
        why = sentence(N_("A key lives for up to a year."))
        raise Invalid(why, code="bad_key", fields={"lifetime": why})
    return lifetime


def _live(tenant_id: str, person_id: str, *, now: datetime) -> tuple[Any, ...]:
    return (
        Token.tenant_id == tenant_id,
        Token.person_id == person_id,
        Token.kind == TokenKind.KEY,
        Token.revoked_at.is_(None),
        Token.expires_at > now,
    )


def _row(key: Key) -> dict[str, Any]:
    return {
        "tenant_id": key.tenant_id,
        "family_id": key.id,
        "session_id": key.id,
        "origin": Origin.KEY,
        "name": key.name,
        "kind": TokenKind.KEY,
        "holder": Holder.CUSTOMER,
        "client_id": key.id,
        "person_id": key.person_id,
        "company_id": key.company_id,
        "scopes": list(key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
    }


def _key(row: Any) -> Key:
    return Key(
        id=row.family_id,
        tenant_id=row.tenant_id,
        person_id=row.person_id,
        name=row.name,
        company_id=row.company_id,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
