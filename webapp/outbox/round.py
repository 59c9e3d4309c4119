"""One round of a worker: claim what is due, write it, send it, note what became of it."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from webapp.db import Database
from webapp.kernel.clock import utcnow
from webapp.outbox import delivery
from webapp.outbox.delivery import Claimed
from webapp.outbox.domain import MessageStatus
from webapp.outbox.letter import Letter
from webapp.outbox.senders import Deliver, Sender, Undeliverable, Unreachable

log = structlog.get_logger()

BATCH = 10

Write = Callable[[Claimed], Letter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round needs; `write` turns a message into a mail, `sender` is the way out."""

    database: Database
    sender: Sender
    write: Write
    clock: Callable[[], datetime] = utcnow
    chance: Callable[[], float] = random.random  # noqa: S311 - spreads attempts, guards nothing

    def run(self) -> int:
        """Handle up to ten messages that are due, and return how many there were.

        Raises `Unreachable` when the way out is closed; the messages then wait untouched.
        """
        claimed = self._claim()
        left = list(claimed)
        try:
            if claimed:
                with self.sender.visit() as deliver:
                    while left:
                        if ours := self._begin(left[0]):
                            left[0] = ours
                            self._handle(ours, deliver)
                        left.pop(0)
        except Unreachable as error:
            self._give_back(left, str(error))
            raise
        except BaseException:
            # Stopped in the middle: the first may be on its way, the others can go at once.
            self._give_back(left[1:], None)
            raise
        return len(claimed)

    def _claim(self) -> list[Claimed]:
        now = self.clock()
        with self.database.reading() as session:
            if not delivery.anything_due(session, now=now):
                return []
        with self.database.transaction() as session:
            if given_up := delivery.bury(session, now=now):
                log.error("outbox.dead", count=given_up)
            return delivery.claim(session, limit=BATCH, now=now)

    def _begin(self, message: Claimed) -> Claimed | None:
        with self.database.transaction() as session:
            return delivery.begin(session, message, now=self.clock())

    def _handle(self, message: Claimed, deliver: Deliver) -> None:
        try:
            deliver(self.write(message))
        except Unreachable:
            raise
        except Undeliverable as error:
            self._note_failure(message, str(error), refused=error.refused)
        except Exception as error:  # whatever is wrong with one message stops no other
            self._note_failure(message, f"{type(error).__name__}: {error}", refused=False)
        else:
            with self.database.transaction() as session:
                delivery.sent(session, message, now=self.clock())
            log.info("outbox.sent", message=message.id, tenant=message.tenant_id)

    def _note_failure(self, message: Claimed, error: str, *, refused: bool) -> None:
        with self.database.transaction() as session:
            status = delivery.failed(
                session,
                message,
                error,
                refused=refused,
                chance=self.chance(),
                now=self.clock(),
            )
        level = log.error if status is MessageStatus.DEAD else log.warning
        level(
            "outbox.failed",
            message=message.id,
            tenant=message.tenant_id,
            attempt=message.attempts,
            status=str(status),
            error=error,
        )

    def _give_back(self, messages: list[Claimed], error: str | None) -> None:
        # When the database is gone as well, the leases end by themselves.
        with suppress(Exception), self.database.transaction() as session:
            for message in messages:
                delivery.release(session, message, error)
