"""Looking at a desk after the fault: nothing acknowledged is lost, nothing was done twice."""

import time
from collections import Counter
from collections.abc import Callable, Iterable

from tests.faults.clients import Story
from tests.support import cast
from tests.support.desk import Desk

# The streams of messages that can never be written begin like this.
POISONED = "poison-"

_PATIENCE = 240.0


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
        moments = [event.at for event in cast_desk.history(story.approval_id)]
        assert moments == sorted(moments), story


def wait_for_mails(desk: Desk) -> tuple[int, int]:
    """How many messages there were and how many mails came, once nothing waits any more.

    Every message has come at least once, and each repetition carries the id of the first.
    """
    waiting = "SELECT 1 FROM outbox_messages WHERE status = 'PENDING' LIMIT 1"
    wait_until(lambda: not cast.Desk(desk.database).sql(waiting))
    came = [str(mail["Message-ID"]).strip("<").partition(".")[0] for mail in desk.mails.mails]
    return check_arrived(desk, "mail", came), len(came)


def check_arrived(desk: Desk, kind: str, came: Iterable[str]) -> int:
    """Every message of this kind came, each request's in the order in which they were written.

    `came` are their ids as they arrived; returns how many messages there are, repeats and
    poisoned ones aside.
    """
    written = cast.Desk(desk.database).sql(
        "SELECT stream_id, id FROM outbox_messages WHERE kind = :kind"
        " AND stream_id NOT LIKE :poisoned ORDER BY created_at, id",
        kind=kind,
        poisoned=f"{POISONED}%",
    )
    streams = {own: stream for stream, own in written}
    first = list(dict.fromkeys(came))
    missing, unknown = set(streams).difference(first), set(first).difference(streams)
    assert not missing, f"never came: {missing}"
    assert not unknown, f"nobody wrote: {unknown}"
    for stream in set(streams.values()):
        expected = [own for own, of in streams.items() if of == stream]
        assert [own for own in first if streams[own] == stream] == expected
    return len(written)


def wait_until(condition: Callable[[], bool]) -> None:
    """Come back when it is so."""
    until = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.1)
