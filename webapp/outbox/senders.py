"""The ways out: a mail server, or the mailbox page inside the desk."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy import select

from webapp.db import Database
from webapp.outbox.letter import Letter
from webapp.outbox.models import Mail

Deliver = Callable[[Letter], None]


class Unreachable(Exception):
    """The way out itself is closed: no message is at fault, and none is tried until it opens."""


class Undeliverable(Exception):
    """This message was not taken; `refused` when the receiver says that it never will be."""

    def __init__(self, text: str, *, refused: bool) -> None:
        super().__init__(text)
        self.refused = refused


class Sender(Protocol):
    """A way out; one visit may deliver several letters."""

    def visit(self) -> AbstractContextManager[Deliver]:
        """A function that delivers one letter or raises `Undeliverable`; raises `Unreachable`."""


class MailboxSender:
    """Delivers into the mailbox page, for a desk without a mail server such as the demo.

    A mail there bears the moment at which it was written, as the `Date` of a sent one does.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def visit(self) -> Iterator[Deliver]:
        """There is always a way into our own database."""
        yield self._deliver

    def _deliver(self, letter: Letter) -> None:
        with self._database.transaction() as session:
            there = select(Mail.id).where(Mail.tenant_id == letter.tenant_id, Mail.id == letter.id)
            if session.scalar(there) is not None:
                return
            session.add(
                Mail(
                    tenant_id=letter.tenant_id,
                    id=letter.id,
                    recipient_id=letter.recipient_id,
                    address=letter.address,
                    subject=letter.subject,
                    text=letter.text,
                    html=letter.html,
                    stream_id=letter.stream_id,
                    sent_at=letter.written_at,
                )
            )
