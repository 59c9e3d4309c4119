"""Words and files of requests that were decided long ago, and are kept no longer (R59)."""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, exists, func, literal, null, or_, select, update
from sqlalchemy.orm import Session

from webapp.approvals import finding
from webapp.approvals.domain import Action
from webapp.audit.personal import ERASED, table
from webapp.db import Utc
from webapp.identity import tenant_settings
from webapp.ledger import erasing as ledger

# Entries whose facts are words, or the names that people gave to files.
_TELLING = (Action.REWORD, Action.ATTACH, Action.DETACH)
_DAYS_OF_EVERY_MONTH = 28


def months_before(now: datetime, months: int) -> datetime:
    """The same day so many months ago, the 28th at the latest."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, _DAYS_OF_EVERY_MONTH))


def forget_words(session: Session, *, before: datetime, now: datetime, limit: int) -> int:
    """Erase words and files of some requests decided before this moment; of how many.

    Amounts, people and decisions stay. Fewer than `limit` means that none is left. The files
    themselves go with the next round of the worker.
    """
    count = 0
    for tenant_id in tenant_settings.tenant_ids(session):
        found = _wordy(session, tenant_id, before, limit - count)
        if found:
            _forget(session, tenant_id, found, now=now)
        count += len(found)
        if count == limit:
            break
    return count


def _wordy(session: Session, tenant_id: str, before: datetime, limit: int) -> list[str]:
    rows, files, entries = table("approvals").c, table("attachments").c, table("ledger_entries").c
    attached = exists().where(
        files.tenant_id == rows.tenant_id, files.approval_id == rows.id, files.name != ERASED
    )
    told = or_(
        ~entries.content.endswith('"text":""}', autoescape=True), entries.action.in_(_TELLING)
    )
    said = exists().where(
        entries.tenant_id == rows.tenant_id,
        entries.stream_id == rows.id,
        entries.content.is_not(None),
        told,
    )
    noted = or_(rows.comment.is_not(None), rows.approver_comment.is_not(None))
    query = select(rows.id).where(
        rows.tenant_id == tenant_id, rows.decided_at < before, or_(noted, attached, said)
    )
    return list(session.scalars(query.order_by(rows.decided_at, rows.id).limit(limit)))


def _forget(session: Session, tenant_id: str, found: list[str], *, now: datetime) -> None:
    approvals, files = table("approvals"), table("attachments")
    noted = update(approvals).where(_among(approvals, "id", tenant_id, found))
    session.execute(noted.values(comment=null(), approver_comment=null()))
    finding.renew(session, tenant_id, found)
    session.execute(
        update(files)
        .where(_among(files, "approval_id", tenant_id, found))
        .values(name=ERASED, removed_at=func.coalesce(files.c.removed_at, literal(now, Utc)))
    )
    places = ledger.with_words(session, tenant_id, found, _TELLING)
    ledger.empty(session, tenant_id, places)


def _among(rows: Table, column: str, tenant_id: str, found: list[str]) -> ColumnElement[bool]:
    return and_(rows.c.tenant_id == tenant_id, rows.c[column].in_(found))
