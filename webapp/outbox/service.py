"""Writing messages beside the change they tell of (R31)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.outbox.codec import encode
from webapp.outbox.domain import MessageStatus
from webapp.outbox.models import Message
from webapp.outbox.sequence import next_id

MAIL = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who is told, where, and in which language and time zone."""

    person_id: str | None
    address: str
    language: str = "en"
    time_zone: str = "Europe/Berlin"


def post(
    session: Session,
    *,
    tenant_id: str,
    stream_id: str,
    template: str,
    to: Recipient,
    context: dict[str, object],
    now: datetime,
) -> str:
    """Write a mail in the caller's transaction; the worker sends it after the commit.

    Returns its id. Messages of one tenant and stream are delivered in the order in which they were
    posted. Raises `TypeError` when the context holds what cannot wait (see `codec.encode`).
    """
    message = Message(
        tenant_id=tenant_id,
        id=next_id(),
        stream_id=stream_id,
        kind=MAIL,
        recipient_id=to.person_id,
        address=to.address,
        language=to.language,
        time_zone=to.time_zone,
        payload={"template": template, "context": encode(context)},
        status=MessageStatus.PENDING,
        created_at=now,
        due_at=now,
    )
    session.add(message)
    return message.id


def revive(session: Session, *, now: datetime) -> int:
    """Try all messages that were given up once more, in their order; returns how many."""
    statement = (
        update(Message)
        .where(Message.status == MessageStatus.DEAD)
        .values(status=MessageStatus.PENDING, attempts=0, due_at=now)
        .execution_options(synchronize_session=False)
    )
    result: Any = session.execute(statement)
    return int(result.rowcount)
