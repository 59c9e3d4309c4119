"""What the run found out, as the table of `docs/reliability.md`."""

import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

Report = Callable[[str], None]
Row = tuple[str, str, str]

_HEADS = "| test | database | result |\n|---|---|---|"


def table(rows: list[Row], *, rounds: int) -> str:
    """One row for each test that said something, under the machine and the day."""
    cores = os.cpu_count() or 0
    today = f"{datetime.now(UTC):%d %B %Y}".lstrip("0")
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    where = f"{today}, {cores} cores, {system}, {rounds} rounds."
    lines = [f"| `{test}` | {database} | {words} |" for test, database, words in rows]
    return "\n".join([where, "", _HEADS, *lines]) + "\n"


def write(rows: list[Row], path: Path, *, rounds: int) -> str:
    """Write the table into a file; its text."""
    text = table(rows, rounds=rounds)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return text
