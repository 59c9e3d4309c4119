"""`countersign backup` and `countersign restore`, as an operator types them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.app import Rows
from tests.support.cast import Desk, fill
from webapp import cli
from webapp.db import Database, make_engine

KEY = "a key for tests only, 0123456789"


def countersign(folder: Path, *words: str, key: str = KEY) -> Result:
    """Run it over a desk in this folder."""
    environ = {
        "COUNTERSIGN_ENV": "test",
        "COUNTERSIGN_SECRET_KEY": key,
        "COUNTERSIGN_DATABASE_URL": f"sqlite:///{folder}/desk.db",
    }
    return CliRunner().invoke(cli.main, words, env=environ)


@pytest.fixture
def old(tmp_path: Path, acme_rows: Rows) -> Path:
    """A folder with a desk where something was approved."""
    folder = tmp_path / "old"
    folder.mkdir()
    assert countersign(folder, "db", "upgrade").exit_code == 0
    engine = make_engine(f"sqlite:///{folder}/desk.db")
    desk = Desk(fill(Database(engine), acme_rows))
    desk.approve(desk.ask())
    engine.dispose()
    return folder


def test_a_desk_moves_to_another_place_and_its_history_fits(old: Path, tmp_path: Path) -> None:
    copy, new = tmp_path / "copy.zip", tmp_path / "new"
    new.mkdir()
    made = countersign(old, "backup", str(copy))
    assert made.exit_code == 0, made.output
    assert f"The copy is in {copy}" in made.stdout
    assert "approvals ..." in made.stderr
    back = countersign(new, "restore", str(copy))
    assert back.exit_code == 0, back.output
    assert "audit verify" in back.stdout
    proof = countersign(new, "audit", "verify")
    assert proof.exit_code == 0, proof.output


def test_another_secret_key_is_named(old: Path, tmp_path: Path) -> None:
    copy, new = tmp_path / "copy.zip", tmp_path / "new"
    new.mkdir()
    countersign(old, "backup", str(copy))
    back = countersign(new, "restore", str(copy), key="another key for tests only, 01234")
    assert "Its secret key was another one" in back.stdout
    assert "secret-key" in back.stdout
    assert KEY not in back.output


def test_what_goes_wrong_is_one_sentence(old: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.zip"
    assert countersign(old, "backup", str(copy)).exit_code == 0
    for words, said in (
        (("backup", str(copy)), "is there already"),
        (("restore", str(copy)), "holds a desk already"),
    ):
        result = countersign(old, *words)
        assert result.exit_code == 1
        assert said in result.stderr
    copy.write_text("no copy")
    new = tmp_path / "new"
    new.mkdir()
    result = countersign(new, "restore", str(copy))
    assert result.exit_code == 1
    assert "is not a copy made by" in result.stderr
