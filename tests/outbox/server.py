"""A mail server for tests: a real one over a real socket, which can be away, refuse, or be slow."""

import asyncio
import email
import socket
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class MailServer:
    """Keeps what it is sent. `answers` to recipients and `verdicts` on mails come before a yes."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []
        self.verdicts: list[str] = []
        self.delay = 0.0
        self.hang_up_after = 0
        self.before_yes: Callable[[], None] | None = None
        self.port = _free_port()
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """The address for COUNTERSIGN_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def subjects(self) -> list[str]:
        """The subjects of what has arrived, in order."""
        return [str(mail["Subject"]) for mail in self.mails]

    def start(self) -> None:
        """Be there."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Be away; everything that has arrived stays."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(  # noqa: N802, PLR0917 - the library calls it like this
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.delay)
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any
    ) -> str:
        if self.hang_up_after:
            self.hang_up_after -= 1
            transport: Any = server.transport
            transport.close()
            return "421 gone"
        if self.verdicts:
            return self.verdicts.pop(0)
        parsed = email.message_from_bytes(envelope.content, policy=SMTP_POLICY)
        self.mails.append(parsed)
        if self.before_yes is not None:
            self.before_yes()
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
