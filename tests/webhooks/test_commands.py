"""`countersign outbox` and `countersign webhook`."""

import re

import pytest
from sqlalchemy import update

from tests.support.app import ACME
from tests.support.cast import RITA, Desk, cart
from tests.test_cli import Program
from webapp.approvals.submission import submit
from webapp.db import Database, make_engine
from webapp.kernel.clock import utcnow
from webapp.outbox.models import Message
from webapp.webhooks.models import Endpoint

URL = "https://hooks.example.com/in"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


@pytest.fixture(scope="module")
def countersign(tmp_path_factory: pytest.TempPathFactory) -> Program:
    program = Program(tmp_path_factory.mktemp("desk")).upgraded()
    assert program("import", str(ACME)).exit_code == 0
    return program


def well(program: Program, *words: str) -> str:
    result = program(*words)
    assert result.exit_code == 0, result.output
    return result.output


def desk_of(program: Program) -> Desk:
    return Desk(Database(make_engine(program.url)))


@pytest.mark.parametrize(
    "words",
    [
        ("outbox",), ("outbox", "list"), ("outbox", "replay"), ("outbox", "purge"),
        ("webhook",), ("webhook", "add"), ("webhook", "list"), ("webhook", "rotate"),
        ("webhook", "remove"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_command_has_help(countersign: Program, words: tuple[str, ...]) -> None:
    assert "Usage:" in well(countersign, *words, "--help")


def test_the_operator_sets_a_webhook_up_gives_it_a_new_secret_and_removes_it(
    countersign: Program,
) -> None:
    added = well(countersign, "webhook", "add", "acme", URL, "--event", "order.created")
    own = re.findall(r"webhook_id +(\S+)", added)[0]
    assert SECRET.search(added)
    listed = well(countersign, "webhook", "list", "acme")
    assert f"{own}  {URL}  all companies  active  order.created" in listed
    assert not SECRET.search(listed)
    rotated = well(countersign, "webhook", "rotate", "acme", own)
    assert SECRET.findall(rotated) != SECRET.findall(added)
    assert "told nothing any more" in well(countersign, "webhook", "remove", "acme", own)
    assert well(countersign, "webhook", "list", "acme") == ""


@pytest.mark.parametrize(
    "words",
    [
        ("add", "acme", "http://127.0.0.1/"),
        ("add", "acme", "https://169.254.169.254/"),
        ("add", "acme", URL, "--event", "nonsense"),
        ("add", "nobody", URL),
        ("add", "acme", URL, "--company", "nowhere"),
        ("rotate", "acme", "nothing"),
        ("remove", "acme", "nothing"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_one_sentence(countersign: Program, words: tuple[str, ...]) -> None:
    result = countersign("webhook", *words)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert result.stderr.strip()


def test_what_was_given_up_is_listed_sent_again_and_removed(countersign: Program) -> None:
    desk = desk_of(countersign)
    desk.run(submit, RITA, cart("c500-rita"), now=utcnow())
    [(own,)] = desk.sql("SELECT id FROM outbox_messages WHERE kind = 'mail'")
    with desk.database.transaction() as session:
        session.execute(update(Message).values(status="DEAD", last_error="550 no such person"))
    assert "Messages given up: 1." in countersign("doctor").output
    listed = well(countersign, "outbox", "list", "--kind", "mail")
    assert "submitted  bob@acme.example  0 attempts  550 no such person" in listed
    assert well(countersign, "outbox", "replay", str(own), "--tenant", "acme") == "Sent again: 1.\n"
    assert countersign("outbox", "replay", str(own), "--tenant", "acme").exit_code == 1
    assert "given up" not in well(countersign, "outbox", "list", "--status", "pending")
    with desk.database.transaction() as session:
        session.execute(update(Message).values(status="DEAD"))
    assert well(countersign, "outbox", "replay", "--all") == "Sent again: 1.\n"
    purge = ("outbox", "purge", "--status", "pending", "--days", "0", "--yes")
    assert well(countersign, *purge) == "Removed: 1.\n"
    assert "There are none." in well(countersign, "outbox", "list", "--status", "pending")


@pytest.mark.parametrize("words", [(), ("x",), ("x", "--all"), ("x", "--tenant", "a", "--all")])
def test_a_replay_says_what_it_needs(countersign: Program, words: tuple[str, ...]) -> None:
    assert countersign("outbox", "replay", *words).exit_code == 2


def test_the_doctor_says_that_sending_is_switched_off(countersign: Program) -> None:
    told = countersign("doctor", SENDING="no").output
    assert "Sending is switched off." in told
    assert "Set COUNTERSIGN_SENDING=yes" in told


def test_the_doctor_says_which_webhooks_take_nothing(countersign: Program) -> None:
    well(countersign, "webhook", "add", "acme", URL)
    assert "Webhooks: Active: 1, taking nothing now: 0." in countersign("doctor").output
    with desk_of(countersign).database.transaction() as session:
        session.execute(update(Endpoint).values(failing_since=utcnow()))
    told = countersign("doctor").output
    assert "wrong  Webhooks: Active: 1, taking nothing now: 1." in told
    with desk_of(countersign).database.transaction() as session:
        session.execute(update(Endpoint).values(state="FAILING"))
    assert "failed for days: 1." in countersign("doctor").output


def test_what_webhooks_may_reach_has_to_make_sense(countersign: Program) -> None:
    told = countersign("doctor", WEBHOOK_ALLOW="10.0.0.0/8, not a host!")
    assert "COUNTERSIGN_WEBHOOK_ALLOW" in told.output
    assert "neither a host nor a network" in told.output
