"""Looking after messages: what is there, sending again, forgetting, and the switch."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.outbox.conftest import NOW, Post, make_app
from webapp.db import Database
from webapp.kernel.errors import Conflict, NotFound
from webapp.outbox import delivery, jobs, queries, service, worker
from webapp.outbox.delivery import Lane
from webapp.outbox.domain import MAILS, Kind, MessageStatus
from webapp.outbox.models import Message
from webapp.outbox.service import Parcel

DAY = timedelta(days=1)


def enqueue(database: Database, *, target: str = "hook", company: str = "le1") -> str:
    parcel = Parcel(
        kind=Kind.WEBHOOK,
        stream_id=f"{target}.a1",
        target_id=target,
        company_id=company,
        address="hooks.example",
        payload={"type": "ping", "body": "{}"},
    )
    with database.transaction() as session:
        return service.enqueue(session, "acme", parcel, now=NOW)


def put(database: Database, own: str, **values: object) -> None:
    with database.transaction() as session:
        session.execute(update(Message).where(Message.id == own).values(**values))


def status(database: Database, own: str) -> str:
    with database.reading() as session:
        return session.scalars(select(Message.status).where(Message.id == own)).one()


def test_mails_and_webhooks_are_claimed_apart(database: Database, post: Post) -> None:
    mail, hook = post(), enqueue(database)
    with database.transaction() as session:
        [claimed] = delivery.claim(session, limit=9, now=NOW)
        lane = Lane(kind=Kind.WEBHOOK, plan=MAILS)
        [parcel] = delivery.claim(session, limit=9, now=NOW, lane=lane)
    assert (claimed.id, parcel.id, parcel.target_id) == (mail, hook, "hook")


def test_what_rests_is_left_alone(database: Database) -> None:
    enqueue(database, target="tired")
    awake = enqueue(database, target="awake")
    resting = select(Message.tenant_id, Message.target_id).where(Message.target_id == "tired")
    lane = Lane(kind=Kind.WEBHOOK, plan=MAILS, resting=resting)  # type: ignore[arg-type]
    with database.transaction() as session:
        assert [one.id for one in delivery.claim(session, limit=9, now=NOW, lane=lane)] == [awake]


def test_figures_count_by_kind_and_state(database: Database, post: Post) -> None:
    post()
    put(database, post(), status=MessageStatus.DEAD)
    enqueue(database)
    with database.reading() as session:
        found = {
            (one.kind, one.status): (one.count, one.oldest) for one in queries.figures(session)
        }
    assert found == {
        (Kind.MAIL, MessageStatus.PENDING): (1, NOW),
        (Kind.MAIL, MessageStatus.DEAD): (1, NOW),
        (Kind.WEBHOOK, MessageStatus.PENDING): (1, NOW),
        (Kind.WEBHOOK, MessageStatus.DEAD): (0, None),
    }


def test_a_company_sees_its_own_messages_only(database: Database) -> None:
    own, other = enqueue(database), enqueue(database, company="le2")
    with database.reading() as session:
        page = queries.of_company(session, "acme", "le1", MessageStatus.PENDING)
        assert [one.id for one in page.items] == [own]
        assert queries.of_company(session, "zeta", "le1", MessageStatus.PENDING).items == []
        assert queries.counts_of_company(session, "acme", "le1")[MessageStatus.PENDING] == 1
        with pytest.raises(NotFound):
            service.replay(session, "acme", other, now=NOW, company_id="le1")


def test_what_was_given_up_goes_again_under_its_id(database: Database, post: Post) -> None:
    own = post()
    put(database, own, status=MessageStatus.DEAD, attempts=12, last_error="550 no")
    with database.transaction() as session:
        service.replay(session, "acme", own, now=NOW)
    with database.transaction() as session:
        [claimed] = delivery.claim(session, limit=9, now=NOW)
    assert (claimed.id, claimed.attempts) == (own, 0)


def test_a_mail_that_was_sent_is_not_sent_again_but_a_webhook_is(
    database: Database, post: Post
) -> None:
    mail, hook = post(), enqueue(database)
    for own in (mail, hook):
        put(database, own, status=MessageStatus.SENT, sent_at=NOW)
    with database.transaction() as session:
        with pytest.raises(Conflict):
            service.replay(session, "acme", mail, now=NOW)
        service.replay(session, "acme", hook, now=NOW)
    assert (status(database, mail), status(database, hook)) == ("SENT", "PENDING")


def test_a_target_that_is_back_gets_everything_at_once_and_one_that_is_gone_nothing(
    database: Database,
) -> None:
    own, other = enqueue(database), enqueue(database, target="other")
    for one in (own, other):
        put(database, one, due_at=NOW + DAY)
    with database.transaction() as session:
        assert service.wake(session, "acme", "hook", now=NOW) == 1
        assert service.give_up(session, "acme", "other", "It is gone.") == 1
        assert service.revive(session, now=NOW, tenant_id="acme", target_id="hook") == 0
    assert (status(database, own), status(database, other)) == ("PENDING", "DEAD")
    with database.reading() as session:
        [dead] = queries.listed(session, MessageStatus.DEAD, tenant_id="acme", kind=Kind.WEBHOOK)
    assert dead.last_error == "It is gone."


@pytest.mark.parametrize(
    ("days", "left"), [(30, ["new", "pending"]), (0, ["new", "old", "pending"])]
)
def test_sent_messages_are_forgotten_after_the_days_that_are_set(
    database: Database, post: Post, days: int, left: list[str]
) -> None:
    ids = {post(f"a{n}"): name for n, name in enumerate(("old", "new", "pending"))}
    old, new, _ = ids
    put(database, old, status=MessageStatus.SENT, sent_at=NOW - 31 * DAY)
    put(database, new, status=MessageStatus.SENT, sent_at=NOW - 29 * DAY)
    with make_app(database, keep_messages_days=days).app_context():
        jobs.forget_sent(NOW)
    with database.reading() as session:
        assert sorted(ids[one] for one in session.scalars(select(Message.id))) == left


def test_nothing_leaves_while_sending_is_switched_off(database: Database, post: Post) -> None:
    own = post()
    worker.run(make_app(database, sending=False), stop=threading.Event(), once=True)
    assert status(database, own) == "PENDING"
    worker.run(make_app(database), stop=threading.Event(), once=True)
    assert status(database, own) == "SENT"
