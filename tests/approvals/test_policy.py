"""Who asks, who approves and who does what, each refusal with its code and its sentence."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.approvals.facts import (
    ADA,
    BOB,
    CARA,
    CLEO,
    GUS,
    HAFEN,
    NORDLICHT,
    OLGA,
    REX,
    RITA,
    ROB,
    WERK,
    Facts,
    eur,
    member,
)
from tests.support.cast import EXPIRED, NOW
from webapp.approvals.domain import NEXT, Action, Status, Turn
from webapp.approvals.policy import (
    ApprovalFacts,
    Subject,
    in_time,
    may,
    may_approve,
    may_need_approval,
    may_note,
    outcome,
)
from webapp.identity.domain import CompanyFacts, Member, Role
from webapp.kernel.money import Money
from webapp.kernel.sentence import YES, Verdict, no

WERK_BUYER = member("Mia Moor", WERK, Role.BUYER)


def words(verdict: Verdict) -> str:
    return verdict.reason.plain() if verdict.reason else ""


# who, where, how much, code of the answer, and the sentence unless it is yes
ASKERS = [
    (RITA, HAFEN, eur("1"), "yes", ""),
    (RITA, HAFEN, eur("1000"), "yes", ""),
    (RITA, HAFEN, eur("1480"), "yes", ""),
    (GUS, NORDLICHT, eur("1"), "yes", ""),
    (BOB, HAFEN, eur("1000.01"), "yes", ""),
    (BOB, HAFEN, Money(1, "USD"), "yes", ""),
    (
        BOB, HAFEN, eur("1000"), "not_needed",
        "1,000.00 EUR is within Hafen Logistik GmbH’s limit of 1,000.00, "
        "so you may place this order alone.",
    ),
    (
        BOB, HAFEN, eur("0.01"), "not_needed",
        "0.01 EUR is within Hafen Logistik GmbH’s limit of 1,000.00, "
        "so you may place this order alone.",
    ),
    (
        WERK_BUYER, WERK, eur("999999"), "not_needed",
        "Werk Drei KG has no limit, so you may place this order alone.",
    ),
    (
        ADA, HAFEN, eur("999999"), "not_needed",
        "As an admin of Hafen Logistik GmbH you may place this order alone.",
    ),
    (
        CLEO, HAFEN, eur("1"), "contact",
        "Contacts of Hafen Logistik GmbH do not buy, so they ask for nothing.",
    ),
    (None, HAFEN, eur("1"), "no_membership", "You do not belong to Hafen Logistik GmbH."),
    (
        replace(RITA, active=False), HAFEN, eur("1"), "no_membership",
        "You do not belong to Hafen Logistik GmbH.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("who", "company", "amount", "code", "sentence"), ASKERS)
def test_who_asks_for_approval_and_who_needs_none(
    *, who: Member | None, company: CompanyFacts, amount: Money, code: str, sentence: str
) -> None:
    verdict = may_need_approval(who, company, amount)
    assert (verdict.code, words(verdict)) == (code, sentence)
    assert verdict.allowed is (code == "yes")


# who, for whom, where, how much, code of the answer, and the sentence unless it is yes
APPROVERS = [
    (BOB, RITA, HAFEN, eur("1000"), "yes", ""),
    (ADA, RITA, HAFEN, eur("1000"), "yes", ""),
    (ADA, RITA, HAFEN, eur("1000.01"), "yes", ""),
    (ADA, BOB, HAFEN, eur("1000.01"), "yes", ""),
    (ADA, RITA, HAFEN, Money(1, "USD"), "yes", ""),
    (GUS, REX, NORDLICHT, eur("5000"), "yes", ""),
    (CARA, REX, NORDLICHT, eur("5000"), "yes", ""),
    (WERK_BUYER, RITA, WERK, eur("999999"), "yes", ""),
    (
        BOB, RITA, HAFEN, eur("1000.01"), "only_admins",
        "Bob cannot approve this: over Hafen Logistik GmbH’s limit only admins may.",
    ),
    (
        BOB, RITA, HAFEN, Money(1, "USD"), "only_admins",
        "Bob cannot approve this: over Hafen Logistik GmbH’s limit only admins may.",
    ),
    (
        ROB, RITA, HAFEN, eur("1000.01"), "only_admins",
        "Rob cannot approve this: over Hafen Logistik GmbH’s limit only admins may.",
    ),
    (
        ROB, RITA, HAFEN, eur("1000"), "role",
        "Rob cannot approve this: only admins and buyers of Hafen Logistik GmbH may.",
    ),
    (
        CLEO, RITA, HAFEN, eur("1000"), "role",
        "Cleo cannot approve this: only admins and buyers of Hafen Logistik GmbH may.",
    ),
    (
        OLGA, REX, NORDLICHT, eur("1"), "not_in_group",
        "Olga cannot approve this: "
        "only members of Nordlicht Energie AG’s approval group decide.",
    ),
    (OLGA, RITA, HAFEN, eur("1"), "not_member", "They do not belong to Hafen Logistik GmbH."),
    (GUS, RITA, HAFEN, eur("1"), "not_member", "They do not belong to Hafen Logistik GmbH."),
    (None, RITA, HAFEN, eur("1"), "not_member", "They do not belong to Hafen Logistik GmbH."),
    (RITA, RITA, HAFEN, eur("1"), "own_request", "Nobody approves their own request."),
    (BOB, BOB, HAFEN, eur("1"), "own_request", "Nobody approves their own request."),
    (ADA, ADA, HAFEN, eur("1480"), "own_request", "Nobody approves their own request."),
    (GUS, GUS, NORDLICHT, eur("1"), "own_request", "Nobody approves their own request."),
    (
        replace(BOB, active=False), RITA, HAFEN, eur("1"), "inactive",
        "Bob is not active any more.",
    ),
    (
        replace(GUS, active=False), REX, NORDLICHT, eur("1"), "inactive",
        "Gus is not active any more.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("who", "asker", "company", "amount", "code", "sentence"), APPROVERS)
def test_who_may_approve(
    *,
    who: Member | None,
    asker: Member,
    company: CompanyFacts,
    amount: Money,
    code: str,
    sentence: str,
) -> None:
    subject = Subject(requester_id=asker.person_id, company=company, compared=amount)
    verdict = may_approve(who, subject)
    assert (verdict.code, words(verdict)) == (code, sentence)
    assert verdict.allowed is (code == "yes")


PEOPLE = ("rita", "bob", "ada")
OWN = ("own_request", "You asked for this, so somebody else has to decide.")
BOBS = ("not_assigned", "Bob Buyer decides this request.")
PARTIES = ("not_party", "Only the requester and the approver may do this.")
RITAS = ("not_requester", "Only Rita may do this.")
NO_QUESTION = ("no_question", "There is no open question to answer.")
YOUR_TURN = ("your_turn", "It is your turn, so there is nothing to remind Bob of.")
BY_ITSELF = ("by_itself", "Requests expire by themselves.")
BY_ADMINS = ("by_admins", "Only admins hand requests over, on the page of the company.")
QUOTE_TERMS = ("quote_terms", "A quote brings its own terms; they are not changed here.")
MAY = ("yes", "")

PENDING = Facts()
QUOTE = Facts(resource_type="QUOTE")
ASKED = Facts(turn=Turn.REQUESTER)
APPROVED = Facts(status=Status.APPROVED, turn=None, decided_by_name="Bob Buyer")
DECLINED = replace(APPROVED, status=Status.DECLINED)
CLOSED = replace(APPROVED, status=Status.CLOSED, decided_by_name="Rita Roe")
LAPSED = Facts(status=Status.EXPIRED, turn=None)
ORDERED = replace(APPROVED, order_id="X7K2")

# request, action, and what Rita (requester), Bob (approver) and Ada (an admin) are answered
ACTS = [
    (PENDING, Action.APPROVE, OWN, MAY, BOBS),
    (PENDING, Action.DECLINE, OWN, MAY, BOBS),
    (PENDING, Action.ASK, OWN, MAY, BOBS),
    (PENDING, Action.COMMENT, MAY, MAY, PARTIES),
    (PENDING, Action.CHANGE, MAY, MAY, PARTIES),
    (PENDING, Action.REWORD, MAY, MAY, PARTIES),
    (PENDING, Action.WITHDRAW, MAY, MAY, PARTIES),
    (QUOTE, Action.CHANGE, QUOTE_TERMS, QUOTE_TERMS, PARTIES),
    (PENDING, Action.ANSWER, NO_QUESTION, NO_QUESTION, NO_QUESTION),
    (PENDING, Action.REMIND, MAY, RITAS, RITAS),
    (ASKED, Action.REMIND, YOUR_TURN, RITAS, RITAS),
    (PENDING, Action.EXPIRE, BY_ITSELF, BY_ITSELF, BY_ITSELF),
    (PENDING, Action.ATTACH, MAY, MAY, PARTIES),
    (PENDING, Action.DETACH, MAY, MAY, PARTIES),
    (PENDING, Action.REASSIGN, BY_ADMINS, BY_ADMINS, BY_ADMINS),
    (ASKED, Action.ANSWER, MAY, RITAS, RITAS),
    (ASKED, Action.ASK, OWN, MAY, BOBS),
    (ASKED, Action.APPROVE, OWN, MAY, BOBS),
    (APPROVED, Action.ORDER, MAY, MAY, PARTIES),
    (ORDERED, Action.ORDER, *[("ordered", "The order X7K2 has been placed.")] * 3),
    (DECLINED, Action.RESUBMIT, MAY, RITAS, RITAS),
    (CLOSED, Action.RESUBMIT, MAY, RITAS, RITAS),
    (LAPSED, Action.RESUBMIT, MAY, RITAS, RITAS),
]  # fmt: skip


@pytest.mark.parametrize(("approval", "action", "rita", "bob", "ada"), ACTS)
def test_who_may_do_what(
    *,
    approval: ApprovalFacts,
    action: Action,
    rita: tuple[str, str],
    bob: tuple[str, str],
    ada: tuple[str, str],
) -> None:
    for person, (code, sentence) in zip(PEOPLE, (rita, bob, ada), strict=True):
        verdict = may(person, action, approval)
        assert (verdict.code, words(verdict)) == (code, sentence), person
        assert verdict.allowed is (code == "yes")


@pytest.mark.parametrize(("person", "allowed"), [("bob", True), ("rita", False), ("ada", False)])
def test_what_the_approver_says_is_theirs(person: str, allowed: bool) -> None:
    verdict = may_note(person, PENDING)
    assert verdict.allowed is allowed
    if not allowed:
        assert verdict.code == "not_yours_to_change"
        assert words(verdict) == "These are the words of Bob, so only they change them."


OUTCOMES = [
    (PENDING, "This request is waiting for a decision."),
    (APPROVED, "Bob Buyer has approved this request."),
    (DECLINED, "Bob Buyer has declined this request."),
    (CLOSED, "Rita Roe has withdrawn this request."),
    (LAPSED, "This request has expired without a decision."),
]


@pytest.mark.parametrize(("approval", "sentence"), OUTCOMES)
def test_the_outcome_names_who_decided(approval: ApprovalFacts, sentence: str) -> None:
    assert outcome(approval).plain() == sentence


@pytest.mark.parametrize(
    ("approval", "sentence", "action"),
    [
        (*row, action)
        for row in OUTCOMES
        for action in Action
        if (row[0].status, action) not in NEXT
    ],
)
def test_what_the_state_does_not_allow_is_answered_by_the_outcome(
    approval: ApprovalFacts, sentence: str, action: Action
) -> None:
    for person in PEOPLE:
        verdict = may(person, action, approval)
        assert (verdict.allowed, verdict.code, words(verdict)) == (False, "finished", sentence)


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DECLINE])
def test_an_approver_who_lost_the_right_is_told_so_at_the_decision(action: Action) -> None:
    lost = no("role", "Bob cannot approve this.")
    assert may("bob", action, PENDING, standing=lost) == lost
    assert may("rita", action, PENDING, standing=lost).code == "own_request"
    assert may("ada", action, PENDING, standing=lost).code == "not_assigned"


@pytest.mark.parametrize(
    ("approval", "action"),
    [
        (PENDING, Action.ASK),
        (PENDING, Action.COMMENT),
        (PENDING, Action.WITHDRAW),
        (PENDING, Action.CHANGE),
        (APPROVED, Action.ORDER),
    ],
)
def test_whoever_may_no_longer_decide_may_still_speak_and_finish(
    approval: ApprovalFacts, action: Action
) -> None:
    assert may("bob", action, approval, standing=no("role", "Bob cannot approve this."))


def test_a_request_to_oneself_is_decided_by_nobody() -> None:
    oneself = Facts(approver_id="rita")
    assert may("rita", Action.APPROVE, oneself).code == "own_request"


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("approval", "now", "open_"),
    [
        (PENDING, NOW, True),
        (PENDING, EXPIRED - SECOND, True),
        (PENDING, EXPIRED, False),
        (PENDING, EXPIRED + SECOND, False),
        (APPROVED, EXPIRED + SECOND, True),
        (DECLINED, EXPIRED + SECOND, True),
        (CLOSED, EXPIRED + SECOND, True),
        (LAPSED, EXPIRED + SECOND, True),
    ],
)
def test_a_pending_request_is_over_at_its_time_and_not_before(
    approval: ApprovalFacts, now: datetime, open_: bool
) -> None:
    verdict = in_time(approval, now)
    assert verdict.allowed is open_
    if not open_:
        assert verdict.code == "finished"
        assert words(verdict) == "This request has expired without a decision."
    else:
        assert verdict == YES
