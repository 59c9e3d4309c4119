"""One change wins: the row is only written as it was read (law 2, R30)."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.cast import ADA, BOB, EXPIRED, LATER, NOW, RITA, ROB, TENANT, Desk, cart
from webapp.approvals import jobs, queries
from webapp.approvals.claiming import claim
from webapp.approvals.domain import Action
from webapp.approvals.recording import entry_by, head_of, heads, open_for, record
from webapp.db import Database
from webapp.kernel.errors import Conflict
from webapp.ledger.service import verify


@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE approvals SET version = version + 1",
        "UPDATE approvals SET status = 'EXPIRED', turn = NULL, decided_at = created_at",
    ],
)
def test_a_row_that_changed_under_our_hands_is_not_written(desk: Desk, meanwhile: str) -> None:
    made = desk.ask()

    def late(session: Session, /) -> None:
        approval = open_for(session, RITA, made, Action.COMMENT, now=LATER).approval
        session.execute(text(meanwhile))
        record(session, approval, entry_by(RITA, Action.COMMENT, approval, text="hi"), now=LATER)

    with pytest.raises(Conflict, match="changed while you were reading it") as refused:
        desk.run(late)
    assert refused.value.code == "changed"
    assert desk.actions(made) == ["SUBMIT"]
    assert desk.approval(made).version == 1


def test_what_a_session_read_before_the_lock_does_not_count(desk: Desk) -> None:
    made = desk.ask()

    def read_then_claim(session: Session, /) -> int:
        before = queries.get(session, RITA, made)
        session.execute(text("UPDATE approvals SET revision = 7, version = 7"))
        assert queries.claim(session, RITA, made) is before
        session.execute(text("UPDATE approvals SET revision = 8, version = 8"))
        assert claim(session, RITA, made).approval is before
        return before.revision

    assert desk.run(read_then_claim) == 8


def test_every_accepted_change_raises_the_version_and_moves_the_head(desk: Desk) -> None:
    made = desk.ask()
    seen = {head_of(desk.approval(made))}
    acts: list[Callable[[], object]] = [
        lambda: desk.say(BOB, made, Action.ASK, "Why?"),
        lambda: desk.say(RITA, made, Action.ANSWER, "So."),
        lambda: desk.decline(made),
        lambda: desk.resubmit(made),
    ]
    for version, act in enumerate(acts, 2):
        act()
        row = desk.approval(made)
        assert (row.version, row.ledger_length, row.modified_at) == (version, version, LATER)
        seen.add(head_of(row))
    assert len(seen) == 5


def test_an_entry_names_who_did_what_on_which_revision(desk: Desk) -> None:
    row = desk.approval(desk.ask())
    plain = entry_by(BOB, Action.APPROVE, row)
    assert (plain.action, plain.revision, plain.actor_id) == ("APPROVE", 1, "bob")
    assert (plain.actor_name, plain.text, plain.data) == ("Bob Buyer", "", {})
    full = entry_by(BOB, Action.CHANGE, row, text="so", revision=2, data={"a": 1})
    assert (full.revision, full.text, full.data) == (2, "so", {"a": 1})


def test_the_ends_of_all_histories_can_be_proved_in_one_go(desk: Desk) -> None:
    made = [desk.ask(), desk.ask(ROB, cart("c500-rob"))]
    desk.approve(made[0])
    with desk.database.reading() as session:
        found = list(heads(session, "acme"))
        assert [head.tenant_id for head in found] == [TENANT, TENANT]
        assert {head.stream_id: head.length for head in found} == {made[0]: 2, made[1]: 1}
        assert [verify(session, head) for head in found] == [None, None]


def test_the_worker_expires_all_that_is_due_in_small_transactions(
    app: Flask, acme: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(acme)
    monkeypatch.setattr(jobs, "BATCH", 2)
    made = [
        desk.ask(RITA, cart("c500-rita")),
        desk.ask(ROB, cart("c500-rob")),
        desk.ask(RITA, cart("c1500-rita", ADA)),
    ]
    with app.app_context():
        assert jobs.expire(NOW) == 0
        assert jobs.expire(EXPIRED) == 3
        assert jobs.expire(EXPIRED) == 0
    assert {desk.approval(one).status for one in made} == {"EXPIRED"}
    assert jobs.expire in app.extensions["business_jobs"]
