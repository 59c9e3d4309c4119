"""The commands that make keys, checkpoints and evidence, and the worker that does so by itself."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from tests.support.app import Rows, make_app
from tests.support.cast import Desk, fill
from tests.test_cli import Program
from webapp.audit import jobs
from webapp.db import Database, make_engine
from webapp.kernel.clock import utcnow
from webapp.ledger.keys import KeyFolder
from webapp.outbox.mailer import TEMPLATES


@pytest.fixture
def countersign(tmp_path: Path) -> Program:
    """The program over an empty folder."""
    return Program(tmp_path).upgraded()


def test_from_key_to_evidence(countersign: Program, acme_rows: Rows, tmp_path: Path) -> None:
    engine = make_engine(countersign.url)
    desk = Desk(fill(Database(engine), acme_rows))
    made = desk.ask()
    desk.approve(made)
    assert "run `countersign audit key`" in countersign("audit", "checkpoint").stderr
    assert "Made a new key." in countersign("audit", "key").stderr
    again = countersign("audit", "key")
    assert "Made a new key." not in again.stderr
    public = again.stdout.split()[3]
    assert "1 histories, 1 grown" in countersign("audit", "checkpoint").stdout
    file = str(next((tmp_path / "ledger/checkpoints").glob("acme-000001-*.json")))
    for words in (("--checkpoint", file), ("--since", file), ("--approval", made), ()):
        result = countersign("audit", "verify", *words, "--key", public)
        assert result.exit_code == 0, result.output
    out = str(tmp_path / "evidence.json")
    assert countersign("evidence", made, "--out", out).exit_code == 0
    assert "is there already" in countersign("evidence", made, "--out", out).stderr
    checked = countersign("audit", "verify-evidence", out, "--key", public)
    assert checked.exit_code == 0
    assert "proven: Entries 1 to 2 stood like this" in checked.stdout
    Path(out).write_text(Path(out).read_text().replace("Bob", "Rob"))
    assert countersign("audit", "verify-evidence", out).exit_code == 1
    engine.dispose()


def test_evidence_of_nothing_is_one_sentence(countersign: Program, tmp_path: Path) -> None:
    result = countersign("evidence", "nowhere", "--out", str(tmp_path / "x.json"))
    assert (result.exit_code, result.stderr) == (1, "There is no such request.\n")


@pytest.fixture
def sealing(acme: Database, tmp_path: Path) -> Flask:
    """A desk whose worker makes checkpoints."""
    KeyFolder(tmp_path / "ledger").make()
    return make_app(
        acme,
        ledger_dir=str(tmp_path / "ledger"),
        checkpoint_to=f"{tmp_path}/outside, mailto:auditor@example.com",
    )


def test_the_worker_seals_once_a_day(sealing: Flask, acme: Database, tmp_path: Path) -> None:
    now = utcnow()
    Desk(acme).ask(now=now)
    with sealing.app_context():
        assert [jobs.seal(now + timedelta(hours=hours)) for hours in (0, 1, 23, 24)] == [1, 0, 0, 1]
    assert len(list((tmp_path / "outside").glob("acme-*.json"))) == 2
    with acme.reading() as session:
        rows = session.execute(
            text("SELECT address FROM outbox_messages WHERE stream_id = 'checkpoints:acme'")
        ).all()
    assert [row.address for row in rows] == ["auditor@example.com"] * 2
    assert "checkpoint" in TEMPLATES


def test_what_could_not_be_carried_is_carried_later(
    sealing: Flask, acme: Database, tmp_path: Path
) -> None:
    now = utcnow()
    Desk(acme).ask(now=now)
    (tmp_path / "outside").write_text("in the way")
    with sealing.app_context():
        assert jobs.seal(now) == 1
        (tmp_path / "outside").unlink()
        assert jobs.seal(now + timedelta(minutes=1)) == 0
    assert len(list((tmp_path / "outside").glob("acme-*.json"))) == 1


def test_a_desk_without_a_key_seals_nothing(acme: Database, tmp_path: Path) -> None:
    app = make_app(acme, ledger_dir=str(tmp_path / "none"))
    with app.app_context():
        assert jobs.seal(utcnow()) == 0


def test_the_mail_holds_the_checkpoint(sealing: Flask, acme: Database) -> None:
    from webapp.outbox import delivery
    from webapp.outbox.mailer import write

    now = utcnow()
    Desk(acme).ask(now=now)
    with sealing.app_context():
        jobs.seal(now)
        with acme.transaction() as session:
            claimed = delivery.claim(session, limit=10, now=now)
        letter = next(write(one) for one in claimed if one.payload["template"] == "checkpoint")
    assert letter.subject == "Checkpoint 1 of the history of acme"
    assert '"signature": "' in letter.text
    assert "countersign-checkpoint-1" in letter.html


def test_the_doctor_says_whether_the_history_is_sealed(
    countersign: Program, acme_rows: Rows, tmp_path: Path
) -> None:
    engine = make_engine(countersign.url)
    fill(Database(engine), acme_rows)
    engine.dispose()
    assert "History: Nothing seals it" in countersign("doctor").output
    countersign("audit", "key")
    assert "tenants without a recent checkpoint: 1." in countersign("doctor").output
    (folder := tmp_path / "far").write_text("in the way")
    countersign("audit", "checkpoint", CHECKPOINT_TO=str(folder))
    told = countersign("doctor").output
    assert "tenants without a recent checkpoint: 0. Not carried away yet: 1." in told
    countersign("audit", "checkpoint")
    told = countersign("doctor").output
    assert "fine   History: Key" in told
    assert "Not carried" not in told
