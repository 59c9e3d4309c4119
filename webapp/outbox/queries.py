"""What waits in the outbox, what was given up, and the mailbox of a desk without a mail server."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from webapp.kernel.errors import Invalid, NotFound
from webapp.kernel.paging import Page, decode_cursor, encode_cursor
from webapp.kernel.sentence import N_, sentence
from webapp.outbox.domain import MessageStatus
from webapp.outbox.models import Mail, Message

# Nobody needs to know whether it is ten thousand or a million; counting on would take time.
_MOST_COUNTED = 10_000
_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How many messages wait (counted up to 10,000), since when, and how many were given up."""

    pending: int
    oldest: datetime | None
    dead: int
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadMessage:
    """A message that was given up, for an operator."""

    tenant_id: str
    id: str
    address: str
    created_at: datetime
    attempts: int
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """A delivered mail in the list of the mailbox."""

    id: str
    recipient_id: str | None
    address: str
    subject: str
    stream_id: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MailView(MailRow):
    """A delivered mail to be read."""

    text: str
    html: str


_dead_columns = [getattr(Message, name) for name in DeadMessage.__dataclass_fields__]
_row_columns = [getattr(Mail, name) for name in MailRow.__dataclass_fields__]
_view_columns = [getattr(Mail, name) for name in MailView.__dataclass_fields__]


def last_posted(session: Session, tenant_id: str, stream_id: str) -> datetime | None:
    """When the newest message of this stream was written; None where none is remembered."""
    return session.scalar(
        select(func.max(Message.created_at)).where(
            Message.tenant_id == tenant_id, Message.stream_id == stream_id
        )
    )


def backlog(session: Session) -> Backlog:
    """What waits in all tenants; for `/healthz`, the figures and `countersign doctor`."""
    pending = Message.status == MessageStatus.PENDING
    waiting = select(Message.created_at).where(pending).limit(_MOST_COUNTED).subquery()
    count, oldest = session.execute(select(func.count(), func.min(waiting.c.created_at))).one()
    error = select(Message.last_error).where(pending, Message.last_error.is_not(None))
    return Backlog(
        pending=count,
        oldest=oldest,
        dead=_count_dead(session),
        last_error=session.scalar(error.order_by(Message.due_at, Message.id).limit(1)),
    )


def dead(session: Session) -> list[DeadMessage]:
    """The messages that were given up, oldest first, fifty at most."""
    query = (
        select(*_dead_columns)
        .where(Message.status == MessageStatus.DEAD)
        .order_by(Message.tenant_id, Message.id)
        .limit(_PAGE)
    )
    return [DeadMessage(**row) for row in session.execute(query).mappings()]


def mails(
    session: Session, tenant_id: str, cursor: str | None = None, *, person_id: str | None = None
) -> Page[MailRow]:
    """The mailbox of a tenant, or of one person, newest first."""
    query = select(*_row_columns).where(Mail.tenant_id == tenant_id)
    if person_id is not None:
        query = query.where(Mail.recipient_id == person_id)
    if cursor is not None:
        sent_at, last = decode_cursor(cursor, 2)
        at = _moment(sent_at)
        query = query.where(or_(Mail.sent_at < at, and_(Mail.sent_at == at, Mail.id < last)))
    query = query.order_by(Mail.sent_at.desc(), Mail.id.desc()).limit(_PAGE + 1)
    found = [MailRow(**row) for row in session.execute(query).mappings()]
    rows = found[:_PAGE]
    more = len(found) > _PAGE
    return Page(rows, encode_cursor(rows[-1].sent_at.isoformat(), rows[-1].id) if more else None)


def mail(session: Session, tenant_id: str, mail_id: str) -> MailView:
    """One mail of the mailbox; raises `NotFound`."""
    query = select(*_view_columns).where(Mail.tenant_id == tenant_id, Mail.id == mail_id)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(sentence(N_("There is no such mail.")), code="no_mail")
    return MailView(**row)


def _count_dead(session: Session) -> int:
    given_up = (
        select(Message.id)
        .where(Message.status == MessageStatus.DEAD)
        .limit(_MOST_COUNTED)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(given_up)) or 0


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min  # without a zone, so that it is refused below
    if moment.tzinfo is None:
        raise Invalid(
            sentence(N_("This page address is not complete. Start at the first page.")),
            code="bad_cursor",
        )
    return moment
