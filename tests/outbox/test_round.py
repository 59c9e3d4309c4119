"""Rounds of a worker against a real mail server that is there, away, refusing, slow or rude."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.outbox.conftest import NOW, Post
from tests.outbox.server import MailServer
from webapp.db import Database
from webapp.outbox import delivery, smtp
from webapp.outbox.delivery import Claimed
from webapp.outbox.domain import LEASE, MAX_ATTEMPTS, MAX_REFUSALS, MessageStatus
from webapp.outbox.letter import Letter
from webapp.outbox.models import Message
from webapp.outbox.round import BATCH, Round
from webapp.outbox.senders import Unreachable
from webapp.outbox.smtp import SmtpSender


class Clock:
    """The time that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def write(message: Claimed) -> Letter:
    context = message.payload["context"]
    if context["text"] == "poison":
        raise ZeroDivisionError("poisoned")
    return Letter(
        tenant_id=message.tenant_id,
        id=message.id,
        stream_id=message.stream_id,
        recipient_id=message.recipient_id,
        address=message.address,
        language=message.language,
        subject=f"{message.stream_id} {context['number']}",
        text="Text\n",
        html="<p>Text</p>\n",
        written_at=message.created_at,
    )


@dataclass(frozen=True)
class Runner:
    """Runs one round when it is called."""

    round: Round
    clock: Clock
    database: Database

    def __call__(self) -> int:
        return self.round.run()


@pytest.fixture
def run(database: Database, mail_server: MailServer, clock: Clock) -> Runner:
    sender = SmtpSender(
        smtp.MailServer.parse(mail_server.url),
        sender="Countersign <desk@acme.example>",
        host="acme.example",
        timeout=0.5,
    )
    one = Round(database=database, sender=sender, write=write, clock=clock, chance=lambda: 0.5)
    return Runner(one, clock, database)


def statuses(database: Database) -> dict[str, tuple[str, int]]:
    with database.reading() as session:
        rows = session.execute(select(Message.id, Message.status, Message.attempts))
        return {own: (status, attempts) for own, status, attempts in rows}


def test_everything_arrives_once_and_in_order(
    run: Runner, post: Post, mail_server: MailServer
) -> None:
    ids = [post(stream, number=number) for number in range(1, 4) for stream in ("a1", "a2")]
    assert [run() for _ in range(4)] == [2, 2, 2, 0]
    assert mail_server.subjects == ["a1 1", "a2 1", "a1 2", "a2 2", "a1 3", "a2 3"]
    assert [mail["Message-ID"] for mail in mail_server.mails] == [
        f"<{own}.acme@acme.example>" for own in ids
    ]


def test_a_batch_is_bounded(run: Runner, post: Post) -> None:
    for number in range(BATCH + 3):
        post(f"a{number}")
    assert [run(), run(), run()] == [BATCH, 3, 0]


def test_a_server_that_is_away_for_an_hour_costs_no_attempt_and_no_mail(
    run: Runner,
    post: Post,
    mail_server: MailServer,
) -> None:
    ids = [post("a1", number=1), post("a1", number=2), post("a2", number=1)]
    mail_server.stop()
    for _ in range(60):
        with pytest.raises(Unreachable, match="is not there"):
            run()
        run.clock.pass_(minutes=1)
    assert statuses(run.database) == dict.fromkeys(ids, ("PENDING", 0))
    mail_server.start()
    assert [run(), run(), run()] == [2, 1, 0]
    assert mail_server.subjects == ["a1 1", "a2 1", "a1 2"]


def test_a_server_that_goes_away_in_the_middle_loses_nothing(
    run: Runner, post: Post, mail_server: MailServer, database: Database
) -> None:
    first, second = post("a1"), post("a2")
    mail_server.hang_up_after = 2
    run()
    assert statuses(database)[first] == ("PENDING", 1)
    assert statuses(database)[second] == ("SENT", 1)
    assert mail_server.subjects == ["a2 12"]


def test_a_connection_that_breaks_once_is_opened_again(
    run: Runner, post: Post, mail_server: MailServer
) -> None:
    post()
    mail_server.hang_up_after = 1
    assert run() == 1
    assert mail_server.subjects == ["a1 12"]


def test_a_recipient_who_is_refused_holds_up_only_that_stream(
    run: Runner,
    post: Post,
    mail_server: MailServer,
) -> None:
    refused, behind, beside = post("a1", number=1), post("a1", number=2), post("a2", number=1)
    mail_server.answers = ["450 mailbox busy"]
    run()
    assert mail_server.subjects == ["a2 1"]
    assert run() == 0
    assert statuses(run.database)[refused] == ("PENDING", 1)
    with run.database.reading() as session:
        error = session.scalar(select(Message.last_error).where(Message.id == refused))
    assert error == "450 mailbox busy"
    run.clock.pass_(seconds=10)
    assert [run(), run()] == [1, 1]
    assert mail_server.subjects == ["a2 1", "a1 1", "a1 2"]
    assert statuses(run.database)[behind] == statuses(run.database)[beside] == ("SENT", 1)


