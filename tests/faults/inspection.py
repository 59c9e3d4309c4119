"""Looking at a desk after the fault: nothing acknowledged is lost, nothing was done twice."""

import time
from collections import Counter

from tests.faults.clients import Story
from tests.support import cast
from tests.support.desk import Desk

_PATIENCE = 90.0


def inspect(desk: Desk, stories: list[Story]) -> None:
    """Compare what people were told with what is stored, request by request."""
    cast_desk = cast.Desk(desk.database)
    orders = Counter(order.approval_id for order in cast_desk.orders())
    for story in stories:
        row, actions = cast_desk.approval(story.approval_id), cast_desk.actions(story.approval_id)
        if story.approved:
            assert row.status == "APPROVED", story
        if story.order_id:
            assert row.order_id == story.order_id, story
        assert actions.count("APPROVE") <= 1, (story, actions)
        assert actions.count("ORDER") <= 1, (story, actions)
        assert orders[story.approval_id] <= 1, story
        assert cast_desk.broken(story.approval_id) is None, story
        told = Counter(cast_desk.told(story.approval_id))
        assert all(count == 1 for count in told.values()), (story, told)


def wait_for_mails(desk: Desk) -> tuple[int, int]:
    """How many messages there were and how many mails came, once nothing waits any more.

    Every message has come at least once, and each repetition carries the id of the first.
    """
    until = time.monotonic() + _PATIENCE
    waiting = cast.Desk(desk.database)
    while waiting.sql("SELECT 1 FROM outbox_messages WHERE status = 'PENDING' LIMIT 1"):
        assert time.monotonic() < until, "messages still wait"
        time.sleep(0.2)
    written = waiting.sql("SELECT id FROM outbox_messages WHERE status = 'SENT' AND kind = 'mail'")
    came = Counter(str(mail["Message-ID"]) for mail in desk.mails.mails)
    assert len(came) == len(written)
    return len(written), came.total()
