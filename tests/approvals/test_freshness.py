"""Signing in again before large decisions: the rule, and the use cases that ask it (R53)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.support.cast import BOB, LATER, NOW, RITA, Desk
from webapp.approvals import bulk
from webapp.approvals.bulk import Pick, Standing
from webapp.approvals.domain import Action
from webapp.approvals.freshness import may_decide_now
from webapp.approvals.service import Decision
from webapp.approvals.timeline import tell
from webapp.carts.domain import ResourceType
from webapp.checkout.service import Checkout, check_out
from webapp.identity.domain import Actor, CompanyFacts, SignedIn
from webapp.kernel.errors import Forbidden
from webapp.kernel.money import Money

APPROVE = Decision(action=Action.APPROVE)
ABOVE = "UPDATE companies SET again_minor = :minor, again_currency = :currency WHERE id = 'le1'"


def company(minor: int | None, currency: str = "EUR") -> CompanyFacts:
    """A company that asks for a fresh sign-in above this amount, or never."""
    above = None if minor is None else Money(minor, currency)
    return CompanyFacts(id="le1", name="Hafen Logistik GmbH", again_above=above)


def signed_in(actor: Actor, at: datetime) -> Actor:
    """The actor in a browser, after a sign-in that counts for five minutes."""
    proof = SignedIn(at=at, fresh_until=at + timedelta(minutes=5), level="mfa")
    return replace(actor, session_id="s", signed_in=proof)


@pytest.mark.parametrize(
    ("amount", "above", "is_asked"),
    [
        (Money(50000, "EUR"), company(None), False),
        (Money(50000, "EUR"), company(50000), False),
        (Money(50001, "EUR"), company(50000), True),
        (Money(1, "EUR"), company(0), True),
        (Money(1, "CHF"), company(50000), True),
    ],
)
def test_only_above_the_amount_somebody_signs_in_again(
    amount: Money, above: CompanyFacts, is_asked: bool
) -> None:
    stale = replace(BOB, session_id="s")
    assert bool(may_decide_now(stale, above, amount, now=NOW)) is not is_asked


@pytest.mark.parametrize(("minutes", "counts"), [(0, True), (4, True), (5, False), (60, False)])
def test_a_sign_in_counts_for_some_minutes(minutes: int, counts: bool) -> None:
    actor = signed_in(BOB, NOW)
    now = NOW + timedelta(minutes=minutes)
    assert bool(may_decide_now(actor, company(0), Money(1, "EUR"), now=now)) is counts


def test_a_program_reads_where_it_can_be_decided() -> None:
    verdict = may_decide_now(BOB, company(0), Money(1, "EUR"), now=NOW)
    assert verdict.reason is not None
    assert "Decide on the pages of the desk" in verdict.reason.plain()


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DECLINE])
def test_above_the_amount_nobody_decides_without_it(desk: Desk, action: Action) -> None:
    asked = desk.ask()
    desk.sql(ABOVE, minor=49999, currency="EUR")
    with pytest.raises(Forbidden) as refusal:
        desk.decide(BOB, asked, Decision(action=action, note="No"))
    assert refusal.value.code == "sign_in_again"
    assert desk.approval(asked).status == "PENDING"


def test_the_history_says_that_somebody_signed_in_again(desk: Desk) -> None:
    asked = desk.ask()
    desk.sql(ABOVE, minor=49999, currency="EUR")
    desk.decide(signed_in(BOB, LATER), asked, APPROVE)
    event = desk.history(asked)[-1]
    assert event.data["signed_in"] == {"at": LATER.isoformat(), "level": "mfa"}
    told = tell([event], "rita")[0].sentence.plain()
    assert told == "Bob Buyer approved revision 1, after signing in again"
    assert desk.broken(asked) is None


def test_below_the_amount_the_history_says_nothing_of_it(desk: Desk) -> None:
    asked = desk.ask()
    desk.sql(ABOVE, minor=50000, currency="EUR")
    desk.decide(signed_in(BOB, LATER), asked, APPROVE)
    assert "signed_in" not in desk.history(asked)[-1].data


def test_the_rule_counts_as_it_is_at_the_decision(desk: Desk) -> None:
    asked = desk.ask()
    desk.sql(ABOVE, minor=49999, currency="EUR")
    desk.sql(ABOVE, minor=None, currency=None)
    assert desk.approve(asked).status == "APPROVED"


def test_in_a_selection_the_large_ones_wait(desk: Desk) -> None:
    asked = desk.ask()
    desk.sql(ABOVE, minor=49999, currency="EUR")
    pick = Pick(asked, 1)
    stale, fresh = replace(BOB, session_id="s"), signed_in(BOB, LATER)
    found = desk.run(bulk.look, stale, [pick], Action.APPROVE, now=LATER)[0]
    assert found.standing is Standing.AGAIN
    assert found.why is not None
    assert "sign in again" in found.why.plain()
    found = desk.run(bulk.look, fresh, [pick], Action.APPROVE, now=LATER)[0]
    assert found.standing is Standing.READY


def test_ordering_what_one_approves_by_it_needs_it_too(desk: Desk) -> None:
    asked = desk.ask(RITA)
    desk.sql(ABOVE, minor=49999, currency="EUR")
    checkout = Checkout(resource_type=ResourceType.CART, resource_id="c500-rita")
    with pytest.raises(Forbidden) as refusal:
        desk.run(check_out, BOB, checkout, now=LATER)
    assert refusal.value.code == "sign_in_again"
    desk.run(check_out, signed_in(BOB, LATER), checkout, now=LATER)
    assert desk.approval(asked).order_id
