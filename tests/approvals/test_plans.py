"""How databases find what a list shows among 100,000 requests: at one end of an index (R2)."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from tests.support.app import Rows
from tests.support.cast import ADA, BOB, RITA, fill
from tests.support.crowd import crowd
from tests.support.databases import Backend
from webapp.approvals import around, listing
from webapp.approvals.figures import figures
from webapp.approvals.filters import Wanted
from webapp.approvals.queries import Box, Side
from webapp.approvals.searching import Window, search
from webapp.db import Database
from webapp.identity.domain import Actor
from webapp.kernel.clock import utcnow

OWN, OTHERS = 5_000, 95_000
LISTS = [
    *((BOB, Side.APPROVER, box) for box in (Box.TURN, Box.WAITING, Box.DECIDED, Box.ALL)),
    *((RITA, Side.REQUESTER, box) for box in (Box.OPEN, Box.DECIDED, Box.ALL)),
]
_SCANS = re.compile(r"\bSCAN approvals\b|Seq Scan on approvals\b")
# SQLite sorts in a "temp b-tree"; a bitmap scan has lost the order of its index.
_SORTS = re.compile(r"TEMP B-TREE FOR ORDER BY|Sort Key: (turn_since|created_at|decided_at)|Bitmap")


@pytest.fixture(scope="module")
def crowded(backend: Backend, acme_rows: Rows) -> Iterator[Database]:
    """A desk with 100,000 requests, of which every tenth is pending."""
    with backend.own() as database:
        crowd(fill(database, acme_rows), bobs=OWN, bens=OTHERS)
        yield database


def plan(database: Database, read: Callable[[Session], object]) -> str:
    """How the database goes about the statements that this sends."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        seen.append((statement, values))

    with database.reading() as session:
        read(session)
        event.listen(database.bind, "before_cursor_execute", note)
        read(session)
        event.remove(database.bind, "before_cursor_execute", note)
        explain = "EXPLAIN" if database.bind.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        found = [
            row
            for statement, values in seen
            for row in session.connection().exec_driver_sql(f"{explain} {statement}", values)
        ]
        return "\n".join(str(row[-1]) for row in found)


@pytest.mark.parametrize(("actor", "side", "box"), LISTS)
def test_a_tab_is_read_from_one_end_of_an_index(
    crowded: Database, actor: Actor, side: Side, box: Box
) -> None:
    with crowded.reading() as session:
        cursor = listing.listing(session, actor, side, box).next_cursor
    for page in (None, cursor):
        how = plan(crowded, partial(listing.listing, actor=actor, side=side, box=box, cursor=page))
        assert not _SCANS.search(how), how
        assert not _SORTS.search(how), how


@pytest.mark.parametrize(("actor", "page"), [(BOB, 1), (RITA, 200)])
def test_both_sides_together_are_read_from_one_end_of_two_indexes(
    crowded: Database, actor: Actor, page: int
) -> None:
    how = plan(crowded, partial(search, actor=actor, window=Window(page, 20)))
    assert not _SCANS.search(how), how
    for side in Side:
        # SQLite would say between the two that it sorts; what goes backward is in order.
        index = rf"ix_approvals_{side}_all\b"
        in_order = rf"COVERING INDEX {index}.*\nSCAN|Index Only Scan Backward using {index}"
        assert re.search(in_order, how), how


@pytest.mark.parametrize(("actor", "side", "box"), [LISTS[1], LISTS[4]])
def test_counters_and_filters_scan_nothing(
    crowded: Database, actor: Actor, side: Side, box: Box
) -> None:
    how = plan(crowded, lambda session: around.around(session, actor, side, frozenset({box})))
    assert not _SCANS.search(how), how
    assert not _SORTS.search(how), how
    assert re.search(r"COVERING INDEX|Index Only Scan", how), how


def test_the_figures_of_a_company_are_counted_from_an_index_alone(crowded: Database) -> None:
    how = plan(crowded, partial(figures, actor=ADA, now=utcnow(), zone=ZoneInfo("Europe/Berlin")))
    assert re.search(r"(COVERING INDEX|Index Only Scan.* using) ix_approvals_figures", how), how
    assert not re.search(r"TEMP B-TREE|Sort Key", how), how


@pytest.mark.parametrize("words", [("nowhere",), ("nowhere", "1001"), ("dr", "nowhere")])
def test_rare_words_are_found_by_their_index(crowded: Database, words: tuple[str, ...]) -> None:
    how = plan(crowded, partial(searched, words=words))
    assert not _SCANS.search(how), how
    if crowded.bind.dialect.name == "sqlite":
        assert "approval_words_index VIRTUAL TABLE INDEX" in how, how
        assert "approvals USING INDEX sqlite_autoindex_approvals_1" in how, how
    elif has_trigrams(crowded):
        assert "ix_approval_words_words" in how, how


def test_a_word_of_everywhere_is_looked_for_from_one_end_of_the_list(crowded: Database) -> None:
    how = plan(crowded, partial(searched, words=("drill",)))
    assert not _SCANS.search(how), how
    assert not _SORTS.search(how), how


def searched(session: Session, words: tuple[str, ...]) -> None:
    listing.listing(session, BOB, Side.APPROVER, Box.ALL, wanted=Wanted(words=words))


def has_trigrams(database: Database) -> bool:
    """Whether this PostgreSQL has the extension that its index of words needs."""
    with database.reading() as session:
        return bool(session.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")))
