"""The worker as a whole: it delivers, runs jobs, survives outages, and stops when told."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.outbox.conftest import NOW, Post, make_app, poster
from tests.outbox.server import MailServer
from webapp.config import Settings
from webapp.db import Database
from webapp.kernel.errors import Invalid, NotFound
from webapp.outbox import queries, worker
from webapp.outbox.models import Message
from webapp.outbox.senders import MailboxSender
from webapp.outbox.smtp import SmtpSender


def statuses(database: Database) -> Counter[str]:
    with database.reading() as session:
        return Counter(session.scalars(select(Message.status)))


def eventually(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_once_delivers_what_is_due_into_the_mailbox(
    app: Flask, database: Database, post: Post
) -> None:
    post("a1", number=1)
    post("a1", number=2, template="declined", text="Too much")
    worker.run(app, stop=threading.Event(), once=True)
    assert statuses(database) == {"SENT": 2}
    with database.reading() as session:
        page = queries.mails(session, "acme", person_id="ada")
        assert queries.mails(session, "zeta").items == []
        assert queries.mails(session, "acme", person_id="rita").items == []
        mail = queries.mail(session, "acme", page.items[0].id)
        with pytest.raises(NotFound):
            queries.mail(session, "zeta", mail.id)
    assert [row.subject for row in page.items] == [
        "Rita Roe declined request 2",
        "Rita Roe asks for 1,500.00 EUR",
    ]
    assert "Too much" in mail.text
    assert "https://desk.example/approvals/a1" in mail.html


def test_the_mailbox_has_pages(app: Flask, database: Database, post: Post) -> None:
    for number in range(53):
        post(f"a{number}")
    worker.run(app, stop=threading.Event(), once=True)
    with database.reading() as session:
        first = queries.mails(session, "acme")
        second = queries.mails(session, "acme", first.next_cursor)
        with pytest.raises(Invalid):
            queries.mails(session, "acme", "WyJ4IiwieSJd")
    assert (len(first.items), len(second.items), second.next_cursor) == (50, 3, None)
    assert len({row.id for row in (*first.items, *second.items)}) == 53


def test_a_mail_that_was_delivered_before_a_crash_stands_once_in_the_mailbox(
    app: Flask, database: Database, post: Post
) -> None:
    from webapp.outbox import delivery, mailer

    post()
    with database.transaction() as session:
        [claimed] = delivery.claim(session, limit=1, now=NOW)
    with app.app_context(), MailboxSender(database).visit() as deliver:
        deliver(mailer.write(claimed))
        deliver(mailer.write(claimed))
    with database.reading() as session:
        assert len(queries.mails(session, "acme").items) == 1


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"env": "demo"}, MailboxSender),
        ({"env": "development"}, MailboxSender),
        ({"env": "demo", "smtp_url": "smtp://mail.example"}, SmtpSender),
        ({"env": "production", "smtp_url": "smtp://mail.example"}, SmtpSender),
    ],
)
def test_the_settings_choose_the_way_out(app: Flask, settings: Any, kind: type) -> None:
    with app.app_context():
        assert isinstance(worker.sender_for(Settings(**settings)), kind)


def test_production_without_a_mail_server_keeps_its_mail(
    database: Database, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(database)
    post()
    monkeypatch.setattr(worker, "settings", lambda: Settings(env="production"))
    worker.run(app, stop=threading.Event(), once=True)
    worker.run(app, stop=threading.Event(), once=True)
    assert statuses(database) == {"PENDING": 1}


def test_jobs_run_and_one_that_fails_stops_no_other(app: Flask, database: Database) -> None:
    ran: list[datetime] = []

    def broken(now: datetime) -> int:
        raise ZeroDivisionError

    def sweep(now: datetime) -> int:
        ran.append(now)
        return 1

    app.extensions["jobs"] = [broken, sweep]
    worker.run(app, stop=threading.Event(), once=True)
    assert len(ran) == 1
    assert ran[0].tzinfo is not None


def test_a_worker_waits_for_a_mail_server_and_then_delivers(
    database: Database, post: Post, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_PAUSE", 0.05)
    monkeypatch.setattr(worker, "wait_in_outage", lambda _failures, _chance: NOW - NOW)
    app = make_app(database, smtp_url=mail_server.url, mail_from="Desk <desk@acme.example>")
    post()
    mail_server.stop()
    worker.run(app, stop=threading.Event(), once=True)
    assert statuses(database) == {"PENDING": 1}
    with database.reading() as session:
        assert "is not there" in (queries.backlog(session).last_error or "")
    mail_server.start()
    worker.run(app, stop=threading.Event(), once=True)
    assert statuses(database) == {"SENT": 1}
    [mail] = mail_server.mails
    assert str(mail["Message-ID"]).endswith(".acme@acme.example>")


def test_a_worker_leaves_a_server_that_is_away_alone_for_a_while(
    database: Database, post: Post, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_PAUSE", 0.01)
    app = make_app(database, smtp_url=mail_server.url)
    mail_server.stop()
    tried: list[int] = []

    def note(failures: int, _chance: float) -> timedelta:
        tried.append(failures)
        return timedelta(minutes=1)

    monkeypatch.setattr(worker, "wait_in_outage", note)
    post()
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    worker.run(app, stop=stop)
    assert tried == [1]


def test_a_worker_survives_a_database_that_is_away(
    app: Flask, database: Database, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([True, True, False])
    reading = database.reading

    def sometimes() -> Any:
        if next(failures, False):
            raise OperationalError("SELECT 1", {}, Exception("gone"))
        return reading()

    monkeypatch.setattr(worker, "_PAUSE", 0.01)
    monkeypatch.setattr(worker, "wait_in_outage", lambda _failures, _chance: NOW - NOW)
    monkeypatch.setattr(database, "reading", sometimes)
    post()
    for _ in range(3):
        worker.run(app, stop=threading.Event(), once=True)
    assert statuses(database) == {"SENT": 1}


def test_a_worker_stops_when_told(own_database: Database) -> None:
    app = make_app(own_database)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(app,), kwargs={"stop": stop})
    thread.start()
    poster(own_database)()
    eventually(lambda: statuses(own_database) == {"SENT": 1})
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_worker_stops_on_sigterm_and_gives_the_signal_back(app: Flask) -> None:
    before = signal.getsignal(signal.SIGTERM)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()
    worker.run(app)
    assert signal.getsignal(signal.SIGTERM) is before


def test_two_workers_deliver_everything_once_and_in_order(
    own_database: Database, mail_server: MailServer
) -> None:
    post = poster(own_database)
    app = make_app(own_database, smtp_url=mail_server.url, mail_from="desk@acme.example")
    stop = threading.Event()
    with ThreadPoolExecutor(6) as pool:
        workers = [pool.submit(worker.run, app, stop=stop) for _ in range(3)]

        def produce(lane: int) -> None:
            for number in range(1, 11):
                for stream in range(4):
                    post(f"{lane}-{stream}", template="changed", number=number)

        for producer in [pool.submit(produce, lane) for lane in range(3)]:
            producer.result()
        eventually(lambda: statuses(own_database) == {"SENT": 120}, 60)
        stop.set()
        for one in workers:
            one.result(10)
    ids = [str(mail["Message-ID"]) for mail in mail_server.mails]
    assert len(ids) == len(set(ids)) == 120
    by_stream: dict[str, list[str]] = {}
    for mail in mail_server.mails:
        by_stream.setdefault(str(mail["References"]), []).append(str(mail["Subject"]))
    expected = [f"Rita Roe changed request {number}" for number in range(1, 11)]
    assert len(by_stream) == 12
    assert all(subjects == expected for subjects in by_stream.values())
