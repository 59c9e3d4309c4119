"""What the worker does for the history: checkpoints, and erasing words that are kept no longer."""

from datetime import datetime, timedelta
from tempfile import TemporaryFile

import structlog
from flask import Flask
from sqlalchemy.exc import IntegrityError

from webapp.audit.carrying import carry, places
from webapp.audit.retention import forget_words, months_before
from webapp.db import Database
from webapp.extensions import db, settings
from webapp.identity import tenant_settings
from webapp.ledger import sealed, sealing
from webapp.ledger.keys import KeyFolder, SigningKey
from webapp.ledger.statements import Signed

log = structlog.get_logger()

BATCH = 50
_BETWEEN_LOOKS = timedelta(hours=1)


def init_app(app: Flask) -> None:
    """Let the worker make checkpoints, carry them away, and erase words in their time."""
    app.extensions.setdefault("jobs", []).extend([seal, Forgetter()])


def seal(now: datetime) -> int:
    """Make the checkpoints that are due, and carry away what waits; how many were made."""
    known = settings()
    key = KeyFolder(known.ledger_folder).signing() if known.checkpoint_hours else None
    if key is None:
        return 0
    made, hours = 0, timedelta(hours=known.checkpoint_hours)
    with db.reading() as session:
        tenant_ids = tenant_settings.tenant_ids(session)
    for tenant_id in tenant_ids:
        try:
            if _is_due(db.database, tenant_id, now - hours):
                made += checkpoint(db.database, tenant_id, key, now=now) is not None
            carry(db.database, tenant_id, places(known), now=now)
        except sealing.Contradiction as error:
            log.error("checkpoint.refused", tenant=tenant_id, problem=str(error))
        except OSError as error:
            log.error("checkpoint.not_carried", tenant=tenant_id, error=str(error))
    return made


class Forgetter:
    """Erases words and files of requests that were decided long ago, as the settings say (R59)."""

    def __init__(self) -> None:
        self._next: datetime | None = None

    def __call__(self, now: datetime) -> int:
        """Look once in an hour, some requests in a transaction; of how many words were erased."""
        months = settings().keep_words_months
        if not months or (self._next is not None and now < self._next):
            return 0
        before, total = months_before(now, months), 0
        while True:
            with db.transaction() as session:
                done = forget_words(session, before=before, now=now, limit=BATCH)
            total += done
            if done < BATCH:
                self._next = now + _BETWEEN_LOOKS
                return total


def checkpoint(
    database: Database, tenant_id: str, key: SigningKey, *, now: datetime
) -> Signed | None:
    """Make a checkpoint now; None when another process has just made one.

    Raises `Contradiction` when the history is not the one that was sealed before.
    """
    with TemporaryFile() as heads:
        with database.reading() as session:
            signed = sealing.fold(session, tenant_id, key, heads, now=now)
        try:
            with database.transaction() as session:
                sealing.store(session, signed, heads)
        except IntegrityError:
            return None
    return signed


def _is_due(database: Database, tenant_id: str, before: datetime) -> bool:
    with database.reading() as session:
        last = sealed.checkpoint(session, tenant_id)
    return last is None or datetime.fromisoformat(last.statement.at) <= before
