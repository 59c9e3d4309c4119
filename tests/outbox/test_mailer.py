"""What a mail says, and in whose language."""

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from flask import Flask

from tests.outbox.conftest import NOW, Post
from webapp.db import Database
from webapp.kernel.sentence import sentence
from webapp.outbox import delivery, mailer
from webapp.outbox.letter import Letter, mime
from webapp.outbox.service import Recipient

Written = Callable[..., Letter]


@pytest.fixture
def written(app: Flask, database: Database, post: Post) -> Written:
    def write(template: str, **values: Any) -> Letter:
        post(template=template, **values)
        with database.transaction() as session:
            [claimed] = delivery.claim(session, limit=1, now=NOW)
        with app.app_context():
            return mailer.write(claimed)

    return write


def test_a_submitted_request_says_who_asks_for_how_much_and_why(written: Written) -> None:
    letter = written("submitted", text="Needed\nby Friday")
    assert letter.subject == "Rita Roe asks for 1,500.00 EUR"
    assert letter.text == (
        "1,500.00 EUR is 500.00 over the limit of Hafen Logistik GmbH, so an admin must approve.\n"
        "\n"
        "Rita Roe writes:\n"
        "\n"
        "> Needed\n"
        "> by Friday\n"
        "\n"
        "Request: 12\n"
        "Goods: Cordless drill 18 V, Workbench and 2 more\n"
        "Requester: Rita Roe, Hafen Logistik GmbH\n"
        "Approver: Ada Admin\n"
        "Expires: Thu 17 Dec\n"
        "Total: 1,500.00 EUR\n"
        "\n"
        "Look at the request:\n"
        "https://desk.example/approvals/a1\n"
        "\n"
        "-- \n"
        "You get this mail because Rita Roe asked you to approve this.\n"
    )
    assert "<strong>500.00 over</strong>" in letter.html


@pytest.mark.parametrize("template", sorted(mailer.ABOUT_REQUESTS))
@pytest.mark.parametrize("for_requester", [True, False])
def test_every_mail_names_the_request_and_links_to_it_once(
    written: Written, template: str, for_requester: bool
) -> None:
    letter = written(template, for_requester=for_requester, text="Why?", order_id="K7Q2M9XD")
    for body in (letter.text, letter.html):
        assert body.count("https://desk.example/approvals/a1") == 1
        assert "http" not in body.replace("https://desk.example/approvals/a1", "")
        assert "1,500.00 EUR" in body
        assert "Why?" in body
        assert "You get this mail because" in body
    assert "{" not in letter.subject + letter.text
    assert "\n\n\n" not in letter.text
    words = re.sub(r"<style.*?</style>|https?:\S+", "", letter.html)
    assert not re.search(r"[a-z]\.[A-Z0-9]", words)
    assert letter.html.count("<h1>") == 1


@pytest.mark.parametrize(
    ("template", "subject"),
    [
        ("commented", "Rita Roe commented on request 12"),
        ("attached", "Rita Roe attached a file to request 12"),
        ("detached", "Rita Roe removed a file from request 12"),
        ("asked", "Rita Roe asks you about request 12"),
        ("answered", "Rita Roe answered your question about request 12"),
        ("reminded", "Request 12 still waits for you"),
        ("changed", "Rita Roe changed request 12"),
        ("approved", "Rita Roe approved request 12"),
        ("declined", "Rita Roe declined request 12"),
        ("withdrawn", "Rita Roe withdrew request 12"),
        ("expired", "Request 12 expired without a decision"),
        ("ordered", "Rita Roe placed the order for request 12"),
        ("reassigned", "Rita Roe handed request 12 over to you"),
        ("taken_over", "Rita Roe handed request 12 over to Ada Admin"),
    ],
)
def test_a_subject_says_what_happened(written: Written, template: str, subject: str) -> None:
    assert written(template).subject == subject


