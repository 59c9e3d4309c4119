"""What a run has found: lines for a terminal, a table for a document, a file for programs."""

import json
import os
import platform
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path
from typing import Any

from webapp.bench.running import Found, Wanted
from webapp.bench.table import ELSEWHERE, Elsewhere
from webapp.bench.values import Value

_PACKAGES = ("countersign", "granian", "Flask", "Jinja2", "SQLAlchemy", "psycopg")
_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_TITLE = "# How fast it is\n"
_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"


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


def facts(wanted: Wanted, now: datetime) -> dict[str, Any]:
    """What was measured, and with what: sizes, the machine, the versions of what counts."""
    return {
        "measured_at": now.isoformat(timespec="minutes"),
        "approvals": wanted.approvals,
        "seed": wanted.seed,
        "rounds": wanted.effort.rounds,
        "seconds_of_a_slice": wanted.effort.seconds,
        "machine": platform.platform(),
        "processors": os.cpu_count(),
        "load_at_the_end": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in _PACKAGES},
    }


def write(folder: Path, results: list[Found], facts: dict[str, Any]) -> list[Path]:
    """Write the figures into a folder, for programs and for people; what was written.

    A document that is there already keeps everything but what stands between the two marks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data, document = folder / "performance.json", folder / "performance.md"
    rows = [_row(found) for found in results]
    text = json.dumps({**facts, "rows": rows}, indent=1, ensure_ascii=False)
    data.write_text(text + "\n", "utf-8")
    before = document.read_text("utf-8") if document.is_file() else f"{_TITLE}\n{_BEGIN}\n{_END}\n"
    head, _, rest = before.partition(_BEGIN)
    tail = rest.partition(_END)[2]
    table = "\n".join(_table(results, facts))
    document.write_text(f"{head}{_BEGIN}\n{table}\n{_END}{tail}", "utf-8")
    return [data, document]


def _row(found: Found) -> dict[str, Any]:
    return {
        "row": found.row.number,
        "title": found.row.title,
        "database": found.backend,
        "not_measured": found.why_not or None,
        "values": [_value(value) for value in found.values],
    }


def _value(value: Value) -> dict[str, Any]:
    spread = value.spread
    return {
        "what": value.what,
        "unit": value.unit or "ratio",
        "median": spread.middle,
        "low": spread.low,
        "high": spread.high,
        "goal": value.goal.words,
        "met": value.is_met,
        "within_gate": value.is_within,
        "note": value.note,
    }


def _table(results: list[Found], facts: dict[str, Any]) -> Iterator[str]:
    """The lines of the document."""
    yield ""
    yield from (f"- {name.replace('_', ' ')}: {value}" for name, value in facts.items())
    yield "\n| row | what | database | median (lowest to highest) | goal | | seen |"
    yield "|---|---|---|---|---|---|---|"
    lines = [*map(_lines, results), *map(_line_of, ELSEWHERE)]
    for _, text in sorted(lines, key=itemgetter(0)):
        yield text
    yield ""


def _lines(found: Found) -> tuple[int, str]:
    """The lines of a row on one database."""
    begin = f"| {found.row.number} |"
    name = _NAMES[found.backend]
    if found.why_not:
        return found.row.number, f"{begin} {found.row.title} | {name} | {found.why_not} | | | |"
    return found.row.number, "\n".join(
        f"{begin} {value.what} | {name} | {figure(value)} | {value.goal.words} | {verdict(value)}"
        f" | {value.note} |"
        for value in found.values
    )


def _line_of(row: Elsewhere) -> tuple[int, str]:
    """The line of a row that a test holds."""
    held = f"held by `{row.command}`"
    return row.number, f"| {row.number} | {row.title} | both | {held} | {row.goal} | | |"


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
