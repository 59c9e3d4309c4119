"""The lock files hold what is imported, so that a fresh machine can run what ours can."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("folder", "files"),
    [("webapp", ["run"]), ("migrations", ["run"]), ("tests", ["run", "test"])],
)
def test_what_is_imported_is_locked(folder: str, files: list[str]) -> None:
    locked = {name for file in files for name in _locked(file)}
    carriers = packages_distributions()
    missing = {
        module
        for module in _imported(ROOT / folder)
        if not locked & {_plain(name) for name in carriers.get(module, [])}
    }
    assert not missing


@pytest.mark.parametrize("file", ["build", "dev", "mutants", "run", "scan", "test"])
def test_lock_files_have_hashes_and_no_addresses(file: str) -> None:
    text = (ROOT / f"requirements/{file}.txt").read_text("utf-8")
    assert "://" not in text
    assert " @ " not in text
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE | re.IGNORECASE)
    assert all("--hash=sha256:" in entry for entry in entries if "==" in entry)


def _imported(folder: Path) -> set[str]:
    """The names of foreign packages."""
    names = {name.partition(".")[0] for file in folder.rglob("*.py") for name in _names(file)}
    return names - sys.stdlib_module_names - {"webapp", "tests", "hatch_build"}


def _names(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _locked(file: str) -> set[str]:
    text = (ROOT / f"requirements/{file}.txt").read_text("utf-8")
    return {_plain(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
