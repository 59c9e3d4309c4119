"""Whether requests say what their histories say, so that no row is changed unseen (R63)."""

import hashlib
import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from webapp.approvals.domain import ENDS, Action, Status
from webapp.approvals.models import Approval, Revision
from webapp.approvals.seals import conditions, goods
from webapp.ledger import queries as history
from webapp.ledger.domain import content_digest
from webapp.ledger.service import Break
from webapp.orders import queries as orders
from webapp.orders.details import shipping_price

# The entry that does not fit, and why; nothing where all fit.
Finding = tuple[int, str] | None
_REVISES = (Action.SUBMIT, Action.CHANGE)
_TELLING = (*_REVISES, Action.REASSIGN, *ENDS, Action.ORDER)
_AT_ONCE = 500


def disagreements(
    session: Session, tenant_id: str, approval_id: str | None = None
) -> Generator[Break, None, None]:
    """The requests of a tenant that say something else than their histories, by their ids.

    Who asked, who decided, when and how, what was asked for in each revision, what it came to,
    and what was ordered. Whether the histories are whole is for `webapp.ledger` to find out first.
    """
    mine = Approval.tenant_id == tenant_id
    if approval_id is not None:
        mine = and_(mine, Approval.id == approval_id)
    with ExitStack() as opened:
        told = opened.enter_context(closing(_read(session, _told(session, mine))))
        asked = opened.enter_context(closing(_read(session, _asked(session, mine))))
        revisions = _Beside(groupby(asked, attrgetter("id")))
        for stream_id, rows in groupby(told, attrgetter("id")):
            found = _disagreement(list(rows), revisions.of(stream_id))
            if found:
                sequence, problem = found
                yield Break(
                    tenant_id=tenant_id, stream_id=stream_id, sequence=sequence, problem=problem
                )


def _told(session: Session, mine: ColumnElement[bool]) -> Select[Any]:
    """Every entry that says how a request stands, beside what its row says."""
    entries = history.telling(_TELLING).subquery()
    entry = entries.c
    said = [entry[name] for name in ("sequence", "action", "at", "actor_id", "for_id", "content")]
    row = [column for column in Approval.__table__.c if column.name in _STATED]
    same = and_(entry.tenant_id == Approval.tenant_id, entry.stream_id == Approval.id)
    return (
        select(*row, *said, entry.revision.label("entry_revision"))
        .join(entries, same)
        .where(mine)
        .order_by(history.by_code_points(session, Approval.id), entry.sequence)
    )


def _asked(session: Session, mine: ColumnElement[bool]) -> Select[Any]:
    """Every revision as it is kept, beside what was ordered."""
    kept = (Revision.snapshot, Revision.details, Revision.delivery_window, Revision.delivery_words)
    placed = orders.of_requests().subquery()
    order = placed.c
    ordered = [order[name].label(f"order_{name}") for name in ("id", "total_minor", "snapshot")]
    return (
        select(Approval.id, Revision.revision, *kept, *ordered)
        .join(
            Revision,
            and_(Revision.tenant_id == Approval.tenant_id, Revision.approval_id == Approval.id),
        )
        .outerjoin(
            placed,
            and_(order.tenant_id == Approval.tenant_id, order.approval_id == Approval.id),
        )
        .where(mine)
        .order_by(history.by_code_points(session, Approval.id), Revision.revision)
    )


_STATED = frozenset(
    "id status requester_id approver_id decided_by_id decided_at revision order_id currency "
    "net_minor tax_minor total_minor".split()
)


def _read(session: Session, query: Select[Any]) -> Generator[Any, None, None]:
    streamed = query.execution_options(yield_per=_AT_ONCE)
    with session.connection().execute(streamed) as found:
        yield from found


class _Beside:
    """The revisions of each request, taken in the order of their ids."""

    def __init__(self, groups: Iterator[tuple[str, Iterator[Any]]]) -> None:
        self._groups = groups
        self._next = next(groups, None)

    def of(self, stream_id: str) -> list[Any]:
        """Those of this request; nothing when it has none."""
        while self._next is not None and self._next[0] < stream_id:
            self._next = next(self._groups, None)
        return list(self._next[1]) if self._next and self._next[0] == stream_id else []