def test_an_unknown_recipient_is_given_up_and_the_stream_goes_on(
    run: Runner,
    post: Post,
    mail_server: MailServer,
) -> None:
    unknown, _ = post(number=1), post(number=2)
    mail_server.answers = ["550 no such person"] * 5
    for _ in range(5):
        run()
        run.clock.pass_(hours=1)
    assert statuses(run.database)[unknown] == (MessageStatus.DEAD, 5)
    run()
    assert mail_server.subjects == ["a1 2"]


def test_a_slow_server_is_not_waited_for_longer_than_the_limit(
    run: Runner,
    post: Post,
    mail_server: MailServer,
) -> None:
    own = post()
    mail_server.delay = 0.8
    run()
    assert statuses(run.database)[own] == ("PENDING", 1)
    mail_server.delay = 0.1
    run.clock.pass_(seconds=10)
    assert run() == 1
    assert mail_server.subjects == ["a1 12"]


def test_a_mail_that_cannot_be_written_stops_no_other(
    run: Runner, post: Post, mail_server: MailServer, database: Database
) -> None:
    poisoned = post("a1", text="poison")
    post("a2")
    run()
    assert mail_server.subjects == ["a2 12"]
    with database.reading() as session:
        error = session.scalar(select(Message.last_error).where(Message.id == poisoned))
    assert error == "ZeroDivisionError: poisoned"


def test_an_address_that_is_none_stops_no_other(
    run: Runner, post: Post, mail_server: MailServer, database: Database
) -> None:
    from webapp.outbox.service import Recipient

    odd = post("a1", to=Recipient(person_id=None, address="nobody at all"))
    post("a2")
    run()
    assert mail_server.subjects == ["a2 12"]
    assert statuses(database)[odd] == ("PENDING", 1)


def test_a_message_that_killed_every_worker_is_buried_even_when_nothing_else_is_due(
    run: Runner, post: Post, mail_server: MailServer
) -> None:
    own, _ = post(number=1), post(number=2)
    with run.database.transaction() as session:
        session.execute(
            update(Message)
            .where(Message.id == own)
            .values(attempts=MAX_ATTEMPTS, leased_until=NOW - timedelta(seconds=1))
        )
    run()
    assert statuses(run.database)[own] == (MessageStatus.DEAD, MAX_ATTEMPTS)
    assert mail_server.subjects == ["a1 2"]


@pytest.mark.parametrize("answer", ["451 try later", "554 no"])
def test_a_mail_that_is_refused_after_it_was_read_is_given_up_at_last(
    run: Runner, post: Post, mail_server: MailServer, answer: str
) -> None:
    attempts = MAX_ATTEMPTS if answer.startswith("4") else MAX_REFUSALS
    own = post()
    mail_server.verdicts = [answer] * attempts
    for attempt in range(1, attempts + 1):
        run()
        status = MessageStatus.DEAD if attempt == attempts else MessageStatus.PENDING
        assert statuses(run.database)[own] == (status, attempt)
        run.clock.pass_(hours=1)
    assert run() == 0


def test_a_lease_that_was_lost_meanwhile_is_left_to_its_new_holder(
    post: Post, mail_server: MailServer, clock: Clock, database: Database
) -> None:
    post("a1")
    own = post("a2")
    sender = SmtpSender(
        smtp.MailServer.parse(mail_server.url), sender="desk@acme.example", host="x.example"
    )

    def slowly(message: Claimed) -> Letter:
        if message.stream_id == "a1":
            clock.pass_(seconds=LEASE.total_seconds())
            with database.transaction() as session:
                delivery.claim(session, limit=10, now=clock.now)
        return write(message)

    Round(database=database, sender=sender, write=slowly, clock=clock).run()
    assert mail_server.subjects == ["a1 12"]
    assert statuses(database)[own] == ("PENDING", 0)


def test_a_round_that_is_interrupted_gives_back_what_it_did_not_start(
    post: Post, mail_server: MailServer, clock: Clock, database: Database
) -> None:
    started, waiting = post("a1"), post("a2")
    sender = SmtpSender(
        smtp.MailServer.parse(mail_server.url), sender="desk@acme.example", host="x.example"
    )

    def interrupted(message: Claimed) -> Letter:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Round(database=database, sender=sender, write=interrupted, clock=clock).run()
    assert statuses(database) == {started: ("PENDING", 1), waiting: ("PENDING", 0)}
