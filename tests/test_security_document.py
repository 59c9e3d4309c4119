"""`docs/security.md` answers every item of the standard, and names tests that are there."""

import re

import pytest

from tests.support.documents import ROOT, is_test, named_tests

TEXT = (ROOT / "docs/security.md").read_text("utf-8")
ROWS = re.findall(r"^\| ([\d., -]+?) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
STATES = {"Met", "Partly", "Not met", "Operator", "No such thing"}
# How many items of level 1 and 2 each section of ASVS 5.0.0 begins with; those of level 3 follow.
ITEMS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5,
    "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2,
    "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4,
    "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2,
    "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1,
    "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip


def test_every_item_of_levels_one_and_two_is_answered_once() -> None:
    answered = [item for numbers, *_ in ROWS for item in items(numbers)]
    wanted = [f"{section}.{last + 1}" for section, most in ITEMS.items() for last in range(most)]
    assert len(wanted) == 253
    assert sorted(answered) == sorted(wanted)


def test_every_answer_is_one_of_five_and_what_is_met_says_by_what() -> None:
    assert {state for _, state, _, _ in ROWS} == STATES
    for numbers, state, words, shown in ROWS:
        assert words != "–", numbers
        assert state != "Met" or shown != "–", numbers


@pytest.mark.parametrize("named", named_tests(TEXT))
def test_every_test_that_is_named_is_there(named: str) -> None:
    assert is_test(named)


def items(numbers: str) -> list[str]:
    """`1.2.6-1.2.8, 1.3.1` one by one."""
    found = []
    for part in numbers.split(", "):
        first, _, last = part.partition("-")
        section, _, start = first.rpartition(".")
        end = (last or first).rpartition(".")[2]
        found += [f"{section}.{number}" for number in range(int(start), int(end) + 1)]
    return found
