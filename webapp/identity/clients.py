"""API clients: programs with an id and a secret that ask for tokens of their own (R40).

The secret is shown once and kept as a hash. A client with a company reaches that company only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, insert, select, update
from sqlalchemy.orm import Session

from webapp.identity import queries, scopes
from webapp.identity.domain import Actor
from webapp.identity.minting import Minted, fresh, require_just_made
from webapp.identity.models import ApiClient, Tenant
from webapp.identity.passwords import hashed
from webapp.identity.policy import Deed, may_administer
from webapp.identity.recording import Place, enter, trace
from webapp.kernel.errors import Invalid, NotFound
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import clean

# What a client may ask for: tokens of its own, and tokens for visitors of a shop.
PROGRAM, VISITORS = "client_credentials", "anonymous"
GRANTS = (PROGRAM, VISITORS)
LONGEST_NAME = 100
_MOST_LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An API client as lists show it; without scopes of its own it has all that fit."""

    tenant_id: str
    id: str
    name: str
    grants: tuple[str, ...]
    scopes: tuple[str, ...]
    company_id: str | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A new client and its secret, which nobody can read again."""

    client: Client
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A client that an id may mean, with the hash to compare its secret with."""

    client: Client
    secret_hash: str | None


def add(
    session: Session,
    tenant_id: str,
    name: str,
    *,
    now: datetime,
    company_id: str | None = None,
    grants: Iterable[str] = (PROGRAM,),
    scopes_: Iterable[str] = (),
    created_by_id: str | None = None,
    minted: Minted | None = None,
) -> Shown:
    """Add a client of the tenant, or of one of its companies.

    Raises:
        NotFound: there is no such tenant or company (`no_tenant`, `no_company`).
        Invalid: name, grants or scopes cannot be (`bad_client`, with the field).
    """
    _check_owner(session, tenant_id, company_id)
    chosen = tuple(dict.fromkeys(scopes_))
    _check_scopes(chosen, company_id)
    own = minted or fresh()
    client = Client(
        tenant_id=tenant_id,
        id=f"client-{own.id}",
        name=_checked_name(name),
        grants=_checked_grants(grants),
        scopes=chosen,
        company_id=company_id,
        created_at=now,
        last_used_at=None,
        revoked_at=None,
    )
    session.execute(
        insert(ApiClient).values(
            tenant_id=tenant_id,
            id=client.id,
            name=client.name,
            secret_hash=hashed(own.secret),
            grants=list(client.grants),
            scopes=list(client.scopes),
            company_id=company_id,
            created_by_id=created_by_id,
            created_at=now,
        )
    )
    return Shown(client=client, secret=own.secret)


def add_own(
    session: Session,
    actor: Actor,
    name: str,
    *,
    scopes_: Iterable[str] = (),
    now: datetime,
    minted: Minted | None = None,
) -> Shown:
    """Add a client of the company that this admin acts for.

    It stands in the history of the company. What was minted for a form makes one client, and the
    form that is sent again shows it again (R64).

    Raises:
        Forbidden: somebody else asks.
        Invalid: name or scopes cannot be (`bad_client`, with the field).
        Conflict: the form made one before, and its secret is not shown again (`made_before`).
    """
    place = enter(session, actor)
    if minted and (made := _made_before(session, actor, minted, now=now)):
        return made
    shown = add(
        session,
        actor.tenant_id,
        name,
        now=now,
        company_id=place.company.id,
        scopes_=scopes_,
        created_by_id=actor.person_id,
        minted=minted,
    )
    _trace(session, actor, "client_added", shown.client.name, place=place, now=now)
    return shown


def listed(session: Session, tenant_id: str) -> list[Client]:
    """Every client of a tenant, the oldest first; those that were revoked too."""
    query = _clients().where(ApiClient.tenant_id == tenant_id)
    return [_client(row) for row in session.scalars(query.limit(_MOST_LISTED))]


def listed_own(session: Session, actor: Actor) -> list[Client]:
    """The clients of the company that this admin acts for and that still work; else none."""
    if not may_administer(actor):
        return []
    query = _clients().where(
        ApiClient.tenant_id == actor.tenant_id,
        ApiClient.company_id == actor.company_id,
        ApiClient.revoked_at.is_(None),
    )
    return [_client(row) for row in session.scalars(query.limit(_MOST_LISTED))]


