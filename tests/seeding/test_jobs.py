"""`countersign import`: what it prints, and its exit code."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from tests.seeding.conftest import ACME, acme
from webapp.carts.models import Cart
from webapp.db import Database
from webapp.extensions import db
from webapp.identity.models import Person
from webapp.identity.passwords import hashed
from webapp.seeding import jobs, passwords, service

Import = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Import:
    app = Flask("test")
    db.init_app(app, database)

    def import_(file: Any, *, dry_run: bool = False) -> tuple[int, list[str]]:
        path = file if isinstance(file, Path) else tmp_path / "seed.json"
        if path is not file:
            path.write_text(file if isinstance(file, str) else json.dumps(file))
        lines: list[str] = []
        with app.app_context():
            code = jobs.import_file(path, dry_run=dry_run, echo=lines.append)
        return code, lines

    return import_


def people(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(Person.id)).all())


def test_it_says_what_it_added_changed_and_left_alone(run: Import, database: Database) -> None:
    code, lines = run(ACME)
    assert code == 0
    assert lines[0] == "Loaded."
    assert "  people: 11 added" in lines
    assert people(database) == 11
    document = acme()
    document["customers"][0]["lastName"] = "Adler"
    assert "  people: 1 changed, 10 unchanged" in run(document)[1]


def test_a_dry_run_says_the_same_and_writes_nothing(run: Import, database: Database) -> None:
    code, lines = run(ACME, dry_run=True)
    assert code == 0
    assert lines[0] == "This is what would happen; nothing was written."
    assert "  people: 11 added" in lines
    assert people(database) == 0


def test_problems_are_listed_and_nothing_is_loaded(run: Import, database: Database) -> None:
    document = acme()
    document["customers"][3]["contactAssignments"][0]["legalEntityId"] = "le9"
    document["customers"][4]["email"] = "rita"
    code, lines = run(document)
    assert code == 1
    assert lines[0].endswith("seed.json: 2 problems.")
    assert lines[1:] == [
        "  customers[3].contactAssignments[0].legalEntityId: no company 'le9'",
        "  customers[4].email: is not an e-mail address",
    ]
    assert people(database) == 0


def test_what_is_not_json_is_said_with_its_line(run: Import) -> None:
    code, lines = run('{"tenant": }')
    assert code == 1
    assert lines[1].startswith("  line 1, column 12: is not JSON")


def test_a_file_that_is_not_there_is_one_sentence(run: Import, tmp_path: Path) -> None:
    code, lines = run(tmp_path / "nothing.json")
    assert code == 1
    assert lines == [
        f"Nothing was loaded: {tmp_path}/nothing.json cannot be read (No such file or directory)."
    ]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (IntegrityError("INSERT", {}, Exception("unique")), "somebody changed the same things"),
        (OperationalError("INSERT", {}, Exception("no such table: x\nmore")), "no such table: x"),
    ],
)
def test_what_the_database_refuses_is_one_sentence(
    run: Import, monkeypatch: pytest.MonkeyPatch, error: Exception, line: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(service, "load", fail)
    code, lines = run(ACME)
    assert code == 1
    assert len(lines) == 1
    assert line in lines[0]
    assert "more" not in lines[0]


def test_what_was_left_alone_is_named(run: Import, database: Database) -> None:
    run(ACME)
    with database.transaction() as session:
        session.execute(update(Cart).where(Cart.id == "c500-rita").values(status="SUBMITTED"))
    code, lines = run(ACME)
    assert code == 0
    assert "  carts: 35 unchanged, 1 left alone" in lines
    assert lines[-1] == "  left alone: cart c500-rita: it is submitted"


def test_a_large_file_shows_progress(run: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_SECONDS_BETWEEN_LINES", 0.0)
    lines = run(ACME)[1]
    assert "  people looked at: 11 of 11" in lines
    assert "  carts: 36 of 36" in lines


def test_passwords_are_hashed_once_and_outside_the_transaction(
    run: Import, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    held: list[bool] = []
    transaction = database.transaction
    inside: list[bool] = [False]

    @contextmanager
    def watched() -> Iterator[Session]:
        inside[0] = True
        with transaction() as session:
            yield session

    def note(secret: str) -> str:
        held.append(inside[0])
        return hashed(secret)

    monkeypatch.setattr(database, "transaction", watched)
    monkeypatch.setattr(passwords, "hashed", note)
    assert run(ACME)[0] == 0
    assert held == [False] * 12
