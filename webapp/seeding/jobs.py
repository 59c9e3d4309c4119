"""`countersign import` and `export`: a file into the desk in one transaction, and out of it."""

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from webapp.extensions import db
from webapp.kernel.clock import utcnow
from webapp.seeding import exporting, service
from webapp.seeding.domain import Refused, Report
from webapp.seeding.passwords import Hashes
from webapp.seeding.reading import read_file

Echo = Callable[[str], None]

_SECONDS_BETWEEN_LINES = 1.0


def import_file(path: Path, *, dry_run: bool, echo: Echo) -> int:
    """Load the file in an application context; the exit code is 0, or 1 when nothing was loaded.

    `echo` gets every line for the person at the terminal: progress of a large file, then what was
    added, changed and left alone, or every problem. With `dry_run` nothing is written.
    """
    try:
        documents = read_file(path)
        report = _load(documents, dry_run=dry_run, echo=echo)
    except Refused as refused:
        count = len(refused.problems)
        echo(f"Nothing was loaded from {path}: {count} problem{'s' if count > 1 else ''}.")
        for problem in refused.problems:
            echo(f"  {problem}")
        return 1
    except OSError as error:
        echo(f"Nothing was loaded: {path} cannot be read ({error.strerror or error}).")
        return 1
    except IntegrityError:
        echo("Nothing was loaded: somebody changed the same things meanwhile. Run it again.")
        return 1
    except SQLAlchemyError as error:
        echo(f"Nothing was loaded: the database says {_first_line(error)}")
        return 1
    _say(report, dry_run=dry_run, echo=echo)
    return 0


def export_file(path: Path, tenant_ids: Sequence[str], *, echo: Echo) -> int:
    """Write these tenants, or all, to a new file that only its owner reads; the exit code.

    Raises `FileExistsError` where there is a file already.
    """
    with db.reading() as session:
        known = exporting.tenants(session)
        if missing := [one for one in tenant_ids if one not in known]:
            echo(f"Nothing was written: there is no tenant {missing[0]}.")
            return 1
        wanted = list(tenant_ids) or known
        documents = [exporting.document(session, one) for one in wanted]
        silent = [name for one in wanted for name in exporting.secret_clients(session, one)]
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(documents, file, ensure_ascii=False, indent=1)
        file.write("\n")
    for document in documents:
        counts = (
            f"{len(document[kind])} {kind}" for kind in ("legalEntities", "customers", "carts")
        )
        echo(f"{document['tenant']}: {', '.join(counts)}")
    for name in silent:
        echo(f"  left out: the program {name}, whose secret is kept as a hash only")
    return 0


def _load(documents: Any, *, dry_run: bool, echo: Echo) -> Report:
    """Passwords are hashed while only reading: thousands of them would hold up everybody else."""
    hashes = Hashes(makes=not dry_run)
    now, progress = utcnow(), _Ticker(echo)
    with db.reading() as session:
        report = service.load(
            session, documents, now=now, progress=progress, dry_run=True, hashes=hashes
        )
    if dry_run:
        return report
    with db.transaction() as session:
        return service.load(session, documents, now=now, progress=progress, hashes=hashes)


def _say(report: Report, *, dry_run: bool, echo: Echo) -> None:
    echo("This is what would happen; nothing was written." if dry_run else "Loaded.")
    for line in report.lines():
        echo(f"  {line}")
    for note in report.notes:
        echo(f"  left alone: {note}")


def _first_line(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0]


class _Ticker:
    """Says how far a large file has come, at most once a second, and nothing of a small one."""

    def __init__(self, echo: Echo) -> None:
        self._echo = echo
        self._said_at = time.monotonic()

    def __call__(self, kind: str, done: int, total: int) -> None:
        if time.monotonic() - self._said_at >= _SECONDS_BETWEEN_LINES:
            self._said_at = time.monotonic()
            self._echo(f"  {kind}: {done:,} of {total:,}")
