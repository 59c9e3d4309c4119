"""From a mail to a decision: the link, the page, one press."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from tests.journeys.conftest import Sit
from tests.support.cast import ADA, RITA
from tests.support.desk import Desk

pytestmark = pytest.mark.journey

BROWSERS = pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False}], ids=["htmx", "without JavaScript"]
)
_WAIVE = "UPDATE companies SET link_minor = :minor, link_currency = :currency WHERE id = 'le1'"


def link_for(desk: Desk, asked: str) -> str:
    """The path of the link in the mail to Ada."""
    mail = desk.mail("ada@acme.example", about=f"/approvals/{asked}", subject="Rita Roe asks for")
    return str(re.findall(r"/decide\?token=[\w-]+", mail.text)[0])


@BROWSERS
def test_the_link_of_a_mail_leads_through_the_sign_in_to_the_decision(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    asked = desk.ask(RITA, ADA)
    link = link_for(desk, asked)
    ada = sit(desk, "ada", to=link, **options)
    assert ada.path.startswith("/decide/")
    ada.reads("Approve 1,510.00 EUR for Rita Roe?", "A decision is final.")
    assert desk.approval(asked).status == "PENDING"
    ada.press("Approve only")
    ada.reads("by the link of a mail")
    assert desk.approval(asked).status == "APPROVED"
    ada.open(link)
    ada.watched.problems.clear()
    ada.heading("This link was used already")


@BROWSERS
def test_where_the_company_waives_it_no_sign_in_is_needed(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    _set(desk, 1_000_000, "EUR")
    try:
        asked = desk.ask(RITA, ADA)
        link = link_for(desk, asked)
        somebody = sit(desk, **options)
        somebody.open(link)
        somebody.write("Words to Rita", "Too dear")
        somebody.press("Decline")
        somebody.heading("Your decision is kept")
        assert desk.approval(asked).approver_comment == "Too dear"
        somebody.open(link)
        somebody.watched.problems.clear()
        somebody.heading("This link was used already")
        somebody.never_reads("Ada", "Rita")
    finally:
        _set(desk, None, None)


def _set(desk: Desk, minor: int | None, currency: str | None) -> None:
    with desk.database.transaction() as session:
        session.execute(text(_WAIVE), {"minor": minor, "currency": currency})
