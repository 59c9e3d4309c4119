"""Mail server and receiver of webhooks are away for an hour; some messages can never be written."""

import json
import re
import time
from functools import partial
from itertools import count

import pytest
import requests

from tests.faults import inspection
from tests.faults.inspection import check_arrived, wait_until
from tests.faults.machine import FIGURES, KEY, Machine
from tests.faults.results import Report
from tests.support import cast
from tests.support.cast import ADA, BOB, RITA, TENANT
from tests.support.desk import UNDER
from tests.webhooks.conftest import EVERYTHING
from tests.webhooks.receiver import Receiver
from webapp.approvals.domain import Action
from webapp.approvals.service import Decision
from webapp.kernel.clock import utcnow
from webapp.outbox import service as outbox
from webapp.outbox.service import Recipient
from webapp.webhooks import service
from webapp.webhooks.addresses import Allowed
from webapp.webhooks.vault import Vault

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

# More than a worker takes at once.
POISONED = 12
_LOOPBACK = service.Desk(vault=Vault(KEY), allowed=Allowed.parse("127.0.0.0/8"))


def test_an_hour_without_mail_server_and_receiver_delays_everything_and_loses_nothing(
    machine: Machine, report: Report
) -> None:
    receiver = Receiver().start()
    hook(machine, receiver)
    receiver.stop()
    machine.mails.stop()
    poison(machine)
    made = [story(machine)]
    for minutes in (20, 40, 60):
        machine.move_clock(minutes=minutes)
        made.append(story(machine))
        wait_until(partial(_waits, machine, minutes * 60))
    check_visible(machine, mails=len(made) * 3 + POISONED, webhooks=len(made) * 3)
    receiver.start()
    machine.mails.start()
    machine.move_clock(hours=3)
    wait_until(lambda: figure(machine, "webhook", "PENDING") == 0)
    wait_until(lambda: figure(machine, "mail", "PENDING") <= POISONED)
    ids = [str(mail["Message-ID"]).strip("<").partition(".")[0] for mail in machine.mails.mails]
    heard = [one.headers["webhook-id"].removeprefix("msg_") for one in receiver.heard]
    mails = check_arrived(machine.desk(), "mail", ids)
    hooks = check_arrived(machine.desk(), "webhook", heard)
    assert (mails, hooks) == (len(made) * 3, len(made) * 3)
    assert {json.loads(body)["data"]["approval"] for body in receiver.bodies} == set(made)
    give_up(machine)
    receiver.stop()
    again = len(ids) - mails + len(heard) - hooks
    report(
        f"{mails} mails and {hooks} webhooks: all came after the hour, in order for each request, "
        f"{again} again under their ids; {POISONED} poisoned ones in front held up nobody"
    )


def hook(machine: Machine, receiver: Receiver) -> None:
    """Let everything be told to this receiver."""
    draft = service.Draft(url=receiver.url, event_types=EVERYTHING)
    with machine.desk().database.transaction() as session:
        service.add_own(session, ADA, draft, _LOOPBACK, now=utcnow())


def poison(machine: Machine) -> None:
    """Messages that nobody can write: the program does not know their template."""
    with machine.desk().database.transaction() as session:
        for number in range(POISONED):
            outbox.post(
                session,
                tenant_id=TENANT,
                stream_id=f"{inspection.POISONED}{number}",
                template="of another release",
                to=Recipient(person_id="bob", address="bob@acme.example"),
                context={},
                now=utcnow(),
            )


def story(machine: Machine) -> str:
    """A request that is asked for, approved and ordered: three mails, three webhooks; its id."""
    desk = machine.desk()
    use = cast.Desk(desk.database)
    asked = desk.ask(RITA, BOB, UNDER)
    use.decide(BOB, asked, Decision(action=Action.APPROVE), now=utcnow())
    use.order(asked, now=utcnow())
    return asked


def check_visible(machine: Machine, *, mails: int, webhooks: int) -> None:
    """Whoever watches sees what waits; the desk itself can serve all the while."""
    assert requests.get(f"{machine.url}/readyz", timeout=60).status_code == 200
    assert figure(machine, "mail", "PENDING") == mails
    assert figure(machine, "webhook", "PENDING") == webhooks
    said = machine.run("doctor", is_fine=False)
    assert f"Messages waiting: {mails + webhooks}, the oldest since" in said
    assert "is not there" in said


def give_up(machine: Machine) -> None:
    """In the end what cannot be written is given up, and said so until somebody looks."""
    for hours in count(5, 2):
        machine.move_clock(hours=hours)
        if figure(machine, "mail", "PENDING") == 0:
            break
        time.sleep(1)
    assert figure(machine, "mail", "DEAD") == POISONED
    assert f"Messages given up: {POISONED}." in machine.run("doctor", is_fine=False)


def _waits(machine: Machine, seconds: float) -> bool:
    """Whether Prometheus reads that the oldest message waits at least so long."""
    return _read(machine, r"countersign_oldest_message_seconds ([\d.e+]+)") >= seconds


def figure(machine: Machine, kind: str, status: str) -> int:
    """How many messages of a kind are in this state, as Prometheus reads it."""
    name = f'countersign_messages{{kind="{kind}",status="{status}"}}'
    return int(_read(machine, rf"{re.escape(name)} ([\d.e+]+)"))


def _read(machine: Machine, pattern: str) -> float:
    headers = {"Authorization": f"Bearer {FIGURES}"}
    page = requests.get(f"{machine.url}/metrics", headers=headers, timeout=60).text
    found = re.search(pattern, page)
    assert found, page
    return float(found[1])
