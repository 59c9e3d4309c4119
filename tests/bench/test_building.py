"""The data set is a desk like any other: it proves itself, answers, and is the same each time."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, select, text

from tests.support.databases import Backend
from tests.support.postgres import Server
from webapp.approvals import finding, recording, seals
from webapp.approvals.models import Approval
from webapp.bench import building, rows
from webapp.bench.building import NotOurs
from webapp.bench.plan import HEAVY, READER, TENANT, Plan, planned
from webapp.bench.skeletons import EVENT, ITEM, ROW, skeleton
from webapp.bench.stage import INBOX
from webapp.bench.statements import inside
from webapp.db import Database, make_engine
from webapp.ledger.domain import content_digest
from webapp.ledger.verifying import histories

PLAN = planned(1_000, 7, datetime.now(UTC))


class Built(NamedTuple):
    """A data set of a thousand approvals."""

    url: str
    engine: Engine


@pytest.fixture(scope="module")
def built(
    backend: Backend, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Built]:
    url = f"sqlite:///{tmp_path_factory.mktemp('bench')}/bench.db"
    if backend.name == "postgresql":
        server: Server = request.getfixturevalue("postgres_server")
        url = server.create_database("bench")
    building.build(url, PLAN, progress=ignore)
    engine = make_engine(url)
    yield Built(url, engine)
    engine.dispose()


def ignore(what: str, done: int, every: int) -> None:
    assert what in {"rows", "indexes"}
    assert done <= every


def test_every_history_is_whole(built: Built) -> None:
    with Database(built.engine).reading() as session:
        stated = recording.heads(session, TENANT)
        found = dict(histories(session, TENANT, stated, needs_row=recording.is_request))
    assert len(found) == PLAN.approvals
    assert set(found.values()) == {None}


def test_the_first_entry_seals_goods_and_terms(built: Built) -> None:
    query = (
        "SELECT content, snapshot, details, delivery_window, delivery_words FROM ledger_entries e"
        " JOIN approval_revisions r ON r.approval_id = e.stream_id WHERE sequence = 1 LIMIT 1"
    )
    with built.engine.connect() as connection:
        content, *documents = connection.execute(text(query)).one()
    seal = json.loads(content)["data"]["seal"]
    snapshot, details, window, words = map(json.loads, documents)
    assert 3_000 < len(documents[0]) < 7_000
    assert seal["goods"] == hashlib.sha256(seals.goods(snapshot).encode()).hexdigest()
    conditions = seals.conditions(details, window, words)
    assert seal["terms"] == content_digest(seal["salt"], conditions)


def test_the_database_is_as_the_migrations_made_it(built: Built, backend: Backend) -> None:
    assert made(built.engine) == made(backend.engine)
    if backend.name == "sqlite":
        with built.engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def test_nothing_has_happened_that_is_still_to_come(built: Built) -> None:
    late = select(Approval.id).where(Approval.modified_at > datetime.now(UTC))
    with Database(built.engine).reading() as session:
        assert session.scalars(late).all() == []


def test_every_request_is_found_by_its_words(built: Built) -> None:
    with Database(built.engine).reading() as session:
        for number in (1_001, 1_000 + PLAN.approvals):
            request = session.scalars(select(Approval).where(Approval.number == number)).one()
            typed = [request.requester_last_name, *request.title.replace(",", "").split()]
            found = session.scalars(
                finding.holding(session, select(Approval.id), TENANT, typed)
            ).all()
            assert request.id in found
            assert len(found) < PLAN.approvals / 10


def test_half_a_data_set_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/half.db"
    building.build(url, PLAN, progress=ignore)
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM request_numbers"))
    engine.dispose()
    with pytest.raises(NotOurs, match="half of one"):
        building.build(url, PLAN, progress=ignore)


def test_the_heavy_approver_has_three_of_a_hundred(built: Built) -> None:
    query = "SELECT count(*) FROM approvals WHERE approver_id = :who AND status = 'PENDING'"
    with built.engine.connect() as connection:
        counted = partial(connection.scalar, text(query))
        assert counted({"who": f"p{HEAVY}"}) == PLAN.approvals * 3 // 100
        assert counted({"who": f"p{READER}"}) == 40


def test_its_pages_answer_and_can_be_written_from_memory(built: Built) -> None:
    find = "SELECT id FROM approvals WHERE approver_id = :who AND ledger_length = :length"
    with built.engine.connect() as connection:
        asked = {"who": f"p{READER}", "length": rows.LONG}
        path = f"/approvals/{connection.scalar(text(find), asked)}"
    with inside(built.url) as desk:
        inbox, request = desk.read(INBOX), desk.read(path)
    assert len(ROW.findall(inbox)) == 20
    assert len(ITEM.findall(request)) == rows.ITEMS
    assert len(EVENT.findall(request)) >= rows.LONG
    assert skeleton(inbox, ROW).rendered() == inbox
    again = skeleton(request, ITEM, EVENT).rendered()
    assert abs(len(again) - len(request)) < len(request) / 100


def test_a_filled_database_is_only_taken_as_what_it_is(built: Built, tmp_path: Path) -> None:
    building.build(built.url, PLAN, progress=ignore)
    with pytest.raises(NotOurs, match="another data set"):
        building.build(built.url, planned(2_000, 7, datetime.now(UTC)), progress=ignore)


def test_the_same_seed_makes_the_same_rows() -> None:
    again = Plan(PLAN.approvals, PLAN.seed, PLAN.today)
    assert rows.approvals(again, 0, 50) == rows.approvals(PLAN, 0, 50)
    other = Plan(PLAN.approvals, PLAN.seed + 1, PLAN.today)
    assert rows.approvals(other, 0, 50) != rows.approvals(PLAN, 0, 50)


def test_a_million_approvals_come_from_companies_of_all_sizes() -> None:
    sizes = [company.people for company in planned(1_000_000, 7, datetime.now(UTC)).companies]
    assert (max(sizes), min(sizes)) == (20_000, 3)


def made(engine: Engine) -> set[str]:
    """The names of all indexes and triggers."""
    query = "SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger')"
    if engine.dialect.name == "postgresql":
        query = "SELECT indexname FROM pg_indexes UNION SELECT tgname FROM pg_trigger"
        query += " WHERE NOT tgisinternal"
    with engine.connect() as connection:
        return set(connection.scalars(text(query)))
