"""Turning a message into a mail in the language and time zone of its reader."""

import re
from collections.abc import Callable
from typing import Any

from flask import current_app, render_template

from webapp.extensions import settings
from webapp.i18n import reading_as
from webapp.outbox.codec import decode
from webapp.outbox.delivery import Claimed
from webapp.outbox.letter import Letter

# Where a feature binds the function that makes the link with which a mail's reader decides.
LINKS = "countersign.links"
LinkMaker = Callable[[Claimed], str]

_SURPLUS = re.compile(r"\n{3,}")

ABOUT_REQUESTS = frozenset(
    {
        "submitted",
        "attached",
        "commented",
        "detached",
        "asked",
        "answered",
        "reminded",
        "changed",
        "approved",
        "declined",
        "withdrawn",
        "expired",
        "ordered",
        "reassigned",
        "taken_over",
        "decided_for_you",
    }
)
TEMPLATES = ABOUT_REQUESTS | {
    "checkpoint",
    "invited",
    "represent",
    "represent_no_more",
    "no_deputy",
    "stranded",
    "webhook_off",
}


def write(message: Claimed) -> Letter:
    """The mail that the message asks for, within an application context.

    Each template stands in `templates/emails/` as `<name>.txt`, whose first line is the subject,
    and as `<name>.html`. Raises `LookupError` for a template that there is not.
    """
    name, context = message.payload["template"], decode(message.payload["context"])
    if name not in TEMPLATES:
        raise LookupError(f"There is no mail called {name!r}.")
    values = {
        **context,
        "url": _absolute(context),
        "decide_url": _decide_url(message) if context.get("decides") else "",
        "language": message.language,
    }
    with reading_as(message.language, message.time_zone):
        subject, _, text = render_template(f"emails/{name}.txt", **values).strip().partition("\n")
        html = render_template(f"emails/{name}.html", subject=subject.strip(), **values)
    return Letter(
        tenant_id=message.tenant_id,
        id=message.id,
        stream_id=message.stream_id,
        recipient_id=message.recipient_id,
        address=message.address,
        language=message.language,
        subject=subject.strip(),
        text=_SURPLUS.sub("\n\n", text).strip() + "\n",
        html=html.strip() + "\n",
        written_at=message.created_at,
    )


def _decide_url(message: Claimed) -> str:
    """A link with a secret that is made now and stands in this mail alone, or nothing."""
    make: LinkMaker | None = current_app.extensions.get(LINKS)
    path = make(message) if make is not None else ""
    return settings().base_url.rstrip("/") + path if path else ""


def _absolute(context: dict[str, Any]) -> str:
    return settings().base_url.rstrip("/") + str(context.get("path") or "/")
