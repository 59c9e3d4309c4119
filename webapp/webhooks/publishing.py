"""Writing events beside the change they tell of, one message for each endpoint (R54)."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from webapp.outbox import service as outbox
from webapp.outbox.domain import Kind
from webapp.outbox.service import Parcel
from webapp.webhooks.addresses import parse
from webapp.webhooks.domain import PING, Event, State
from webapp.webhooks.models import Endpoint

_LONGEST_STREAM = 66


def publish(session: Session, event: Event, *, now: datetime) -> int:
    """Write the event for every active endpoint that asked for it; returns for how many.

    An endpoint of a company hears of that company only; one without a company of all of them.
    """
    asked = {"tenant": event.tenant_id, "company": event.company_id}
    wanted = [row for row in session.execute(_told, asked) if event.type in row.event_types]
    if not wanted:
        return 0
    body = write(event.type, event.data, now=event.at or now)
    for row in wanted:
        _enqueue(session, event, row, body, now=now)
    return len(wanted)


def is_anybody_told(tenant_id: Any, company_id: Any) -> ColumnElement[bool]:
    """Whether any active endpoint hears of this company, as a column of another statement."""
    return exists().where(*_active_for(tenant_id, company_id))


def ping(session: Session, endpoint: Any, *, now: datetime) -> str:
    """Write a message that only tries the way; the id of the message."""
    body = write(PING, {"tenant": endpoint.tenant_id, "endpoint": endpoint.id}, now=now)
    parcel = _parcel(endpoint, stream_id=endpoint.id, kind=PING, body=body)
    return outbox.enqueue(session, endpoint.tenant_id, parcel, now=now)


def write(type_: str, data: dict[str, Any], *, now: datetime) -> str:
    """The body as it is sent and signed: the same bytes at every attempt."""
    moment = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    whole = {"type": str(type_), "timestamp": moment, "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def _active_for(tenant_id: Any, company_id: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        Endpoint.tenant_id == tenant_id,
        Endpoint.state == State.ACTIVE,
        or_(Endpoint.company_id.is_(None), Endpoint.company_id == company_id),
    )


_told = select(Endpoint.id, Endpoint.company_id, Endpoint.url, Endpoint.event_types).where(
    *_active_for(bindparam("tenant"), bindparam("company"))
)


def _enqueue(session: Session, event: Event, row: Any, body: str, *, now: datetime) -> None:
    stream = _stream(row.id, event.stream_id)
    parcel = _parcel(row, stream_id=stream, kind=event.type, body=body)
    outbox.enqueue(session, event.tenant_id, parcel, now=now, written_at=event.at)


def _stream(endpoint_id: str, about: str) -> str:
    """What is kept in order: one thing at one endpoint, so that no other waits for it."""
    stream = f"{endpoint_id}.{about}"
    if len(stream) <= _LONGEST_STREAM:
        return stream
    return f"{endpoint_id}.{hashlib.sha256(about.encode()).hexdigest()[:40]}"


def _parcel(endpoint: Any, *, stream_id: str, kind: str, body: str) -> Parcel:
    return Parcel(
        kind=Kind.WEBHOOK,
        stream_id=stream_id,
        target_id=endpoint.id,
        company_id=endpoint.company_id,
        address=parse(endpoint.url).authority,
        payload={"type": str(kind), "body": body},
    )
