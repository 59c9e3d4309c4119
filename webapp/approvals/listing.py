"""Lists of requests: what stands in which tab, in order, page by page, and narrowed (R2)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, Tuple, and_, false, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from webapp.approvals.criteria import Field, Like, LineField
from webapp.approvals.domain import Status, Turn
from webapp.approvals.filters import EVERYTHING, Wanted
from webapp.approvals.models import Approval, Revision
from webapp.approvals.operands import Operands
from webapp.approvals.queries import (
    COUNTED,
    PAGE_SIZE,
    Box,
    Side,
    Summary,
    decided_as,
    visible_to,
)
from webapp.db import Utc
from webapp.identity.domain import Actor
from webapp.kernel.paging import Page, decode_cursor, decode_moment, encode_cursor

# Filters are offered from the newest so many requests of a person, however many there are.
_OFFERED_FROM = 500
_LARGEST_NUMBER = 2**31 - 1
_SEARCHED = (
    *(Field.REQUESTER_FIRST_NAME, Field.REQUESTER_LAST_NAME),
    *(Field.APPROVER_FIRST_NAME, Field.APPROVER_LAST_NAME),
    *(Field.COMMENT, LineField.NAME, LineField.SKU),
)
_SORTED_BY = {
    Box.TURN: Approval.turn_since,
    Box.WAITING: Approval.turn_since,
    Box.DECIDED: Approval.decided_at,
}
_CURRENT = and_(
    Revision.tenant_id == Approval.tenant_id,
    Revision.approval_id == Approval.id,
    Revision.revision == Approval.revision,
)
_NAMES = tuple(field.name for field in fields(Summary))
_COLUMNS = tuple(getattr(Approval, name) for name in _NAMES)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a person's list can be narrowed to: people of the other side, shops, currencies.

    The currency of most requests comes first.
    """

    people: dict[str, str]
    sites: tuple[str, ...]
    currencies: tuple[str, ...]


def listing(
    session: Session,
    actor: Actor,
    side: Side,
    box: Box,
    *,
    wanted: Wanted = EVERYTHING,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Summary]:
    """A page of requests: what is somebody's turn longest waiting first, the rest newest first."""
    key = _SORTED_BY.get(box, Approval.created_at)
    oldest_first = box in (Box.TURN, Box.WAITING)
    query = _narrowed(session, select(*_COLUMNS), side, wanted)
    query = query.where(_side(actor, side), *_in_box(side, box))
    if cursor:
        at, last_id = decode_cursor(cursor, 2)
        row, seen = tuple_(key, Approval.id), _cursor_row(at, last_id)
        query = query.where(row > seen if oldest_first else row < seen)
    order = (key, Approval.id) if oldest_first else (key.desc(), Approval.id.desc())
    rows = session.execute(query.order_by(*order).limit(size + 1)).all()
    items = [_summary(row) for row in rows[:size]]
    if len(rows) <= size:
        return Page(items, None)
    return Page(items, encode_cursor(getattr(items[-1], key.key).isoformat(), items[-1].id))


def gone(
    session: Session, actor: Actor, side: Side, box: Box, *, ids: Sequence[str]
) -> list[Summary]:
    """Those of these requests that stood in this box and do not any more (R56)."""
    stays = _in_box(side, box)
    if not ids or not stays:
        return []
    query = select(*_COLUMNS).where(
        _side(actor, side), Approval.id.in_(ids), ~func.coalesce(and_(*stays), false())
    )
    return [_summary(row) for row in session.execute(query)]


def count(
    session: Session, actor: Actor, side: Side, box: Box, *, wanted: Wanted = EVERYTHING
) -> int:
    """How many requests are in the box, counted up to 100 and no further."""
    query = _narrowed(session, select(Approval.id), side, wanted)
    rows = query.where(_side(actor, side), *_in_box(side, box)).limit(COUNTED)
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def offer(session: Session, actor: Actor, side: Side) -> Offer:
    """What there is to narrow the list to, from the newest 500 requests."""
    id_, first, last = _OTHERS[side]
    newest = (
        select(id_.label("id"), first.label("first"), last.label("last"))
        .add_columns(Approval.site_code, Approval.currency)
        .where(_side(actor, side))
        .order_by(Approval.created_at.desc(), Approval.id.desc())
        .limit(_OFFERED_FROM)
        .subquery()
    )
    rows = session.execute(select(newest, func.count().label("n")).group_by(*newest.c)).all()
    people = {row.id: f"{row.first} {row.last}" for row in rows}
    used = Counter[str]()
    for row in rows:
        used[row.currency] += row.n
    return Offer(
        people=dict(sorted(people.items(), key=lambda one: (one[1].casefold(), one[0]))),
        sites=tuple(sorted({row.site_code for row in rows})),
        currencies=tuple(sorted(used, key=lambda code: (-used[code], code))),
    )


