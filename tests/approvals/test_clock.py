"""The clock goes back: histories and messages keep their order (R60)."""

from datetime import timedelta

from tests.support.cast import BOB, LATER, NOW, Desk
from webapp.approvals.domain import Action
from webapp.approvals.service import Decision
from webapp.outbox import delivery

BACK = NOW - timedelta(hours=1)


def test_a_history_never_runs_backwards(desk: Desk) -> None:
    made = desk.ask()
    desk.say(BOB, made, Action.ASK, "Why?", now=BACK)
    desk.decide(BOB, made, Decision(action=Action.APPROVE, place_order=True), now=BACK)
    moments = [event.at for event in desk.history(made)]
    assert moments == sorted(set(moments))
    row = desk.approval(made)
    assert moments[0] == row.created_at
    assert row.decided_at in moments
    assert moments[-1] == row.modified_at < NOW + timedelta(seconds=1)
    assert desk.broken(made) is None


def test_messages_of_a_request_go_in_the_order_of_its_history(desk: Desk) -> None:
    """Even those of a process whose ids are of an earlier time."""
    made = desk.ask()
    desk.approve(made)
    desk.sql("UPDATE outbox_messages SET id = :id WHERE payload LIKE '%approved%'", id="0" * 24)
    sent = []
    for _ in range(2):
        with desk.database.transaction() as session:
            [message] = delivery.claim(session, limit=5, now=LATER)
            sent.append(message.payload["template"])
            delivery.sent(session, message, now=LATER)
    assert sent == ["submitted", "approved"]
