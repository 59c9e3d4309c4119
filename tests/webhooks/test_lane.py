"""Webhooks in the worker: beside the mails, slow ones beside the others, and nothing is lost."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.support.app import make_app
from tests.support.cast import ADA, Desk, own_desk
from tests.webhooks.conftest import EVERYTHING, KEY, SET_UP
from tests.webhooks.receiver import Receiver, silence
from webapp.kernel.clock import utcnow
from webapp.outbox import worker
from webapp.outbox.models import Message
from webapp.webhooks import jobs, queries, service
from webapp.webhooks.domain import State
from webapp.webhooks.models import Attempt

__all__ = ["own_desk"]


def add(desk: Desk, url: str) -> str:
    draft = service.Draft(url=url, event_types=EVERYTHING)
    return desk.run(service.add_own, ADA, draft, SET_UP, now=utcnow()).endpoint.id


def statuses(desk: Desk) -> dict[str, str]:
    with desk.database.reading() as session:
        rows = session.execute(select(Message.kind, Message.target_id, Message.status))
        return {target or kind: status for kind, target, status in rows}


def test_a_silent_receiver_holds_up_neither_mails_nor_other_receivers(
    own_desk: Desk, receiver: Receiver
) -> None:
    slow = Receiver(always=silence).start()
    silent, quick = add(own_desk, slow.url), add(own_desk, receiver.url)
    own_desk.ask(now=utcnow())
    app = make_app(own_desk.database, webhook_allow="127.0.0.1", secret_key=KEY)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(app,), kwargs={"stop": stop})
    thread.start()
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        found = statuses(own_desk)
        if found["mail"] == found[quick] == "SENT" and slow.heard:
            break
        time.sleep(0.1)
    stop.set()
    slow.stop()
    thread.join(10)
    assert (found["mail"], found[quick], found[silent]) == ("SENT", "SENT", "PENDING")
    assert len(receiver.heard) == 1


def test_once_waits_for_what_is_on_its_way(own_desk: Desk, receiver: Receiver) -> None:
    hook = add(own_desk, receiver.url)
    own_desk.ask(now=utcnow())
    app = make_app(own_desk.database, webhook_allow="127.0.0.1", secret_key=KEY)
    worker.run(app, stop=threading.Event(), once=True)
    assert statuses(own_desk)[hook] == "SENT"


def test_nothing_leaves_while_sending_is_switched_off(own_desk: Desk, receiver: Receiver) -> None:
    hook = add(own_desk, receiver.url)
    own_desk.ask(now=utcnow())
    app = make_app(own_desk.database, webhook_allow="127.0.0.1", secret_key=KEY, sending=False)
    worker.run(app, stop=threading.Event(), once=True)
    assert statuses(own_desk)[hook] == "PENDING"
    assert receiver.heard == []


@pytest.mark.parametrize(("days", "left"), [(30, 0), (0, 1)])
def test_the_log_forgets_after_the_days_that_are_set(
    own_desk: Desk, receiver: Receiver, days: int, left: int
) -> None:
    hook, now = add(own_desk, receiver.url), utcnow()
    own_desk.ask(now=now)
    changes = {"webhook_allow": "127.0.0.1", "secret_key": KEY, "keep_messages_days": days}
    app = make_app(own_desk.database, **changes)
    worker.run(app, stop=threading.Event(), once=True)
    with own_desk.database.transaction() as session:
        session.execute(update(Attempt).values(at=now - timedelta(days=31)))
    with app.app_context():
        jobs.forget_attempts(now)
    with own_desk.database.reading() as session:
        assert len(session.scalars(select(Attempt)).all()) == left
        figures = queries.figures(session)
    assert (figures.states[State.ACTIVE], figures.failing) == (1, 0)
    assert hook
