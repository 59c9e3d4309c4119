"""Adding what is missing and updating what is there, counted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from webapp.db import Base
from webapp.seeding.domain import Report
from webapp.seeding.known import Known
from webapp.seeding.passwords import Hashes

Progress = Callable[[str, int, int], None]

_CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes one tenant's rows in the caller's transaction, or only counts them in a dry run."""

    session: Session
    known: Known
    report: Report
    now: datetime
    hashes: Hashes
    dry_run: bool = False
    progress: Progress = field(default=lambda _kind, _done, _total: None)

    @property
    def tenant_id(self) -> str:
        """Whose rows these are."""
        return self.known.tenant_id

    def sort(
        self, kind: str, table: str, wanted: Iterable[tuple[Any, dict[str, Any], dict[str, Any]]]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Split rows (key, primary key, values) into those to add and to change, and count."""
        added, changed = [], []
        existing = self.known.rows[table]
        for key, identity, values in wanted:
            row = existing.get(key)
            if row is None:
                self.report.added[kind] += 1
                added.append({**identity, **values})
            elif differs(row, values):
                self.report.changed[kind] += 1
                changed.append({**identity, **values})
            else:
                self.report.unchanged[kind] += 1
        return added, changed

    def add(self, kind: str, model: type[Base], rows: list[dict[str, Any]]) -> None:
        """Insert the rows with the tenant's id."""
        self._run(kind, insert(model), rows)

    def change(self, kind: str, model: type[Base], rows: list[dict[str, Any]]) -> None:
        """Update the rows by their primary keys."""
        self._run(kind, update(model), rows)

    def _run(self, kind: str, statement: Any, rows: list[dict[str, Any]]) -> None:
        if self.dry_run:
            return
        for start in range(0, len(rows), _CHUNK):
            chunk = [{"tenant_id": self.tenant_id, **row} for row in rows[start : start + _CHUNK]]
            self.session.execute(statement, chunk)
            self.progress(kind, start + len(chunk), len(rows))


def differs(row: Mapping[Any, Any], values: Mapping[str, Any]) -> bool:
    """Whether a stored row holds other values than these."""
    return any(row[name] != value for name, value in values.items())
