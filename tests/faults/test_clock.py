"""The clock is wrong for a while: nothing is lost, and no history runs backwards."""

from datetime import timedelta
from functools import partial

import pytest
import requests

from tests.faults.clients import APPROVE, Load, token
from tests.faults.inspection import inspect, wait_for_mails, wait_until
from tests.faults.machine import Machine
from tests.faults.results import Report
from tests.support import cast
from tests.support.cast import BOB, ROB
from tests.support.desk import UNDER
from webapp.identity import session_store
from webapp.kernel.clock import utcnow

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_a_clock_that_jumps_ahead_and_back_loses_nothing(machine: Machine, report: Report) -> None:
    """The clients keep the true time, so that the desk is an hour ahead of them, then behind."""
    desk = machine.desk()
    load = Load(desk)
    load.start()
    for hours in (1, -1, 0.5, 0):
        seen = len(load.stories)
        machine.move_clock(hours=hours)
        wait_until(partial(load.has, seen + 5))
    load.end()
    assert load.faults == []
    # What was written while the clock was ahead waits for its time.
    machine.move_clock(hours=2)
    inspect(desk, load.stories)
    written, came = wait_for_mails(desk)
    assert "whole" in machine.run("audit", "verify")
    report(
        f"{len(load.stories)} requests under way, {written} messages: nothing lost, all in order, "
        f"{came - written} mails sent again; no history runs backwards"
    )


def test_what_ended_while_the_clock_was_ahead_stays_ended(machine: Machine, report: Report) -> None:
    desk = machine.desk()
    asked = desk.ask(ROB, BOB, UNDER)
    cookies = {"countersign": signed_in(machine)}
    inbox = f"{machine.url}/inbox"
    assert requests.get(inbox, cookies=cookies, timeout=60, allow_redirects=False).ok
    machine.move_clock(days=31)
    away = requests.get(inbox, cookies=cookies, timeout=60, allow_redirects=False)
    assert "/sign-in" in away.headers["Location"]
    wait_until(lambda: desk.approval(asked).status == "EXPIRED")
    machine.move_clock()
    # The former one would be over as well.
    bob = {"Authorization": f"Bearer {token(desk, BOB)}"}
    path = f"{machine.url}/approval/acme/approvals/{asked}"
    refused = requests.patch(path, headers=bob, json=APPROVE, timeout=60)
    assert (refused.status_code, "expired" in refused.text) == (400, True)
    assert cast.Desk(desk.database).actions(asked) == ["SUBMIT", "EXPIRE"]
    report("31 days ahead: sessions end, requests expire; neither comes back with the true time")


def signed_in(machine: Machine) -> str:
    """A session of Bob, as one that he has in a browser."""
    token = session_store.new_token()
    with machine.desk().database.transaction() as session:
        session_store.create_for(
            session,
            token,
            {},
            (BOB.tenant_id, BOB.person_id, BOB.company_id),
            user_agent="",
            lifetime=timedelta(hours=12),
            now=utcnow(),
        )
    return token
