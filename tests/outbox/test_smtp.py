"""The address of a mail server, and what is never sent in the clear."""

import smtplib
from typing import Any

import pytest

from tests.outbox.server import MailServer as Server
from webapp.outbox.senders import Unreachable
from webapp.outbox.smtp import BadSmtpUrl, MailServer, SmtpSender, _encrypt


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, False, None, "", "")),
        ("smtp://u%40x:p%3Aw@mail.example:587", ("mail.example", 587, False, None, "u@x", "p:w")),
        ("smtp://mail.example:587/?starttls=1", ("mail.example", 587, False, True, "", "")),
        ("smtp://mail.example?starttls=0", ("mail.example", 25, False, False, "", "")),
        ("smtps://u:p@mail.example", ("mail.example", 465, True, None, "u", "p")),
        ("smtp://[::1]:2525", ("::1", 2525, False, None, "", "")),
    ],
)
def test_an_address_says_where_and_how(url: str, expected: tuple[Any, ...]) -> None:
    found = MailServer.parse(url)
    parts = (found.host, found.port, found.tls, found.starttls, found.user, found.password)
    assert parts == expected


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:99999",
        "smtp://mail.example?starttls=maybe",
        "smtp://mail.example?tls=1",
        "smtp://mail.example/inbox",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_in_words(url: str) -> None:
    with pytest.raises(BadSmtpUrl, match=r"\.$"):
        MailServer.parse(url)


class Client:
    """Remembers whether it was told to encrypt."""

    def __init__(self, *, offers: bool) -> None:
        self.offers = offers
        self.encrypted = False

    def has_extn(self, name: str) -> bool:
        return self.offers

    def starttls(self, *, context: object) -> None:
        self.encrypted = True

    def ehlo(self) -> None:
        """Greet again."""


@pytest.mark.parametrize(
    ("url", "offers", "encrypted"),
    [
        ("smtp://mail.example", True, True),
        ("smtp://mail.example", False, False),
        ("smtp://mail.example?starttls=1", False, True),
        ("smtp://mail.example?starttls=0", True, False),
        ("smtp://u:p@mail.example?starttls=0", False, False),
        ("smtp://u:p@localhost", False, False),
    ],
)
def test_encryption_is_used_where_it_is_asked_for_or_offered(
    url: str, offers: bool, encrypted: bool
) -> None:
    client: Any = Client(offers=offers)
    _encrypt(client, MailServer.parse(url), None)  # type: ignore[arg-type]
    assert client.encrypted is encrypted


def test_a_password_never_travels_in_the_clear() -> None:
    client: Any = Client(offers=False)
    with pytest.raises(smtplib.SMTPNotSupportedError, match="no encryption"):
        _encrypt(client, MailServer.parse("smtp://u:p@mail.example"), None)  # type: ignore[arg-type]


@pytest.mark.parametrize("query", ["?starttls=1", "u:p@"])
def test_a_server_that_cannot_do_what_is_needed_counts_as_away(
    mail_server: Server, query: str
) -> None:
    url = mail_server.url
    url = url + query if query.startswith("?") else url.replace("//", "//" + query)
    sender = SmtpSender(MailServer.parse(url), sender="d@x.example", host="x.example", timeout=1)
    with pytest.raises(Unreachable, match="is not there"), sender.visit():
        pass


def test_tls_with_a_server_that_speaks_none_counts_as_away(mail_server: Server) -> None:
    url = mail_server.url.replace("smtp:", "smtps:")
    sender = SmtpSender(MailServer.parse(url), sender="d@x.example", host="x.example", timeout=1)
    with pytest.raises(Unreachable), sender.visit():
        pass
