"""Lists of requests: what stands in which tab, in order, page by page, and narrowed (R2)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    null,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.approvals.anybody import Kind, anybody, kind_of, told
from webapp.approvals.domain import Action, Turn
from webapp.approvals.filters import EVERYTHING, Wanted
from webapp.approvals.finding import holding
from webapp.approvals.models import Approval
from webapp.approvals.queries import (
    COUNTED,
    PAGE_SIZE,
    Box,
    Side,
    Summary,
    visible_from,
)
from webapp.db import Utc
from webapp.identity.domain import Actor
from webapp.kernel.paging import Page, decode_cursor, decode_moment, encode_cursor
from webapp.ledger.last import Last, last_of, read

_SORTED_BY = {
    Box.TURN: Approval.turn_since,
    Box.WAITING: Approval.turn_since,
    Box.DECIDED: Approval.decided_at,
}
# Written out, so that both databases see which of their indexes hold it, and no value goes along.
_IS_TURN = {one: Approval.turn == literal_column(f"'{one}'") for one in Turn}
_IS_PENDING = Approval.status == literal_column("'PENDING'")
_IS_ENDED = Approval.status != literal_column("'PENDING'")
_COLUMNS = tuple(getattr(Approval, name) for name in Summary._fields)
# What the requester may have done since: it is told while it is the approver's turn.
_NEWS = case((
    and_(_IS_TURN[Turn.APPROVER], Approval.ledger_length > literal_column("1")),
    last_of(Approval.tenant_id.expression, Approval.id.expression, (Action.ANSWER, Action.CHANGE)),
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of requests; `news` says what was done last on those that somebody acted on since."""

    page: Page[Summary]
    news: Mapping[str, Last]


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
    return listed(session, actor, side, box, wanted=wanted, cursor=cursor, size=size).page


def listed(
    session: Session,
    actor: Actor,
    side: Side,
    box: Box,
    *,
    wanted: Wanted = EVERYTHING,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Listed:
    """The same page, with what requesters did last where it is this approver's turn."""
    values = {**told(actor), "size": size + 1}
    if cursor:
        at, last_id = decode_cursor(cursor, 2)
        values |= {"after_at": decode_moment(at), "after_id": last_id}
    kind = kind_of(actor)
    if kind is None or wanted != EVERYTHING:
        query = _page(actor, side, box, is_further=bool(cursor))
        query = _narrowed(session, actor, query, side=side, wanted=wanted)
    else:
        query = _page_of_anybody(kind, side, box, is_further=bool(cursor))
    rows = session.connection().execute(query, values).all()
    items = [Summary._make(row[:-1]) for row in rows[:size]]
    news = {row.id: read(row.news) for row in rows[:size] if row.news}
    if len(rows) <= size:
        return Listed(Page(items, None), news)
    key = getattr(items[-1], _sorted_by(box).key)
    return Listed(Page(items, encode_cursor(key.isoformat(), items[-1].id)), news)


def gone(
    session: Session, actor: Actor, side: Side, box: Box, *, ids: Sequence[str]
) -> list[Summary]:
    """Those of these requests that stood in this box and do not any more (R56)."""
    if not ids or not (stays := _in_box(side, box)):
        return []
    query = select(*_COLUMNS).where(
        visible_from(actor, side), Approval.id.in_(ids), ~func.coalesce(and_(*stays), false())
    )
    return [Summary._make(row) for row in session.execute(query)]


def count(
    session: Session, actor: Actor, side: Side, box: Box, *, wanted: Wanted = EVERYTHING
) -> int:
    """How many requests are in the box, counted up to 100 and no further."""
    rows = _narrowed(session, actor, box_of(actor, side, box), side=side, wanted=wanted)
    return session.scalar(select(capped(rows))) or 0


def box_of(actor: Actor, side: Side, box: Box) -> Select[str]:
    """The ids of the requests in a box."""
    return select(Approval.id).where(visible_from(actor, side), *_in_box(side, box))


def capped(rows: Select[Any]) -> ScalarSelect[int]:
    """How many rows these are, counted up to 100 and no further."""
    few = rows.limit(literal_column(str(COUNTED))).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


def approvers_asked_before(session: Session, actor: Actor) -> list[str]:
    """The ids of the approvers this person asked lately, the last one first."""
    rows = session.scalars(
        select(Approval.approver_id)
        .where(visible_from(actor, Side.REQUESTER))
        .order_by(Approval.created_at.desc(), Approval.id.desc())
        .limit(PAGE_SIZE)
    )
    return list(dict.fromkeys(rows))


@lru_cache
def _page_of_anybody(kind: Kind, side: Side, box: Box, *, is_further: bool) -> Select[Any]:
    return _page(anybody(kind), side, box, is_further=is_further)


def _page(actor: Actor, side: Side, box: Box, *, is_further: bool) -> Select[Any]:
    key, oldest_first = _sorted_by(box), box in (Box.TURN, Box.WAITING)
    has_news = side is Side.APPROVER and box in (Box.TURN, Box.ALL)
    news = _NEWS if has_news else null()
    query = select(*_COLUMNS, news.label("news")).where(
        visible_from(actor, side), *_in_box(side, box)
    )
    if is_further:
        row = tuple_(key, Approval.id)
        seen = tuple_(bindparam("after_at", type_=Utc()), bindparam("after_id"))
        query = query.where(row > seen if oldest_first else row < seen)
    order = (key, Approval.id) if oldest_first else (key.desc(), Approval.id.desc())
    return query.order_by(*order).limit(bindparam("size"))


def _sorted_by(box: Box) -> InstrumentedAttribute[Any]:
    return _SORTED_BY.get(box, Approval.created_at)


def _in_box(side: Side, box: Box) -> list[ColumnElement[bool]]:
    turns = (Turn.APPROVER, Turn.REQUESTER)
    own, others = turns if side is Side.APPROVER else reversed(turns)
    return {
        Box.TURN: [_IS_PENDING, _IS_TURN[own]],
        Box.WAITING: [_IS_PENDING, _IS_TURN[others]],
        Box.OPEN: [_IS_PENDING],
        Box.DECIDED: [_IS_ENDED],
        Box.ALL: [],
    }[box]


def _narrowed(
    session: Session, actor: Actor, query: Select[Any], *, side: Side, wanted: Wanted
) -> Select[Any]:
    query = query.where(*_conditions(side, wanted))
    return holding(session, query, actor.tenant_id, wanted.words) if wanted.words else query


def _conditions(side: Side, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.status is not None:
        yield Approval.status == wanted.status
    if wanted.person_id:
        yield OTHERS[side][0] == wanted.person_id
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


OTHERS = {
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
