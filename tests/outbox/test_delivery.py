"""Leases, order and settling, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.outbox.conftest import NOW, Post
from webapp.db import Database
from webapp.outbox import delivery, queries, service
from webapp.outbox.delivery import Claimed
from webapp.outbox.domain import LEASE, MAX_ATTEMPTS, MessageStatus
from webapp.outbox.models import Message

SECOND = timedelta(seconds=1)


def claim(database: Database, *, limit: int = 10, now: datetime = NOW) -> list[Claimed]:
    """Lease what is due, and begin with all of it."""
    with database.transaction() as session:
        claimed = delivery.claim(session, limit=limit, now=now)
        begun = [delivery.begin(session, message, now=now) for message in claimed]
        return [message for message in begun if message]


def settle(database: Database, message: Claimed) -> bool:
    with database.transaction() as session:
        return delivery.sent(session, message, now=NOW)


def fail(database: Database, message: Claimed, *, refused: bool = False) -> MessageStatus:
    with database.transaction() as session:
        return delivery.failed(session, message, "451 later", refused=refused, chance=0.5, now=NOW)


def stored(database: Database, own: str) -> Message:
    with database.reading() as session:
        return session.scalars(select(Message).where(Message.id == own)).one()


def test_a_message_is_written_with_the_change_or_not_at_all(database: Database) -> None:
    def post_and_fail() -> None:
        with database.transaction() as session:
            service.post(
                session,
                tenant_id="acme",
                stream_id="a1",
                template="submitted",
                to=service.Recipient(person_id=None, address="ada@acme.example"),
                context={},
                now=NOW,
            )
            raise LookupError

    with pytest.raises(LookupError):
        post_and_fail()
    assert claim(database) == []


def test_a_claim_is_a_lease_that_nobody_else_gets(database: Database, post: Post) -> None:
    own = post()
    [claimed] = claim(database)
    assert (claimed.id, claimed.attempts, claimed.leased_until) == (own, 1, NOW + LEASE)
    assert claim(database) == []
    assert claim(database, now=NOW + LEASE - SECOND) == []


def test_a_lease_that_ended_is_given_to_the_next_under_the_same_id(
    database: Database, post: Post
) -> None:
    own = post()
    [first] = claim(database)
    [second] = claim(database, now=NOW + LEASE)
    assert (second.id, second.attempts) == (own, 2)
    assert not settle(database, first)
    assert stored(database, own).status == MessageStatus.PENDING
    assert settle(database, second)
    assert stored(database, own).status == MessageStatus.SENT
    assert claim(database, now=NOW + LEASE * 9) == []


def test_one_stream_is_delivered_in_order_and_others_go_beside_it(
    database: Database, post: Post
) -> None:
    first, other, second = post("a1"), post("a2"), post("a1")
    elsewhere = post("a1", tenant="zeta")
    claimed = claim(database)
    assert [message.id for message in claimed] == [first, other, elsewhere]
    assert claim(database) == []
    settle(database, claimed[0])
    assert [message.id for message in claim(database)] == [second]


def test_a_claim_takes_no_more_than_asked_for_and_the_longest_due_first(
    database: Database, post: Post
) -> None:
    post("a1", now=NOW)
    old = post("a2", now=NOW - SECOND)
    assert [message.id for message in claim(database, limit=1)] == [old]


def test_nothing_is_claimed_before_it_is_due(database: Database, post: Post) -> None:
    post(now=NOW + SECOND)
    with database.reading() as session:
        assert not delivery.anything_due(session, now=NOW)
        assert delivery.anything_due(session, now=NOW + SECOND)
    assert claim(database) == []


def test_a_poisoned_message_waits_longer_and_holds_up_only_its_own_stream(
    database: Database, post: Post
) -> None:
    poisoned, behind = post("a1"), post("a1")
    [message] = claim(database)
    assert fail(database, message) is MessageStatus.PENDING
    row = stored(database, poisoned)
    assert (row.due_at, row.last_error) == (NOW + 10 * SECOND, "451 later")
    post("a2")
    [beside] = claim(database)
    assert beside.stream_id == "a2"
    settle(database, beside)
    for _ in range(MAX_ATTEMPTS - 1):
        [message] = claim(database, now=stored(database, poisoned).due_at)
        status = fail(database, message)
    assert status is MessageStatus.DEAD
    assert [one.id for one in claim(database)] == [behind]


def test_who_says_never_is_given_up_earlier(database: Database, post: Post) -> None:
    own = post()
    for attempt in range(1, 6):
        [message] = claim(database, now=stored(database, own).due_at)
        status = fail(database, message, refused=True)
        assert (attempt == 5) is (status is MessageStatus.DEAD)


def test_a_dead_message_can_be_revived(database: Database, post: Post) -> None:
    own = post()
    for _ in range(5):
        [message] = claim(database, now=stored(database, own).due_at)
        fail(database, message, refused=True)
    with database.reading() as session:
        [given_up] = queries.listed(session, MessageStatus.DEAD)
    assert (given_up.id, given_up.attempts, given_up.last_error) == (own, 5, "451 later")
    with database.transaction() as session:
        assert service.revive(session, now=NOW) == 1
    [message] = claim(database)
    assert (message.id, message.attempts) == (own, 1)


def test_a_message_that_kills_its_worker_every_time_is_buried(
    database: Database, post: Post
) -> None:
    own, behind = post(), post()
    now = NOW
    for _ in range(MAX_ATTEMPTS):
        [message] = claim(database, now=now)
        assert message.id == own
        now += LEASE
    assert claim(database, now=now) == []
    with database.transaction() as session:
        assert delivery.bury(session, now=now) == 1
    assert "stopped in the middle" in (stored(database, own).last_error or "")
    assert [one.id for one in claim(database, now=now)] == [behind]


def test_a_message_whose_turn_never_came_loses_no_attempt(database: Database, post: Post) -> None:
    own, now = post(), NOW
    for _ in range(MAX_ATTEMPTS + 1):
        with database.transaction() as session:
            assert delivery.bury(session, now=now) == 0
            [waiting] = delivery.claim(session, limit=10, now=now)
        now += LEASE
    with database.transaction() as session:
        delivery.release(session, waiting, None)
    [message] = claim(database, now=now)
    assert (message.id, message.attempts) == (own, 1)


def test_a_message_that_is_given_back_lost_no_attempt(database: Database, post: Post) -> None:
    own = post()
    [message] = claim(database)
    with database.transaction() as session:
        delivery.release(session, message, "the server is away")
    row = stored(database, own)
    assert (row.attempts, row.leased_until, row.last_error) == (0, None, "the server is away")
    [again] = claim(database)
    with database.transaction() as session:
        delivery.release(session, again, None)
    assert stored(database, own).last_error == "the server is away"


def test_an_attempt_begins_with_a_whole_lease_and_only_for_its_holder(
    database: Database, post: Post
) -> None:
    post()
    with database.transaction() as session:
        [message] = delivery.claim(session, limit=1, now=NOW)
    with database.transaction() as session:
        begun = delivery.begin(session, message, now=NOW + SECOND)
    assert begun is not None
    assert (begun.attempts, begun.leased_until) == (1, NOW + SECOND + LEASE)
    with database.transaction() as session:
        assert delivery.begin(session, message, now=NOW + SECOND) is None
    assert settle(database, begun)


def test_the_backlog_shows_what_waits_since_when_and_what_was_given_up(
    database: Database, post: Post
) -> None:
    with database.reading() as session:
        assert queries.backlog(session) == queries.Backlog(pending=0, oldest=None, dead=0)
    own = post("a1", now=NOW - SECOND)
    post("a2")
    sent = post("a3")
    with database.transaction() as session:
        session.execute(update(Message).where(Message.id == own).values(last_error="451 later"))
        session.execute(
            update(Message).where(Message.id == sent).values(status=MessageStatus.SENT, sent_at=NOW)
        )
    post("a4")
    with database.transaction() as session:
        session.execute(
            update(Message).where(Message.stream_id == "a4").values(status=MessageStatus.DEAD)
        )
    with database.reading() as session:
        backlog = queries.backlog(session)
    assert backlog == queries.Backlog(
        pending=2, oldest=NOW - SECOND, dead=1, last_error="451 later"
    )
