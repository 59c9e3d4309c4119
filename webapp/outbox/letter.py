"""A mail that is ready to go, and the MIME message that it becomes."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A rendered mail; `id` stays the same however often it is sent."""

    tenant_id: str
    id: str
    stream_id: str
    recipient_id: str | None
    address: str
    language: str
    subject: str
    text: str
    html: str
    written_at: datetime


def mime(letter: Letter, *, sender: str, host: str) -> EmailMessage:
    """The mail as text with an HTML alternative; mails of one request form one conversation."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _mailbox(sender)
    message["To"] = _mailbox(letter.address)
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{letter.id}.{letter.tenant_id}@{host}>"
    thread = f"<{letter.stream_id}.{letter.tenant_id}@{host}>"
    message["In-Reply-To"] = thread
    message["References"] = thread
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    # Only now: a part takes the content headers of its whole with it.
    message["Content-Language"] = letter.language
    return message


def _mailbox(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=name, addr_spec=address)
