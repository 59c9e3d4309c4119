"""The life of an approval: its states, who moves next, and when it expires."""

from datetime import datetime, timedelta
from enum import StrEnum

from webapp.kernel.errors import Conflict
from webapp.kernel.sentence import N_, sentence


class Status(StrEnum):
    """The five states; all but PENDING are final (R18)."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    CLOSED = "CLOSED"
    EXPIRED = "EXPIRED"

    @property
    def label(self) -> str:
        """The word on pages, to be translated."""
        return _LABELS[self]


_LABELS = {
    Status.PENDING: N_("Pending"),
    Status.APPROVED: N_("Approved"),
    Status.DECLINED: N_("Declined"),
    Status.CLOSED: N_("Withdrawn"),
    Status.EXPIRED: N_("Expired"),
}

# A resource has at most one approval in these states (R7).
LIVE = (Status.PENDING, Status.APPROVED)


class Action(StrEnum):
    """What can be done with an approval; also the kinds of entries in its history."""

    SUBMIT = "SUBMIT"
    COMMENT = "COMMENT"
    ASK = "ASK"
    ANSWER = "ANSWER"
    CHANGE = "CHANGE"
    APPROVE = "APPROVE"
    DECLINE = "DECLINE"
    WITHDRAW = "WITHDRAW"
    EXPIRE = "EXPIRE"
    ORDER = "ORDER"
    RESUBMIT = "RESUBMIT"


class Turn(StrEnum):
    """Whose move it is while a request is pending (R21)."""

    APPROVER = "APPROVER"
    REQUESTER = "REQUESTER"


# The state machine (R18): what is missing here is refused.
NEXT: dict[tuple[Status, Action], Status] = {
    (Status.PENDING, Action.APPROVE): Status.APPROVED,
    (Status.PENDING, Action.DECLINE): Status.DECLINED,
    (Status.PENDING, Action.WITHDRAW): Status.CLOSED,
    (Status.PENDING, Action.EXPIRE): Status.EXPIRED,
    (Status.PENDING, Action.COMMENT): Status.PENDING,
    (Status.PENDING, Action.ASK): Status.PENDING,
    (Status.PENDING, Action.ANSWER): Status.PENDING,
    (Status.PENDING, Action.CHANGE): Status.PENDING,
    (Status.APPROVED, Action.ORDER): Status.APPROVED,
    (Status.DECLINED, Action.RESUBMIT): Status.DECLINED,
    (Status.CLOSED, Action.RESUBMIT): Status.CLOSED,
    (Status.EXPIRED, Action.RESUBMIT): Status.EXPIRED,
}


def next_status(current: Status, action: Action) -> Status:
    """The state after this action; raises `Conflict` (code `finished`) where there is none."""
    try:
        return NEXT[current, action]
    except KeyError:
        raise Conflict(
            sentence(
                N_("This request is not open for that any more: {status}."),
                status=sentence(current.label),
            ),
            code="finished",
        ) from None


def next_turn(action: Action, turn: Turn) -> Turn:
    """Whose move it is after this action while the request stays pending (R21)."""
    return {Action.ASK: Turn.REQUESTER, Action.ANSWER: Turn.APPROVER}.get(action, turn)


def expires_at(created_at: datetime, days: int) -> datetime:
    """When a request lapses: so many days of 24 hours after it was made (R20)."""
    return created_at + timedelta(days=days)
