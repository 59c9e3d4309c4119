"""The worker's rounds over the requests: one that cannot be dealt with stops no other."""

from functools import partial

import pytest

from tests.support.app import make_app
from tests.support.cast import EXPIRED, MIA, NOW, RITA, ROB, Desk, cart
from webapp.approvals import jobs
from webapp.approvals.domain import reminder_due_at
from webapp.approvals.service import expire_due_of

SOON = reminder_due_at(NOW, EXPIRED, 24) or NOW
# The worker's job with its moment, and what it writes into a history.
ROUNDS = {"EXPIRE": partial(jobs.expire, EXPIRED), "REMIND": partial(jobs.remind, SOON)}


def damage(desk: Desk, approval_id: str, *, repair: bool = False) -> None:
    """Let the next entry of a history take the place of one that is there."""
    length = 1 if repair else 0
    desk.sql(
        "UPDATE approvals SET ledger_length = :length WHERE id = :id", length=length, id=approval_id
    )


@pytest.mark.parametrize("batch", [1, 50])
@pytest.mark.parametrize("action", list(ROUNDS))
def test_a_request_that_fails_stops_no_other_and_is_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, batch: int, action: str
) -> None:
    monkeypatch.setattr(jobs, "BATCH", batch)
    whose = ((RITA, "c500-rita"), (ROB, "c500-rob"), (MIA, "c500-mia-le1"))
    first, *others = sorted(desk.ask(who, cart(cart_id)) for who, cart_id in whose)
    damage(desk, first)
    with make_app(desk.database).app_context():
        assert ROUNDS[action]() == 2
        assert [desk.actions(one) for one in others] == [["SUBMIT", action]] * 2
        assert (desk.actions(first), len(desk.told(first))) == (["SUBMIT"], 1)
        damage(desk, first, repair=True)
        assert ROUNDS[action]() == 1
    assert desk.actions(first) == ["SUBMIT", action]


def test_a_person_sees_the_others_when_one_cannot_expire(desk: Desk) -> None:
    first, second = desk.ask(), desk.ask(RITA, cart("c1000-rita"))
    damage(desk, first)
    swept = desk.run(expire_due_of, RITA, now=EXPIRED)
    assert swept.done == 1
    assert swept.failed == {("acme", first)}
    assert [desk.approval(one).status for one in (first, second)] == ["PENDING", "EXPIRED"]