def _disagreement(told: Sequence[Any], revisions: Sequence[Any]) -> Finding:
    for look in (_requester, _revisions, _amounts, _approver, _end, _order):
        if found := look(told, revisions):
            return found
    return None


def _requester(told: Sequence[Any], _: Sequence[Any]) -> Finding:
    first = told[0]
    if first.action != Action.SUBMIT or first.actor_id != first.requester_id:
        return 1, f"the request names {first.requester_id} as the one who asked"
    return None


def _revisions(told: Sequence[Any], revisions: Sequence[Any]) -> Finding:
    made = [one for one in told if one.action in _REVISES]
    for entry, kept in zip(made, revisions, strict=False):
        number = entry.entry_revision
        if kept.revision != number:
            return entry.sequence, f"revision {number} of the request is missing"
        if problem := _unsealed(_data(entry).get("seal"), kept):
            return entry.sequence, f"revision {number} of the request has {problem}"
    newest = made[-1]
    if not newest.revision == newest.entry_revision == len(made) == len(revisions):
        return newest.sequence, f"the request is at revision {newest.revision}"
    return None


def _unsealed(seal: Any, kept: Any) -> str:
    """What of a revision was not sealed like this; nothing where the seal is erased or older."""
    if seal is None:
        return ""
    if hashlib.sha256(goods(kept.snapshot).encode()).hexdigest() != seal["goods"]:
        return "other goods"
    terms = conditions(kept.details, kept.delivery_window, kept.delivery_words)
    return "" if content_digest(seal["salt"], terms) == seal["terms"] else "other terms"


def _amounts(told: Sequence[Any], revisions: Sequence[Any]) -> Finding:
    row, bought = told[-1], revisions[-1].snapshot
    shipping = shipping_price(revisions[-1].details, row.currency).minor
    stated = row.currency, row.net_minor, row.tax_minor, row.total_minor
    total = bought["net"] + bought["tax"] + shipping
    if stated == (bought["currency"], bought["net"], bought["tax"], total):
        return None
    return _last(told, *_REVISES).sequence, "the request comes to another amount"


def _approver(told: Sequence[Any], _: Sequence[Any]) -> Finding:
    if (handed := _last(told, Action.REASSIGN, Action.SUBMIT)) is None:
        return None
    meant = _data(handed).get("approver_id", handed.approver_id)
    if meant != handed.approver_id:
        return handed.sequence, f"the request names {handed.approver_id} as the approver"
    return None


def _end(told: Sequence[Any], _: Sequence[Any]) -> Finding:
    end, row = _last(told, *ENDS), told[-1]
    if end is None:
        is_open = row.status == Status.PENDING
        return None if is_open else (row.sequence, f"the request says {row.status} after it")
    stated = row.status, row.decided_by_id, row.decided_at
    if stated != (ENDS[end.action], end.actor_id, end.at):
        who = f" by {row.decided_by_id}" if row.decided_by_id else ""
        when = f" at {row.decided_at.isoformat()}" if row.decided_at else ""
        return end.sequence, f"the request says {row.status}{who}{when}"
    decided = end.action in (Action.APPROVE, Action.DECLINE)
    if decided and row.approver_id != (end.for_id or end.actor_id):
        return end.sequence, f"the request names {row.approver_id} as the approver"
    return None


def _order(told: Sequence[Any], revisions: Sequence[Any]) -> Finding:
    placed, row, kept = _last(told, Action.ORDER), told[-1], revisions[-1]
    stated = {row.order_id, kept.order_id}
    if placed is None:
        return None if stated == {None} else (row.sequence, "an order was placed after it")
    if stated != {_data(placed).get("order", row.order_id or "")}:
        return placed.sequence, "the request names another order"
    if (kept.order_snapshot, kept.order_total_minor) != (kept.snapshot, row.total_minor):
        return placed.sequence, "something else was ordered"
    return None


def _last(told: Sequence[Any], *actions: Action) -> Any:
    return next((one for one in reversed(told) if one.action in actions), None)


def _data(entry: Any) -> dict[str, Any]:
    """What an entry says beside its words; nothing when it was erased."""
    found: dict[str, Any] = json.loads(entry.content)["data"] if entry.content else {}
    return found
