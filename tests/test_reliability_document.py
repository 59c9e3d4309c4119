"""`docs/reliability.md` has a row for every goal, and names tests and commands that are there."""

import re

import pytest

from tests.support.documents import ROOT, is_test, named_tests

TEXT = (ROOT / "docs/reliability.md").read_text("utf-8")
GOALS = (
    "One decision wins",
    "Acknowledged means kept",
    "Fail-over",
    "Messages",
    "Idempotency",
    "Bad input",
    "Upgrades and copies",
    "Time",
)


def test_every_goal_has_a_row_with_a_test_a_command_and_a_figure() -> None:
    table = TEXT.partition("## Goals")[2].partition("\n## ")[0]
    heads, *rows = re.findall(r"^\| (\w[^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", table, re.M)
    assert heads == ("Goal", "Shown by", "Command", "Reached")
    assert tuple(goal for goal, *_ in rows) == GOALS
    for _, shown, command, reached in rows:
        assert named_tests(shown)
        assert "`" in command
        assert reached.strip()


def test_every_command_is_one_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert set(re.findall(r"\bmake ([a-z-]+)", TEXT)) <= targets


def test_every_fault_that_is_tried_has_its_result() -> None:
    tried = set()
    for path in (ROOT / "tests/faults").glob("test_*.py"):
        tried |= set(re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.M))
    assert tried <= set(re.findall(r"^\| `(test_\w+)` \|", TEXT, re.M))


@pytest.mark.parametrize("named", named_tests(TEXT))
def test_every_test_that_is_named_is_there(named: str) -> None:
    assert is_test(named)
