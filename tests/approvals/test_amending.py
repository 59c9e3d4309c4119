"""Several changes that count together or not at all, as programs send them (R41)."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.approvals.test_concurrency import refused as clearly_refused
from tests.support.app import As
from tests.support.cast import (
    ADA,
    ALAN,
    BOB,
    CARL,
    DETAILS,
    EXPIRED,
    LATER,
    MIA_WERK,
    OLGA,
    RITA,
    ROB,
    WINDOW,
    Desk,
    cart,
    details,
    quote,
)
from tests.support.databases import Backend
from tests.support.examples import examples
from tests.support.threads import at_once
from webapp.approvals.amending import amend, amendable
from webapp.approvals.domain import UNSET, Action, Amendable, Amendment, Status
from webapp.approvals.models import Approval
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.ledger.queries import Event

EXPRESS = {**DETAILS["shipping"], "methodId": "express", "methodName": "Express", "amount": 24.9}
FASTER = details(shipping=EXPRESS)


def do(
    desk: Desk,
    actor: Actor,
    made: str,
    *,
    seen: int | None = None,
    now: Any = LATER,
    **changes: Any,
) -> Approval:
    """Amend the request."""
    return desk.run(amend, actor, made, Amendment(**changes), seen_version=seen, now=now)


def last(desk: Desk, made: str) -> Event:
    return desk.history(made)[-1]


# what is sent by whom, the entries that follow, the state, and who is told what
AMENDED = [
    (BOB, {"status": Status.APPROVED}, "APPROVE", "APPROVED", "approved"),
    (BOB, {"status": Status.DECLINED}, "DECLINE", "DECLINED", "declined"),
    (BOB, {"status": Status.CLOSED}, "WITHDRAW", "CLOSED", "withdrawn"),
    (RITA, {"status": Status.CLOSED}, "WITHDRAW", "CLOSED", "withdrawn"),
    (BOB, {"status": Status.APPROVED, "note": "fine"}, "APPROVE", "APPROVED", "approved"),
    (BOB, {"status": Status.DECLINED, "note": "too many"}, "DECLINE", "DECLINED", "declined"),
    (BOB, {"status": Status.CLOSED, "note": "too late"}, "COMMENT WITHDRAW", "CLOSED", "withdrawn"),
    (BOB, {"status": Status.APPROVED, "comment": "new"}, "REWORD APPROVE", "APPROVED", "approved"),
    (BOB, {"note": "I see"}, "COMMENT", "PENDING", "commented"),
    (RITA, {"comment": "By Friday"}, "REWORD", "PENDING", "commented"),
    (BOB, {"comment": "By Friday"}, "REWORD", "PENDING", "commented"),
    (RITA, {"comment": None}, "REWORD", "PENDING", "commented"),
    (RITA, {"details": FASTER}, "CHANGE", "PENDING", "changed"),
    (BOB, {"delivery_window": WINDOW}, "CHANGE", "PENDING", "changed"),
    (RITA, {"details": FASTER, "comment": "Fast"}, "REWORD CHANGE", "PENDING", "changed"),
    (
        BOB,
        {"details": FASTER, "comment": "a", "note": "b", "status": Status.APPROVED},
        "REWORD CHANGE APPROVE", "APPROVED", "approved",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("actor", "changes", "entries", "status", "template"), AMENDED)
def test_an_amendment_is_one_change_with_all_its_entries_and_one_mail(
    *, desk: Desk, actor: Actor, changes: dict[str, Any], entries: str, status: str, template: str
) -> None:
    made = desk.ask()
    row = do(desk, actor, made, **changes)
    assert desk.actions(made) == ["SUBMIT", *entries.split()]
    assert (row.status, row.version, row.modified_at) == (status, 2, LATER)
    assert row.revision == (2 if "CHANGE" in entries else 1)
    other = "rita" if actor is BOB else "bob"
    assert desk.told(made) == [("submitted", "bob"), (template, other)]
    assert {event.actor_id for event in desk.history(made)[1:]} == {actor.person_id}
    assert desk.broken(made) is None
    assert desk.orders() == []
    if "comment" in changes:
        assert row.comment == changes["comment"]
    if "note" in changes:
        assert row.approver_comment == changes["note"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"comment": "please"},
        {"comment": "  please\r\n"},
        {"note": None},
        {"note": " "},
        {"details": details()},
        {"details": details(shipping={**DETAILS["shipping"], "amount": 10})},
        {"delivery_window": None},
    ],
)
def test_what_is_as_it_was_is_no_change(desk: Desk, changes: dict[str, Any]) -> None:
    made = desk.ask()
    for actor in (RITA, BOB):
        assert do(desk, actor, made, **changes).version == 1
    assert (desk.actions(made), desk.told(made)) == (["SUBMIT"], [("submitted", "bob")])


def test_true_is_not_the_number_one(desk: Desk) -> None:
    made = desk.ask(RITA, cart("c500-rita", details=details(urgent=1)))
    assert do(desk, RITA, made, details=details(urgent=1.0)).revision == 1
    assert do(desk, RITA, made, details=details(urgent=True)).revision == 2
    stored = desk.terms(made).details
    assert stored is not None
    assert stored["urgent"] is True


def test_replaced_words_stay_in_the_history_beside_the_new_ones(desk: Desk) -> None:
    made = desk.ask()
    do(desk, RITA, made, comment="By Friday")
    change = {"label": "Comment of the requester", "old": "please", "new": "By Friday"}
    assert last(desk, made).data == {"changes": [change]}
    [*_, mail] = desk.mails(made)
    told = [{key: str(text) for key, text in one.items()} for one in mail.context["changes"]]
    assert (told, mail.context["text"]) == ([change], "")
    do(desk, RITA, made, comment=None)
    assert last(desk, made).data["changes"][0]["new"] == ""
    assert desk.approval(made).comment is None


def test_first_words_are_a_comment_like_any_other(desk: Desk) -> None:
    made = desk.ask(RITA, cart("c500-rita", comment=""))
    do(desk, RITA, made, comment=" By Friday ")
    assert (last(desk, made).action, last(desk, made).text) == ("COMMENT", "By Friday")
    assert desk.mails(made)[-1].context["text"] == "By Friday"
    assert desk.approval(made).comment == "By Friday"


def test_the_approver_may_find_better_words_and_the_last_ones_count(desk: Desk) -> None:
    made = desk.ask()
    for note in ("hm", "hm, hm"):
        do(desk, BOB, made, note=note)
    assert desk.actions(made) == ["SUBMIT", "COMMENT", "REWORD"]
    assert last(desk, made).data["changes"] == [
        {"label": "Comment of the approver", "old": "hm", "new": "hm, hm"}
    ]
    row = do(desk, BOB, made, status=Status.DECLINED)
    assert (row.approver_comment, row.version) == ("hm, hm", 4)


def test_the_words_of_a_decision_stand_with_it(desk: Desk) -> None:
    made = desk.ask()
    row = do(desk, BOB, made, status=Status.DECLINED, note="too many")
    assert (last(desk, made).action, last(desk, made).text) == ("DECLINE", "too many")
    assert desk.mails(made)[-1].context["text"] == "too many"
    assert (row.decided_by_id, row.decided_by_name, row.decided_at) == ("bob", "Bob Buyer", LATER)
    assert row.turn is None


def test_words_that_are_taken_away_with_a_decision_are_not_lost(desk: Desk) -> None:
    made = desk.ask()
    do(desk, BOB, made, note="looks fine")
    row = do(desk, BOB, made, note=None, status=Status.DECLINED)
    assert desk.actions(made) == ["SUBMIT", "COMMENT", "REWORD", "DECLINE"]
    assert row.approver_comment is None


def test_all_that_was_said_at_once_stands_in_the_mail(desk: Desk) -> None:
    made = desk.ask(RITA, cart("c500-rita", comment=""))
    do(desk, BOB, made, comment="for the yard", note="fine", status=Status.APPROVED)
    assert desk.mails(made)[-1].context["text"] == "for the yard\n\nfine"


def test_a_change_makes_a_revision_and_leaves_the_earlier_one(desk: Desk) -> None:
    made = desk.ask(RITA, cart("c500-rita", delivery_window=WINDOW))
    row = do(desk, RITA, made, details=FASTER)
    assert (row.gross_minor, row.total_minor, row.compared_minor) == (50000, 52490, 50000)
    assert (desk.terms(made).details, desk.terms(made).delivery_window) == (FASTER, WINDOW)
    assert last(desk, made).revision == 2
    do(desk, BOB, made, delivery_window=None)
    assert (desk.terms(made).details, desk.terms(made).delivery_window) == (FASTER, None)


def test_whoever_changes_and_approves_approves_what_they_made(desk: Desk) -> None:
    made = desk.ask()
    do(desk, BOB, made, details=FASTER, status=Status.APPROVED)
    assert [(event.action, event.revision) for event in desk.history(made)] == [
        ("SUBMIT", 1), ("CHANGE", 2), ("APPROVE", 2),
    ]  # fmt: skip
    labels = [str(one["label"]) for one in desk.mails(made)[-1].context["changes"]]
    assert labels == ["Ship", "Price of shipping"]
    desk.order(made)
    assert desk.orders()[0].details == FASTER


def test_a_page_that_was_opened_before_cannot_decide_on_it_unseen(desk: Desk) -> None:
    made = desk.ask()
    do(desk, RITA, made, details=FASTER)
    with pytest.raises(Conflict) as refused:
        desk.approve(made, seen_revision=1)
    assert refused.value.code == "changed"


def test_words_and_an_open_question_leave_the_turn_alone(desk: Desk) -> None:
    made = desk.ask()
    desk.say(BOB, made, Action.ASK, "Why?")
    do(desk, RITA, made, comment="So that it fits", details=FASTER)
    assert desk.approval(made).turn == "REQUESTER"


# who sends what, and why it is refused
REFUSED = [
    (RITA, {"status": Status.APPROVED}, Forbidden, "status_change"),
    (RITA, {"status": Status.DECLINED}, Forbidden, "status_change"),
    (RITA, {"status": Status.PENDING}, Forbidden, "status_change"),
    (BOB, {"status": Status.PENDING}, Forbidden, "status_change"),
    (BOB, {"status": Status.EXPIRED}, Forbidden, "status_change"),
    (RITA, {"note": "I approve"}, Forbidden, "not_yours_to_change"),
    (RITA, {"details": None}, Invalid, "details"),
    (BOB, {"details": {}}, Invalid, "details"),
    (BOB, {"comment": "a\x00b"}, Invalid, "bad_text"),
    (RITA, {"comment": "b", "details": FASTER, "status": Status.APPROVED}, Forbidden,
     "status_change"),
    (BOB, {"comment": "b", "status": Status.APPROVED, "details": {}}, Invalid, "details"),
    *[(who, {"comment": "b"}, NotFound, "no_approval") for who in (ADA, ALAN, ROB, OLGA, CARL)],
    (MIA_WERK, {"status": Status.APPROVED}, NotFound, "no_approval"),
    (replace(RITA, company_id="le3"), {"comment": "b"}, NotFound, "no_approval"),
]  # fmt: skip


@pytest.mark.parametrize(("actor", "changes", "kind", "code"), REFUSED)
def test_one_part_that_is_refused_refuses_all(
    *, desk: Desk, actor: Actor, changes: dict[str, Any], kind: type[DomainError], code: str
) -> None:
    made = desk.ask()
    with pytest.raises(DomainError) as refused:
        do(desk, actor, made, **changes)
    assert (type(refused.value), refused.value.code) == (kind, code)
    row = desk.approval(made)
    assert (row.status, row.version, row.revision, row.comment) == ("PENDING", 1, 1, "please")
    assert (desk.actions(made), desk.told(made)) == (["SUBMIT"], [("submitted", "bob")])
    assert desk.terms(made).details == DETAILS


def test_the_reason_of_a_refused_state_is_told(desk: Desk) -> None:
    made = desk.ask()
    with pytest.raises(Forbidden, match="You asked for this, so somebody else has to decide"):
        do(desk, RITA, made, status=Status.APPROVED)
    with pytest.raises(Forbidden, match="no other state is set"):
        do(desk, RITA, made, status=Status.EXPIRED)


def test_whether_the_approver_may_still_decide_is_asked_again(desk: Desk) -> None:
    made = desk.ask()
    desk.sql("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE person_id = 'bob'")
    for status in (Status.APPROVED, Status.DECLINED):
        with pytest.raises(Forbidden, match="Bob cannot approve this") as refused:
            do(desk, BOB, made, status=status)
        assert refused.value.code == "status_change"
    do(desk, BOB, made, note="somebody else, please")
    assert desk.approval(made).status == "PENDING"


@pytest.mark.parametrize("changes", [{}, {"comment": "b"}, {"status": Status.CLOSED}])
@pytest.mark.parametrize("end", ["approve", "decline", "withdraw", "expire", "lapse"])
def test_after_the_end_nothing_is_amended(desk: Desk, end: str, changes: dict[str, Any]) -> None:
    made = desk.ask()
    if end != "lapse":
        getattr(desk, end)(*([] if end == "expire" else [made]))
    before = desk.approval(made).version
    for actor in (RITA, BOB):
        with pytest.raises(Conflict) as refused:
            do(desk, actor, made, now=EXPIRED, **changes)
        assert refused.value.code == "finished"
    assert desk.approval(made).version == before


def test_the_terms_of_a_quote_stay_and_it_can_be_talked_about_and_decided(desk: Desk) -> None:
    made = desk.ask(RITA, quote("Q1"))
    for changes in ({"details": FASTER}, {"delivery_window": WINDOW}):
        with pytest.raises(Forbidden, match="A quote brings its own terms") as refused:
            do(desk, RITA, made, **changes)
        assert refused.value.code == "quote_terms"
    do(desk, RITA, made, comment="as offered", details=None)
    row = do(desk, BOB, made, status=Status.APPROVED, note="fine")
    assert (row.status, row.comment, row.version) == ("APPROVED", "as offered", 3)


def test_another_version_than_the_one_that_was_seen_is_refused(desk: Desk) -> None:
    made = desk.ask()
    do(desk, RITA, made, seen=1, comment="By Friday")
    for seen in (1, 3):
        with pytest.raises(Conflict, match="changed while you were reading") as refused:
            do(desk, BOB, made, seen=seen, status=Status.APPROVED)
        assert refused.value.code == "stale"
    assert do(desk, BOB, made, seen=2, status=Status.APPROVED).version == 3


def test_what_can_be_amended_is_read_as_it_stands(desk: Desk) -> None:
    made = desk.ask(RITA, cart("c500-rita", delivery_window=WINDOW))
    do(desk, BOB, made, note="hm")
    for seen in (None, 2):
        found = desk.run(amendable, RITA, made, seen_version=seen, now=LATER)
        assert found == Amendable(
            comment="please", note="hm", details=DETAILS, delivery_window=WINDOW
        )
    with pytest.raises(Conflict) as refused:
        desk.run(amendable, RITA, made, seen_version=1, now=LATER)
    assert refused.value.code == "stale"
    with pytest.raises(Conflict) as refused:
        desk.run(amendable, RITA, made, seen_version=None, now=EXPIRED)
    assert refused.value.code == "finished"
    with pytest.raises(NotFound):
        desk.run(amendable, ADA, made, seen_version=None, now=LATER)


def test_both_sides_read_on_the_page_what_a_program_changed(as_: As, desk: Desk) -> None:
    made = desk.ask()
    do(desk, RITA, made, comment="By <b>Friday</b>", delivery_window=WINDOW)
    page = as_("bob").get(f"/approvals/{made}").get_data(as_text=True)
    assert "<strong>Rita Roe</strong> changed what was said" in page
    assert "<del>please</del>" in page
    assert '<p class="words">By &lt;b&gt;Friday&lt;/b&gt;</p>' in page
    assert "Revision 2" in page
    own = as_("rita").get(f"/approvals/{made}").get_data(as_text=True)
    assert "<strong>You</strong> changed what was said" in own


@pytest.mark.parametrize("seen", [1, None])
def test_of_many_ends_at_the_same_moment_one_counts(own_desk: Desk, seen: int | None) -> None:
    made = own_desk.ask()
    sent: list[tuple[Actor, dict[str, Any]]] = [
        *[(BOB, {"status": Status.APPROVED, "details": FASTER})] * 4,
        *[(BOB, {"status": Status.DECLINED, "note": "no"})] * 4,
        *[(RITA, {"status": Status.CLOSED, "comment": "never mind"})] * 4,
    ]
    calls = [partial(do, own_desk, actor, made, seen=seen, **what) for actor, what in sent]
    losers = clearly_refused(at_once(calls))
    assert {one.code for one in losers if isinstance(one, Conflict)} <= {"finished", "stale"}
    row, actions = own_desk.approval(made), own_desk.actions(made)
    assert (len(losers), row.version) == (11, 2)
    assert sum(action in ("APPROVE", "DECLINE", "WITHDRAW") for action in actions) == 1
    assert row.ledger_length == len(actions)
    assert len(own_desk.told(made)) == 2
    assert own_desk.broken(made) is None


def test_of_two_who_saw_the_same_version_one_changes_it(own_desk: Desk) -> None:
    made = own_desk.ask()
    sent: list[tuple[Actor, dict[str, Any]]] = [
        (RITA, {"comment": f"{number}"}) for number in range(6)
    ]
    calls = [partial(do, own_desk, actor, made, seen=1, **what) for actor, what in sent]
    losers = clearly_refused(at_once(calls))
    assert {one.code for one in losers if isinstance(one, Conflict)} == {"stale"}
    assert (len(losers), own_desk.approval(made).version) == (5, 2)


def test_words_sent_at_once_without_a_version_all_stand_in_the_history(own_desk: Desk) -> None:
    made = own_desk.ask()
    sent: list[tuple[Actor, dict[str, Any]]] = [
        (actor, {"comment": f"{number}"}) for number, actor in enumerate((RITA, BOB) * 4)
    ]
    calls = [partial(do, own_desk, actor, made, **what) for actor, what in sent]
    assert not clearly_refused(at_once(calls))
    changed = [event.data["changes"][0] for event in own_desk.history(made)[1:]]
    assert [one["old"] for one in changed] == ["please", *[one["new"] for one in changed[:-1]]]
    assert own_desk.approval(made).comment == changed[-1]["new"]
    assert own_desk.approval(made).version == 9


words = st.sampled_from([UNSET, UNSET, None, "", "a", "b"])
steps = st.lists(
    st.fixed_dictionaries(
        {
            "actor": st.sampled_from([RITA, BOB]),
            "comment": words,
            "note": words,
            "remark": st.sampled_from([UNSET, UNSET, "x", "y"]),
            "status": st.sampled_from([*[UNSET] * 8, *Status]),
        }
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=examples(40), deadline=None, derandomize=True)
@given(steps=steps)
def test_whatever_is_amended_the_request_is_what_was_accepted(
    filled: Backend, steps: list[dict[str, Any]]
) -> None:
    with filled.rolled_back() as database:
        desk = Desk(database)
        made = desk.ask()
        known: dict[str, Any] = {
            "comment": "please", "note": None, "remark": None, "status": Status.PENDING,
        }  # fmt: skip
        version = revision = 1
        for step in steps:
            changes = {key: value for key, value in step.items() if value is not UNSET}
            actor, remark = changes.pop("actor"), changes.pop("remark", None)
            wanted = known | {key: value or None for key, value in changes.items()}
            wanted["remark"] = remark or known["remark"]
            if remark:
                changes["details"] = details(remark=remark)
            is_open = known["status"] == "PENDING" and amends(actor, known, wanted, changes)
            assert accepted(desk, actor, made, changes) is is_open
            if not is_open:
                wanted = known
            version += wanted != known
            revision += wanted["remark"] != known["remark"]
            known = wanted
            row, terms = desk.approval(made), desk.terms(made).details or {}
            assert known == {
                "comment": row.comment, "note": row.approver_comment, "status": row.status,
                "remark": terms.get("remark"),
            }  # fmt: skip
            assert (row.version, row.revision) == (version, revision)
            assert len(desk.told(made)) == version
        assert desk.broken(made) is None


def amends(
    actor: Actor, known: dict[str, Any], wanted: dict[str, Any], changes: dict[str, Any]
) -> bool:
    """Whether this person may bring a pending request from one state to the other."""
    if actor is RITA:
        is_silent: bool = wanted["note"] == known["note"]
        return is_silent and changes.get("status", "CLOSED") == "CLOSED"
    return changes.get("status") not in ("PENDING", "EXPIRED")


def accepted(desk: Desk, actor: Actor, made: str, changes: dict[str, Any]) -> bool:
    try:
        do(desk, actor, made, **changes)
    except DomainError:
        return False
    return True
