"""The life of an approval: its states, who moves next, and when it expires."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Any, Final

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

# So long nobody is reminded again by a requester (R50).
REMINDER_REST = timedelta(hours=24)

# A resource has at most one approval in these states (R7).
LIVE = (Status.PENDING, Status.APPROVED)


class Action(StrEnum):
    """What can be done with an approval; also the kinds of entries in its history."""

    SUBMIT = "SUBMIT"
    COMMENT = "COMMENT"
    ASK = "ASK"
    ANSWER = "ANSWER"
    REMIND = "REMIND"
    CHANGE = "CHANGE"
    REWORD = "REWORD"
    APPROVE = "APPROVE"
    DECLINE = "DECLINE"
    WITHDRAW = "WITHDRAW"
    EXPIRE = "EXPIRE"
    ORDER = "ORDER"
    RESUBMIT = "RESUBMIT"
    REASSIGN = "REASSIGN"
    ATTACH = "ATTACH"
    DETACH = "DETACH"


class Turn(StrEnum):
    """Whose move it is while a request is pending (R21)."""

    APPROVER = "APPROVER"
    REQUESTER = "REQUESTER"


class Unset(Enum):
    """The type of `UNSET`: what an amendment does not touch; None would take it away."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendable:
    """What an amendment can touch, as it stands: what both sides last said, and the terms."""

    comment: str | None
    note: str | None
    details: dict[str, Any] | None
    delivery_window: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """Several changes that count together or not at all (R41).

    `comment` are the requester's words, `note` the approver's; None takes them away.
    """

    comment: str | Unset | None = UNSET
    note: str | Unset | None = UNSET
    details: dict[str, Any] | Unset | None = UNSET
    delivery_window: dict[str, Any] | Unset | None = UNSET
    status: Status | Unset = UNSET


# The state machine (R18): what is missing here is refused.
NEXT: dict[tuple[Status, Action], Status] = {
    (Status.PENDING, Action.APPROVE): Status.APPROVED,
    (Status.PENDING, Action.DECLINE): Status.DECLINED,
    (Status.PENDING, Action.WITHDRAW): Status.CLOSED,
    (Status.PENDING, Action.EXPIRE): Status.EXPIRED,
    (Status.PENDING, Action.COMMENT): Status.PENDING,
    (Status.PENDING, Action.ASK): Status.PENDING,
    (Status.PENDING, Action.ANSWER): Status.PENDING,
    (Status.PENDING, Action.REMIND): Status.PENDING,
    (Status.PENDING, Action.CHANGE): Status.PENDING,
    (Status.PENDING, Action.REWORD): Status.PENDING,
    (Status.PENDING, Action.REASSIGN): Status.PENDING,
    (Status.PENDING, Action.ATTACH): Status.PENDING,
    (Status.PENDING, Action.DETACH): Status.PENDING,
    (Status.APPROVED, Action.ORDER): Status.APPROVED,
    (Status.DECLINED, Action.RESUBMIT): Status.DECLINED,
    (Status.CLOSED, Action.RESUBMIT): Status.CLOSED,
    (Status.EXPIRED, Action.RESUBMIT): Status.EXPIRED,
}


# How a request has ended after each action that ends it.
ENDS: dict[Action, Status] = {
    action: after for (before, action), after in NEXT.items() if before == Status.PENDING != after
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


def reminder_due_at(created_at: datetime, expires_at: datetime, hours: int) -> datetime | None:
    """When the approver is reminded: so many hours before it lapses; never for none (R50)."""
    due = expires_at - timedelta(hours=hours)
    return due if hours and due > created_at else None


def next_reminder(reminded_at: datetime) -> datetime:
    """From when on the requester may remind once more (R50)."""
    return reminded_at + REMINDER_REST
