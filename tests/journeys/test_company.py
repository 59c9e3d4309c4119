"""An admin looks after a company: who decides instead, who goes, who comes."""

from typing import Any

import pytest

from tests.journeys.conftest import Sit
from tests.support.cast import ADA, RITA
from tests.support.desk import Desk

pytestmark = pytest.mark.journey

WAYS = pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False}], ids=["htmx", "without JavaScript"]
)


@WAYS
def test_a_request_is_handed_over_and_decided_by_somebody_else(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    approval = desk.ask(RITA, ADA)
    number = desk.approval(approval).number
    alan = sit(desk, "alan", to="/company?view=requests", **options)
    alan.reads(f"Request {number}")
    alan.open(f"/company/requests/{approval}")
    alan.choose("Alan Archer")
    alan.press("Hand the request over")
    alan.reads("You handed the request over from Ada Admin to Alan Archer")
    about = f"/approvals/{approval}"
    told = desk.mail("rita@acme.example", about=about, subject="Alan Archer decides request")
    assert "Alan Archer decides now instead of Ada Admin." in told.text
    ada = sit(desk, "ada", to="/inbox", **options)
    ada.never_reads(f"Request {number}")
    alan.open(about)
    alan.press("Approve 1,510.00 EUR")
    alan.press("Approve only")
    alan.is_told("You approved 1,510.00 EUR for Rita.")
    assert desk.approval(approval).decided_by_id == "alan"


@WAYS
def test_whoever_goes_leaves_no_request_behind(
    desk: Desk, sit: Sit, options: dict[str, Any]
) -> None:
    approval = desk.ask(RITA, ADA)
    number = desk.approval(approval).number
    alan = sit(desk, "alan", to="/company/people/ada", **options)
    if alan.button("Look after Ada here").count():
        alan.press("Look after Ada here")
    alan.follow("End Ada’s access")
    alan.heading("End Ada Admin’s access to Hafen Logistik GmbH?")
    alan.pick(f"Who decides request {number}", "Alan Archer")
    alan.press("Hand over and end the access")
    alan.heading("Ada Admin does not act for the company any more")
    alan.reads("Alan Archer decides now.")
    assert desk.approval(approval).approver_id == "alan"
    alan.open("/company/people/ada")
    alan.press("Let Ada act again")
    alan.reads("Ada")


def test_somebody_who_is_invited_gets_a_mail(desk: Desk, sit: Sit) -> None:
    alan = sit(desk, "alan", to="/company")
    alan.write("E-mail address", "nina@acme.example")
    alan.write("First name", "Nina")
    alan.write("Last name", "Nord")
    alan.choose("Buyer")
    alan.press("Invite")
    alan.is_told("Nina Nord belongs to the company now; an invitation is on its way")
    alan.reads("has not signed in yet")
