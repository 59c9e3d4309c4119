"""The mails about being away and about what was decided meanwhile (R52)."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.outbox.conftest import NOW, context
from webapp.outbox.codec import encode
from webapp.outbox.delivery import Claimed
from webapp.outbox.letter import Letter
from webapp.outbox.mailer import write

DAYS: dict[str, Any] = {
    "owner": "Bob Buyer",
    "deputy": "Ben Baker",
    "company": "Hafen Logistik GmbH",
}
DAYS |= {"first_day": date(2026, 11, 23), "last_day": date(2026, 11, 27)}


def written(app: Flask, template: str, language: str = "en", **values: Any) -> Letter:
    payload = {"template": template, "context": encode(context(**values))}
    fields = Claimed.__dataclass_fields__
    known: dict[str, Any] = {
        "tenant_id": "acme", "id": "1", "stream_id": "a1", "recipient_id": "ben", "kind": "mail",
        "address": "ben@acme.example", "language": language, "time_zone": "Europe/Berlin",
        "payload": payload, "created_at": NOW, "attempts": 0, "leased_until": NOW,
    }  # fmt: skip
    with app.app_context():
        return write(Claimed(**{name: known[name] for name in fields if name in known}))


@pytest.mark.parametrize(
    ("template", "to_owner", "subject"),
    [
        ("represent", False, "You represent Bob Buyer from Mon 23 Nov to Fri 27 Nov"),
        ("represent", True, "Ben Baker represents you from Mon 23 Nov to Fri 27 Nov"),
        ("represent_no_more", False, "You do not represent Bob Buyer any more"),
        ("represent_no_more", True, "Ben Baker does not represent you any more"),
        ("no_deputy", False, "Nobody represents Bob Buyer from Mon 23 Nov to Fri 27 Nov any more"),
        ("no_deputy", True, "Nobody represents you from Mon 23 Nov to Fri 27 Nov any more"),
    ],
)
def test_both_are_told_in_their_own_words(
    app: Flask, template: str, to_owner: bool, subject: str
) -> None:
    letter = written(app, template, **DAYS, to_owner=to_owner, actor="Ada Admin")
    assert letter.subject == subject
    assert f"<h1>{subject}</h1>" in letter.html


@pytest.mark.parametrize(
    ("status", "subject"),
    [
        ("APPROVED", "Ben Baker approved request 12 for you"),
        ("DECLINED", "Ben Baker declined request 12 for you"),
        ("CLOSED", "Ben Baker withdrew request 12 for you"),
    ],
)
def test_the_owner_reads_what_was_decided_for_them(app: Flask, status: str, subject: str) -> None:
    letter = written(app, "decided_for_you", status=status, actor="Ben Baker")
    assert letter.subject == subject
    assert "Ben Baker represents you while you are away." in letter.text


def test_a_deputy_reads_why_they_get_the_mail(app: Flask) -> None:
    letter = written(app, "submitted", is_deputy=True, approver="Bob Buyer")
    assert "because you represent Bob Buyer, whom Rita Roe asked" in letter.text


def test_the_requester_reads_for_whom_it_was_decided(app: Flask) -> None:
    letter = written(app, "approved", for_requester=True, actor="Ben Baker", owner="Bob Buyer")
    told = "Ben Baker represents Bob Buyer, who is away."
    assert told in letter.text
    assert f"<p>{told}</p>" in letter.html
    assert told not in written(app, "approved", for_requester=True, actor="Bob Buyer").text
