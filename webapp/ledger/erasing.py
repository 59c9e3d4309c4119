"""Emptying entries of the history; what was sealed of them stays, so that the chain holds (R59)."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select, tuple_, update
from sqlalchemy.orm import Session

from webapp.ledger.models import LedgerEntry

_AT_ONCE = 200
Place = tuple[str, int]


def empty(session: Session, tenant_id: str, places: Iterable[Place]) -> int:
    """Forget content and salt of the entries at these places; how many had any."""
    wanted, count = sorted(set(places)), 0
    key = tuple_(LedgerEntry.stream_id, LedgerEntry.sequence)
    for start in range(0, len(wanted), _AT_ONCE):
        found = session.execute(
            update(LedgerEntry)
            .where(
                LedgerEntry.tenant_id == tenant_id,
                LedgerEntry.content.is_not(None),
                key.in_(wanted[start : start + _AT_ONCE]),
            )
            .values(content=None, salt=None)
            .execution_options(synchronize_session=False)
        )
        count += found.rowcount  # type: ignore[attr-defined]
    return count


def of_person(session: Session, tenant_id: str, person_id: str) -> list[Place]:
    """Every entry of something that this person did, or that was done for them."""
    mine = or_(LedgerEntry.actor_id == person_id, LedgerEntry.for_id == person_id)
    return [(row.stream_id, row.sequence) for row in _rows(session, tenant_id, mine)]


def naming(
    session: Session, tenant_id: str, names: Sequence[str]
) -> tuple[list[Place], list[Place]]:
    """The entries that name somebody as a fact, and those that do so in their words only.

    What people wrote about others is theirs, and stays.
    """
    contained = [LedgerEntry.content.icontains(_as_json(one), autoescape=True) for one in names]
    facts, words = [], []
    for row in _rows(session, tenant_id, or_(*contained)):
        content = json.loads(row.content)
        said = content.pop("text", "")
        if _is_named(names, content):
            facts.append((row.stream_id, row.sequence))
        elif _is_named(names, said):
            words.append((row.stream_id, row.sequence))
    return facts, words


def sealing(session: Session, tenant_id: str, stream_id: str, revision: int) -> list[Place]:
    """The entries that hold the digests of what this revision held."""
    mine = (LedgerEntry.stream_id == stream_id) & (LedgerEntry.revision == revision)
    found = _rows(session, tenant_id, mine & LedgerEntry.content.contains('"seal":'))
    return [(row.stream_id, row.sequence) for row in found]


def with_words(
    session: Session, tenant_id: str, stream_ids: Collection[str], actions: Collection[str]
) -> list[Place]:
    """The entries of these histories in which somebody said something, or of these kinds."""
    # The keys of a content are sorted, so its words stand at the end.
    silent = LedgerEntry.content.endswith('"text":""}', autoescape=True)
    wanted = LedgerEntry.stream_id.in_(stream_ids) & or_(~silent, LedgerEntry.action.in_(actions))
    return [(row.stream_id, row.sequence) for row in _rows(session, tenant_id, wanted)]


def _rows(session: Session, tenant_id: str, where: ColumnElement[bool]) -> Iterator[Any]:
    yield from session.execute(
        select(LedgerEntry.stream_id, LedgerEntry.sequence, LedgerEntry.content).where(
            LedgerEntry.tenant_id == tenant_id, LedgerEntry.content.is_not(None), where
        )
    ).all()


def _is_named(names: Sequence[str], value: Any) -> bool:
    text = json.dumps(value, ensure_ascii=False).casefold()
    return any(_as_json(one).casefold() in text for one in names)


def _as_json(name: str) -> str:
    """A name as it stands inside a document."""
    return json.dumps(name, ensure_ascii=False)[1:-1]
