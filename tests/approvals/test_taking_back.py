"""Other goods while it is pending: withdraw and edit in one step, with what was said (R27)."""

import pytest

from tests.support.app import As
from tests.support.cast import BOB, LATER, RITA, Desk, quote
from webapp.approvals.domain import Action
from webapp.approvals.service import take_back
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Conflict, Forbidden


def test_one_step_withdraws_and_gives_the_goods_back(desk: Desk) -> None:
    made = desk.ask()
    cart_id = desk.run(take_back, RITA, made, now=LATER)
    assert desk.approval(made).status == "CLOSED"
    assert desk.actions(made) == ["SUBMIT", "WITHDRAW", "RESUBMIT"]
    assert desk.history(made)[-1].data == {"cart": cart_id}
    assert desk.told(made)[1:] == [("withdrawn", "bob")]
    assert desk.broken(made) is None


def test_the_approver_cannot_take_the_goods_and_then_nothing_is_withdrawn(desk: Desk) -> None:
    made = desk.ask()
    with pytest.raises(Forbidden, match="Only Rita may do this"):
        desk.run(take_back, BOB, made, now=LATER)
    assert desk.approval(made).status == "PENDING"


def test_who_comes_after_the_decision_reads_it(desk: Desk, as_: As) -> None:
    made = desk.ask(now=utcnow())
    desk.approve(made)
    with pytest.raises(Conflict, match="Bob Buyer has approved"):
        desk.run(take_back, RITA, made, now=LATER)
    page = as_("rita").post(f"/approvals/{made}/return", data={"step": "returned"})
    assert page.status_code == 409
    assert "Bob Buyer has approved this request." in page.text


def test_two_presses_lead_to_the_cart_with_the_conversation_beside_it(desk: Desk, as_: As) -> None:
    made = desk.ask(now=utcnow())
    desk.say(BOB, made, Action.ASK, "Would three drills do?", now=utcnow())
    rita = as_("rita")
    assert "Withdraw and edit" in rita.get(f"/approvals/{made}").text
    assert "Withdraw and edit" in rita.get(f"/approvals/{made}/details").text
    first = rita.post(f"/approvals/{made}/return", data={"step": "return"})
    assert "Withdraw this request and edit the goods?" in first.text
    assert desk.approval(made).status == "PENDING"
    second = {"step": "returned"}
    page = rita.post(f"/approvals/{made}/return", data=second, follow_redirects=True)
    assert "The request is withdrawn. Change the goods and ask again." in page.text
    cart_id = desk.history(made)[-1].data["cart"]
    for place in ("edit", "lines", "checkout", ""):
        beside = rita.get(f"/carts/{cart_id}/{place}".rstrip("/")).text
        assert "Would three drills do?" in beside, place
        assert "Rita Roe has withdrawn this request." in beside, place
        assert f"/approvals/{made}" in beside, place


def test_the_reason_of_a_decline_stands_beside_the_new_cart(desk: Desk, as_: As) -> None:
    made = desk.ask()
    desk.decline(made, note="Three will do.")
    cart_id = desk.resubmit(made)
    for place in ("edit", "checkout"):
        page = as_("rita").get(f"/carts/{cart_id}/{place}").text
        assert "Bob Buyer has declined this request." in page
        assert "Three will do." in page


def test_a_cart_of_its_own_has_nothing_beside_it(as_: As) -> None:
    assert "What was said before" not in as_("rita").get("/carts/c500-rita/edit").text


def test_the_approver_and_quotes_have_no_such_button(desk: Desk, as_: As) -> None:
    made = desk.ask(now=utcnow())
    assert "Withdraw and edit" not in as_("bob").get(f"/approvals/{made}").text
    assert "Withdraw and edit" not in as_("bob").get(f"/approvals/{made}/details").text
    asked = desk.ask(RITA, quote("Q1"), now=utcnow())
    assert "Withdraw and edit" not in as_("rita").get(f"/approvals/{asked}").text
