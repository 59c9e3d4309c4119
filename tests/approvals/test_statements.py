"""How often pages ask the database, however much is on them."""

import pytest

from tests.approvals.test_listing import copies
from tests.support.app import HTMX, As, statements
from tests.support.cast import BOB, LATER, RITA, Desk
from webapp.approvals.domain import Action


@pytest.mark.parametrize("box", ["turn", "waiting", "decided", "all"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_inbox_asks_three_times(as_: As, desk: Desk, box: str, headers: dict[str, str]) -> None:
    copies(desk, 25)
    [request_id] = [row[0] for row in desk.sql("SELECT id FROM approvals WHERE number = 1001")]
    desk.say(BOB, request_id, Action.ASK, "Why?", now=LATER)
    desk.say(RITA, request_id, Action.ANSWER, "Because.", now=LATER)
    bob = as_("bob")
    with statements(bob.application) as counted:
        assert bob.get(f"/inbox?box={box}", headers=headers).status_code == 200
    # Who is there; what stands around the list; the list.
    assert len(counted.seen) == 3, counted.seen
