"""All requests of a company, as its admins look them up: narrowed, in order, page by page (R36)."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from webapp.approvals.criteria import Field, Like, LineField
from webapp.approvals.domain import Status
from webapp.approvals.models import Approval, Revision
from webapp.approvals.operands import Operands
from webapp.approvals.oversight import overseen_by
from webapp.approvals.queries import PAGE_SIZE, Summary
from webapp.carts.parsing import visible
from webapp.db import Utc
from webapp.identity.domain import Actor
from webapp.kernel.paging import Page, decode_cursor, decode_moment, encode_cursor

_MOST_LETTERS = 80
_MOST_WORDS = 8
_LARGEST_NUMBER = 2**31 - 1
_COLUMNS = tuple(getattr(Approval, name) for name in Summary._fields)
# Not the comments: what the two wrote to each other stays between them.
_SEARCHED = (
    *(Field.REQUESTER_FIRST_NAME, Field.REQUESTER_LAST_NAME),
    *(Field.APPROVER_FIRST_NAME, Field.APPROVER_LAST_NAME),
    *(LineField.NAME, LineField.SKU),
)
_CURRENT = and_(
    Revision.tenant_id == Approval.tenant_id,
    Revision.approval_id == Approval.id,
    Revision.revision == Approval.revision,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which requests are wanted; the empty one wants all. All of the words have to be found."""

    text: str = ""
    status: Status | None = None
    requester_id: str = ""
    approver_id: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.parts)

    @property
    def parts(self) -> dict[str, str]:
        """What was asked for, as parts of an address."""
        parts = {
            "q": self.text,
            "status": str(self.status or ""),
            "requester": self.requester_id,
            "approver": self.approver_id,
        }
        return {name: text for name, text in parts.items() if text}


def read_search(args: Mapping[str, str]) -> Search:
    """What the address asks for; a status that there is not wants every one."""
    status = args.get("status", "")
    return Search(
        text=_readable(args.get("q", "")),
        status=Status(status) if status in set(Status) else None,
        requester_id=_readable(args.get("requester", "")),
        approver_id=_readable(args.get("approver", "")),
    )


def register(
    session: Session,
    actor: Actor,
    search: Search,
    *,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Summary]:
    """A page of the requests of the company in whatever state, newest first; of admins only."""
    query = select(*_COLUMNS).where(overseen_by(actor), *_conditions(search))
    if search.text:
        operands = Operands(is_postgresql=session.get_bind().dialect.name == "postgresql")
        words = search.text.split()[:_MOST_WORDS]
        query = query.join(Revision, _CURRENT).where(*(_says(operands, word) for word in words))
    if cursor:
        at, last_id = decode_cursor(cursor, 2)
        seen = tuple_(literal(decode_moment(at), Utc), literal(last_id))
        query = query.where(tuple_(Approval.created_at, Approval.id) < seen)
    query = query.order_by(Approval.created_at.desc(), Approval.id.desc()).limit(size + 1)
    found = [Summary._make(row) for row in session.execute(query)]
    listed = found[:size]
    last = listed[-1] if len(found) > size else None
    return Page(
        listed, None if last is None else encode_cursor(last.created_at.isoformat(), last.id)
    )


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    asked = (
        (search.status, Approval.status == search.status),
        (search.requester_id, Approval.requester_id == search.requester_id),
        (search.approver_id, Approval.approver_id == search.approver_id),
    )
    return [condition for value, condition in asked if value]


def _says(operands: Operands, word: str) -> ColumnElement[bool]:
    """Whether this word stands in the request: its number, its people, its items."""
    pattern = Like("".join(f"\\{each}" if not each.isalnum() else each for each in word))
    found = [operands.meets(place, pattern) for place in _SEARCHED]
    digits = word.removeprefix("#")
    if digits.isascii() and digits.isdigit() and int(digits) <= _LARGEST_NUMBER:
        found.append(Approval.number == int(digits))
    return or_(*found)


def _readable(text: str) -> str:
    """The text as a database can look for it."""
    return visible(" ".join(text.split()))[:_MOST_LETTERS]
