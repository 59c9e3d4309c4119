"""Evidence as pages: everything of the file for people, and the file itself inside."""

import hashlib
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from tests.audit.conftest import House
from tests.audit.test_evidence import decided, written
from webapp.audit.offline import check
from webapp.audit.on_paper import paper
from webapp.paper.printing import printed


def pages(app: Flask, text: str, language: str = "en") -> PdfReader:
    with app.test_request_context(headers={"Accept-Language": language}):
        return PdfReader(BytesIO(printed(paper(text, by="Bob Buyer"))), strict=True)


def words(found: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in found.pages).split())


@pytest.mark.parametrize("is_sealed", [True, False])
def test_people_read_what_the_file_proves(app: Flask, house: House, is_sealed: bool) -> None:
    made = decided(house)
    if is_sealed:
        house.seal()
    text = written(house, made)
    whole = words(pages(app, text))
    for expected in (
        "Evidence for request", "Approved", "Asked by Rita Roe", "Who was asked Bob Buyer",
        "Decided by Bob Buyer", "Bob Buyer asked a question", "Grüße, why six?",
        "Cordless drill 18 V", "Hafenweg 7", "510.00 EUR", "Bob Buyer approved revision 2",
        "countersign audit verify-evidence",
    ):  # fmt: skip
        assert expected in whole, expected
    joined = whole.replace(" ", "")
    for event in house.desk.sql("SELECT hash FROM ledger_entries WHERE stream_id = :id", id=made):
        assert event[0] in joined
    assert hashlib.sha256(text.encode()).hexdigest() in joined
    assert ("Checkpoint 1 of" in whole) is is_sealed
    assert ("No checkpoint covers" in whole) is not is_sealed


def test_the_file_inside_is_the_one_that_is_proven(app: Flask, house: House) -> None:
    text = written(house, decided(house))
    found = pages(app, text)
    [(name, [content])] = found.attachments.items()
    assert name.startswith("evidence-")
    assert content == text.encode()
    assert check(content, house.key.public).problem == ""


def test_it_speaks_german(app: Flask, house: House) -> None:
    whole = words(pages(app, written(house, decided(house)), "de"))
    assert "Nachweis zu Anfrage" in whole
    assert "Seite 1 von" in whole
    for english in ("Evidence", "Checkpoint", "The ", "entries", "Asked"):
        assert english not in whole
