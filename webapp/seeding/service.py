"""Loading a seed file: everything in the caller's transaction, or nothing (R35)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.seeding import directory, goods
from webapp.seeding.domain import Problem, Refused, Report, printable
from webapp.seeding.known import Known, look_up
from webapp.seeding.passwords import Hashes
from webapp.seeding.shapes import Document, read
from webapp.seeding.writing import Progress, Writer

# The order in which rows may refer to each other.
_STEPS = (
    directory.load_tenant,
    goods.load_sites,
    directory.load_clients,
    goods.load_products,
    directory.load_companies,
    directory.load_people,
    directory.load_groups,
    goods.load_carts,
    goods.load_quotes,
)


def load(
    session: Session,
    documents: Any,
    *,
    now: datetime,
    progress: Progress | None = None,
    dry_run: bool = False,
    hashes: Hashes | None = None,
) -> Report:
    """Load one tenant's document or a list of them (parsed JSON), and count what that did.

    What is there is updated by its id, what is missing is added, nothing is removed. With `dry_run`
    nothing is written; `hashes` carries its slow work into the real run. Raises `Refused` with
    every problem and its place; nothing is loaded then.
    """
    checked = _check(session, documents)
    report = Report()
    hashes = hashes or Hashes(makes=not dry_run)
    for known, document in checked:
        writer = Writer(
            session=session,
            known=known,
            report=report,
            now=now,
            hashes=hashes,
            dry_run=dry_run,
            progress=progress or _say_nothing,
        )
        for step in _STEPS:
            step(writer, document)
    return report


def _check(session: Session, documents: Any) -> list[tuple[Known, Document]]:
    several = isinstance(documents, list)
    raws: Sequence[Any] = documents if several else [documents]
    problems: list[Problem] = []
    checked: list[tuple[Known, Document]] = []
    places: dict[str, int] = {}
    for index, raw in enumerate(raws):
        known = Known(raw if isinstance(raw, dict) else {})
        look_up(session, known)
        result = read(raw, known, (index,) if several else ())
        if isinstance(result, Document):
            checked.append((known, result))
        else:
            problems += result
        first = places.setdefault(known.tenant_id, index)
        if known.tenant_id and first != index:
            twice = f"'{printable(known.tenant_id)}' is in this file twice"
            problems.append(Problem(f"[{index}].tenant", twice))
    if problems:
        raise Refused(problems)
    return checked


def _say_nothing(_kind: str, _done: int, _total: int) -> None:
    """Progress that nobody asked for."""
