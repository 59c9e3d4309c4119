"""A desk that was brought back from a copy proves itself as before."""

from pathlib import Path

import pytest

from tests.support.app import Rows
from tests.support.cast import Desk, fill
from tests.test_cli import Program
from webapp.db import Database, make_engine


@pytest.fixture
def countersign(tmp_path: Path) -> Program:
    """The program over a folder of its own."""
    (tmp_path / "old").mkdir()
    return Program(tmp_path / "old").upgraded()


def test_a_restored_desk_fits_the_checkpoints_of_before(
    countersign: Program, acme_rows: Rows, tmp_path: Path
) -> None:
    engine = make_engine(countersign.url)
    desk = Desk(fill(Database(engine), acme_rows))
    desk.approve(desk.ask())
    countersign("audit", "key")
    assert countersign("audit", "checkpoint").exit_code == 0
    engine.dispose()
    file = str(next((tmp_path / "old/ledger/checkpoints").glob("*.json")))
    copy = str(tmp_path / "copy.zip")
    assert countersign("backup", copy).exit_code == 0
    (tmp_path / "new").mkdir()
    restored = Program(tmp_path / "new")
    result = restored("restore", copy)
    assert result.exit_code == 0, result.output
    proven = restored("audit", "verify", "--checkpoint", file)
    assert proven.exit_code == 0, proven.output
    assert "all 1 histories are as checkpoint 1 saw them" in proven.stdout
