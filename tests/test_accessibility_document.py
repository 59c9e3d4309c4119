"""`docs/accessibility.md` goes through every criterion, and names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs/accessibility.md").read_text("utf-8")
# The criteria of WCAG 2.2 at level A and AA, by guideline: how far their numbers go, and the gaps
# where one is AAA. 4.1.1 is no criterion any more.
CRITERIA = {
    "1.1": (1,), "1.2": (1, 2, 3, 4, 5), "1.3": (1, 2, 3, 4, 5),
    "1.4": (1, 2, 3, 4, 5, 10, 11, 12, 13), "2.1": (1, 2, 4), "2.2": (1, 2), "2.3": (1,),
    "2.4": (1, 2, 3, 4, 5, 6, 7, 11), "2.5": (1, 2, 3, 4, 7, 8), "3.1": (1, 2),
    "3.2": (1, 2, 3, 4, 6), "3.3": (1, 2, 3, 4, 7, 8), "4.1": (2, 3),
}  # fmt: skip


def test_every_criterion_is_answered_once_and_in_order() -> None:
    wanted = [f"{guideline}.{last}" for guideline, all_ in CRITERIA.items() for last in all_]
    assert len(wanted) == 55
    assert re.findall(r"^\| (\d\.\d\.\d+) ", TEXT, re.MULTILINE) == wanted


def test_every_test_that_is_named_is_there() -> None:
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    assert named
    assert {name for name in named if f"def {name}(" not in tests} == set()
