"""Searching requests: whatever is asked for can only narrow what `visible_to` lets a person see."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any as Anything

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from webapp.approvals.anybody import Kind, anybody, kind_of, told
from webapp.approvals.criteria import EVERYTHING, NEWEST_FIRST, All, Any, Criterion, Sorting, Where
from webapp.approvals.models import Approval, Revision
from webapp.approvals.operands import Operands
from webapp.approvals.queries import Side, absent, visible_from, visible_to
from webapp.approvals.values import Condition, by_code_points
from webapp.identity.domain import Actor

_CURRENT = and_(
    Revision.tenant_id == Approval.tenant_id,
    Revision.approval_id == Approval.id,
    Revision.revision == Approval.revision,
)
# What is known of a request outside, with its documents as the text in which they are kept.
_COLUMNS = (
    *(Approval.tenant_id, Approval.id, Approval.status, Approval.resource_type),
    *(Approval.company_id, Approval.order_id, Approval.comment, Approval.approver_comment),
    *(Approval.requester_id, Approval.requester_first_name, Approval.requester_last_name),
    *(Approval.requester_email, Approval.decided_by_id, Approval.decided_by_name),
    *(Approval.approver_id, Approval.approver_first_name, Approval.approver_last_name),
    *(Approval.version, Approval.created_at, Approval.modified_at, Approval.expires_at),
    *(
        type_coerce(document, Text).label(document.key)
        for document in (Revision.snapshot, Revision.details, Revision.delivery_window)
    ),
)
Found = Row[*tuple[Anything, ...]]


@dataclass(frozen=True, slots=True)
class Window:
    """A page of so many rows, counted from 1."""

    number: int = 1
    size: int = 60


def search(
    session: Session,
    actor: Actor,
    criterion: Criterion = EVERYTHING,
    order: Sequence[Sorting] = NEWEST_FIRST,
    *,
    window: Window = Window(),
) -> list[Found]:
    """The requests of this person that meet the criterion, as they stand in their current revision.

    Rows are told apart by their id in the end, in the direction of what was sorted by last. Columns
    decide as they stand: whoever wants requests whose time is over to be expired notes it before.
    """
    operands = _operands(session)
    if (criterion, order) == (EVERYTHING, NEWEST_FIRST):
        kind = kind_of(actor)
        query = _newest(actor, operands) if kind is None else _newest_of_anybody(kind, operands)
    else:
        query = _asked(actor, criterion, order or NEWEST_FIRST, operands)
    reached = window.number * window.size
    shown = {"size": window.size, "skipped": reached - window.size, "reached": reached}
    return list(session.connection().execute(query, {**told(actor), **shown}).all())


def one(session: Session, actor: Actor, approval_id: str) -> Found:
    """One request of this person; raises `NotFound` (code `no_approval`) when it is not theirs."""
    mine = visible_to(actor), Approval.id == approval_id
    query = select(*_COLUMNS).join(Revision, _CURRENT).where(*mine)
    found = session.connection().execute(query).one_or_none()
    if found is None:
        raise absent(session, actor, approval_id)
    return found


def count(session: Session, actor: Actor, criterion: Criterion = EVERYTHING) -> int:
    """How many requests of this person meet the criterion."""
    query = select(func.count()).select_from(Approval)
    if criterion != EVERYTHING:
        query = query.join(Revision, _CURRENT)
    narrowed = _narrowed(actor, criterion, _operands(session))
    return session.scalar(query.where(*narrowed)) or 0


@lru_cache
def _newest_of_anybody(kind: Kind, operands: Operands) -> Select[*tuple[Anything, ...]]:
    return _newest(anybody(kind), operands)


def _newest(actor: Actor, operands: Operands) -> Select[*tuple[Anything, ...]]:
    # Databases read each side from one end of its index, and no further than the page goes; for
    # both at once they would go through the whole company. No request is on both sides.
    sides = union_all(*(_newest_of(actor, side, operands) for side in Side)).subquery()
    newest = _windowed(select(sides).order_by(*_newest_first(sides))).subquery()
    same = and_(newest.c.tenant_id == Approval.tenant_id, newest.c.id == Approval.id)
    query = select(*_COLUMNS).join(newest, same).join(Revision, _CURRENT)
    return query.order_by(*_newest_first(newest))


def _newest_of(actor: Actor, side: Side, operands: Operands) -> Select[*tuple[Anything, ...]]:
    by_id = by_code_points(Approval.id.expression, is_postgresql=operands.is_postgresql)
    keys = Approval.tenant_id, Approval.id, Approval.created_at, by_id.label("by_id")
    query = select(*keys).where(visible_from(actor, side))
    ordered = query.order_by(Approval.created_at.desc(), by_id.desc())
    # Not every database takes an order inside of a union, but each takes it one level below.
    return select(ordered.limit(bindparam("reached")).subquery())


def _newest_first(rows: FromClause) -> tuple[ColumnElement[Anything], ...]:
    return rows.c.created_at.desc(), rows.c.by_id.desc()


def _asked(
    actor: Actor, criterion: Criterion, order: Sequence[Sorting], operands: Operands
) -> Select[*tuple[Anything, ...]]:
    query = select(*_COLUMNS).join(Revision, _CURRENT).where(*_narrowed(actor, criterion, operands))
    return _windowed(query.order_by(*_order(order, operands)))


def _windowed(query: Select[*tuple[Anything, ...]]) -> Select[*tuple[Anything, ...]]:
    return query.limit(bindparam("size")).offset(bindparam("skipped"))


def _operands(session: Session) -> Operands:
    return Operands(is_postgresql=session.get_bind().dialect.name == "postgresql")


def _narrowed(actor: Actor, criterion: Criterion, operands: Operands) -> tuple[Condition, ...]:
    return visible_to(actor), _condition(criterion, operands)


def _condition(criterion: Criterion, operands: Operands) -> Condition:
    match criterion:
        case All(parts):
            return and_(true(), *(_condition(part, operands) for part in parts))
        case Any(parts):
            return or_(false(), *(_condition(part, operands) for part in parts))
        case Where(operand, test):
            return operands.meets(operand, test)


def _order(order: Sequence[Sorting], operands: Operands) -> list[ColumnElement[object]]:
    keys = [
        key
        for sorting in order
        for key in operands.order(sorting.operand, is_descending=sorting.is_descending)
    ]
    by_id = by_code_points(Approval.id.expression, is_postgresql=operands.is_postgresql)
    return [*keys, by_id.desc() if order[-1].is_descending else by_id.asc()]
