"""Several requests decided at once: each by itself, on what was selected (R19, law 8)."""

import pytest

from tests.support.app import As, statements
from tests.support.cast import BOB, RITA, WINDOW, Desk, cart, details
from webapp.approvals.domain import Action
from webapp.kernel.clock import utcnow
from webapp.kernel.money import Money
from webapp.orders.terms import Terms

EXPRESS = {**details()["shipping"], "methodId": "express", "methodName": "Express", "amount": 24.9}
CART = ("c500-rita", "c1000-rita")


@pytest.fixture
def two(desk: Desk) -> list[str]:
    """Two requests of Rita to Bob."""
    return [desk.ask(what=cart(one), now=utcnow()) for one in CART]


def press(step: str, *ids: str, note: str = "", revision: int = 1) -> dict[str, object]:
    return {"step": step, "note": note, "selected": [f"{one}:{revision}" for one in ids]}


def address(*ids: str, action: str = "approve") -> str:
    return f"/inbox/selection?action={action}" + "".join(f"&selected={one}:1" for one in ids)


def test_the_confirmation_names_count_and_sum(as_: As, desk: Desk, two: list[str]) -> None:
    total = sum((Money(desk.approval(one).total_minor, "EUR") for one in two), Money.zero("EUR"))
    page = as_("bob").get(address(*two)).text
    assert f"Approve 2 requests, {total.amount:,} EUR?" in page.replace(
        '<span class="nowrap">', ""
    ).replace("</span>", "")
    assert page.count('name="selected"') == 2


def test_many_are_looked_at_in_one_statement(as_: As, two: list[str]) -> None:
    bob, asked = as_("bob"), []
    bob.get(address(*two))
    for ids in (two[:1], two):
        with statements(bob.application) as counted:
            assert bob.get(address(*ids)).status_code == 200
        asked.append(len(counted.seen))
    assert asked[0] == asked[1] <= 4, asked


def test_somebody_without_a_company_sees_nothing_of_it(as_: As, two: list[str]) -> None:
    answer = as_("carl").get(address(*two))
    assert answer.status_code == 200
    assert "Rita" not in answer.text


def test_currencies_are_never_added(as_: As, desk: Desk, two: list[str]) -> None:
    desk.sql("UPDATE approvals SET approver_id = 'ada'")
    desk.sql("UPDATE approvals SET currency = 'CHF' WHERE id = :id", id=two[1])
    page = as_("ada").get(address(*two)).text
    assert "510.00 EUR" in page
    assert " CHF" in page


def test_each_is_decided_by_itself(as_: As, desk: Desk, two: list[str]) -> None:
    answer = as_("bob").post("/inbox/selection", data=press("order", *two, note="fine"))
    assert answer.status_code == 303
    assert [desk.approval(one).status for one in two] == ["APPROVED", "APPROVED"]
    assert len(desk.orders()) == 2
    assert all(desk.approval(one).approver_comment == "fine" for one in two)
    assert "Two requests are decided" in as_("bob").get(answer.location).text


def test_what_changed_meanwhile_is_left_with_a_link(as_: As, desk: Desk, two: list[str]) -> None:
    terms = Terms(details=details(shipping=EXPRESS), delivery_window=WINDOW)
    desk.change(RITA, two[0], terms, now=utcnow())
    bob = as_("bob")
    answer = bob.post("/inbox/selection", data=press("approved", *two))
    page = bob.get(answer.location).text
    assert [desk.approval(one).status for one in two] == ["PENDING", "APPROVED"]
    assert "One request is decided" in page
    assert "Rita changed it after you selected it." in page
    assert f"/approvals/{two[0]}" in page


def test_what_somebody_ended_says_who(as_: As, desk: Desk, two: list[str]) -> None:
    desk.withdraw(two[0], now=utcnow())
    bob = as_("bob")
    answer = bob.post("/inbox/selection", data=press("declined", *two, note="no"))
    assert [desk.approval(one).status for one in two] == ["CLOSED", "DECLINED"]
    assert "Rita Roe" in bob.get(answer.location).text
    assert desk.actions(two[0]) == ["SUBMIT", "WITHDRAW"]


def test_what_is_not_ones_own_says_nothing_of_itself(as_: As, desk: Desk, two: list[str]) -> None:
    ada = as_("ada")
    page = ada.get(address(*two, "nowhere")).text
    assert "Rita" not in page
    assert page.count("One request is not yours, or it does not exist.") == 3
    answer = ada.post("/inbox/selection", data=press("order", *two))
    assert "Rita" not in ada.get(answer.location).text
    assert [desk.approval(one).status for one in two] == ["PENDING", "PENDING"]
    rita = as_("rita")
    assert "510.00" not in rita.get(address(*two)).text, "nobody decides their own"


def test_a_decline_needs_a_reason(as_: As, desk: Desk, two: list[str]) -> None:
    answer = as_("bob").post("/inbox/selection", data=press("declined", *two, note=" "))
    assert answer.status_code == 422
    assert "Say why, so that everybody who asked can act on it." in answer.text
    assert [desk.approval(one).status for one in two] == ["PENDING", "PENDING"]


@pytest.mark.parametrize(
    "selected",
    [[], ["x"], ["\0:1"], ["a:0"], ["a:99999999999"], [f"r{n}:1" for n in range(51)]],
)
def test_a_selection_that_is_none_is_refused(as_: As, two: list[str], selected: list[str]) -> None:
    bob = as_("bob")
    data = {"step": "order", "note": "", "selected": selected}
    assert bob.post("/inbox/selection", data=data).status_code == 422
    for path in ("/inbox/selection", "/inbox/selection/outcome"):
        assert bob.get(path, query_string={"selected": selected}).status_code == 422


def test_the_inbox_offers_to_select_what_waits(as_: As, desk: Desk, two: list[str]) -> None:
    page = as_("bob").get("/inbox").text
    assert f'value="{two[0]}:1"' in page
    assert "Select request 1001 of Rita Roe" in page
    assert 'action="/inbox/selection"' in page
    desk.say(BOB, two[0], Action.ASK, "Why?", now=utcnow())
    assert f'value="{two[0]}:1"' in as_("bob").get("/inbox?box=waiting").text
