"""Writing messages beside the change they tell of (R31), and looking after those that stay."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from webapp.db import GOES_ALONG
from webapp.kernel.errors import Conflict, NotFound
from webapp.kernel.sentence import N_, sentence
from webapp.outbox.codec import encode
from webapp.outbox.domain import Kind, MessageStatus
from webapp.outbox.models import Message
from webapp.outbox.sequence import next_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who is told, where, and in which language and time zone."""

    person_id: str | None
    address: str
    language: str = "en"
    time_zone: str = "Europe/Berlin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message of another kind than mail: what it goes to, and what it holds.

    `address` is what people read about where it goes.
    """

    kind: Kind
    stream_id: str
    target_id: str
    company_id: str | None
    address: str
    payload: dict[str, Any] = field(default_factory=dict)


def post(
    session: Session,
    *,
    tenant_id: str,
    stream_id: str,
    template: str,
    to: Recipient,
    context: dict[str, object],
    now: datetime,
    written_at: datetime | None = None,
    company_id: str | None = None,
) -> str:
    """Write a mail in the caller's transaction; the worker sends it after the commit.

    Returns its id. Messages of one tenant and stream are delivered in the order in which they were
    posted; `written_at` is for a stream that says itself when things happen (R60). The admins of
    the company see that it was written. Raises `TypeError` when the context holds what cannot wait
    (see `codec.encode`).
    """
    row = {
        "stream_id": stream_id,
        "kind": Kind.MAIL,
        "company_id": company_id,
        "recipient_id": to.person_id,
        "address": to.address,
        "language": to.language,
        "time_zone": to.time_zone,
        "payload": {"template": template, "context": encode(context)},
        "created_at": written_at or now,
    }
    return _write(session, tenant_id, row, now=now)


def enqueue(
    session: Session,
    tenant_id: str,
    parcel: Parcel,
    *,
    now: datetime,
    written_at: datetime | None = None,
) -> str:
    """Write a message to a program in the caller's transaction, see `post`; its id."""
    row = {
        "stream_id": parcel.stream_id,
        "kind": parcel.kind,
        "company_id": parcel.company_id,
        "target_id": parcel.target_id,
        "address": parcel.address,
        "language": "en",
        "time_zone": "UTC",
        "payload": parcel.payload,
        "created_at": written_at or now,
    }
    return _write(session, tenant_id, row, now=now)


def revive(
    session: Session, *, now: datetime, tenant_id: str | None = None, target_id: str | None = None
) -> int:
    """Try messages that were given up once more, in their order; returns how many.

    All of them, or those of a tenant, or those to one target of it.
    """
    which = [Message.status == MessageStatus.DEAD]
    if tenant_id is not None:
        which.append(Message.tenant_id == tenant_id)
    if target_id is not None:
        which.append(Message.target_id == target_id)
    return _change(session, *which, **_afresh(now))


def replay(
    session: Session,
    tenant_id: str,
    message_id: str,
    *,
    now: datetime,
    company_id: str | None = None,
) -> None:
    """Send one message again under the id that it has: a given-up one, or a webhook that arrived.

    With a company, only what belongs to it can be found. Raises `NotFound` (`no_message`), and
    `Conflict` (`not_over`) while it waits, or for a mail that was sent.
    """
    which = [Message.tenant_id == tenant_id, Message.id == message_id]
    if company_id is not None:
        which.append(Message.company_id == company_id)
    found = session.execute(select(Message.kind, Message.status).where(*which)).one_or_none()
    if found is None:
        raise NotFound(sentence(N_("There is no such message.")), code="no_message")
    again = (Message.status == MessageStatus.DEAD) | (
        (Message.kind == Kind.WEBHOOK) & (Message.status == MessageStatus.SENT)
    )
    if not _change(session, *which, again, **_afresh(now)):
        is_waiting = found.status == MessageStatus.PENDING
        raise Conflict(sentence(_WAITS if is_waiting else _SENT), code="not_over")


def wake(session: Session, tenant_id: str, target_id: str, *, now: datetime) -> int:
    """Let everything that waits for this target go at once, in its order; returns how many."""
    return _change(
        session,
        Message.tenant_id == tenant_id,
        Message.target_id == target_id,
        Message.status == MessageStatus.PENDING,
        Message.leased_until.is_(None),
        Message.due_at > now,
        due_at=now,
    )


def give_up(session: Session, tenant_id: str, target_id: str, why: str) -> int:
    """Give up everything that waits for this target; returns how many."""
    return _change(
        session,
        Message.tenant_id == tenant_id,
        Message.target_id == target_id,
        Message.status == MessageStatus.PENDING,
        status=MessageStatus.DEAD,
        leased_until=None,
        last_error=why,
    )


def forget(session: Session, tenant_id: str, target_id: str) -> int:
    """Remove every message to this target; returns how many."""
    return _remove(session, Message.tenant_id == tenant_id, Message.target_id == target_id)


def purge(
    session: Session, status: MessageStatus, *, before: datetime, limit: int = 1000
) -> list[tuple[str, str]]:
    """Remove messages in this state that were written before a moment; their tenants and ids.

    For SENT ones the moment is the one at which they were sent.
    """
    since = Message.sent_at if status is MessageStatus.SENT else Message.created_at
    query = (
        select(Message.tenant_id, Message.id)
        .where(Message.status == status, since < before)
        .order_by(since)
        .limit(limit)
    )
    ids = [(tenant_id, own) for tenant_id, own in session.execute(query)]
    if ids:
        _remove(session, tuple_(Message.tenant_id, Message.id).in_(ids), Message.status == status)
    return ids


def _write(session: Session, tenant_id: str, row: dict[str, Any], *, now: datetime) -> str:
    message_id = next_id()
    values = {
        "tenant_id": tenant_id,
        "id": message_id,
        "target_id": None,
        "recipient_id": None,
        "status": MessageStatus.PENDING,
        "attempts": 0,
        "due_at": now,
    }
    session.connection().execute(_insert, values | row)
    return message_id


_insert = insert(Message.__table__).execution_options(**{GOES_ALONG: True})  # type: ignore[arg-type]


def _afresh(now: datetime) -> dict[str, Any]:
    return {
        "status": MessageStatus.PENDING,
        "attempts": 0,
        "due_at": now,
        "sent_at": None,
        "leased_until": None,
    }


def _change(session: Session, *which: ColumnElement[bool], **values: Any) -> int:
    statement = update(Message).where(*which).values(**values)
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)


def _remove(session: Session, *which: ColumnElement[bool]) -> int:
    statement = delete(Message).where(*which)
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)


_WAITS = N_("This message waits to be sent already, so nothing more has to be done.")
_SENT = N_("Only what was given up can be sent again, and webhooks that arrived.")
