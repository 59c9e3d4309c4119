"""What a start loads: no library that nothing asks for yet."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_HELP = """
from click.testing import CliRunner
from webapp.cli import main
assert CliRunner().invoke(main, ["--help"]).exit_code == 0
"""
_PAGE = """
from webapp.server import application
assert application().test_client().get("/sign-in").status_code == 200
"""
# Paper, migrations and what only some commands need: rare, and weighty in every process.
_RARE = {"alembic", "fpdf", "fontTools"}
_RARE_PARTS = {f"webapp.{name}" for name in ("backup", "bench", "demo", "design", "seeding")}


@pytest.mark.parametrize(
    ("script", "absent"),
    [(_HELP, {"sqlalchemy", "flask", "granian"}), (_PAGE, _RARE | _RARE_PARTS)],
    ids=["help", "a page"],
)
def test_nobody_waits_for_what_is_not_needed(script: str, absent: set[str], tmp_path: Path) -> None:
    environ = {
        **os.environ,
        "COUNTERSIGN_ENV": "test",
        "COUNTERSIGN_SECRET_KEY": "a key for tests only, 0123456789",
        "COUNTERSIGN_DATABASE_URL": f"sqlite:///{tmp_path}/desk.db",
        "TMPDIR": str(tmp_path),
    }
    said = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", f"{script}\nimport sys; print(*sys.modules)"],
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    )
    assert not absent & set(said.stdout.split())
