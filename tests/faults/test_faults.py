"""Power cuts, dead databases and full disks: nothing acknowledged is lost, nothing happens twice.

What these tests find out is written down in `docs/reliability.md`.
"""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from tests.faults import cluster
from tests.faults.clients import APPROVE, Load, token
from tests.faults.conftest import ROUNDS, running
from tests.faults.inspection import inspect, wait_for_mails, wait_until
from tests.faults.machine import Machine
from tests.faults.results import Report
from tests.support import cast
from tests.support.cast import BOB, RITA
from tests.support.desk import UNDER

DECLINE = [{"op": "replace", "path": "/status", "value": "DECLINED"}]
# Somebody waits for a row that another has locked.
WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'desk'"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_killing_everything_at_any_moment_loses_nothing(machine: Machine, report: Report) -> None:
    desk = machine.desk()
    load = Load(desk)
    load.start()
    chance = random.Random(20261122)  # noqa: S311 - moments, not secrets
    for number in range(ROUNDS):
        # However slow the machine is, somebody was answered in each round.
        wait_until(partial(load.has_heard, load.answers + 1))
        time.sleep(chance.uniform(0, 1))
        machine.kill()
        # Nobody waits for those who are dead: their leases are over.
        machine.move_clock(minutes=3 * (number + 1))
        machine.start()
    load.end()
    assert load.faults == []
    inspect(desk, load.stories)
    written, came = wait_for_mails(desk)
    machine.stop()
    assert "whole" in machine.run("audit", "verify")
    report(
        f"{ROUNDS} kills, {len(load.stories)} requests under way, {written} messages: nothing "
        f"lost, nothing done twice, {came - written} mails sent again under their ids"
    )