def test_a_request_that_is_handed_over_is_told_to_each_side_in_its_words(written: Written) -> None:
    to_requester = written("reassigned", for_requester=True)
    assert to_requester.subject == "Ada Admin decides request 12 now"
    assert "Ada Admin decides now instead of Bob Buyer." in to_requester.text
    to_approver = written("reassigned", stream="a2")
    assert "Bob Buyer was asked before. Now it is you who decides." in to_approver.text
    assert "because Rita Roe handed this request over to you" in to_approver.text


def test_an_invitation_says_who_invites_to_what_and_how_to_sign_in(written: Written) -> None:
    letter = written(
        "invited",
        actor="Ada Admin",
        first_name="Cara",
        address="cara@acme.example",
        role=sentence("Buyer"),
        path="/",
    )
    assert letter.subject == "Ada Admin invites you to buy for Hafen Logistik GmbH"
    assert "you can act for Hafen Logistik GmbH now, as: Buyer." in letter.text
    assert "Sign in with the account that belongs to cara@acme.example." in letter.text
    for body in (letter.text, letter.html):
        assert body.count("https://desk.example/") == 1
        assert "because Ada Admin added you" in body


def test_an_approval_says_whether_the_order_is_placed(written: Written) -> None:
    assert "You can place the order now" in written("approved").text
    assert "Order K7Q2M9XD is placed" in written("approved", stream="a2", order_id="K7Q2M9XD").text


@pytest.mark.parametrize("template", ["changed", "commented", "approved", "declined", "withdrawn"])
def test_a_change_shows_old_and_new(written: Written, template: str) -> None:
    changes = [
        {"label": sentence("Ship"), "old": "Standard", "new": "Express"},
        {"label": sentence("Delivery date"), "old": "", "new": "2026-12-01"},
    ]
    letter = written(template, changes=changes)
    assert "Ship: Standard → Express\nDelivery date: – → 2026-12-01" in letter.text
    assert "<td>Standard → Express</td>" in letter.html


def test_a_mail_is_written_in_the_language_and_zone_of_its_reader(written: Written) -> None:
    letter = written(
        "submitted",
        to=Recipient(
            person_id="ada",
            address="ada@acme.example",
            language="de",
            time_zone="Pacific/Auckland",
        ),
        expires_at=NOW.replace(hour=23) + timedelta(days=1),
    )
    assert "1.500,00 EUR" in letter.text
    assert "19. Nov" in letter.text  # already Thursday in Auckland
    assert '<html lang="de">' in letter.html


def test_what_people_wrote_is_text_and_never_markup(written: Written) -> None:
    letter = written(
        "commented", text="<img src=x> & {actor}", actor="<b>Rob</b>\r\nBcc: x@y.example"
    )
    assert "<img" not in letter.html
    assert "&lt;img src=x&gt; &amp; {actor}" in letter.html
    assert "<b>Rob" not in letter.html
    message = mime(letter, sender="Countersign <desk@acme.example>", host="acme.example")
    assert message["Bcc"] is None


def test_a_template_that_there_is_not_is_refused(written: Written) -> None:
    with pytest.raises(LookupError, match="no mail called"):
        written("../layouts/page")


def test_the_mime_message_is_recognisable_and_says_that_a_machine_wrote_it(
    written: Written,
) -> None:
    letter = written("submitted", text="Grüße → 日本 " + "x" * 2000)
    raw = mime(letter, sender="Countersign <desk@acme.example>", host="acme.example").as_bytes()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = message_from_bytes(raw, policy=default)
    assert message["Message-ID"] == f"<{letter.id}.acme@acme.example>"
    assert message["In-Reply-To"] == message["References"] == "<a1.acme@acme.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == "ada@acme.example"
    assert message["From"] == "Countersign <desk@acme.example>"
    assert message["Date"].datetime == NOW
    assert message["Content-Language"] == "en"
    text, html = message.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert "Grüße → 日本" in text.get_content()
    assert html.get_content_type() == "text/html"
