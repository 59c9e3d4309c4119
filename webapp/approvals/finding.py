"""What a request is found by: its words, in a row of their own that no decision touches (R2)."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    Executable,
    ForeignKeyConstraint,
    Select,
    Text,
    and_,
    bindparam,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from webapp.approvals.models import Approval, Revision
from webapp.db import PLANNED_ANEW, Base, Id

# Where a request is searched; whoever changes one of these writes its words anew.
PLACES: Final = frozenset({
    "requester_first_name", "requester_last_name", "approver_first_name", "approver_last_name",
    "comment",
})  # fmt: skip
# As many requests are looked up one by one. Where more hold a word, the next of a list is near.
_FEW = 1_000
# The indexes know of three letters in a row.
_GRAM = 3
_LARGEST_NUMBER = 2**31 - 1
_IN_SQLITE = text(
    "SELECT approval_id FROM approval_words_places WHERE place IN"
    " (SELECT rowid FROM approval_words_index WHERE approval_words_index MATCH :grams LIMIT :most)"
)


class Words(Base):
    """The words of a request, each on a line of its own, in small letters.

    Both databases index three letters in a row, in ways of their own that only migrations know.
    """

    __tablename__ = "approval_words"

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    approval_id: Mapped[str] = mapped_column(Id, primary_key=True)
    words: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "approval_id"], ["approvals.tenant_id", "approvals.id"]),
    )


_OF_IT = and_(Words.tenant_id == Approval.tenant_id, Words.approval_id == Approval.id)
_SOURCE = (
    select(*(getattr(Approval, place) for place in sorted(PLACES)), Revision.snapshot)
    .join(
        Revision,
        and_(
            Revision.tenant_id == Approval.tenant_id,
            Revision.approval_id == Approval.id,
            Revision.revision == Approval.revision,
        ),
    )
    .where(Approval.tenant_id == bindparam("tenant"), Approval.id == bindparam("request"))
)
Rows = TypeVar("Rows", bound=Select[Any])


def add(session: Session, approval: Approval, snapshot: dict[str, Any]) -> None:
    """Write the words of a new request."""
    words = _words(approval, snapshot)
    session.add(Words(tenant_id=approval.tenant_id, approval_id=approval.id, words=words))


def renew(session: Session, tenant_id: str, approval_ids: Iterable[str]) -> None:
    """Write the words of these requests anew, after people or comments of them changed."""
    for approval_id in approval_ids:
        which = Words.tenant_id == tenant_id, Words.approval_id == approval_id
        for row in session.execute(_SOURCE, {"tenant": tenant_id, "request": approval_id}).all():
            change = update(Words).where(*which).values(words=_words(row, row.snapshot))
            session.execute(change.execution_options(synchronize_session=False))


def plain(texts: Iterable[str]) -> str:
    """Every word of these texts once, in small letters, on a line of its own."""
    letters = unicodedata.normalize("NFKC", " ".join(texts)).casefold()
    return "\n".join(dict.fromkeys(letters.split()))


def holding(session: Session, query: Rows, tenant_id: str, typed: Sequence[str]) -> Rows:
    """The query of requests, narrowed to those in which all of these words stand.

    A word stands in a request as part of a word of its people, items or comment, whether capital or
    small; digits, also behind a `#`, are its number, too.
    """
    words = plain(typed).split()
    query = query.join(Words, _OF_IT).where(*map(_says, words))
    # A plan for any word and any person reads all that somebody has.
    query = query.execution_options(**{PLANNED_ANEW: True})
    ids = _candidates(session, tenant_id, words)
    if ids is None:
        return query
    # Without figures about its tables SQLite would rather read all that a person has.
    return query.where(Approval.tenant_id == tenant_id, Approval.id.in_(ids)).with_hint(
        Approval, "INDEXED BY sqlite_autoindex_approvals_1", "sqlite"
    )


def _candidates(session: Session, tenant_id: str, words: Sequence[str]) -> set[str] | None:
    """The ids of all requests that may hold these words; None where there are many.

    Those of other tenants may be among them. PostgreSQL weighs its index by itself, unless there is
    a number to look for besides.
    """
    long = [word for word in words if len(word) >= _GRAM]
    numbers = [number for word in words if (number := _number(word)) is not None]
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    if not long or (is_postgresql and not numbers):
        return None
    found = session.scalars(_indexed(long, is_postgresql=is_postgresql)).all()
    if len(found) > _FEW:
        return None
    named = select(Approval.id).where(Approval.tenant_id == tenant_id, Approval.number.in_(numbers))
    return {*found, *(session.scalars(named) if numbers else ())}


def _indexed(words: Sequence[str], *, is_postgresql: bool) -> Executable:
    """The ids of requests in which the index finds these words, up to one more than a few."""
    if is_postgresql:
        return select(Words.approval_id).where(*map(_contains, words)).limit(_FEW + 1)
    quoted = (gram.replace('"', '""') for word in words for gram in _grams(word))
    grams = " ".join(f'"{gram}"' for gram in quoted)
    return _IN_SQLITE.bindparams(grams=grams, most=_FEW + 1)


def _says(word: str) -> ColumnElement[bool]:
    number = _number(word)
    return _contains(word) if number is None else or_(_contains(word), Approval.number == number)


def _contains(word: str) -> ColumnElement[bool]:
    return Words.words.contains(word, autoescape=True)


def _number(word: str) -> int | None:
    digits = word.removeprefix("#")
    is_number = digits.isascii() and digits.isdigit() and int(digits) <= _LARGEST_NUMBER
    return int(digits) if is_number else None


def _grams(word: str) -> Iterator[str]:
    """All that the index has to hold for this word."""
    return (word[at : at + _GRAM] for at in range(len(word) - _GRAM + 1))


def _words(row: Any, snapshot: dict[str, Any]) -> str:
    texts = [getattr(row, place) or "" for place in sorted(PLACES)]
    texts += [line[name] for line in snapshot["lines"] for name in ("name", "sku")]
    return plain(texts)
