"""`countersign bench` builds, serves, measures and writes down, and leaves nothing running."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.postgres import Server
from webapp import cli

SMALL = ("--quick", "--rounds", "1", "--approvals", "1000")


def bench(out: Path, *words: str) -> list[Any]:
    """The rows that it wrote."""
    result = CliRunner().invoke(cli.main, ["bench", *SMALL, "--out", str(out), *words])
    assert result.exit_code == 0, result.output
    rows = json.loads((out / "performance.json").read_text())["rows"]
    assert isinstance(rows, list)
    return rows


def test_rows_are_measured_and_written_down(tmp_path: Path) -> None:
    rows = bench(tmp_path, "--on", "sqlite", "--only", "1", "--only", "8")
    assert [(row["row"], row["not_measured"]) for row in rows] == [(1, None), (8, None)]
    table = (tmp_path / "performance.md").read_text()
    assert "| 1 | inbox / floor | SQLite | " in table
    assert "| 8 | decisions / hello, 8 clients | SQLite | " in table


@pytest.mark.postgres
def test_decisions_are_held_against_commits(postgres_server: Server, tmp_path: Path) -> None:
    url = postgres_server.create_database("bench_command")
    document = tmp_path / "performance.md"
    document.write_text("# Mine\n\n<!-- figures -->\nold\n<!-- end of figures -->\n\nStays.\n")
    rows = bench(tmp_path, "--on", "postgresql", "--database", url, "--only", "7", "--only", "12")
    assert [(row["row"], row["not_measured"]) for row in rows] == [(12, None), (7, None)]
    table = document.read_text()
    assert table.startswith("# Mine\n")
    assert table.endswith("Stays.\n")
    assert "old" not in table
    assert "| 12 | round trips of a decision | PostgreSQL | " in table