@pytest.mark.postgres
def test_a_database_that_crashes_or_restarts_is_waited_for(
    single: tuple[Machine, cluster.Server], report: Report
) -> None:
    machine, server = single
    desk = machine.desk()
    bob = {"Authorization": f"Bearer {token(desk, BOB)}"}
    load = Load(desk)
    load.start()
    rounds, longest = max(2, ROUNDS // 10), 0.0
    for number in range(rounds):
        time.sleep(1)
        (server.stop if number % 2 else server.crash)()
        away = requests.get(f"{machine.url}/readyz", timeout=60)
        assert (away.status_code, "does not answer" in away.text) == (503, True)
        assert requests.get(f"{machine.url}/healthz", timeout=60).status_code == 200
        refused = requests.get(f"{machine.url}/approval/acme/approvals", headers=bob, timeout=60)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        time.sleep(0.5)
        server.start()
        back = time.monotonic()
        machine.wait_for("/readyz")
        longest = max(longest, time.monotonic() - back)
    load.end()
    assert load.faults == []
    inspect(desk, load.stories)
    wait_for_mails(desk)
    report(
        f"{rounds} crashes and restarts, {len(load.stories)} requests under way: 503 with "
        f"Retry-After meanwhile, ready again {longest:.1f} s after the database at most"
    )


@pytest.mark.postgres
def test_when_the_standby_takes_over_nothing_acknowledged_is_lost(
    pair: tuple[Machine, cluster.Server, cluster.Server], report: Report
) -> None:
    machine, primary, standby = pair
    desk = machine.desk()
    load = Load(desk)
    load.start()
    time.sleep(3)
    before = len(load.stories)
    primary.crash()
    time.sleep(1)
    standby.promote()
    standby.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
    standby.execute("SELECT pg_reload_conf()")
    back = time.monotonic()
    machine.wait_for("/readyz")
    recovered = time.monotonic() - back
    wait_until(lambda: len(load.stories) > before)
    load.end()
    assert load.faults == []
    assert len(load.stories) > before
    inspect(desk, load.stories)
    wait_for_mails(desk)
    assert "whole" in machine.run("audit", "verify")
    report(
        f"{len(load.stories)} requests under way, {before} of them before: nothing acknowledged "
        f"lost, ready again {recovered:.1f} s after the standby took over"
    )


@pytest.mark.postgres
def test_a_database_that_only_reads_shows_and_refuses_clearly(
    single: tuple[Machine, cluster.Server], report: Report
) -> None:
    machine, server = single
    desk = machine.desk()
    asked = desk.ask(RITA, BOB, UNDER)
    bob = {"Authorization": f"Bearer {token(desk, BOB)}"}
    server.execute("ALTER DATABASE desk SET default_transaction_read_only = on")
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'desk'")
    path = f"{machine.url}/approval/acme/approvals/{asked}"
    # Connections end a moment after they were told to; a client comes again as it was told.
    wait_until(lambda: requests.get(path, headers=bob, timeout=60).status_code == 200)
    refused = requests.patch(path, headers=bob, json=APPROVE, timeout=60)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    server.execute("ALTER DATABASE desk RESET default_transaction_read_only")
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'desk'")
    press = partial(requests.patch, path, headers=bob, json=APPROVE, timeout=60)
    wait_until(lambda: press().status_code == 204)
    report("lists and requests answer; a decision is refused with 503, and taken afterwards")


def test_a_disk_that_is_full_refuses_clearly_and_goes_on_afterwards(
    tmp_path: Path, report: Report
) -> None:
    # What is written to the log must go somewhere.
    with running(tmp_path, f"sqlite:///{tmp_path}/desk.db", log=os.devnull) as machine:
        desk = machine.desk()
        asked = desk.ask(RITA, BOB, UNDER)
        bob = {"Authorization": f"Bearer {token(desk, BOB)}"}
        path = f"{machine.url}/approval/acme/approvals/{asked}"
        machine.fill_disk()
        refused = requests.patch(path, headers=bob, json=APPROVE, timeout=60)
        assert refused.status_code == 503, refused.text
        assert refused.headers["Retry-After"]
        assert requests.get(path, headers=bob, timeout=60).status_code == 200
        machine.fill_disk(is_full=False)
        assert requests.patch(path, headers=bob, json=APPROVE, timeout=60).status_code == 204
        wait_for_mails(desk)
        assert "whole" in machine.run("audit", "verify")
        report("lists answer; a decision is refused with 503, and taken afterwards")


def test_a_worker_that_dies_between_sending_and_noting_sends_again_with_the_same_id(
    machine: Machine, report: Report
) -> None:
    """The one moment at which a message can come twice; its reader can tell."""
    desk = machine.desk()
    machine.mails.before_yes = machine.kill
    desk.ask(RITA, BOB, UNDER)
    wait_until(lambda: len(machine.mails.mails) == 1)
    machine.mails.before_yes = None
    machine.kill()
    machine.start()
    # By then the lease of the worker that died is over.
    machine.move_clock(minutes=3)
    wait_until(lambda: len(machine.mails.mails) == 2)
    first, second = machine.mails.mails
    assert first["Message-ID"] == second["Message-ID"]
    written, came = wait_for_mails(desk)
    report(f"{written} message, {came} mails with the same Message-ID")


@pytest.mark.postgres
def test_a_key_means_the_same_after_a_crash(
    single: tuple[Machine, cluster.Server], report: Report
) -> None:
    """Killed in the middle of a decision: the same request is carried out once, no other is."""
    machine, server = single
    desk = machine.desk()
    path = f"{machine.url}/approval/acme/approvals/{desk.ask(RITA, BOB, UNDER)}"
    headers = {"Authorization": f"Bearer {token(desk, BOB)}", "Idempotency-Key": "the-same"}
    press = partial(requests.patch, path, json=APPROVE, headers=headers, timeout=60)
    with desk.database.transaction() as session, ThreadPoolExecutor(1) as pool:
        session.execute(text("SELECT 1 FROM approvals FOR UPDATE"))
        cut_off = pool.submit(press)
        wait_until(lambda: server.execute(WAITING) != [])
        machine.kill()
        assert isinstance(cut_off.exception(), requests.ConnectionError)
    machine.start()
    assert press().status_code == 409, "the first one may still be at work"
    machine.move_clock(minutes=2)
    first, again = press(), press()
    assert (first.status_code, again.status_code) == (204, 204)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert press(json=DECLINE).status_code == 422
    assert cast.Desk(desk.database).actions(path.rpartition("/")[2]) == ["SUBMIT", "APPROVE"]
    report("killed at work: done once by the repetition, answered alike after that")
