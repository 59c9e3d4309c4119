"""Sending through a mail server with the standard library's client."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from webapp.outbox.letter import Letter, mime
from webapp.outbox.senders import Deliver, Undeliverable, Unreachable

# For every single answer of the server; a visit looks at its leases between two letters.
_TIMEOUT = 15.0
_FIRST_NEVER = 500
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"smtp": 25, "smtps": 465}
_SWITCHES = {"0": False, "1": True, "": None}


class BadSmtpUrl(ValueError):
    """The address of the mail server cannot be used; the message says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where and how to send. `starttls` None: encrypt when the server offers it."""

    host: str
    port: int
    tls: bool
    starttls: bool | None
    user: str
    password: str

    @classmethod
    def parse(cls, url: str) -> "MailServer":
        """Read `smtp://user:password@host:587?starttls=1` or `smtps://host`.

        Raises `BadSmtpUrl`.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise BadSmtpUrl("It must look like smtp://user:password@host:587 or smtps://host.")
        try:
            port = parts.port or _PORTS[parts.scheme]
        except ValueError:
            raise BadSmtpUrl("The port is not a number up to 65535.") from None
        options = parse_qs(parts.query, keep_blank_values=True)
        switch = options.pop("starttls", [""])[-1]
        if options or switch not in _SWITCHES or parts.path not in {"", "/"}:
            raise BadSmtpUrl("Behind the host there may only be ?starttls=1 or ?starttls=0.")
        return cls(
            host=parts.hostname,
            port=port,
            tls=parts.scheme == "smtps",
            starttls=_SWITCHES[switch],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )


class SmtpSender:
    """Delivers through a mail server, over one connection for each visit."""

    def __init__(
        self, server: MailServer, *, sender: str, host: str, timeout: float = _TIMEOUT
    ) -> None:
        self._server = server
        self._sender = sender
        self._host = host
        self._timeout = timeout

    @contextmanager
    def visit(self) -> Iterator[Deliver]:
        """Connect, and say goodbye afterwards; a connection that breaks is opened once more."""
        line = _Line(self._server, self._timeout)
        line.connect()
        try:
            yield lambda letter: line.send(self._message(letter))
        finally:
            line.hang_up()

    def _message(self, letter: Letter) -> EmailMessage:
        try:
            return mime(letter, sender=self._sender, host=self._host)
        except ValueError as error:
            raise Undeliverable(f"It cannot be written as a mail: {error}", refused=True) from error


class _Line:
    """A connection to the mail server that can be opened again."""

    def __init__(self, server: MailServer, timeout: float) -> None:
        self._server = server
        self._timeout = timeout
        self._client: smtplib.SMTP | None = None

    def connect(self) -> None:
        """Greet, encrypt and sign in; raises `Unreachable`."""
        try:
            self._client = _connected(self._server, self._timeout)
        except (OSError, smtplib.SMTPException) as error:
            where = f"{self._server.host}:{self._server.port}"
            raise Unreachable(f"The mail server {where} is not there: {_said(error)}") from error

    def send(self, message: EmailMessage) -> None:
        """Send over this connection, and once more over a new one if it breaks."""
        try:
            self._send(message)
        except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError):
            self.hang_up()
            self.connect()
            try:
                self._send(message)
            except (smtplib.SMTPServerDisconnected, OSError) as error:
                # Twice in the middle of this one: perhaps it is the message that breaks it.
                self.hang_up()
                self.connect()
                raise Undeliverable(_said(error), refused=False) from error

    def hang_up(self) -> None:
        """Say goodbye, if anybody still listens."""
        if self._client is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._client.quit()
            self._client.close()

    def _send(self, message: EmailMessage) -> None:
        client = self._client
        if client is None:
            raise Unreachable("The mail server is not connected.")
        try:
            client.send_message(message)
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPRecipientsRefused as error:
            [(code, _)] = list(error.recipients.values())[:1]
            raise Undeliverable(_said(error), refused=code >= _FIRST_NEVER) from error
        except smtplib.SMTPResponseException as error:
            raise Undeliverable(_said(error), refused=error.smtp_code >= _FIRST_NEVER) from error
        except smtplib.SMTPException as error:
            raise Undeliverable(_said(error), refused=True) from error


def _connected(server: MailServer, timeout: float) -> smtplib.SMTP:
    context = ssl.create_default_context()
    client: smtplib.SMTP
    if server.tls:
        client = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=timeout)
    try:
        client.ehlo_or_helo_if_needed()
        if not server.tls:
            _encrypt(client, server, context)
        if server.user:
            client.login(server.user, server.password)
    except BaseException:
        client.close()
        raise
    return client


def _encrypt(client: smtplib.SMTP, server: MailServer, context: ssl.SSLContext) -> None:
    """Encrypt where it was asked for or is offered; a password never travels in the clear."""
    offered = client.has_extn("starttls")
    if server.starttls or (server.starttls is None and offered):
        client.starttls(context=context)
        client.ehlo()
    elif server.user and server.starttls is None and server.host not in _LOOPBACK:
        raise smtplib.SMTPNotSupportedError("it offers no encryption for the password")


def _said(error: Exception) -> str:
    match error:
        case smtplib.SMTPRecipientsRefused():
            answers = error.recipients.values()
            return "; ".join(f"{code} {_decoded(text)}" for code, text in answers)
        case smtplib.SMTPResponseException():
            return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    return str(error) or type(error).__name__


def _decoded(text: bytes | str) -> str:
    return text if isinstance(text, str) else text.decode(errors="replace")