def neighbours(session: Session, actor: Actor, approval_id: str) -> tuple[str | None, str | None]:
    """The ids before and after this request among those that wait for this person's decision."""
    waiting = session.scalars(
        select(Approval.id)
        .where(_side(actor, Side.APPROVER), *_in_box(Side.APPROVER, Box.TURN))
        .order_by(Approval.turn_since, Approval.id)
        .limit(COUNTED)
    ).all()
    if approval_id not in waiting:
        return None, None
    at = waiting.index(approval_id)
    return (waiting[at - 1] if at else None), (waiting[at + 1] if at + 1 < len(waiting) else None)


def approvers_asked_before(session: Session, actor: Actor) -> list[str]:
    """The ids of the approvers this person asked lately, the last one first."""
    rows = session.scalars(
        select(Approval.approver_id)
        .where(_side(actor, Side.REQUESTER))
        .order_by(Approval.created_at.desc(), Approval.id.desc())
        .limit(PAGE_SIZE)
    )
    return list(dict.fromkeys(rows))


def _side(actor: Actor, side: Side) -> ColumnElement[bool]:
    own = Approval.requester_id == actor.person_id
    return and_(visible_to(actor), decided_as(actor) if side is Side.APPROVER else own)


def _in_box(side: Side, box: Box) -> list[ColumnElement[bool]]:
    own_turn = Turn.APPROVER if side is Side.APPROVER else Turn.REQUESTER
    pending = Approval.status == Status.PENDING
    return {
        Box.TURN: [pending, Approval.turn == own_turn],
        Box.WAITING: [pending, Approval.turn != own_turn],
        Box.OPEN: [pending],
        Box.DECIDED: [Approval.status != Status.PENDING],
        Box.ALL: [],
    }[box]


def _narrowed(session: Session, query: Select[Any], side: Side, wanted: Wanted) -> Select[Any]:
    query = query.where(*_conditions(side, wanted))
    if not wanted.words:
        return query
    operands = Operands(is_postgresql=session.get_bind().dialect.name == "postgresql")
    found = (_says(operands, word) for word in wanted.words)
    return query.join(Revision, _CURRENT).where(*found)


def _conditions(side: Side, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.status is not None:
        yield Approval.status == wanted.status
    if wanted.person_id:
        yield _OTHERS[side][0] == wanted.person_id
    if wanted.site_code:
        yield Approval.site_code == wanted.site_code
    if wanted.since is not None:
        yield Approval.created_at >= wanted.since
    if wanted.until is not None:
        yield Approval.created_at < wanted.until
    if wanted.low is not None:
        yield Approval.total_minor >= wanted.low.minor
    if wanted.high is not None:
        yield Approval.total_minor <= wanted.high.minor
    for amount in filter(None, (wanted.low, wanted.high)):
        yield Approval.currency == amount.currency


def _says(operands: Operands, word: str) -> ColumnElement[bool]:
    """Whether this word stands in the request: its number, its people, its items, its comment."""
    pattern = Like("".join(f"\\{each}" if not each.isalnum() else each for each in word))
    found = [operands.meets(place, pattern) for place in _SEARCHED]
    digits = word.removeprefix("#")
    if digits.isascii() and digits.isdigit() and int(digits) <= _LARGEST_NUMBER:
        found.append(Approval.number == int(digits))
    return or_(*found)


def _summary(row: Sequence[Any]) -> Summary:
    return Summary(**dict(zip(_NAMES, row, strict=True)))


def _cursor_row(at: str, last_id: str) -> Tuple:
    return tuple_(literal(decode_moment(at), Utc), literal(last_id))


_OTHERS = {
    Side.APPROVER: (
        Approval.requester_id,
        Approval.requester_first_name,
        Approval.requester_last_name,
    ),
    Side.REQUESTER: (
        Approval.approver_id,
        Approval.approver_first_name,
        Approval.approver_last_name,
    ),
}
