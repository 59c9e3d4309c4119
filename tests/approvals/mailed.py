"""The mails that wait, written as the worker writes them, with the links that decide."""

import re
from dataclasses import dataclass

from flask import Flask

from tests.support.cast import Desk
from webapp.kernel.clock import utcnow
from webapp.outbox import delivery
from webapp.outbox.mailer import write

_LINK = re.compile(r"(/decide\?token=([\w-]+))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed:
    """A mail with its link; path and token are empty where it has none."""

    to: str
    text: str
    html: str
    path: str
    token: str


def mailed_by(app: Flask, desk: Desk) -> list[Mailed]:
    """Write what waits; each mail once."""
    with app.app_context():
        found = []
        while claimed := desk.run(delivery.claim, limit=50, now=utcnow()):
            for message in claimed:
                letter = write(message)
                desk.run(delivery.sent, message, now=utcnow())
                path, token = (_LINK.findall(letter.text) or [("", "")])[0]
                found.append(
                    Mailed(
                        to=message.recipient_id or "",
                        text=letter.text,
                        html=letter.html,
                        path=path,
                        token=token,
                    )
                )
        return found
