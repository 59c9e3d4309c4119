"""The states of a message and the times of its attempts."""

from datetime import timedelta
from enum import StrEnum

MAX_ATTEMPTS = 12
LEASE = timedelta(minutes=2)
_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(hours=1)


class MessageStatus(StrEnum):
    """PENDING until it is SENT, or DEAD after the last attempt (then an operator looks at it)."""

    PENDING = "PENDING"
    SENT = "SENT"
    DEAD = "DEAD"


def wait_before(attempt: int, chance: float) -> timedelta:
    """How long to wait before this attempt: doubling from ten seconds to an hour, spread by `chance` (0..1)."""
    doubled = min(_FIRST_WAIT * 2 ** max(attempt - 1, 0), _LONGEST_WAIT)
    return timedelta(seconds=doubled.total_seconds() * (0.75 + chance / 2))
