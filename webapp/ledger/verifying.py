"""Proving the whole history of a tenant: chain by chain, and against its checkpoints (R30).

Everything is read in the order of the ids of the histories and nothing is kept, so that a million
of them take no more memory than one.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from webapp.ledger import queries, sealed
from webapp.ledger.domain import GENESIS
from webapp.ledger.keys import PublicKey
from webapp.ledger.merkle import Tree, leaf
from webapp.ledger.service import Break, Head, misfit
from webapp.ledger.statements import Signed

T = TypeVar("T")


def histories(
    session: Session,
    tenant_id: str,
    stated: Iterator[Head],
    *,
    needs_row: Callable[[str], bool],
    since: int = 0,
) -> Generator[tuple[str, Break | None], None, None]:
    """The name of every history of a tenant, with the first entry in it that does not fit.

    `stated` are the ends as the rows of their subjects state them, by the code points of their
    ids; `needs_row` tells which histories must have such a row. What the checkpoint `since` covers
    is taken as it stands. Call it in a session that sees one state of the database.
    """
    with ExitStack() as opened:
        begun = opened.enter_context(closing(sealed.covered(session, tenant_id, since)))
        entries = opened.enter_context(closing(queries.entries(session, tenant_id, after=since)))
        rows = _Lane((head.stream_id, head) for head in stated)
        starts = _Lane((one.stream_id, (one.length, one.head)) for one in begun)
        groups = groupby(entries, itemgetter(0))
        chains = _Lane((stream_id, (row for _, row in found)) for stream_id, found in groups)
        yield from _aligned(tenant_id, rows, starts, chains, needs_row=needs_row)


def against(
    session: Session, signed: Signed, known: Iterable[tuple[str, int, str]] = ()
) -> Break | None:
    """The first history that is not as a checkpoint saw it; None when all are.

    `known` are heads that were carried away with checkpoints: name, length and last hash. They name
    the history when somebody has rewritten the desk's own notes together with it.
    """
    stated, tree = signed.statement, Tree()
    with closing(sealed.covered(session, stated.tenant, stated.number)) as found:
        for one in found:
            if one.found != one.head:
                return _other(stated.tenant, one.stream_id, one.length, one.found)
            tree.add(leaf(one.stream_id, one.length, one.head))
    count, digest = tree.count, tree.digest()
    if (count, digest) == (stated.streams, stated.digest):
        return None
    for stream_id, length, head in known:
        hashed = queries.hash_at(session, stated.tenant, stream_id, length)
        if hashed != head:
            return _other(stated.tenant, stream_id, length, hashed)
    problem = (
        f"{stated.streams} histories were sealed by checkpoint {stated.number}, {count} are left"
        if count != stated.streams
        else f"one of {count} histories is not the one that checkpoint {stated.number} sealed"
    )
    return _break(stated.tenant, "", 0, problem)


def line_of_checkpoints(
    session: Session, tenant_id: str, trusted: Mapping[str, PublicKey]
) -> str | None:
    """What is wrong with the stored checkpoints of a tenant; None when each follows the last.

    Without a trusted key the one that came along has to have signed.
    """
    previous, number = GENESIS, 0
    try:
        for signed in sealed.checkpoints(session, tenant_id):
            number += 1
            stated = signed.statement
            if stated.number != number:
                return f"checkpoint {number} is missing"
            if stated.previous != previous:
                return f"checkpoint {number} does not follow the one before it"
            if problem := distrust(signed, trusted):
                return f"checkpoint {number}: {problem}"
            previous = stated.hash
    except ValueError as error:
        return f"checkpoint {number + 1} cannot be read: {error}"
    return None


def distrust(signed: Signed, trusted: Mapping[str, PublicKey]) -> str:
    """Why a checkpoint is not believed; empty when it is."""
    key = trusted.get(signed.statement.key)
    if trusted and key is None:
        return f"it was signed by the key {signed.statement.key}, which is not known"
    return "" if signed.is_sound(key) else "its signature does not fit"


def lineage(key: PublicKey, known: Mapping[str, PublicKey]) -> dict[str, PublicKey]:
    """A key and those before it, as far as each handed over to the next."""
    found = {key.id: key}
    while (before := known.get(key.before)) and key.follows(before) and before.id not in found:
        found[before.id] = key = before
    return found


def _aligned(
    tenant_id: str,
    rows: "_Lane[Head]",
    starts: "_Lane[tuple[int, str]]",
    chains: "_Lane[Generator[Any, None, None]]",
    *,
    needs_row: Callable[[str], bool],
) -> Iterator[tuple[str, Break | None]]:
    while ids := [one for one in (rows.next_id, starts.next_id, chains.next_id) if one is not None]:
        stream_id = min(ids)
        head, start = rows.take(stream_id), starts.take(stream_id) or (0, GENESIS)
        found = _follow(start, chains.take(stream_id) or (), head)
        if found is None and head is None and needs_row(stream_id):
            found = (1, "there is no request to which this history belongs")
        yield stream_id, found and _break(tenant_id, stream_id, *found)


class _Lane(Generic[T]):
    """Something sorted by the ids of histories, taken when its turn comes."""

    def __init__(self, found: Iterator[tuple[str, T]]) -> None:
        self._found = found
        self._next: tuple[str, T] | None = None
        self._is_taken = True

    @property
    def next_id(self) -> str | None:
        """Whose turn it is here; None at the end."""
        # Only now, since the entries of a history are gone when the next one begins.
        if self._is_taken:
            self._next, self._is_taken = next(self._found, None), False
        return None if self._next is None else self._next[0]

    def take(self, stream_id: str) -> T | None:
        """What there is of this history."""
        if self._next is None or self._next[0] != stream_id:
            return None
        self._is_taken = True
        return self._next[1]


def _follow(
    start: tuple[int, str], chain: Iterable[Any], head: Head | None
) -> tuple[int, str] | None:
    sequence, previous = start
    for row in chain:
        sequence += 1
        if problem := misfit(row, sequence, previous):
            return sequence, problem
        previous = row.hash
    if head is None:
        return None
    if sequence != head.length:
        problem = f"the row counts {head.length} entries, the chain has {sequence}"
        return min(sequence, head.length) + 1, problem
    return None if previous == head.hash else (sequence, "the row names another last hash")


def _other(tenant_id: str, stream_id: str, length: int, found: str | None) -> Break:
    problem = "it is missing, and was sealed" if found is None else "another one was sealed"
    return _break(tenant_id, stream_id, length, problem)


def _break(tenant_id: str, stream_id: str, sequence: int, problem: str) -> Break:
    return Break(tenant_id=tenant_id, stream_id=stream_id, sequence=sequence, problem=problem)
