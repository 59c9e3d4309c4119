"""What happens to requests by themselves, as time goes by."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask

from webapp.approvals import attachments, links, reminding, service
from webapp.approvals.files import Folder
from webapp.approvals.stranding import tell_of_stranded
from webapp.approvals.sweeping import Key, Swept
from webapp.extensions import business_now, db, settings
from webapp.identity.directory import LISTENERS
from webapp.outbox.delivery import Claimed
from webapp.outbox.mailer import LINKS

# So many savepoints PostgreSQL keeps in memory (it can 64), and nobody waits long for the lock.
BATCH = 50
_BETWEEN_SWEEPS = timedelta(minutes=10)


def init_app(app: Flask) -> None:
    """Let the worker expire what is due, remind before that, link mails, and tidy up.

    Whoever signs in with other groups leaves no request behind unsaid.
    """
    app.extensions[LINKS] = make_link
    app.extensions.setdefault(LISTENERS, []).append(tell_of_stranded)
    app.extensions.setdefault("business_jobs", []).extend([expire, remind, forget_links])
    app.extensions.setdefault("jobs", []).append(Sweeper())


def expire(now: datetime) -> int:
    """Expire every request whose time is over; how many there were."""
    return _swept(service.expire_due, now)


def remind(now: datetime) -> int:
    """Remind of what expires soon; how many there were."""
    return _swept(reminding.remind_due, now)


def make_link(message: Claimed) -> str:
    """The path of a new link for the reader of this mail; empty once its time would be over."""
    now, context = business_now(), message.payload["context"]
    if message.recipient_id is None or message.created_at + links.LIFETIME <= now:
        return ""
    with db.transaction() as session:
        token = links.make(
            session,
            links.Bond(
                tenant_id=message.tenant_id,
                approval_id=message.stream_id,
                person_id=message.recipient_id,
                revision=int(context["revision"]),
            ),
            written_at=message.created_at,
        )
    # A worker has no request from which to build an address.
    return f"/decide?token={token}"


def forget_links(now: datetime) -> int:
    """Forget links of mails whose time was over long ago; how many there were (R58)."""
    total = 0
    while True:
        with db.transaction() as session:
            done = links.purge(session, now=now, limit=BATCH)
        total += done
        if done < BATCH:
            return total


def _swept(act: Callable[..., Swept], now: datetime) -> int:
    """Act on everything that is due, a batch in a transaction; what fails waits for the next turn.

    What failed is left out of the batches that follow, so that it never takes others' places.
    """
    total, failed = 0, frozenset[Key]()
    while True:
        with db.transaction() as session:
            some = act(session, now=now, limit=BATCH, but=failed)
        total, failed = total + some.done, failed | some.failed
        if some.total < BATCH:
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
