"""Migrations make what the models say, go back, and keep history from being changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

import webapp.app  # noqa: F401 - imports every table
from tests.support.databases import Backend
from webapp import migrating
from webapp.db import Base, make_engine
from webapp.sqlite import is_index

ENTRY = (
    "INSERT INTO ledger_entries (tenant_id, stream_id, sequence, action, revision, at, actor_id, "
    "for_id, content, salt, digest, previous, hash) VALUES ('t', 's', 1, 'SUBMIT', 1, "
    "'2026-01-01 00:00:00+00:00', 'a', NULL, 'words', 'salt', 'd', 'p', 'h')"
)
COLUMNS = (
    "tenant_id",
    "stream_id",
    "sequence",
    "action",
    "revision",
    "at",
    "actor_id",
    "for_id",
    "digest",
    "previous",
    "hash",
)


@pytest.fixture
def engine(backend: Backend) -> Iterator[Engine]:
    """A migrated database of this test's own."""
    engine = make_engine(backend.copy())
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """One transaction, undone afterwards."""
    with engine.connect() as connection:
        connection.execute(text(ENTRY))
        yield connection
        connection.rollback()


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    migrated = described(engine)
    migrating.downgrade(engine, "base")
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    Base.metadata.create_all(engine)
    assert migrated == described(engine)


def test_every_migration_goes_back_and_forth(engine: Engine) -> None:
    before = described(engine)
    for _ in range(len(list(revisions()))):
        migrating.downgrade(engine, "-1")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrating.upgrade(engine)
    assert before == described(engine)


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    migrating.upgrade(engine)
    with engine.connect() as connection:
        assert migrating.is_current(connection)


def test_an_empty_database_is_not_current(engine: Engine) -> None:
    migrating.downgrade(engine, "base")
    with engine.connect() as connection:
        assert migrating.current(connection) is None
        assert not migrating.is_current(connection)


def test_migrations_know_nothing_of_the_program() -> None:
    for revision in revisions():
        assert revision.doc
        source = Path(revision.path).read_text("utf-8")
        assert "webapp" not in source, revision.path


def test_history_cannot_be_deleted(connection: Connection) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text("DELETE FROM ledger_entries"))


@pytest.mark.parametrize("column", COLUMNS)
def test_history_cannot_be_changed(connection: Connection, column: str) -> None:
    value = {"sequence": "2", "revision": "2", "at": "'2027-01-01 00:00:00+00:00'"}
    changed = f"{column} = {value.get(column, repr('changed'))}"
    statement = f"UPDATE ledger_entries SET content = NULL, salt = NULL, {changed}"  # noqa: S608
    with pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))


def test_the_words_of_history_cannot_be_changed(connection: Connection) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text("UPDATE ledger_entries SET content = 'other words'"))


def test_an_entry_cannot_be_replaced(connection: Connection) -> None:
    statement = ENTRY
    if connection.dialect.name == "sqlite":
        statement = ENTRY.replace("INSERT", "INSERT OR REPLACE")
    with pytest.raises(DBAPIError):
        connection.execute(text(statement))


def test_history_cannot_be_emptied(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    statement = "DELETE FROM ledger_entries" if sqlite else "TRUNCATE ledger_entries"
    with pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))


def test_the_words_of_history_can_be_erased(connection: Connection) -> None:
    connection.execute(text("UPDATE ledger_entries SET content = NULL, salt = NULL"))
    left = connection.execute(text("SELECT content, salt, hash FROM ledger_entries")).one()
    assert tuple(left) == (None, None, "h")


def revisions() -> Any:
    """Every migration, newest first."""
    from alembic.script import ScriptDirectory

    from webapp.migrating import _config

    return ScriptDirectory.from_config(_config()).walk_revisions()


def described(engine: Engine) -> dict[str, Any]:
    """Tables, columns, keys, checks and indexes by their names."""
    seen = inspect(engine)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"])
                for column in seen.get_columns(table)
            },
            "primary key": seen.get_pk_constraint(table),
            "foreign keys": _by_name(seen.get_foreign_keys(table)),
            "unique": _by_name(seen.get_unique_constraints(table)),
            "checks": _by_name(seen.get_check_constraints(table)),
            "indexes": _by_name(seen.get_indexes(table)),
        }
        for table in seen.get_table_names()
        if table != "alembic_version" and not is_index(table)
    }


def _by_name(found: Any) -> dict[str, str]:
    assert all(one["name"] for one in found), found
    # One index needs an extension that is not everywhere, so that models do not know of it.
    return {one["name"]: plain(one) for one in found if one["name"] != "ix_approval_words_words"}


def plain(one: Any) -> str:
    """A constraint or index as text, with the SQL of its conditions."""
    if isinstance(one, dict):
        return str({key: plain(value) for key, value in sorted(one.items())})
    return str(one)
