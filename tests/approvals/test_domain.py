"""The state machine: what may follow what (R18), whose turn it is (R21), when it lapses (R20)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.approvals.domain import (
    LIVE,
    NEXT,
    Action,
    Status,
    Turn,
    expires_at,
    next_reminder,
    next_status,
    next_turn,
    reminder_due_at,
)
from webapp.kernel.errors import Conflict

# Written out once more by hand: what leads where; every other pair is refused.
LEADS_TO = {
    "PENDING": {
        "APPROVE": "APPROVED",
        "DECLINE": "DECLINED",
        "WITHDRAW": "CLOSED",
        "EXPIRE": "EXPIRED",
        "COMMENT": "PENDING",
        "ASK": "PENDING",
        "ANSWER": "PENDING",
        "REMIND": "PENDING",
        "CHANGE": "PENDING",
        "REWORD": "PENDING",
        "REASSIGN": "PENDING",
        "ATTACH": "PENDING",
        "DETACH": "PENDING",
    },
    "APPROVED": {"ORDER": "APPROVED"},
    "DECLINED": {"RESUBMIT": "DECLINED"},
    "CLOSED": {"RESUBMIT": "CLOSED"},
    "EXPIRED": {"RESUBMIT": "EXPIRED"},
}
PAIRS = [(status, action) for status in Status for action in Action]


@pytest.mark.parametrize(("status", "action"), PAIRS)
def test_every_action_leads_where_the_table_says_or_is_refused(
    status: Status, action: Action
) -> None:
    expected = LEADS_TO[status].get(action)
    if expected is not None:
        assert next_status(status, action) == expected
        return
    with pytest.raises(Conflict) as refused:
        next_status(status, action)
    words = f"This request is not open for that any more: {status.label}."
    assert (refused.value.code, refused.value.sentence.plain()) == ("finished", words)


def test_the_codes_that_are_stored_stay_as_they_are() -> None:
    assert " ".join(Status) == "PENDING APPROVED DECLINED CLOSED EXPIRED"
    assert " ".join(Turn) == "APPROVER REQUESTER"
    assert " ".join(Action) == (
        "SUBMIT COMMENT ASK ANSWER REMIND CHANGE REWORD APPROVE DECLINE WITHDRAW EXPIRE"
        " ORDER RESUBMIT REASSIGN ATTACH DETACH"
    )


def test_nothing_leads_back_to_pending() -> None:
    assert all(
        before is Status.PENDING for (before, _), after in NEXT.items() if after is Status.PENDING
    )


def test_a_resource_is_taken_while_its_request_is_pending_or_approved() -> None:
    assert set(LIVE) == {"PENDING", "APPROVED"}


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (Status.PENDING, "Pending"),
        (Status.APPROVED, "Approved"),
        (Status.DECLINED, "Declined"),
        (Status.CLOSED, "Withdrawn"),
        (Status.EXPIRED, "Expired"),
    ],
)
def test_every_state_has_a_word_for_people(status: Status, label: str) -> None:
    assert status.label == label


@pytest.mark.parametrize("turn", Turn)
@pytest.mark.parametrize("action", Action)
def test_a_question_passes_the_turn_and_its_answer_passes_it_back(
    action: Action, turn: Turn
) -> None:
    expected = {"ASK": Turn.REQUESTER, "ANSWER": Turn.APPROVER}.get(action, turn)
    assert next_turn(action, turn) is expected


@pytest.mark.parametrize("days", [1, 30, 365])
def test_a_request_lapses_after_days_of_24_hours(days: int) -> None:
    made = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert expires_at(made, days) - made == timedelta(hours=24 * days)


def test_the_clock_change_moves_the_wall_clock_and_not_the_deadline() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    made = datetime(2026, 3, 28, 12, tzinfo=berlin).astimezone(UTC)
    assert expires_at(made, 1).astimezone(berlin) == datetime(2026, 3, 29, 13, tzinfo=berlin)


MADE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "hours", "due"),
    [
        (30, 24, MADE + timedelta(days=29)),
        (1, 23, MADE + timedelta(hours=1)),
        (1, 24, None),
        (1, 48, None),
        (30, 0, None),
    ],
)
def test_the_approver_is_reminded_hours_before_it_lapses_unless_it_was_just_made(
    days: int, hours: int, due: datetime | None
) -> None:
    assert reminder_due_at(MADE, expires_at(MADE, days), hours) == due


def test_a_requester_reminds_once_in_24_hours() -> None:
    assert next_reminder(MADE) == MADE + timedelta(hours=24)


@pytest.mark.parametrize(("day", "hour"), [((3, 28), 13), ((10, 24), 11)])
def test_a_reminder_comes_full_hours_before_whatever_the_wall_clock_does(
    day: tuple[int, int], hour: int
) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    made = datetime(2026, *day, 12, tzinfo=berlin).astimezone(UTC)
    ends = expires_at(made, 2)
    due = reminder_due_at(made, ends, 24)
    assert due is not None
    assert due == ends - timedelta(hours=24)
    assert due.astimezone(berlin).hour == ends.astimezone(berlin).hour == hour
