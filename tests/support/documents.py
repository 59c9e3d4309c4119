"""Documents that name tests: `folder/test_file.py` or `folder/test_file.py::test_name`."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def named_tests(text: str) -> list[str]:
    """Every test that a document names, once."""
    return sorted(set(re.findall(r"`([\w/]+\.py(?:::\w+)?)`", text)))


def is_test(named: str) -> bool:
    """Whether this file below `tests/` is there, and the test in it."""
    path, _, name = named.partition("::")
    source = ROOT / "tests" / path
    if not source.is_file():
        return False
    return not name or bool(re.search(rf"^ *def {name}\(", source.read_text("utf-8"), re.MULTILINE))
