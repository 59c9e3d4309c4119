"""Every migration meets a desk that was worked on: up, one step down and up, and no row is lost."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    column,
    inspect,
    select,
)
from sqlalchemy import table as sql_table

from tests.architecture.test_migrations import revisions
from tests.support.app import Rows
from tests.support.cast import ADA, BOB, NOW, RITA, Desk, cart, fill
from webapp import migrating
from webapp.approvals.domain import Action
from webapp.db import Base, Database, Json
from webapp.sqlite import is_index

# What no use case of this test writes gets a row with these values, and some of its type.
VALUES: dict[str, Any] = {
    "tenant_id": "acme", "company_id": "le1", "person_id": "rita", "by_id": "rita",
    "owner_id": "bob", "deputy_id": "ben", "ends_at": NOW + timedelta(days=1), "state": "ACTIVE",
    "kind": "ACCESS", "origin": "PASSWORD", "holder": "CUSTOMER", "endpoint_id": "words",
}  # fmt: skip
# What a table has, as it was read: column names, and rows of values in the same order.
Content = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


@pytest.fixture
def worked_on(own_database: Database, acme_rows: Rows) -> Engine:
    """A desk of this release with rows in every table."""
    desk = Desk(fill(own_database, acme_rows))
    asked = desk.ask()
    desk.say(RITA, asked, Action.COMMENT, "Größe 44, „bitte“\u2028und 😀")
    desk.say(BOB, asked, Action.ASK, "Why?")
    desk.approve(asked)
    desk.order(asked)
    desk.decline(desk.ask(RITA, cart("c1500-rita", ADA)), ADA)
    engine = own_database.bind
    assert isinstance(engine, Engine)
    with engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is None:
                row = {
                    one.name: value(one, asked)
                    for one in table.columns
                    if not one.nullable or one.name in VALUES
                }
                connection.execute(table.insert(), row)
    return engine


def value(one: Column[Any], approval_id: str) -> Any:
    """Something that this column can hold."""
    if one.name == "approval_id":
        return approval_id
    if one.name in VALUES:
        return VALUES[one.name]
    if isinstance(one.type, Json):
        return {}
    if isinstance(one.type, Integer):
        return 1
    kind = getattr(one.type, "impl_instance", one.type)
    return {DateTime: NOW, Date: date(2026, 3, 2)}.get(type(kind), "words")


def test_every_migration_keeps_the_rows_of_the_release_before(worked_on: Engine) -> None:
    assert all(rows for _, rows in content(worked_on).values())
    steps = "-1"
    for _ in range(len(list(revisions()))):
        migrating.downgrade(worked_on, steps)
        before = content(worked_on)
        migrating.upgrade(worked_on, "+1")
        assert content(worked_on, of=before) == before
        steps = "-2"
    migrating.downgrade(worked_on, "-1")
    assert content(worked_on) == {}


def test_what_was_asked_before_is_found_by_the_same_words(worked_on: Engine) -> None:
    before = content(worked_on)["approval_words"]
    migrating.downgrade(worked_on, "0022-1")
    assert "approval_words" not in content(worked_on)
    migrating.upgrade(worked_on)
    assert content(worked_on)["approval_words"] == before


def content(engine: Engine, of: Content | None = None) -> Content:
    """Every row of every table, or of these tables and columns."""
    names = known(engine) if of is None else {table: columns for table, (columns, _) in of.items()}
    with engine.connect() as connection:
        return {table: (of_it, rows(connection, table, of_it)) for table, of_it in names.items()}


def known(engine: Engine) -> dict[str, list[str]]:
    """The tables that there are, with their columns."""
    found = inspect(engine).get_multi_columns()
    columns = {table: [one["name"] for one in all_] for (_, table), all_ in found.items()}
    known = columns.items()
    return {name: own for name, own in known if name != "alembic_version" and not is_index(name)}


def rows(connection: Connection, table: str, columns: list[str]) -> list[tuple[Any, ...]]:
    """The rows of a table, as far as these columns go."""
    chosen: Any = select(*map(column, columns)).select_from(sql_table(table))
    return sorted((tuple(row) for row in connection.execute(chosen)), key=repr)
