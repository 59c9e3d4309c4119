"""What people do on the page of a request besides deciding: reasons, remarks, files, changes."""

from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat
from tests.support.cast import ADA, RITA
from tests.support.desk import Desk

pytestmark = pytest.mark.journey

WORDS = "Ask me in the summer."
CHANGED = "Rita Roe changed this since you last looked."
OFFER = FilePayload(name="Offer.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7\nan offer")
PAGE = FilePayload(name="Page.pdf", mimeType="application/pdf", buffer=b"<script></script>")
BROWSERS = pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False}], ids=["htmx", "without JavaScript"]
)


@BROWSERS
def test_a_reason_of_the_company_is_picked_and_sent(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    approval = desk.ask(RITA, ADA)
    ada = sit(desk, "ada", to="/company?view=rules", **options)
    ada.follow("Write the reasons")
    ada.heading("Reasons for declining")
    ada.write("Reasons, one in each line", "We have two of these.\nToo dear for us.")
    ada.press("Save the reasons")
    ada.is_told("Approvers can pick these reasons from now on.")

    ada.open(f"/approvals/{approval}")
    ada.button("Decline").click()
    words = ada.field("Your words to Rita")
    words.fill(WORDS)
    ada.press("Too dear for us.")
    expect(words).to_have_value(f"{WORDS}\nToo dear for us.")
    ada.press("Decline 1,510.00 EUR")
    ada.is_told("You declined.")
    rita = sit(desk, "rita", to=f"/approvals/{approval}", **options)
    rita.reads(WORDS, "Too dear for us.")


@BROWSERS
def test_a_remark_stands_at_its_item(desk: Desk, sit: Sit, options: dict[str, Any]) -> None:
    about = f"/approvals/{desk.ask(RITA, ADA)}"
    ada = sit(desk, "ada", to=about, **options)
    add = ada.page.get_by_role("link", name="Remark on").first
    item = (add.text_content() or "").removeprefix("Remark on ").strip()
    add.click()
    expect(ada.field("What is it about?").locator("option:checked")).to_have_text(item)
    ada.write("Comment for Rita", "Why so many?")
    ada.page.locator("#comment").get_by_role("button").click()
    ada.is_told("Your comment is sent to Rita.")

    rita = sit(desk, "rita", to=about, **options)
    rita.reads(f"Ada Admin wrote about {item}")
    rita.page.get_by_role("link", name="Ada Admin Why so many?").click()
    assert "#event-" in rita.page.url
    assert f"writes about {item}" in desk.mail("rita@acme.example", about=about, subject="").text


@BROWSERS
def test_a_file_is_attached_read_and_taken_back(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    about = f"/approvals/{desk.ask(RITA, ADA)}"
    rita = sit(desk, "rita", to=about, **options)
    rita.field("Attach a file").set_input_files(PAGE)
    rita.press("Attach")
    rita.reads("This is not a PDF and not a picture")
    rita.field("Attach a file").set_input_files(OFFER)
    rita.press("Attach")
    rita.is_told("Offer.pdf is attached, and the other side is told.")

    ada = sit(desk, "ada", to=about, **options)
    with ada.page.expect_download() as download:
        ada.follow("Offer.pdf")
    assert download.value.path().read_bytes() == OFFER["buffer"]
    assert download.value.suggested_filename == "Offer.pdf"
    expect(ada.button("Remove Offer.pdf")).to_have_count(0)
    rita.press("Remove Offer.pdf")
    rita.is_told("The file is removed, and the other side is told.")
    expect(rita.link("Offer.pdf")).to_have_count(0)


def test_who_comes_back_sees_what_changed_first(desk: Desk, sit: Sit) -> None:
    about = f"/approvals/{desk.ask(RITA, ADA)}"
    ada = sit(desk, "ada", to="/inbox")
    with ada.page.expect_response(lambda answer: answer.url.endswith("/looks")):
        ada.open(about)
    _change(sit(desk, "rita", to=about))
    ada.open(about)
    ada.reads(CHANGED, "Standard, 2 to 4 days", "Express, next working day")
    expect(ada.page.get_by_role("button", name="Approve")).to_have_count(0)
    ada.press("I have seen the change")
    expect(ada.page.get_by_role("button", name="Approve 1,524.90 EUR")).to_be_visible()
    ada.open(about)
    ada.never_reads(CHANGED)


def test_without_javascript_a_seen_change_stays_seen(desk: Desk, sit: Sit) -> None:
    about = f"/approvals/{desk.ask(RITA, ADA)}"
    ada = sit(desk, "ada", to=about, java_script_enabled=False)
    _change(sit(desk, "rita", to=about))
    ada.press("Approve 1,510.00 EUR")
    ada.press("I have seen the change")
    ada.open(about)
    ada.never_reads("I have seen the change")
    expect(ada.button("Approve 1,524.90 EUR")).to_be_visible()


def _change(rita: Seat) -> None:
    rita.follow("Change delivery or payment")
    rita.pick("Ship", "Express, next working day, 24.90 EUR")
    rita.press("Save as revision 2")
