"""What waits in the outbox, what was given up, and the mailbox of a desk without a mail server."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from webapp.kernel.errors import Invalid, NotFound
from webapp.kernel.paging import Page, decode_cursor, encode_cursor
from webapp.kernel.sentence import N_, sentence
from webapp.outbox.codec import decode
from webapp.outbox.domain import Kind, MessageStatus
from webapp.outbox.models import Mail, Message

# Nobody needs to know whether it is ten thousand or a million; counting on would take time.
_MOST_COUNTED = 10_000
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How many messages wait (counted up to 10,000), since when, and how many were given up."""

    pending: int
    oldest: datetime | None
    dead: int
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """How many messages of a kind are in a state (counted up to 10,000), and the oldest of them."""

    kind: Kind
    status: MessageStatus
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message as those see it who look after messages: what became of it, and why."""

    tenant_id: str
    id: str
    kind: str
    address: str
    target_id: str | None
    company_id: str | None
    payload: Any
    status: str
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    last_error: str | None

    @property
    def topic(self) -> str:
        """The name of the mail, or of the event."""
        return str(self.payload.get("template") or self.payload.get("type") or "")

    @property
    def number(self) -> int | None:
        """The number of the request that a mail is about."""
        context = decode(self.payload.get("context")) or {}
        return context.get("number")


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


_columns = [getattr(Message, name) for name in Row.__dataclass_fields__]
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


def figures(session: Session) -> list[Figure]:
    """What waits and what was given up, by kind; numbers for whoever watches the desk."""
    return [
        _figure(session, kind, status)
        for kind in Kind
        for status in (MessageStatus.PENDING, MessageStatus.DEAD)
    ]


def listed(
    session: Session,
    status: MessageStatus,
    *,
    tenant_id: str | None = None,
    kind: Kind | None = None,
    limit: int = PAGE,
) -> list[Row]:
    """Messages in this state for an operator, the oldest first."""
    query = select(*_columns).where(Message.status == status)
    if tenant_id is not None:
        query = query.where(Message.tenant_id == tenant_id)
    if kind is not None:
        query = query.where(Message.kind == kind)
    query = query.order_by(Message.tenant_id, Message.id).limit(limit)
    return [Row(**row) for row in session.execute(query).mappings()]


def of_company(
    session: Session,
    tenant_id: str,
    company_id: str,
    status: MessageStatus,
    *,
    kind: Kind | None = None,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[Row]:
    """The messages of a company in this state, newest first."""
    query = select(*_columns).where(
        Message.tenant_id == tenant_id,
        Message.company_id == company_id,
        Message.status == status,
    )
    if kind is not None:
        query = query.where(Message.kind == kind)
    return _newest_first(session, query, cursor, size)


def to_target(
    session: Session,
    tenant_id: str,
    target_id: str,
    *,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[Row]:
    """The messages to one target, newest first."""
    query = select(*_columns).where(Message.tenant_id == tenant_id, Message.target_id == target_id)
    return _newest_first(session, query, cursor, size)


def one_to_target(session: Session, tenant_id: str, target_id: str, message_id: str) -> Row:
    """One message to this target; raises `NotFound` (`no_message`)."""
    query = select(*_columns).where(
        Message.tenant_id == tenant_id, Message.target_id == target_id, Message.id == message_id
    )
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(sentence(N_("There is no such message.")), code="no_message")
    return Row(**row)


def counts_of_company(
    session: Session, tenant_id: str, company_id: str
) -> dict[MessageStatus, int]:
    """How many messages of a company wait and were given up, counted up to a hundred."""
    return {
        status: session.scalar(
            select(func.count()).select_from(
                select(Message.id)
                .where(
                    Message.tenant_id == tenant_id,
                    Message.company_id == company_id,
                    Message.status == status,
                )
                .limit(100)
                .subquery()
            )
        )
        or 0
        for status in (MessageStatus.PENDING, MessageStatus.DEAD)
    }


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
    query = query.order_by(Mail.sent_at.desc(), Mail.id.desc()).limit(PAGE + 1)
    found = [MailRow(**row) for row in session.execute(query).mappings()]
    rows = found[:PAGE]
    more = len(found) > PAGE
    return Page(rows, encode_cursor(rows[-1].sent_at.isoformat(), rows[-1].id) if more else None)


def mail(session: Session, tenant_id: str, mail_id: str) -> MailView:
    """One mail of the mailbox; raises `NotFound`."""
    query = select(*_view_columns).where(Mail.tenant_id == tenant_id, Mail.id == mail_id)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(sentence(N_("There is no such mail.")), code="no_mail")
    return MailView(**row)


def _newest_first(session: Session, query: Any, cursor: str | None, size: int) -> Page[Row]:
    if cursor is not None:
        query = query.where(Message.id < decode_cursor(cursor, 1)[0])
    query = query.order_by(Message.id.desc()).limit(size + 1)
    found = [Row(**row) for row in session.execute(query).mappings()]
    rows = found[:size]
    return Page(rows, encode_cursor(rows[-1].id) if len(found) > size else None)


def _figure(session: Session, kind: Kind, status: MessageStatus) -> Figure:
    some = (
        select(Message.created_at)
        .where(Message.status == status, Message.kind == kind)
        .limit(_MOST_COUNTED)
        .subquery()
    )
    count, oldest = session.execute(select(func.count(), func.min(some.c.created_at))).one()
    return Figure(kind=kind, status=status, count=count, oldest=oldest)


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
