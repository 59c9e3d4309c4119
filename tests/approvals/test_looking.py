"""What changed since somebody looked: shown when they come back, before they decide."""

import pytest

from tests.support.app import As
from tests.support.cast import ADA, BOB, RITA, Desk, cart, details
from webapp.kernel.clock import utcnow
from webapp.orders.terms import Terms

EXPRESS = {**details()["shipping"], "methodId": "express", "methodName": "Express", "amount": 24.9}
CHANGED = "changed this since you last looked."


@pytest.fixture
def request_id(desk: Desk) -> str:
    return desk.ask(now=utcnow())


def look(as_: As, request_id: str, who: str = "bob", revision: str = "1") -> int:
    reply = as_(who).post(f"/approvals/{request_id}/looks", data={"revision": revision})
    return reply.status_code


def change(desk: Desk, request_id: str, who: object = RITA) -> None:
    terms = Terms(details=details(shipping=EXPRESS), delivery_window=None)
    desk.change(who, request_id, terms, now=utcnow())  # type: ignore[arg-type]


def test_who_comes_back_is_shown_old_and_new_before_the_buttons(
    desk: Desk, as_: As, request_id: str
) -> None:
    bob = as_("bob")
    assert f"/approvals/{request_id}/looks" in bob.get(f"/approvals/{request_id}").text
    assert look(as_, request_id) == 204
    change(desk, request_id)
    page = bob.get(f"/approvals/{request_id}").text
    for words in (f"Rita Roe {CHANGED}", "Revision 1", "Revision 2", "Express", "I have seen"):
        assert words in page
    assert 'value="approve"' not in page
    assert "/looks" not in page
    seen = bob.post(f"/approvals/{request_id}/decision", data={"step": "seen", "revision": "2"})
    assert 'value="approve"' in seen.text
    again = bob.get(f"/approvals/{request_id}").text
    assert CHANGED not in again
    assert 'value="approve"' in again


def test_a_decision_does_not_slip_past_what_was_not_seen(
    desk: Desk, as_: As, request_id: str
) -> None:
    look(as_, request_id)
    change(desk, request_id)
    data = {"step": "approved", "revision": "1"}
    assert as_("bob").post(f"/approvals/{request_id}/decision", data=data).status_code == 409
    assert desk.approval(request_id).status == "PENDING"


def test_ones_own_change_is_no_news(desk: Desk, as_: As, request_id: str) -> None:
    look(as_, request_id)
    change(desk, request_id, BOB)
    assert CHANGED not in as_("bob").get(f"/approvals/{request_id}").text


def test_who_never_looked_sees_the_request_as_it_is(desk: Desk, as_: As, request_id: str) -> None:
    change(desk, request_id)
    page = as_("bob").get(f"/approvals/{request_id}").text
    assert CHANGED not in page
    assert 'value="approve"' in page


def test_an_older_window_takes_nothing_back(desk: Desk, as_: As, request_id: str) -> None:
    change(desk, request_id)
    assert look(as_, request_id, revision="2") == 204
    assert look(as_, request_id, revision="1") == 204
    assert look(as_, request_id, revision="900") == 204
    rows = desk.sql("SELECT person_id, revision FROM approval_looks ORDER BY person_id")
    assert rows == [("bob", 2), ("rita", 2)]


@pytest.mark.parametrize("revision", ["", "0", "-1", "x", "99999999999999999999", "\x00"])
def test_a_look_at_no_revision_is_refused(as_: As, request_id: str, revision: str) -> None:
    assert look(as_, request_id, revision=revision) == 422


def test_strangers_look_at_nothing(desk: Desk, as_: As) -> None:
    asked = desk.ask(RITA, cart("c1500-rita", ADA), now=utcnow())
    for who in ("bob", "rob", "olga"):
        assert look(as_, asked, who) == 404
    assert desk.sql("SELECT 1 FROM approval_looks") == []
