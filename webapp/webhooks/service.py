"""Looking after endpoints: by admins for their company, and by the operator for a tenant (R54).

A secret is shown once, and sealed so that it can sign.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.config import Settings
from webapp.identity import queries as identity
from webapp.identity.domain import Actor
from webapp.identity.minting import require_just_made
from webapp.identity.policy import Deed
from webapp.identity.recording import (
    Place,
    changed,
    enter,
    open_front,
    trace,
)
from webapp.kernel.errors import Conflict, Forbidden
from webapp.kernel.ids import new_id
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import clean
from webapp.outbox import service as outbox
from webapp.webhooks import publishing, queries
from webapp.webhooks.addresses import Allowed, parse, read_url
from webapp.webhooks.domain import (
    COMPANY_EVENTS,
    MOST_ENDPOINTS,
    EventType,
    State,
    new_secret,
    sound_description,
    sound_events,
)
from webapp.webhooks.models import Attempt, Endpoint
from webapp.webhooks.queries import EndpointView
from webapp.webhooks.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wrote about an endpoint."""

    url: str
    description: str = ""
    event_types: Iterable[str] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the settings say: the key that seals secrets, and what else may be reached."""

    vault: Vault
    allowed: Allowed

    @classmethod
    def of(cls, known: Settings) -> "Desk":
        """What these settings say."""
        allowed = Allowed.parse(known.webhook_allow)
        return cls(vault=Vault(known.secret_key), allowed=allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An endpoint and its new secret, which nobody can read again."""

    endpoint: EndpointView
    secret: str


def add(
    session: Session,
    tenant_id: str,
    draft: Draft,
    desk: Desk,
    *,
    company_id: str | None,
    now: datetime,
    endpoint_id: str | None = None,
) -> Shown:
    """Make an endpoint for the operator; without a company it hears of all of them.

    Raises `NotFound` (no such tenant or company), `Invalid` (`bad_webhook`, with the fields `url`,
    `description` or `event_types`) and `Forbidden` (`many_webhooks`).
    """
    identity.settings(session, tenant_id)
    if company_id is not None:
        identity.company(session, tenant_id, company_id)
    _check_count(session, tenant_id, company_id)
    own = endpoint_id or new_id()
    row = Endpoint(
        tenant_id=tenant_id,
        id=own,
        company_id=company_id,
        secret=desk.vault.seal(new_secret(), f"{tenant_id}/{own}"),
        created_at=now,
    )
    _write(row, draft, desk.allowed)
    session.add(row)
    session.flush()
    return shown(session, row, desk)


def add_own(
    session: Session,
    actor: Actor,
    draft: Draft,
    desk: Desk,
    *,
    now: datetime,
    endpoint_id: str | None = None,
) -> Shown:
    """Make an endpoint of the company that this admin looks after; raises as `add` does.

    A form that brings an id makes one endpoint, and shows its secret again when it is sent again;
    later it raises `Conflict` (`made_before`, R64).
    """
    place = enter(session, actor)
    company_id = place.company.id
    made = endpoint_id and _made_before(session, actor, endpoint_id, desk, now=now)
    if made:
        return made
    own = {"company_id": company_id, "endpoint_id": endpoint_id}
    new = add(session, actor.tenant_id, draft, desk, **own, now=now)
    _trace(session, actor, "added", new.endpoint.url, place=place, now=now)
    return new


def change_own(
    session: Session,
    actor: Actor,
    endpoint_id: str,
    draft: Draft,
    *,
    desk: Desk,
    seen_version: int,
    now: datetime,
) -> None:
    """Change address, events, description, and whether it is active.

    One that is made active begins afresh, however often it failed. What it says already is no
    change. Raises as `add` does, and `NotFound` (`no_webhook`) or `Conflict` (`changed`).
    """
    place, row = find_own(session, actor, endpoint_id)
    if row.version != seen_version:
        if _says(row, draft):
            return
        raise changed()
    was_active = row.state == State.ACTIVE
    _write(row, draft, desk.allowed)
    row.version += 1
    deed = "changed"
    if was_active != draft.is_active:
        deed = "resumed" if draft.is_active else "paused"
        row.state = State.ACTIVE if draft.is_active else State.PAUSED
    if draft.is_active:
        row.failures, row.failing_since, row.rests_until = 0, None, None
        outbox.wake(session, row.tenant_id, row.id, now=now)
    session.flush()
    _trace(session, actor, deed, row.url, place=place, now=now)


def remove(session: Session, tenant_id: str, endpoint_id: str) -> str:
    """Remove an endpoint for the operator, with its log; its address."""
    return _remove(session, queries.found(session, tenant_id, endpoint_id))


