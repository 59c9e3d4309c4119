"""What a run has found: lines for a terminal, a table for a document, a file for programs."""

import json
import os
import platform
import sqlite3
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from webapp.bench.figures import Spread
from webapp.bench.running import Found
from webapp.bench.values import Value

_PACKAGES = ("countersign", "granian", "Flask", "Jinja2", "SQLAlchemy", "psycopg")


def line(found: Found) -> Iterable[str]:
    """The lines of a row on a terminal."""
    if found.why_not:
        yield f"     not measured: {found.why_not}"
    for value in found.values:
        goal = f"goal {value.goal.words}"
        yield f"     {value.what:<34} {figure(value):<24} {goal:<12} {verdict(value)}"
        if value.note:
            yield f"     {'':<34} {value.note}"


def figure(value: Value) -> str:
    """The median with its spread and unit."""
    middle, low, high = map(_short, (value.spread.middle, value.spread.low, value.spread.high))
    shown = middle if low == high else f"{middle} ({low} to {high})"
    return f"{shown} {value.unit}".rstrip()


def verdict(value: Value) -> str:
    """Whether the goal is met, in words."""
    if value.is_met:
        return "met"
    return "short" if value.is_within else "beyond the gate"


def machine() -> dict[str, Any]:
    """What was measured with: the machine, and the versions of what counts."""
    return {
        "machine": platform.platform(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in _PACKAGES},
    }


def as_data(results: Iterable[Found], facts: dict[str, Any]) -> dict[str, Any]:
    """Everything as JSON keeps it."""
    rows = [
        {
            "row": found.row.number,
            "title": found.row.title,
            "database": found.backend,
            "not_measured": found.why_not or None,
            "values": [_value(value) for value in found.values],
        }
        for found in results
    ]
    return {**facts, **machine(), "rows": rows}


def write(folder: Path, results: list[Found], facts: dict[str, Any]) -> None:
    """Write the file of the figures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(as_data(results, facts), indent=1, ensure_ascii=False)
    (folder / "performance.json").write_text(text + "\n", "utf-8")


def _value(value: Value) -> dict[str, Any]:
    return {
        "what": value.what,
        "unit": value.unit or "ratio",
        **_spread(value.spread),
        "goal": value.goal.words,
        "met": value.is_met,
        "within_gate": value.is_within,
        "note": value.note,
    }


def _spread(spread: Spread) -> dict[str, float]:
    return {"median": spread.middle, "low": spread.low, "high": spread.high}


def _short(number: float) -> str:
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"