def revoke(session: Session, tenant_id: str, client_id: str, *, now: datetime) -> str:
    """End a client, and its tokens with it; returns its name. Raises `NotFound`."""
    return _revoke(session, _is(tenant_id, client_id), now=now)


def revoke_own(session: Session, actor: Actor, client_id: str, *, now: datetime) -> str:
    """End a client of the company that this admin acts for; returns its name.

    Raises:
        Forbidden: somebody else asks.
        NotFound: the company has no such client.
    """
    place = enter(session, actor)
    mine = and_(_is(actor.tenant_id, client_id), ApiClient.company_id == place.company.id)
    name = _revoke(session, mine, now=now)
    _trace(session, actor, "client_revoked", name, place=place, now=now)
    return name


def find(session: Session, client_id: str, *, tenant_id: str | None) -> Found | None:
    """The client that works and has this id; none when several tenants have one."""
    query = select(ApiClient).where(ApiClient.id == client_id, ApiClient.revoked_at.is_(None))
    if tenant_id is not None:
        query = query.where(ApiClient.tenant_id == tenant_id)
    rows = session.scalars(query.limit(2)).all()
    if len(rows) != 1:
        return None
    return Found(client=_client(rows[0]), secret_hash=rows[0].secret_hash)


def note_use(session: Session, tenant_id: str, client_id: str, *, now: datetime) -> None:
    """Remember that the client was here."""
    session.execute(update(ApiClient).where(_is(tenant_id, client_id)).values(last_used_at=now))


def _made_before(session: Session, actor: Actor, own: Minted, *, now: datetime) -> Shown | None:
    mine = _is(actor.tenant_id, f"client-{own.id}"), ApiClient.company_id == actor.company_id
    row = session.scalars(select(ApiClient).where(*mine)).one_or_none()
    if row is None:
        return None
    require_just_made(row.created_at, is_over=row.revoked_at is not None, now=now)
    return Shown(client=_client(row), secret=own.secret)


def _trace(
    session: Session, actor: Actor, deed: str, name: str, *, place: Place, now: datetime
) -> None:
    trace(session, actor, Deed.CLIENT, {"deed": deed, "program": name}, place=place, now=now)


def _check_owner(session: Session, tenant_id: str, company_id: str | None) -> None:
    if session.scalar(select(Tenant.id).where(Tenant.id == tenant_id)) is None:
        raise NotFound(sentence(N_("There is no such tenant.")), code="no_tenant")
    if company_id is not None:
        queries.company(session, tenant_id, company_id)


def _checked_name(name: str) -> str:
    text = clean(name)
    if not 0 < len(text) <= LONGEST_NAME or "\n" in text:
        why = sentence(N_("Give it a name of up to {most} characters."), most=LONGEST_NAME)
        raise Invalid(why, code="bad_client", fields={"name": why})
    return text


def _checked_grants(grants: Iterable[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(grants))
    if not chosen or set(chosen) - set(GRANTS):
        why = sentence(N_("The grants are {all}."), all=", ".join(GRANTS))
        raise Invalid(why, code="bad_client", fields={"grants": why})
    return chosen


def _check_scopes(chosen: tuple[str, ...], company_id: str | None) -> None:
    most = scopes.of_client((), company_id=company_id)
    if set(chosen) - most:
        why = sentence(N_("The scopes are {all}."), all=", ".join(sorted(most)))
        raise Invalid(why, code="bad_client", fields={"scopes": why})


def _clients() -> Select[Any]:
    return select(ApiClient).order_by(ApiClient.created_at, ApiClient.id)


def _is(tenant_id: str, client_id: str) -> ColumnElement[bool]:
    return and_(ApiClient.tenant_id == tenant_id, ApiClient.id == client_id)


def _revoke(session: Session, which: ColumnElement[bool], *, now: datetime) -> str:
    name = session.scalar(
        update(ApiClient)
        .where(which, ApiClient.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiClient.name)
    )
    if name is None:
        raise NotFound(sentence(N_("It is not there, or was revoked already.")), code="no_client")
    return str(name)


def _client(row: Any) -> Client:
    return Client(
        tenant_id=row.tenant_id,
        id=row.id,
        name=row.name,
        grants=tuple(row.grants),
        scopes=tuple(row.scopes),
        company_id=row.company_id,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
