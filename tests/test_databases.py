"""The fixtures that everything else trusts."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.databases import Backend
from webapp import db, migrating
from webapp.db import Database, make_engine


def add(database: Database) -> int:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS seen (word TEXT)"))
        session.execute(text("INSERT INTO seen VALUES ('once')"))
        return session.scalar(text("SELECT count(*) FROM seen")) or 0


def test_a_commit_is_seen_in_the_same_test(database: Database) -> None:
    assert add(database) == 1
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM seen")) == 1


def test_a_commit_is_not_seen_in_the_next_test(database: Database) -> None:
    assert add(database) == 1


def test_a_failed_transaction_leaves_the_earlier_one(database: Database) -> None:
    add(database)
    try:
        with database.transaction() as session:
            session.execute(text("DELETE FROM seen"))
            raise LookupError
    except LookupError:
        pass
    assert add(database) == 2


def test_an_own_database_commits_for_real(own_database: Database, backend: Backend) -> None:
    assert add(own_database) == 1
    assert add(own_database) == 2
    with backend.own() as another:
        assert add(another) == 1


def test_the_schema_is_the_newest(backend: Backend) -> None:
    with backend.engine.connect() as connection:
        assert migrating.is_current(connection)


def test_what_the_database_refuses_is_told_without_what_was_written(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught, database.transaction() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:word)"), {"word": "between us"})
    assert "nowhere" in str(caught.value)
    assert "between us" not in str(caught.value)


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/desk.db")
    with Database(engine).transaction() as session:
        session.execute(text("CREATE TABLE words (word TEXT)"))
        found = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    engine.dispose()
    assert found.pop("desk.db") == 0o600
    assert set(found.values()) <= {0o600}


def test_one_writer_of_a_process_goes_after_the_other(tmp_path: Path) -> None:
    database = Database(make_engine(f"sqlite:///{tmp_path}/desk.db"))
    with ThreadPoolExecutor(1) as pool:
        with database.transaction():
            waiting = pool.submit(add, database)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.2)
            with database.reading() as session:
                assert session.scalar(text("SELECT 1")) == 1, "nobody waits to read"
        assert waiting.result(timeout=30) == 1


def test_a_turn_that_never_ends_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "_PATIENCE", 0.01)
    database = Database(make_engine(f"sqlite:///{tmp_path}/desk.db"))
    with database.transaction(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(add, database).result(timeout=30) == 1
