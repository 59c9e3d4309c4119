"""The truth table of checkout (R24): who may order what, and why not."""

from dataclasses import dataclass, replace

import pytest

from tests.approvals.facts import ADA, BOB, CLEO, GUS, HAFEN, NORDLICHT, RITA, ROB, WERK, eur
from webapp.checkout.policy import CheckoutFacts, may_check_out
from webapp.identity.domain import CompanyFacts, Member
from webapp.kernel.money import Money
from webapp.kernel.sentence import Verdict

WITHIN, ABOVE = eur("1000.00"), eur("1000.01")


@dataclass(frozen=True, kw_only=True)
class Live:
    """A request for the resource that is pending or approved."""

    status: str = "PENDING"
    requester_id: str = "rita"
    approver_id: str = "alan"
    approver_first_name: str = "Alan"
    order_id: str | None = None


def by(owner: Member, status: str = "PENDING", order_id: str | None = None) -> Live:
    return Live(status=status, requester_id=owner.person_id, order_id=order_id)


def ask(
    who: Member | None,
    amount: Money,
    live: Live | None = None,
    *,
    company: CompanyFacts | None = HAFEN,
    owner: str | None = None,
    person: str | None = None,
) -> Verdict:
    person_id = person or (who.person_id if who else "carl")
    return may_check_out(
        CheckoutFacts(
            person_id=person_id,
            owner_id=owner or person_id,
            member=who,
            company=company,
            amount=amount,
            live=live,
        )
    )


ADMIN_ALONE = "As an admin of Hafen Logistik GmbH you may place this order alone."
BUYER_ALONE = (
    "1,000.00 EUR is within Hafen Logistik GmbH’s limit of 1,000.00, "
    "so you may place this order alone."
)
OVER = (
    "1,000.01 EUR is 0.01 over Hafen Logistik GmbH’s limit of 1,000.00, "
    "so you need an admin’s approval."
)
NEVER_ALONE = "You may not place orders alone, so you need the approval of an admin or a buyer."
WAIT = "Alan has not decided yet."
APPROVED = "This was approved, so the order can be placed."

# owner, amount, then the answers: nothing asked, PENDING, APPROVED
OWNERS = [
    (ADA, WITHIN, ("alone", ADMIN_ALONE), ("alone", ADMIN_ALONE), ("approved", APPROVED)),
    (ADA, ABOVE, ("alone", ADMIN_ALONE), ("alone", ADMIN_ALONE), ("approved", APPROVED)),
    (BOB, WITHIN, ("alone", BUYER_ALONE), ("alone", BUYER_ALONE), ("approved", APPROVED)),
    (BOB, ABOVE, ("needs_approval", OVER), ("pending", WAIT), ("approved", APPROVED)),
    (RITA, WITHIN, ("needs_approval", NEVER_ALONE), ("pending", WAIT), ("approved", APPROVED)),
    (RITA, ABOVE, ("needs_approval", OVER), ("pending", WAIT), ("approved", APPROVED)),
]
ALLOWED = {"alone", "approved", "approver"}


@pytest.mark.parametrize(("owner", "amount", "alone", "pending", "approved"), OWNERS)
def test_the_owner_is_answered_by_the_table(
    *,
    owner: Member,
    amount: Money,
    alone: tuple[str, str],
    pending: tuple[str, str],
    approved: tuple[str, str],
) -> None:
    requests = (None, by(owner), by(owner, "APPROVED"))
    for live, (code, words) in zip(requests, (alone, pending, approved), strict=True):
        verdict = ask(owner, amount, live)
        assert (verdict.code, str(verdict.reason)) == (code, words)
        assert verdict.allowed is (code in ALLOWED)


@pytest.mark.parametrize("amount", [WITHIN, ABOVE])
@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("PENDING", "approver", "You decide this request; ordering approves it."),
        ("APPROVED", "approved", APPROVED),
    ],
)
def test_the_approver_may_order_what_waits_for_them_or_was_approved(
    amount: Money, status: str, code: str, words: str
) -> None:
    alan = replace(ADA, person_id="alan")
    verdict = ask(alan, amount, by(RITA, status), owner="rita")
    assert (verdict.allowed, verdict.code, str(verdict.reason)) == (True, code, words)


@pytest.mark.parametrize("live", [None, by(RITA), by(RITA, "APPROVED"), by(RITA, order_id="X")])
@pytest.mark.parametrize("colleague", [ADA, BOB, ROB])
def test_a_colleague_orders_nothing_of_somebody_elses(colleague: Member, live: Live | None) -> None:
    verdict = ask(colleague, WITHIN, live, owner="rita")
    assert (verdict.allowed, verdict.code) == (False, "not_owner")
    assert str(verdict.reason) == "Only its owner may do this."


@pytest.mark.parametrize("who", [RITA, replace(ADA, person_id="alan")])
@pytest.mark.parametrize("status", ["PENDING", "APPROVED"])
def test_what_was_ordered_is_not_ordered_again(who: Member, status: str) -> None:
    verdict = ask(who, WITHIN, by(RITA, status, order_id="X7K2"), owner="rita")
    assert (verdict.allowed, verdict.code) == (False, "ordered")
    assert str(verdict.reason) == "The order X7K2 has been placed."


@pytest.mark.parametrize("live", [None, by(RITA), by(RITA, "APPROVED")])
def test_who_belongs_to_no_company_has_nothing_approved(live: Live | None) -> None:
    verdict = ask(None, WITHIN, live, company=None)
    assert (verdict.allowed, verdict.code) == (False, "no_company")
    assert str(verdict.reason) == (
        "You do not belong to any company, so nothing is approved here."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "code", "words"),
    [
        (
            CLEO,
            "contact",
            "Contacts of Hafen Logistik GmbH do not buy, so they ask for nothing.",
        ),
        (None, "no_membership", "You do not belong to Hafen Logistik GmbH."),
        (
            replace(ADA, active=False),
            "no_membership",
            "You do not belong to Hafen Logistik GmbH.",
        ),
    ],
)
def test_who_does_not_buy_here_orders_nothing(who: Member | None, code: str, words: str) -> None:
    verdict = ask(who, WITHIN, person="cleo")
    assert (verdict.allowed, verdict.code, str(verdict.reason)) == (False, code, words)


@pytest.mark.parametrize(
    ("who", "company", "code"),
    [
        (replace(BOB, company_id="le3"), WERK, "alone"),
        (GUS, NORDLICHT, "needs_approval"),
        (replace(RITA, company_id="le3"), WERK, "needs_approval"),
    ],
)
def test_no_limit_is_unlimited_and_a_group_lets_nobody_order_alone(
    who: Member, company: CompanyFacts, code: str
) -> None:
    assert ask(who, eur("999999"), company=company).code == code


def test_an_amount_in_another_currency_needs_approval() -> None:
    verdict = ask(BOB, Money(1, "USD"))
    assert (verdict.allowed, verdict.code) == (False, "needs_approval")
    assert str(verdict.reason) == (
        "0.01 USD cannot be compared with Hafen Logistik GmbH’s limit of 1,000.00 EUR, "
        "so you need an admin’s approval."
    )
