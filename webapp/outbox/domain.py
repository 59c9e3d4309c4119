"""The states of a message, the times of its attempts, and when to give up."""

from datetime import timedelta
from enum import StrEnum

MAX_ATTEMPTS = 12
# A receiver that says "never" is asked again a few times, since some say so during a maintenance.
MAX_REFUSALS = 5
LEASE = timedelta(minutes=2)
_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(hours=1)
_LONGEST_OUTAGE_WAIT = timedelta(minutes=1)


class MessageStatus(StrEnum):
    """PENDING until it is SENT, or DEAD after the last attempt (then an operator looks at it)."""

    PENDING = "PENDING"
    SENT = "SENT"
    DEAD = "DEAD"


def wait_before(attempt: int, chance: float) -> timedelta:
    """The wait before this attempt: from ten seconds to an hour, spread by `chance` (0 to 1)."""
    doubled = min(_FIRST_WAIT * 2 ** min(max(attempt - 1, 0), 10), _LONGEST_WAIT)
    return timedelta(seconds=doubled.total_seconds() * (0.75 + chance / 2))


def wait_in_outage(failures: int, chance: float) -> timedelta:
    """How long to leave an unreachable server alone: two seconds to a minute, spread likewise."""
    doubled = min(timedelta(seconds=2) * 2 ** min(failures - 1, 10), _LONGEST_OUTAGE_WAIT)
    return timedelta(seconds=doubled.total_seconds() * (0.75 + chance / 2))


def is_over(attempts: int, *, refused: bool) -> bool:
    """Whether a message that failed so often is given up; `refused`: the receiver said never."""
    return attempts >= (MAX_REFUSALS if refused else MAX_ATTEMPTS)
