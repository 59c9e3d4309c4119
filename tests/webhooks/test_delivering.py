"""What endpoints get, in which order, and what happens when they are away, odd or gone."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.cast import ADA, BOB, EXPIRED, NOW, OLGA, RITA, Desk, cart
from tests.webhooks.conftest import SET_UP, Round, make
from tests.webhooks.receiver import Receiver, answer, raw, silence
from webapp.approvals.domain import Action
from webapp.outbox import queries as outbox
from webapp.outbox.domain import Kind, MessageStatus
from webapp.outbox.models import Message
from webapp.webhooks import queries, rotation, service
from webapp.webhooks.domain import COMPANY_EVENTS, OVERLAP, PLAN, State
from webapp.webhooks.queries import EndpointView
from webapp.webhooks.service import Draft, Shown
from webapp.webhooks.vault import Vault

WAS_OFF = "The webhook was switched off."


def said(receiver: Receiver) -> list[tuple[str, str]]:
    """Type and approval of what has arrived, in order."""
    messages = [json.loads(body) for body in receiver.bodies]
    return [(one["type"], one["data"].get("approval")) for one in messages]


def view(desk: Desk, hook: Shown) -> EndpointView:
    return desk.run(queries.one, "acme", hook.endpoint.id)


def states(desk: Desk) -> list[tuple[str, int]]:
    with desk.database.reading() as session:
        rows = session.execute(
            select(Message.status, Message.attempts)
            .where(Message.kind == Kind.WEBHOOK)
            .order_by(Message.id)
        )
        return [(status, attempts) for status, attempts in rows]


def test_everything_that_happens_to_a_request_arrives_signed_and_in_order(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    ap = desk.ask()
    desk.say(RITA, ap, Action.COMMENT, "Hello")
    desk.say(BOB, ap, Action.ASK, "Why?")
    desk.say(RITA, ap, Action.ANSWER, "So.")
    desk.approve(ap, BOB)
    run.until_quiet()
    assert [type_ for type_, _ in said(receiver)] == [
        "approval.created",
        "approval.commented",
        "approval.commented",
        "approval.commented",
        "approval.approved",
    ]
    ids = {one.headers["webhook-id"] for one in receiver.heard}
    assert len(ids) == len(receiver.heard)
    assert all(one.startswith("msg_") for one in ids)


def test_the_reference_library_takes_it_for_genuine(
    desk: Desk, receiver: Receiver, run: Round, hook: Shown
) -> None:
    from webapp.kernel.clock import utcnow

    desk.ask()
    run.clock.now = utcnow()
    run()
    message = receiver.verify(hook.secret)
    assert hook.secret.startswith("whsec_")
    assert message["type"] == "approval.created"
    with pytest.raises(Exception, match="No matching signature"):
        receiver.verify("whsec_" + "A" * 43 + "=")
    receiver.heard[-1].body += " "
    with pytest.raises(Exception, match="No matching signature"):
        receiver.verify(hook.secret)


def test_the_event_goes_with_the_change_or_not_at_all(desk: Desk, hook: Shown, run: Round) -> None:
    def ask_and_fail() -> None:
        from webapp.approvals.submission import submit

        with desk.database.transaction() as session:
            submit(session, RITA, cart("c500-rita"), now=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        ask_and_fail()
    assert run() == 0


def test_an_endpoint_hears_only_of_its_company_and_of_what_it_chose(
    desk: Desk, receiver: Receiver, run: Round
) -> None:
    make(desk, receiver.url + "&mine", ("approval.approved",))
    draft = Draft(url=receiver.url + "&other", event_types=COMPANY_EVENTS)
    desk.run(service.add_own, OLGA, draft, SET_UP, now=NOW)
    ap = desk.ask()
    desk.approve(ap, BOB)
    run.until_quiet()
    assert said(receiver) == [("approval.approved", ap)]
    assert "&mine" in receiver.heard[0].line


def test_an_endpoint_of_the_operator_hears_of_every_company(
    desk: Desk, receiver: Receiver, run: Round
) -> None:
    draft = Draft(url=receiver.url, event_types=("approval.created",))
    desk.run(service.add, "acme", draft, SET_UP, company_id=None, now=NOW)
    ap = desk.ask()
    run.until_quiet()
    assert said(receiver) == [("approval.created", ap)]


def test_an_order_that_is_placed_with_the_decision_comes_after_it(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    ap = desk.ask()
    desk.approve(ap, BOB)
    desk.order(ap, BOB)
    run.until_quiet()
    assert said(receiver)[1:] == [("approval.approved", ap), ("order.created", ap)]
    data = json.loads(receiver.bodies[-1])["data"]
    assert data["total"]["currency"] == "EUR"
    assert data["order"]


def test_down_for_an_hour_everything_arrives_afterwards_in_order_for_each_request(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    receiver.stop()
    first = desk.ask()
    second = desk.ask(RITA, cart("c1500-rita", ADA))
    for minute in range(60):
        if minute == 10:
            desk.say(RITA, first, Action.COMMENT, "Hello", now=run.clock())
        if minute == 20:
            desk.approve(first)
            desk.say(RITA, second, Action.COMMENT, "Hello", now=run.clock())
        run()
        run.clock.pass_(minutes=1)
    assert receiver.heard == []
    assert outbox_counts(desk)["PENDING"] == 5
    receiver.start()
    for _ in range(30):
        run()
        run.clock.pass_(minutes=1)
    arrived = said(receiver)
    assert [type_ for type_, ap in arrived if ap == first] == [
        "approval.created", "approval.commented", "approval.approved",
    ]  # fmt: skip
    assert [type_ for type_, ap in arrived if ap == second] == [
        "approval.created", "approval.commented",
    ]  # fmt: skip
    assert len(arrived) == 5
    assert outbox_counts(desk)["PENDING"] == 0
    found = view(desk, hook)
    assert (found.failures, found.failing_since) == (0, None)
    assert found.succeeded_at is not None


def outbox_counts(desk: Desk) -> dict[str, int]:
    with desk.database.reading() as session:
        return {
            str(one.status): one.count
            for one in outbox.figures(session)
            if one.kind is Kind.WEBHOOK
        }


def test_the_id_and_the_body_stay_the_same_over_attempts(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    receiver.script = [answer("500 No"), raw(b"")]
    desk.ask()
    for _ in range(3):
        run()
        run.clock.pass_(hours=1)
    assert len(receiver.heard) == 3
    assert len({one.headers["webhook-id"] for one in receiver.heard}) == 1
    assert len(set(receiver.bodies)) == 1
    assert len({one.headers["webhook-timestamp"] for one in receiver.heard}) == 3


def test_a_message_that_is_refused_holds_up_only_its_own_request(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    receiver.script = [answer("500 No")]
    first, second = desk.ask(), desk.ask(RITA, cart("c1500-rita", ADA))
    desk.say(RITA, first, Action.COMMENT, "Hello")
    run.until_quiet()
    assert [ap for _, ap in said(receiver)] == [first, second]
    run.clock.pass_(seconds=10)
    run.until_quiet()
    assert said(receiver)[2:] == [("approval.created", first), ("approval.commented", first)]


def test_an_endpoint_that_is_away_rests_and_is_asked_again_by_one_message_only(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    receiver.always = silence
    desk.ask()
    desk.ask(RITA, cart("c1500-rita", ADA))
    assert run() == 2
    assert len(receiver.heard) == 1
    assert run() == 0
    assert states(desk) == [("PENDING", 1), ("PENDING", 0)]


def test_a_message_that_makes_the_endpoint_stumble_does_not_stand_before_the_others(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    poison = desk.ask()

    def stumble(sock: object) -> None:
        way = silence if poison in receiver.bodies[-1] else answer("200 OK")
        way(sock)  # type: ignore[arg-type]

    receiver.always = stumble
    other = desk.ask(RITA, cart("c1500-rita", ADA))
    run()
    run.clock.pass_(minutes=1)
    run()
    assert [ap for _, ap in said(receiver)] == [poison, other, poison]


def test_an_odd_answer_follows_the_plan_until_it_is_given_up(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    receiver.always = answer("400 No")
    desk.ask()
    for _ in range(24 * 12 * 4):
        run()
        run.clock.pass_(minutes=5)
    assert states(desk) == [("DEAD", PLAN.attempts)]
    assert len(receiver.heard) == PLAN.attempts


def test_gone_switches_off_and_tells_the_admins(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    receiver.always = answer("410 Gone")
    desk.ask()
    desk.ask(RITA, cart("c1500-rita", ADA))
    run.until_quiet()
    assert len(receiver.heard) == 1
    assert view(desk, hook).state is State.GONE
    assert [status for status, _ in states(desk)] == ["DEAD", "DEAD"]
    told = [mail for mail in desk.mails() if mail.template == "webhook_off"]
    assert sorted(mail.to for mail in told) == ["ada", "alan"]
    assert run() == 0


def test_one_that_fails_for_days_is_switched_off(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    receiver.always = answer("503 No")
    desk.ask()
    for _ in range(24 * 7):
        run()
        run.clock.pass_(hours=1)
    # Three days for the first message; a later one finds out that it was five.
    assert [status for status, _ in states(desk)] == ["DEAD"]
    desk.ask(RITA, cart("c1500-rita", ADA))
    run()
    assert view(desk, hook).state is State.FAILING
    assert any(mail.template == "webhook_off" for mail in desk.mails())


def test_switched_on_again_it_begins_afresh(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    receiver.script = [answer("410 Gone")]
    ap = desk.ask()
    run()
    with desk.database.reading() as session:
        endpoint = queries.one(session, "acme", hook.endpoint.id)
    draft = Draft(url=endpoint.url, event_types=endpoint.event_types)
    change = {"desk": SET_UP, "seen_version": endpoint.version, "now": NOW}
    desk.run(service.change_own, ADA, endpoint.id, draft, **change)  # type: ignore[arg-type]
    with desk.database.reading() as session:
        [message] = queries.deliveries(session, endpoint).items
    assert (message.status, message.last_error) == (MessageStatus.DEAD, WAS_OFF)
    desk.run(service.replay_own, ADA, endpoint.id, message.id, now=NOW)
    run()
    assert said(receiver)[-1] == ("approval.created", ap)
    assert len({one.headers["webhook-id"] for one in receiver.heard}) == 1


def test_both_secrets_sign_for_a_day_after_a_change(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    from webapp.kernel.clock import utcnow

    run.clock.now = now = utcnow()
    new = desk.run(rotation.rotate_own, ADA, hook.endpoint.id, SET_UP, now=now)
    desk.ask()
    run()
    assert new.secret != hook.secret
    assert receiver.verify(hook.secret) == receiver.verify(new.secret)
    run.clock.now = now + OVERLAP
    desk.ask(RITA, cart("c1500-rita", ADA))
    run()
    assert len(receiver.heard[-1].headers["webhook-signature"].split(" ")) == 1


def test_a_secret_that_cannot_be_read_is_said_and_nothing_is_sent(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    from dataclasses import replace

    desk.ask()
    vault = Vault("another key of this desk, 0123456789")
    Round(replace(run.courier, vault=vault), run.clock)()
    assert receiver.heard == []
    with desk.database.reading() as session:
        endpoint = queries.one(session, "acme", hook.endpoint.id)
        [row] = queries.deliveries(session, endpoint).items
    assert "cannot be read" in str(row.last_error)


def test_the_log_holds_what_was_said_on_both_sides(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    receiver.script = [answer("500 No", "kaputt\x00\x1b[31m" + "x" * 5000)]
    desk.ask()
    run()
    run.clock.pass_(minutes=1)
    run()
    with desk.database.reading() as session:
        endpoint = queries.one(session, "acme", hook.endpoint.id)
        [row] = queries.deliveries(session, endpoint).items
        found = queries.delivery(session, endpoint, row.id)
    assert found.body == receiver.bodies[0]
    assert [one.status for one in found.attempts] == [204, 500]
    failed = found.attempts[1]
    assert failed.answer.startswith("kaputt\ufffd\ufffd[31mxxx")
    assert len(failed.answer) <= 1024
    assert failed.error == "It answered 500."
    assert failed.duration_ms >= 0


def test_what_was_claimed_by_a_worker_that_died_goes_again_under_its_id(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    desk.ask()
    [[lost]] = run.courier.claim()
    assert run() == 0
    run.clock.pass_(minutes=3)
    run()
    assert receiver.heard[0].headers["webhook-id"] == f"msg_{lost.id}"
    run.courier.bring([lost])
    assert len(receiver.heard) == 1


def test_removed_between_claim_and_sending_nothing_is_sent(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    desk.ask()
    [group] = run.courier.claim()
    desk.run(service.remove_own, ADA, hook.endpoint.id, now=NOW)
    run.courier.bring(group)
    assert receiver.heard == []
    assert states(desk) == []


def test_paused_it_gets_nothing_and_later_what_waited(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    ap = desk.ask()
    put = {"desk": SET_UP, "now": NOW}
    draft = Draft(url=receiver.url, event_types=("approval.created",), is_active=False)
    desk.run(service.change_own, ADA, hook.endpoint.id, draft, seen_version=1, **put)  # type: ignore[arg-type]
    assert run() == 0
    draft = Draft(url=receiver.url, event_types=("approval.created",))
    desk.run(service.change_own, ADA, hook.endpoint.id, draft, seen_version=2, **put)  # type: ignore[arg-type]
    run()
    assert said(receiver) == [("approval.created", ap)]


def test_slow_endpoints_do_not_hold_up_others_and_the_worker_finishes(
    desk: Desk, run: Round, receiver: Receiver
) -> None:
    slow = Receiver(always=silence).start()
    make(desk, slow.url)
    make(desk, receiver.url)
    ap = desk.ask()
    groups = run.courier.claim()
    assert len(groups) == 2
    for group in groups:
        run.courier.bring(group)
    slow.stop()
    assert said(receiver) == [("approval.created", ap)]


def test_the_plan_is_the_one_that_is_recommended() -> None:
    assert PLAN.attempts == 10
    waits = [PLAN.wait(attempt, 0.5) for attempt in range(1, PLAN.attempts)]
    assert waits[0] == timedelta(seconds=5)
    assert waits[-1] == timedelta(hours=24)
    assert timedelta(days=3) < sum(waits, timedelta()) < timedelta(days=4)
    assert PLAN.wait(2, 0.0) < PLAN.wait(2, 1.0)


def test_expiry_and_withdrawal_have_events(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    withdrawn = desk.ask()
    desk.withdraw(withdrawn)
    expired = desk.ask(RITA, cart("c1500-rita", ADA))
    desk.expire(now=EXPIRED)
    run.clock.now = EXPIRED
    run.until_quiet()
    found = said(receiver)
    assert ("approval.closed", withdrawn) in found
    assert ("approval.expired", expired) in found
    last = next(json.loads(one) for one in receiver.bodies if "expired" in one)
    assert (last["data"]["status"], last["data"]["actor"]) == ("EXPIRED", None)
