"""Reminding the approver: by the requester, and by the desk before it expires (R50)."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask

from tests.support.app import HTMX, As
from tests.support.cast import ADA, BOB, EXPIRED, LATER, NOW, RITA, ROB, TENANT, Desk, cart
from tests.support.threads import at_once
from webapp.approvals import jobs
from webapp.approvals.domain import Action
from webapp.approvals.reminding import remind, remind_due
from webapp.identity.domain import Actor
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Conflict, Forbidden, NotFound

DAY = timedelta(hours=24)
SOON = EXPIRED - DAY


def test_the_approver_gets_a_mail_and_the_history_says_so(desk: Desk) -> None:
    made = desk.ask()
    desk.run(remind, RITA, made, now=LATER)
    assert desk.told(made)[1:] == [("reminded", "bob")]
    assert desk.mails(made)[-1].context["actor"] == "Rita Roe"
    event = desk.history(made)[-1]
    assert (event.action, event.actor_id) == ("REMIND", "rita")
    assert event.data == {"approver": "Bob Buyer"}
    assert (desk.approval(made).revision, desk.approval(made).version) == (1, 2)
    assert desk.broken(made) is None


def test_once_a_day_is_enough(desk: Desk) -> None:
    made = desk.ask()
    desk.run(remind, RITA, made, now=LATER)
    with pytest.raises(Conflict, match="You reminded Bob") as refused:
        desk.run(remind, RITA, made, now=LATER + DAY - timedelta(seconds=1))
    assert refused.value.code == "too_soon"
    desk.run(remind, RITA, made, now=LATER + DAY)
    assert desk.told(made)[1:] == [("reminded", "bob")] * 2


def test_there_is_nothing_to_remind_of_in_ones_own_turn(desk: Desk) -> None:
    made = desk.ask()
    desk.say(BOB, made, Action.ASK, "Why?")
    with pytest.raises(Forbidden, match="It is your turn"):
        desk.run(remind, RITA, made, now=LATER)


@pytest.mark.parametrize(("who", "error"), [(BOB, Forbidden), (ADA, NotFound), (ROB, NotFound)])
def test_only_the_requester_reminds(desk: Desk, who: Actor, error: type[Exception]) -> None:
    made = desk.ask()
    with pytest.raises(error):
        desk.run(remind, who, made, now=LATER)


def test_nobody_is_reminded_of_what_is_over(desk: Desk) -> None:
    made = desk.ask()
    with pytest.raises(Conflict):
        desk.run(remind, RITA, made, now=EXPIRED)
    desk.approve(made)
    with pytest.raises(Conflict, match="Bob Buyer has approved"):
        desk.run(remind, RITA, made, now=LATER)


def test_who_may_not_decide_any_more_is_not_reminded(desk: Desk) -> None:
    made = desk.ask(RITA, cart("c1500-rita", ADA))
    desk.sql("UPDATE memberships SET role = 'B2B_BUYER' WHERE person_id = 'ada'")
    with pytest.raises(Forbidden, match="Ada cannot approve this"):
        desk.run(remind, RITA, made, now=LATER)


def test_ten_presses_at_once_are_one_reminder(own_desk: Desk) -> None:
    made = own_desk.ask()
    answers = at_once([partial(own_desk.run, remind, RITA, made, now=LATER)] * 10)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert own_desk.told(made)[1:] == [("reminded", "bob")]


def test_the_desk_reminds_once_a_day_before_it_expires(desk: Desk) -> None:
    made = desk.ask()
    assert desk.run(remind_due, now=SOON - timedelta(seconds=1)).done == 0
    assert desk.run(remind_due, now=SOON).done == 1
    assert desk.run(remind_due, now=SOON + timedelta(hours=1)).done == 0
    assert desk.told(made)[1:] == [("reminded", "bob")]
    event = desk.history(made)[-1]
    assert (event.action, event.actor_id) == ("REMIND", None)
    assert desk.broken(made) is None


def test_the_desk_waits_while_it_is_the_requesters_turn(desk: Desk) -> None:
    made = desk.ask()
    desk.say(BOB, made, Action.ASK, "Why?")
    assert desk.run(remind_due, now=SOON).done == 0
    desk.say(RITA, made, Action.ANSWER, "Because.")
    assert desk.run(remind_due, now=SOON + timedelta(hours=1)).done == 1


def test_what_is_decided_or_expired_needs_no_reminder(desk: Desk) -> None:
    desk.approve(desk.ask())
    desk.ask(ROB, cart("c500-rob"))
    assert desk.run(remind_due, now=EXPIRED).done == 0


@pytest.mark.parametrize(("hours", "due"), [(48, EXPIRED - 2 * DAY), (0, None), (8760, None)])
def test_a_tenant_says_how_long_before(desk: Desk, hours: int, due: object) -> None:
    stored = f'{{"reminder_hours": {hours}}}'
    desk.sql("UPDATE tenants SET settings = :value WHERE id = :id", value=stored, id=TENANT)
    assert desk.approval(desk.ask(now=NOW)).reminder_due_at == due


def test_the_worker_reminds(app: Flask, desk: Desk) -> None:
    desk.ask()
    with app.app_context():
        assert jobs.remind(SOON) == 1
        assert jobs.remind(SOON) == 0
    assert jobs.remind in app.extensions["business_jobs"]


@pytest.mark.parametrize("place", ["/requests", "/approvals/{id}"])
def test_the_button_says_when_it_is_possible_again(desk: Desk, as_: As, place: str) -> None:
    made = desk.ask(now=utcnow())
    rita = as_("rita")
    where = place.format(id=made)
    assert "Remind Bob" in rita.get(where).text
    told = rita.post(f"/approvals/{made}/reminders", follow_redirects=True)
    assert "Bob is reminded, and gets a mail." in told.text
    page = rita.get(where).text
    assert "Remind Bob" not in page
    assert "You reminded Bob today" in page
    assert "You can do so again tomorrow" in page
    again = rita.post(f"/approvals/{made}/reminders", headers=HTMX)
    assert again.status_code == 409
    assert "You reminded Bob today" in again.text


def test_the_approver_has_no_such_button(desk: Desk, as_: As) -> None:
    made = desk.ask(now=utcnow())
    assert "Remind" not in as_("bob").get(f"/approvals/{made}").text
