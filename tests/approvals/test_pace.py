"""How long requests usually take, from what was decided lately (R49)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import null
from sqlalchemy.orm import make_transient

from tests.support.app import As
from tests.support.cast import BOB, NOW, RITA, Desk, cart
from webapp.approvals.domain import Status
from webapp.approvals.models import Approval
from webapp.approvals.pace import MOST, Pace, pace, rounded
from webapp.kernel.clock import utcnow

HOUR = timedelta(hours=1)


def past(
    desk: Desk, *times: timedelta, who: str = "bob", status: str = "APPROVED", now: datetime = NOW
) -> None:
    """Requests of Rita's company that were decided after so long, the first one first."""
    with desk.database.transaction() as session:
        original = session.query(Approval).order_by(Approval.number).first()
        assert original is not None
        number = session.query(Approval).count()
        make_transient(original)
        values = {c.name: getattr(original, c.name) for c in Approval.__table__.columns}
        for index, time in enumerate(times):
            made = f"past-{number + index}"
            asked_at = now - timedelta(days=90 - index)
            values |= {"id": made, "number": 5000 + number + index, "resource_id": made}
            values |= {"approver_id": who, "status": status, "turn": null(), "created_at": asked_at}
            values |= {"decided_at": asked_at + time, "decided_by_id": who, "decided_by_name": "B"}
            session.add(Approval(**values))


def found(desk: Desk) -> Pace | None:
    with desk.database.reading() as session:
        asked = session.query(Approval).order_by(Approval.number).first()
        assert asked is not None
        return pace(session, "acme", asked)


def test_it_is_the_median_of_what_this_approver_decided(desk: Desk) -> None:
    desk.ask()
    past(desk, 1 * HOUR, 3 * HOUR)
    past(desk, 200 * HOUR, status=Status.DECLINED)
    assert found(desk) == Pace(3 * HOUR, is_of_company=False)


def test_few_decisions_of_ones_own_leave_it_to_the_company(desk: Desk) -> None:
    desk.ask()
    past(desk, 1 * HOUR, 2 * HOUR)
    assert found(desk) is None
    past(desk, 5 * HOUR, who="ada")
    assert found(desk) == Pace(2 * HOUR, is_of_company=True)


def test_what_nobody_decided_does_not_count(desk: Desk) -> None:
    desk.ask()
    past(desk, 1 * HOUR, 2 * HOUR)
    past(desk, 720 * HOUR, 1 * HOUR, status=Status.CLOSED)
    assert found(desk) is None


def test_only_the_latest_decisions_count(desk: Desk) -> None:
    desk.ask()
    past(desk, *[100 * HOUR] * 60, *[2 * HOUR] * MOST)
    assert found(desk) == Pace(2 * HOUR, is_of_company=False)


def test_another_company_does_not_count(desk: Desk) -> None:
    desk.ask()
    past(desk, *[2 * HOUR] * 3)
    desk.sql("UPDATE approvals SET company_id = 'le2' WHERE number >= 5000")
    assert found(desk) is None


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(seconds=5), timedelta(minutes=1)),
        (timedelta(minutes=4, seconds=40), timedelta(minutes=5)),
        (timedelta(minutes=33), timedelta(minutes=35)),
        (timedelta(minutes=50), 1 * HOUR),
        (timedelta(hours=2, minutes=50), 3 * HOUR),
        (timedelta(hours=23, minutes=50), 24 * HOUR),
        (timedelta(hours=37), 48 * HOUR),
        (timedelta(days=3, hours=20), timedelta(days=4)),
    ],
)
def test_it_is_said_as_people_say_it(time: timedelta, said: timedelta) -> None:
    assert rounded(time) == said


def test_the_requester_reads_it_and_the_approver_does_not(desk: Desk, as_: As) -> None:
    asked = desk.ask(RITA, cart("c500-rita", BOB), now=utcnow())
    past(desk, *[3 * HOUR] * 3)
    usual = "Requests to Bob usually take 3 hours."
    assert usual in as_("rita").get(f"/approvals/{asked}").text
    assert usual not in as_("bob").get(f"/approvals/{asked}").text
    desk.approve(asked)
    assert usual not in as_("rita").get(f"/approvals/{asked}").text
