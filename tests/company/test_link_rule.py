"""How a company says that links of mails decide without a sign-in (R58)."""

import pytest

from tests.support.app import As
from tests.support.cast import ADA, Desk
from webapp.identity import queries
from webapp.identity.domain import CompanyFacts
from webapp.kernel.money import Money

FORM = {
    "link-kind": "limited",
    "link-amount": "250.00",
    "link-currency": "EUR",
    "link-version": "1",
}


def company(desk: Desk) -> CompanyFacts:
    """Ada's company."""
    return desk.run(queries.company, ADA.tenant_id, "le1")


def test_an_admin_sets_the_amount_and_takes_it_back(desk: Desk, as_: As, acme: object) -> None:
    ada = as_("ada")
    assert "leads to the decision, after signing in" in ada.get("/company?view=rules").text
    assert ada.post("/company/decision-links", data=FORM).status_code == 303
    assert company(desk).link_below == Money(25000, "EUR")
    shown = ada.get("/company?view=rules").text
    assert "Below 250.00 EUR it needs no sign-in" in shown
    story = "lets links of mails decide below 250.00 EUR without a sign-in"
    assert story in ada.get("/company?view=changes").text
    stale = ada.post("/company/decision-links", data={**FORM, "link-amount": "300"})
    assert stale.status_code == 409
    off = {**FORM, "link-kind": "unlimited", "link-version": "2"}
    assert ada.post("/company/decision-links", data=off).status_code == 303
    assert company(desk).link_below is None
    story = "lets no link of a mail decide without a sign-in"
    assert story in ada.get("/company?view=changes").text


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("link-kind", "perhaps"),
        ("link-amount", "-1"),
        ("link-amount", "NaN"),
        ("link-amount", "1e999"),
        ("link-amount", "9" * 40),
        ("link-currency", "money"),
        ("link-version", "x"),
    ],
)
def test_what_no_company_can_set_is_refused(  # noqa: PLR0917 - fixtures
    desk: Desk, as_: As, acme: object, field: str, text: str
) -> None:
    reply = as_("ada").post("/company/decision-links", data={**FORM, field: text})
    assert reply.status_code == 422
    assert company(desk).link_below is None


def test_only_admins_set_it(desk: Desk, as_: As, acme: object) -> None:
    assert as_("bob").post("/company/decision-links", data=FORM).status_code == 403
