"""The decision as a PDF: who gets it, what stands on it, and that nothing breaks it."""

import io
import json
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from pypdf import PdfReader
from time_machine import travel

from tests.approvals.test_attachments import PNG, attach, folder  # noqa: F401 - a fixture
from tests.support.app import As
from tests.support.cast import ADA, BOB, RITA, WINDOW, Desk, cart, details
from webapp.approvals.amending import amend
from webapp.approvals.domain import Action, Amendment
from webapp.approvals.files import Folder
from webapp.kernel.clock import utcnow
from webapp.orders.terms import Terms


@pytest.fixture
def request_id(desk: Desk) -> str:
    return desk.ask(now=utcnow())


def file(as_: As, request_id: str, who: str = "rita") -> bytes:
    reply = as_(who).get(f"/approvals/{request_id}/decision.pdf")
    assert reply.status_code == 200
    return bytes(reply.data)


def text(as_: As, request_id: str, who: str = "rita") -> str:
    pages = PdfReader(io.BytesIO(file(as_, request_id, who)), strict=True).pages
    return words(page.extract_text() for page in pages)


def words(pages: Iterable[str]) -> str:
    """What stands there, wherever the lines end."""
    return " ".join("\n".join(pages).split())


def reads(desk: Desk, person: str, language: str, zone: str = "Europe/Berlin") -> None:
    desk.sql(
        "UPDATE people SET language = :language, time_zone = :zone WHERE id = :person",
        language=language,
        zone=zone,
        person=person,
    )


def test_the_headers_keep_it_where_it_belongs(as_: As, desk: Desk, request_id: str) -> None:
    reply = as_("bob").get(f"/approvals/{request_id}/decision.pdf")
    number = desk.approval(request_id).number
    assert reply.mimetype == "application/pdf"
    assert reply.headers["Content-Disposition"] == (
        f"inline; filename=request-{number}-not-decided.pdf"
    )
    assert reply.headers["Cache-Control"] == "private, no-store"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src" not in reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("who", ["ben", "ada", "rob", "olga", "carl"])
def test_whoever_does_not_see_the_request_does_not_get_the_file(
    as_: As, request_id: str, who: str
) -> None:
    assert as_(who).get(f"/approvals/{request_id}/decision.pdf").status_code == 404
    assert as_(who).get("/approvals/nothing/decision.pdf").status_code == 404


def test_both_sides_find_it_on_their_pages(as_: As, desk: Desk, request_id: str) -> None:
    link = f'href="/approvals/{request_id}/decision.pdf"'
    for who in ("rita", "bob"):
        page = as_(who).get(f"/approvals/{request_id}").text
        assert link in page
        assert "The request as PDF" in page
    desk.approve(request_id)
    desk.order(request_id)
    assert "The decision as PDF" in as_("bob").get(f"/approvals/{request_id}").text
    order_id = desk.approval(request_id).order_id
    assert link in as_("rita").get(f"/orders/{order_id}").text


def test_what_nobody_decided_says_so(as_: As, request_id: str) -> None:
    whole = text(as_, request_id)
    assert whole.count("Not decided yet") == 2
    assert "Rita Roe asks for 510.00 EUR" in whole
    assert "Bob Buyer was asked" in whole
    assert "Without a decision it expires on" in whole
    assert "Approved" not in whole


def test_an_approved_request_tells_its_whole_story(as_: As, desk: Desk, request_id: str) -> None:
    desk.say(BOB, request_id, Action.ASK, "For which site?")
    desk.say(RITA, request_id, Action.ANSWER, "For Münster.")
    desk.change(RITA, request_id, Terms(details=details(), delivery_window=WINDOW))
    desk.approve(request_id, note="Fine with me", seen_revision=2)
    desk.order(request_id)
    row = desk.approval(request_id)
    whole = text(as_, request_id, "bob")
    for words in (
        "Hafen Logistik GmbH", f"Request {row.number} · Revision 2", "Rita Roe asked for 510.00",
        "Rita may not place orders alone", "500.00 EUR of it counts against the limit",
        "Rita Roe wrote", "please", "Bob Buyer wrote", "Fine with me", "on revision 2",
        f"Order {row.order_id} placed", "Cordless drill 18 V", "DR-18V", "Standard, 2 to 4 days",
        "Hafenweg 7", "48155 Münster, DE", "9 Mar 2026, 8 to 12 o'clock", "Invoice",
        "For which site?", "For Münster.", "Rita Roe changed how it is delivered",
        f"history had {row.ledger_length} entries", "Made by Bob Buyer on", "(Europe/Berlin)",
        f"http://localhost/approvals/{request_id}",
    ):  # fmt: skip
        assert words in whole, words
    assert row.ledger_head in whole.replace(" ", "")
    assert "You" not in whole


def test_a_declined_one_says_by_whom_and_with_which_words(
    as_: As, desk: Desk, request_id: str
) -> None:
    desk.decline(request_id, note="Too many for one site")
    whole = text(as_, request_id)
    assert "Declined" in whole
    assert "Too many for one site" in whole
    assert "No order yet" not in whole


def test_what_was_withdrawn_or_ran_out_says_so(as_: As, desk: Desk, request_id: str) -> None:
    later = utcnow() + timedelta(days=40)
    with travel(later, tick=False):
        whole = text(as_, request_id)
        assert "Expired" in whole
        assert "Rita Roe asked for" in whole
    desk.withdraw(request_id)
    assert "Withdrawn" in text(as_, request_id)


