"""Somebody asks what is kept of them (R61)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.audit.conftest import House
from tests.audit.test_erasing import WORDS, attach, kept_elsewhere, left, lived
from tests.support.app import Rows
from tests.support.cast import LATER, RITA, ROB, TENANT, Desk, cart, fill
from tests.test_cli import Program
from webapp.approvals.domain import Action
from webapp.audit import personal
from webapp.audit.disclosing import disclose
from webapp.audit.erasing import erase
from webapp.db import Base, Database, make_engine
from webapp.kernel.errors import NotFound

_OF_PEOPLE = re.compile(r"(person|owner|deputy|requester|approver|recipient|actor|for|by|.*_by)_id")


def told(house: House, person_id: str = "rita") -> dict[str, Any]:
    """What they are told, as it is written."""
    document = house.desk.run(disclose, TENANT, person_id, now=LATER)
    found: dict[str, Any] = json.loads(json.dumps(document))
    return found


def test_every_column_with_the_id_of_a_person_is_looked_at() -> None:
    found = {
        (name, column.name)
        for name, table in Base.metadata.tables.items()
        for column in table.columns
        if _OF_PEOPLE.fullmatch(column.name)
    }
    known = {(name, column) for name, columns in personal.owned().items() for column in columns}
    assert found | {("people", "id")} == known


def test_everything_of_theirs_is_told_and_no_secret(house: House) -> None:
    made = lived(house)
    with house.desk.database.transaction() as session:
        for name, values in kept_elsewhere():
            session.execute(Base.metadata.tables[name].insert().values(values))
    house.desk.sql('UPDATE sessions SET data = \'{"csrf": "1a2b", "kept": {"path": "/x"}}\'')
    found = told(house)
    own, named = found["own"], found["named"]
    assert own["people"][0]["email"] == "rita@acme.example"
    assert own["approvals"][0]["id"] == made
    assert own["attachments"][0]["name"] == "Drawing of Rita Roe.pdf"
    assert "c500-rita" in {one["cart_id"] for one in own["cart_items"]}
    assert {one["content"]["text"] for one in own["ledger_entries"]} >= set(WORDS)
    assert own["sessions"][0]["data"] == {"kept": {"path": "/x"}}
    assert {"identities", "tokens", "absences", "idempotency_keys", "orders"} <= own.keys()
    assert [one["id"] for one in named["company_addresses"]] == ["new"]
    assert [one["subject"] for one in named["mailbox_mails"]] == ["Rita Roe is away"]
    assert not {"token_hash", "id_hash", "password_hash", "1a2b"} & set(
        re.findall(r"\w+", json.dumps(found))
    )


def test_what_others_wrote_about_them_is_told_apart(house: House) -> None:
    mentioned = house.desk.ask(ROB, cart("c500-rob"))
    house.desk.say(ROB, mentioned, Action.COMMENT, "Rita Roe knows why")
    found = told(house)
    assert "approvals" not in found["own"]
    [entry] = found["named"]["ledger_entries"]
    assert (entry["stream_id"], entry["content"]["text"]) == (mentioned, "Rita Roe knows why")


def test_of_somebody_who_was_erased_the_rest_is_told(house: House) -> None:
    made = lived(house)
    left(house, "rita")
    house.desk.run(erase, TENANT, "rita", now=LATER)
    found = told(house)
    assert found["own"]["approvals"][0]["id"] == made
    assert "Roe" not in json.dumps(found)


def test_nobody_is_nobody(house: House) -> None:
    with pytest.raises(NotFound):
        told(house, "nobody")


def test_the_command_writes_a_file_that_only_its_owner_reads(
    tmp_path: Path, acme_rows: Rows
) -> None:
    countersign, out = Program(tmp_path).upgraded(), tmp_path / "rita.json"
    engine = make_engine(countersign.url)
    house = House(Desk(fill(Database(engine), acme_rows)), tmp_path)
    attach(house, RITA, house.desk.ask())
    engine.dispose()
    done = countersign("export-person", TENANT, "rita", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "1  attachments" in done.stdout
    assert "Attached files lie in" in done.stderr
    assert out.stat().st_mode & 0o777 == 0o600
    assert json.loads(out.read_text("utf-8"))["person"] == "rita"
    again = countersign("export-person", TENANT, "rita", "--out", str(out))
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)
    nobody = countersign("export-person", TENANT, "nobody", "--out", str(tmp_path / "x.json"))
    assert (nobody.exit_code, nobody.stderr) == (1, "There is no such person.\n")
