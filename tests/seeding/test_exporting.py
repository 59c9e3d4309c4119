"""`countersign export`: a file that `import` takes, and that changes nothing at home."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.seeding.conftest import Load, acme
from tests.seeding.rows import change
from webapp.db import Database
from webapp.extensions import db
from webapp.identity.domain import Source
from webapp.identity.models import Membership
from webapp.seeding import jobs

Export = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def export(database: Database, tmp_path: Path) -> Export:
    app = Flask("test")
    db.init_app(app, database)

    def run(*tenants: str) -> tuple[int, list[str]]:
        lines: list[str] = []
        with app.app_context():
            return jobs.export_file(tmp_path / "out.json", tenants, echo=lines.append), lines

    return run


@pytest.fixture
def exported(export: Export, tmp_path: Path) -> Callable[[], list[dict[str, Any]]]:
    def run() -> list[dict[str, Any]]:
        (tmp_path / "out.json").unlink(missing_ok=True)
        assert export()[0] == 0
        documents: list[dict[str, Any]] = json.loads((tmp_path / "out.json").read_text())
        return documents

    return run


def test_where_it_came_from_it_changes_nothing(
    load: Load, exported: Callable[[], list[dict[str, Any]]]
) -> None:
    load(acme())
    report = load(exported())
    assert not report.added
    assert not report.changed
    assert not report.notes
    assert report.unchanged["people"] == 11


def test_an_empty_desk_becomes_the_same(
    load: Load, exported: Callable[[], list[dict[str, Any]]]
) -> None:
    load(acme())
    (first,) = exported()
    load({**first, "tenant": "twin"})
    twin = next(one for one in exported() if one["tenant"] == "twin")
    assert twin == {**first, "tenant": "twin"}
    assert {one["id"]: one for one in first["legalEntities"]}["le1"]["accountLimit"] == {
        "currency": "EUR",
        "value": "1000.00",
    }


def test_roles_that_the_provider_says_stay_its_own(
    load: Load, database: Database, exported: Callable[[], list[dict[str, Any]]]
) -> None:
    load(acme())
    (before,) = exported()
    group = next(one for one in before["legalEntities"] if one["approvalGroup"])
    (seat,) = group["approvalGroup"]
    change(database, Membership, seat, source=Source.CLAIMS)
    (after,) = exported()
    assert not next(one for one in after["legalEntities"] if one["id"] == group["id"])[
        "approvalGroup"
    ]
    assert seat not in json.dumps(after["customers"])


def test_no_secret_is_in_it_and_programs_with_one_are_named(
    load: Load, export: Export, tmp_path: Path
) -> None:
    client = {"clientId": "shop", "name": "The shop", "clientSecret": "s3cret-s3cret"}
    load({**acme(), "clients": [{**client, "grants": ["client_credentials"]}]})
    _, lines = export("acme")
    assert any("The shop" in line for line in lines)
    text = (tmp_path / "out.json").read_text()
    assert "password" not in text
    assert "$argon2" not in text
    assert "The shop" not in text
    assert stat.S_IMODE((tmp_path / "out.json").stat().st_mode) == 0o600


def test_a_file_is_never_written_over(load: Load, export: Export) -> None:
    load(acme())
    export()
    with pytest.raises(FileExistsError):
        export()


def test_an_unknown_tenant_is_named(export: Export, tmp_path: Path) -> None:
    code, lines = export("nobody")
    assert code == 1
    assert "nobody" in lines[0]
    assert not (tmp_path / "out.json").exists()