def remove_own(session: Session, actor: Actor, endpoint_id: str, *, now: datetime) -> str:
    """Remove an endpoint with its log and what waits for it; its address. Raises `NotFound`."""
    place, row = find_own(session, actor, endpoint_id)
    _trace(session, actor, "removed", row.url, place=place, now=now)
    return _remove(session, row)


def ping_own(session: Session, actor: Actor, endpoint_id: str, *, now: datetime) -> str:
    """Write a message that only tries the way; its id. Raises `NotFound`, `Conflict` (`off`)."""
    endpoint = view_own(session, actor, endpoint_id)
    _require_active(endpoint)
    return publishing.ping(session, endpoint, now=now)


def replay_own(
    session: Session, actor: Actor, endpoint_id: str, message_id: str, *, now: datetime
) -> None:
    """Send a message again under its id. Raises `NotFound`, `Conflict` (`off`, `not_over`)."""
    endpoint = view_own(session, actor, endpoint_id)
    _require_active(endpoint)
    queries.delivery(session, endpoint, message_id)
    outbox.replay(session, actor.tenant_id, message_id, now=now)


def view_own(session: Session, actor: Actor, endpoint_id: str) -> EndpointView:
    """An endpoint of the company that this admin looks after; raises `Forbidden`, `NotFound`."""
    place = open_front(session, actor)
    return queries.one(session, actor.tenant_id, endpoint_id, place.company.id)


def find_own(session: Session, actor: Actor, endpoint_id: str) -> tuple[Place, Endpoint]:
    """The locked company and the row of an endpoint, to change it; raises as `view_own` does."""
    place = enter(session, actor)
    return place, queries.found(session, actor.tenant_id, endpoint_id, place.company.id)


def shown(session: Session, row: Endpoint, desk: Desk) -> Shown:
    """The endpoint and the secret that it has now, for whoever made it in this moment."""
    secret = desk.vault.open(row.secret, f"{row.tenant_id}/{row.id}")
    return Shown(endpoint=queries.one(session, row.tenant_id, row.id), secret=secret)


def told(deed: str, url: str) -> dict[str, str]:
    """What the history of the company keeps of a change: the deed, and the host without a path."""
    return {"deed": deed, "address": parse(url).authority}


def _check_count(session: Session, tenant_id: str, company_id: str | None) -> None:
    there = session.scalar(
        select(func.count()).where(
            Endpoint.tenant_id == tenant_id, Endpoint.company_id.is_not_distinct_from(company_id)
        )
    )
    if (there or 0) >= MOST_ENDPOINTS:
        why = sentence(N_("There are {count} webhooks. Remove one first."), count=there)
        raise Forbidden(why, code="many_webhooks")


def _write(row: Endpoint, draft: Draft, allowed: Allowed) -> None:
    read_url(draft.url, allowed)
    row.url = clean(draft.url)
    row.description = sound_description(draft.description)
    row.event_types = sound_events(
        draft.event_types, EventType if row.company_id is None else COMPANY_EVENTS
    )


def _made_before(
    session: Session, actor: Actor, endpoint_id: str, desk: Desk, *, now: datetime
) -> Shown | None:
    mine = Endpoint.tenant_id == actor.tenant_id, Endpoint.id == endpoint_id
    row = session.scalars(
        select(Endpoint).where(*mine, Endpoint.company_id == actor.company_id)
    ).one_or_none()
    if row is None:
        return None
    require_just_made(row.created_at, is_over=row.version > 1, now=now)
    return shown(session, row, desk)


def _says(row: Endpoint, draft: Draft) -> bool:
    kept = row.url, row.description, set(row.event_types), row.state == State.ACTIVE
    wanted = clean(draft.url), sound_description(draft.description), set(draft.event_types)
    return kept == (*wanted, draft.is_active)


def _remove(session: Session, row: Endpoint) -> str:
    outbox.forget(session, row.tenant_id, row.id)
    session.execute(
        delete(Attempt)
        .where(Attempt.tenant_id == row.tenant_id, Attempt.endpoint_id == row.id)
        .execution_options(synchronize_session=False)
    )
    session.delete(row)
    return row.url


def _require_active(endpoint: EndpointView) -> None:
    if not endpoint.is_active:
        raise Conflict(sentence(N_("This webhook is off. Switch it on first.")), code="off")


def _trace(
    session: Session, actor: Actor, deed: str, url: str, *, place: Place, now: datetime
) -> None:
    trace(session, actor, Deed.WEBHOOK, told(deed, url), place=place, now=now)
