"""The cast of `tests/data/acme.json`, and a quick way to load it."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from webapp.db import Database
from webapp.seeding import service
from webapp.seeding.domain import Refused, Report

ACME = Path(__file__).parent.parent / "data" / "acme.json"
NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)

Load = Callable[..., Report]
Problems = Callable[[Any], list[str]]


@cache
def _acme() -> str:
    return ACME.read_text()


def acme() -> dict[str, Any]:
    """A copy of the fixture to change at will."""
    document: dict[str, Any] = json.loads(_acme())
    return document


def clone(value: Any) -> Any:
    return copy.deepcopy(value)


@pytest.fixture
def load(database: Database) -> Load:
    def run(documents: Any, **options: Any) -> Report:
        with database.transaction() as session:
            return service.load(session, documents, now=NOW, **options)

    return run


@pytest.fixture
def problems(load: Load) -> Problems:
    """Every problem of a file, as lines."""

    def run(documents: Any) -> list[str]:
        with pytest.raises(Refused) as refused:
            load(documents)
        return [str(problem) for problem in refused.value.problems]

    return run