def test_a_deputy_is_named_with_whom_it_was_for(as_: As, desk: Desk, request_id: str) -> None:
    desk.approve(request_id)
    desk.sql(
        "UPDATE approvals SET approver_id = 'ada', approver_first_name = 'Ada',"
        " approver_last_name = 'Admin' WHERE id = :id",
        id=request_id,
    )
    assert "Bob Buyer, for Ada Admin" in text(as_, request_id)


def test_files_are_listed_with_their_hash(
    as_: As,
    request_id: str,
    folder: Folder,  # noqa: F811 - the fixture
) -> None:
    attach(as_, request_id, PNG, "Angebot Łódź.png")
    whole = text(as_, request_id, "bob")
    assert "Angebot Łódź.png" in whole
    assert sha256(PNG).hexdigest() in whole.replace(" ", "")


def test_what_was_said_instead_stands_beside_what_was_said_before(
    as_: As, desk: Desk, request_id: str
) -> None:
    better = Amendment(comment="much better words")
    desk.run(amend, RITA, request_id, better, seen_version=None, now=utcnow())
    whole = text(as_, request_id)
    assert "much better words" in whole
    assert "Before: please" in whole


def test_a_request_over_the_limit_shows_by_how_much(as_: As, desk: Desk) -> None:
    request_id = desk.ask(BOB, cart("c1500-bob", ADA), now=utcnow())
    whole = text(as_, request_id, "ada")
    assert "Company limit 1,000.00" in whole
    assert "500.00 over" in whole
    assert "so an admin must approve" in whole


def test_the_reader_gets_it_in_their_language_zone_and_formats(as_: As, desk: Desk) -> None:
    reads(desk, "bob", "de", "Asia/Tokyo")
    request_id = desk.ask()
    desk.approve(request_id)
    reader = PdfReader(io.BytesIO(file(as_, request_id, "bob")))
    root: Any = reader.trailer["/Root"]
    whole = words(page.extract_text() for page in reader.pages)
    assert root["/Lang"] == "de"
    assert "510,00 EUR" in whole
    assert "2. März 2026, 21:00" in whole
    assert "(Asia/Tokyo)" in whole
    assert "Seite 1 von 2" in whole
    for english in (" of ", "Made", "Approved", "Page", "Total", "history", " on ", "Item"):
        assert english not in whole.replace("Bit set, 40 pieces", ""), english


def test_names_from_all_over_europe_stay_what_they_are(
    as_: As, desk: Desk, request_id: str
) -> None:
    name = "Łódź Παπαδόπουλοι Балтийский İğdır Žďár"
    desk.sql("UPDATE approvals SET company_name = :name WHERE id = :id", name=name, id=request_id)
    whole = text(as_, request_id)
    assert name in whole
    assert "cannot show" not in whole


def test_the_same_reader_gets_the_same_bytes_at_the_same_moment(
    as_: As, desk: Desk, request_id: str
) -> None:
    desk.approve(request_id)
    now = utcnow()
    with travel(now, tick=False):
        first = file(as_, request_id)
        assert file(as_, request_id) == first
        assert len(first) < 100_000
    with travel(now + timedelta(minutes=2), tick=False):
        assert file(as_, request_id) != first


def with_lines(desk: Desk, request_id: str, count: int, name: str) -> None:
    [(stored,)] = desk.sql(
        "SELECT snapshot FROM approval_revisions WHERE approval_id = :id", id=request_id
    )
    document = json.loads(stored) if isinstance(stored, str) else stored
    first = document["lines"][0]
    document["lines"] = [
        {**first, "line": f"l{n}", "sku": f"S-{n:03}", "name": name} for n in range(count)
    ]
    desk.sql(
        "UPDATE approval_revisions SET snapshot = :document WHERE approval_id = :id",
        document=json.dumps(document),
        id=request_id,
    )


def test_three_hundred_items_stand_on_it_each_under_the_head(
    as_: As, desk: Desk, request_id: str
) -> None:
    with_lines(desk, request_id, 300, "Thermotransferetiketten 100 × 150 mm, weiß")
    pages = PdfReader(io.BytesIO(file(as_, request_id))).pages
    whole = [page.extract_text() for page in pages]
    assert all("Unit price" in page for page in whole if "S-" in page)
    assert all(f"S-{n:03}" in "".join(whole) for n in range(300))
    assert "300 items" in whole[0]
    last = next(page for page in whole if "S-299" in page)
    assert "Total" in last


@pytest.mark.parametrize(
    "said",
    [
        "x" * 10_000,
        "👩‍👩‍👧 שלום עולם\u202e abc",
        "\n" * 300 + "end",
        "<b>&amp;*bold*</b> {name} %s",
    ],
    ids=["endless", "unshown", "tall", "markup"],
)
def test_whatever_people_wrote_is_printed_as_words(
    as_: As, desk: Desk, request_id: str, said: str
) -> None:
    with_lines(desk, request_id, 3, said)
    desk.sql(
        "UPDATE approvals SET comment = :words, company_name = :words,"
        " requester_first_name = :words WHERE id = :id",
        words=said,
        id=request_id,
    )
    desk.say(RITA, request_id, Action.COMMENT, said[:2000].strip())
    whole = text(as_, request_id)
    assert "S-002" in whole
    if said.startswith("<b>"):
        assert said in whole
    if "👩" in said:
        assert "stands for a character that this file cannot show" in whole
