"""What happens to requests by themselves, as time goes by."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask

from webapp.approvals import attachments, reminding, service
from webapp.approvals.files import Folder
from webapp.extensions import db, settings

BATCH = 100
_BETWEEN_SWEEPS = timedelta(minutes=10)


def init_app(app: Flask) -> None:
    """Let the worker expire what is due, remind before that, and remove files without a request."""
    app.extensions.setdefault("jobs", []).extend([expire, remind, Sweeper()])


def expire(now: datetime) -> int:
    """Expire every request whose time is over, a hundred in a transaction; how many there were."""
    return _in_batches(service.expire_due, now)


def remind(now: datetime) -> int:
    """Remind of what expires soon, a hundred in a transaction; how many there were."""
    return _in_batches(reminding.remind_due, now)


def _in_batches(act: Callable[..., int], now: datetime) -> int:
    total = 0
    while True:
        with db.transaction() as session:
            done = act(session, now=now, limit=BATCH)
        total += done
        if done < BATCH:
            return total


class Sweeper:
    """Removes files that no request names: taken back, or left behind by a crash (R47)."""

    def __init__(self) -> None:
        self._next: datetime | None = None

    def __call__(self, now: datetime) -> int:
        """Look once in ten minutes; how many were removed."""
        if self._next is not None and now < self._next:
            return 0
        self._next = now + _BETWEEN_SWEEPS
        folder = Folder(settings().files_folder)
        removed, old = 0, list(folder.old(now))
        for start in range(0, len(old), BATCH):
            with db.reading() as session:
                gone = attachments.unnamed(session, old[start : start + BATCH])
            for file in gone:
                folder.remove(file)
            removed += len(gone)
        return removed
