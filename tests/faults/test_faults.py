"""Power cuts, dead databases and full disks: nothing acknowledged is lost, nothing happens twice.

What these tests find out is written down in `docs/reliability.md`.
"""

import os
import random
import time
from pathlib import Path

import pytest
import requests

from tests.faults import cluster
from tests.faults.clients import APPROVE, Load, token
from tests.faults.conftest import ROUNDS, running
from tests.faults.inspection import inspect, wait_for_mails
from tests.faults.machine import Machine
from tests.support.cast import BOB, RITA
from tests.support.desk import UNDER

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def report(words: str) -> None:
    """A figure for the document, shown with `-rP`."""
    print(words)


def test_killing_everything_at_any_moment_loses_nothing(machine: Machine) -> None:
    desk = machine.desk()
    load = Load(desk)
    load.start()
    chance = random.Random(20261122)  # noqa: S311 - moments, not secrets
    for _ in range(ROUNDS):
        time.sleep(chance.uniform(0.1, 1.2))
        machine.kill()
        machine.start()
    load.end()
    assert load.faults == []
    inspect(desk, load.stories)
    written, came = wait_for_mails(desk)
    machine.stop()
    assert "whole" in machine.run("audit", "verify")
    report(
        f"{machine.database_url.partition(':')[0]}: {ROUNDS} kills, {len(load.stories)} requests, "
        f"{written} messages, {came - written} repeated"
    )


@pytest.mark.postgres
def test_a_database_that_crashes_is_waited_for(single: tuple[Machine, cluster.Server]) -> None:
    machine, server = single
    desk = machine.desk()
    bob = {"Authorization": f"Bearer {token(desk, BOB)}"}
    load = Load(desk)
    load.start()
    for _ in range(max(1, ROUNDS // 10)):
        time.sleep(1)
        server.crash()
        away = requests.get(f"{machine.url}/readyz", timeout=10)
        assert (away.status_code, "does not answer" in away.text) == (503, True)
        assert requests.get(f"{machine.url}/healthz", timeout=10).status_code == 200
        refused = requests.get(f"{machine.url}/approval/acme/approvals", headers=bob, timeout=10)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        time.sleep(0.5)
        server.start()
        machine.wait_for("/readyz", 10)
    load.end()
    assert load.faults == []
    inspect(desk, load.stories)
    wait_for_mails(desk)
    report(f"{len(load.stories)} requests, longest gap {load.longest_gap:.1f} s")


@pytest.mark.postgres
def test_when_the_standby_takes_over_nothing_acknowledged_is_lost(
    pair: tuple[Machine, cluster.Server, cluster.Server],
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
    machine.wait_for("/readyz", 20)
    time.sleep(3)
    load.end()
    assert load.faults == []
    assert len(load.stories) > before
    inspect(desk, load.stories)
    wait_for_mails(desk)
    assert "whole" in machine.run("audit", "verify")
    report(f"{len(load.stories)} requests, longest gap {load.longest_gap:.1f} s")


@pytest.mark.postgres
def test_a_database_that_only_reads_shows_and_refuses_clearly(
    single: tuple[Machine, cluster.Server],
) -> None:
    machine, server = single
    desk = machine.desk()
    asked = desk.ask(RITA, BOB, UNDER)
    bob = {"Authorization": f"Bearer {token(desk, BOB)}"}
    server.execute("ALTER DATABASE desk SET default_transaction_read_only = on")
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'desk'")
    path = f"{machine.url}/approval/acme/approvals/{asked}"
    assert requests.get(path, headers=bob, timeout=10).status_code == 200
    refused = requests.patch(path, headers=bob, json=APPROVE, timeout=10)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    server.execute("ALTER DATABASE desk RESET default_transaction_read_only")
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'desk'")
    assert requests.patch(path, headers=bob, json=APPROVE, timeout=10).status_code == 204


def test_a_disk_that_is_full_refuses_clearly_and_goes_on_afterwards(tmp_path: Path) -> None:
    # What is written to the log must go somewhere.
    with running(tmp_path, f"sqlite:///{tmp_path}/desk.db", log=os.devnull) as machine:
        desk = machine.desk()
        asked = desk.ask(RITA, BOB, UNDER)
        bob = {"Authorization": f"Bearer {token(desk, BOB)}"}
        path = f"{machine.url}/approval/acme/approvals/{asked}"
        machine.fill_disk()
        refused = requests.patch(path, headers=bob, json=APPROVE, timeout=20)
        assert refused.status_code == 503, refused.text
        assert refused.headers["Retry-After"]
        assert requests.get(path, headers=bob, timeout=10).status_code == 200
        machine.fill_disk(is_full=False)
        assert requests.patch(path, headers=bob, json=APPROVE, timeout=10).status_code == 204
        assert "whole" in machine.run("audit", "verify")


def test_a_worker_that_dies_between_sending_and_noting_sends_again_with_the_same_id(
    machine: Machine,
) -> None:
    """The one moment at which a message can come twice; its reader can tell."""
    desk = machine.desk()
    machine.mails.before_yes = machine.kill
    desk.ask(RITA, BOB, UNDER)
    until = time.monotonic() + 20
    while not machine.mails.mails:
        assert time.monotonic() < until
        time.sleep(0.05)
    machine.mails.before_yes = None
    machine.kill()
    machine.start()
    until = time.monotonic() + 150
    while len(machine.mails.mails) < 2:
        assert time.monotonic() < until, "the lease never ended"
        time.sleep(0.2)
    first, second = machine.mails.mails[:2]
    assert first["Message-ID"] == second["Message-ID"]
    written, came = wait_for_mails(desk)
    report(f"{written} messages, {came} mails")
