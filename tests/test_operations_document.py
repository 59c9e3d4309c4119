"""What the manual for operators says is tried as it stands there."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import ProgrammingError

from tests.support import postgres
from tests.support.app import ACME, make_app
from tests.support.cast import BOB, LATER, NOW, TENANT, Desk
from webapp import migrating
from webapp.approvals.domain import Action
from webapp.audit.jobs import checkpoint
from webapp.db import Database, make_engine
from webapp.identity.jobs import forget_sessions
from webapp.ledger.keys import KeyFolder
from webapp.seeding.service import load

MANUAL = Path(__file__).parent.parent / "docs/operations.md"
_NAME = f"countersign_{os.getpid()}"


@pytest.fixture
def roles(postgres_server: postgres.Server) -> Iterator[tuple[str, str]]:
    """The addresses of owner and serving role, both made as the manual says."""
    [block] = re.findall(r"```sql\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL)
    before, after = re.split(r"\\connect .*\n", re.sub(r"\bcountersign", _NAME, block))
    host = str(postgres_server.folder)
    for user, database, statements in (
        ("postgres", "postgres", before),
        (f"{_NAME}_owner", _NAME, after),
    ):
        with psycopg.connect(host=host, user=user, dbname=database, autocommit=True) as connection:
            for statement in filter(str.strip, statements.split(";")):
                connection.execute(statement.encode())
    owner = f"postgresql+psycopg://{_NAME}_owner@/{_NAME}?host={host}"
    yield owner, owner.replace("_owner@", "@")
    postgres_server.drop_database(_NAME)


@pytest.mark.postgres
def test_who_serves_may_write_rows_and_not_touch_the_guards(
    roles: tuple[str, str], tmp_path: Path
) -> None:
    owner, serving = map(make_engine, roles)
    migrating.upgrade(owner)
    owner.dispose()
    desk = Desk(Database(serving))
    desk.run(load, json.loads(ACME.read_bytes()), now=NOW)
    made = desk.ask()
    desk.say(BOB, made, Action.ASK, "Why six?")
    desk.approve(made)
    desk.order(made)
    assert checkpoint(desk.database, TENANT, KeyFolder(tmp_path).make(), now=LATER) is not None
    with make_app(desk.database).app_context():
        forget_sessions(LATER)
    for forbidden in (
        "ALTER TABLE ledger_entries DISABLE TRIGGER USER",
        "DROP TABLE ledger_entries",
        "TRUNCATE ledger_entries",
        "CREATE TABLE mine (word TEXT)",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            desk.sql(forbidden)
    assert desk.actions(made) == ["SUBMIT", "ASK", "APPROVE", "ORDER"]
    serving.dispose()
