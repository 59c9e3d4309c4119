"""A desk with very many requests, copied inside the database from one that was really asked.

Lists know them, and words find them; they have no history and nothing to open.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    String,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    text,
    type_coerce,
)
from sqlalchemy.orm import Session

from tests.support.cast import BEN, BOB, RITA, ROB, Desk
from webapp.approvals.domain import Status
from webapp.approvals.finding import Words
from webapp.approvals.models import Approval
from webapp.db import Database, Utc
from webapp.kernel.clock import utcnow

# Of so many requests in a row one is pending, and the others are approved.
ONE_IN = 10
_FIRST_NUMBER = 1_000_000


def crowd(database: Database, *, bobs: int, bens: int) -> str:
    """So many requests of Rita for Bob, a minute apart, and older ones of Rob, so many, for Ben.

    Returns the id of the request they were copied from, which is for Bob and pending.
    """
    now = utcnow()
    pattern = Desk(database).ask(now=now)
    with database.transaction() as session:
        numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
        more = select(numbers.c.n + 1).where(numbers.c.n < bobs + bens)
        _copy(session, pattern, numbers.union_all(more), bobs=bobs, now=now)
    with database.transaction() as session:
        session.execute(text("ANALYZE"))
    return pattern


def _copy(session: Session, pattern: str, numbers: CTE, *, bobs: int, now: datetime) -> None:
    n = numbers.c.n
    own_id = literal("copy-") + cast(n, String)
    changes = {
        "id": own_id,
        "resource_id": own_id,
        "number": n + _FIRST_NUMBER,
        "requester_id": case((n <= bobs, RITA.person_id), else_=ROB.person_id),
        **_progress(n, n <= bobs, _minutes_before(session, now, n)),
    }
    columns = Approval.__table__.columns
    values = [changes.get(column.name, column).label(column.name) for column in columns]
    rows = select(*values).join_from(Approval, numbers, literal(value=True))
    rows = rows.where(Approval.id == pattern)
    session.execute(insert(Approval).from_select(list(columns), rows))
    words = select(Approval.tenant_id, Approval.id, Words.words)
    words = words.join_from(Approval, Words, literal(value=True)).where(Approval.id != pattern)
    session.execute(insert(Words).from_select(["tenant_id", "approval_id", "words"], words))


def _progress(
    n: ColumnElement[int], is_bobs: ColumnElement[bool], at: ColumnElement[datetime]
) -> dict[str, Any]:
    """Whose it is, and how it ended."""
    is_pending = n % ONE_IN == 0
    approver_id = case((is_bobs, BOB.person_id), else_=BEN.person_id)
    return {
        "approver_id": approver_id,
        "status": case((is_pending, Status.PENDING), else_=Status.APPROVED),
        "turn": case((is_pending, Approval.turn), else_=null()),
        "turn_since": at,
        "created_at": at,
        "decided_at": case((is_pending, null()), else_=at),
        "decided_by_id": case((is_pending, null()), else_=approver_id),
        "decided_by_name": case((is_pending, null()), else_=BOB.name),
    }


def _minutes_before(
    session: Session, now: datetime, n: ColumnElement[int]
) -> ColumnElement[datetime]:
    if session.get_bind().dialect.name == "postgresql":
        return literal(now, Utc) - func.make_interval(0, 0, 0, 0, 0, n)
    earlier = literal("-") + cast(n, String) + " minutes"
    moment = func.strftime("%Y-%m-%d %H:%M:%f000", now.isoformat(), earlier)
    return type_coerce(moment, Utc)
