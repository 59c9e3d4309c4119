"""Searching requests: whatever is asked for can only narrow what `visible_to` lets a person see."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from webapp.approvals.criteria import EVERYTHING, NEWEST_FIRST, All, Any, Criterion, Sorting, Where
from webapp.approvals.models import Approval, Revision
from webapp.approvals.operands import Operands
from webapp.approvals.queries import visible_to
from webapp.approvals.values import Condition, by_code_points
from webapp.identity.domain import Actor

Row = tuple[Approval, Revision]

_CURRENT = and_(
    Revision.tenant_id == Approval.tenant_id,
    Revision.approval_id == Approval.id,
    Revision.revision == Approval.revision,
)


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
) -> list[Row]:
    """The requests of this person that meet the criterion, each with its current revision.

    Rows are told apart by their id in the end, in the direction of what was sorted by last. Columns
    decide as they stand: whoever wants requests whose time is over to be expired notes it before.
    """
    operands = _operands(session)
    query = (
        select(Approval, Revision)
        .join(Revision, _CURRENT)
        .where(*_narrowed(actor, criterion, operands))
        .order_by(*_order(order or NEWEST_FIRST, operands))
        .limit(window.size)
        .offset((window.number - 1) * window.size)
    )
    return [(approval, revision) for approval, revision in session.execute(query)]


def count(session: Session, actor: Actor, criterion: Criterion = EVERYTHING) -> int:
    """How many requests of this person meet the criterion."""
    query = select(func.count()).select_from(Approval)
    if criterion != EVERYTHING:
        query = query.join(Revision, _CURRENT)
    narrowed = _narrowed(actor, criterion, _operands(session))
    return session.scalar(query.where(*narrowed)) or 0


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
