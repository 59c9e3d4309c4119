"""The states of a message, the times of its attempts, and when to give up."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

MAX_ATTEMPTS = 12
# A receiver that says "never" is asked again a few times, since some say so during a maintenance.
MAX_REFUSALS = 5
LEASE = timedelta(minutes=2)
_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(hours=1)
_LONGEST_OUTAGE_WAIT = timedelta(minutes=1)


class Kind(StrEnum):
    """The ways in which messages leave: mails to people, webhooks to programs."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class MessageStatus(StrEnum):
    """PENDING until it is SENT, or DEAD after the last attempt (then an operator looks at it)."""

    PENDING = "PENDING"
    SENT = "SENT"
    DEAD = "DEAD"


def wait_in_outage(failures: int, chance: float) -> timedelta:
    """How long to leave an unreachable server alone: two seconds to a minute, spread likewise."""
    doubled = min(timedelta(seconds=2) * 2 ** min(failures - 1, 10), _LONGEST_OUTAGE_WAIT)
    return timedelta(seconds=doubled.total_seconds() * (0.75 + chance / 2))


@dataclass(frozen=True, slots=True)
class Plan:
    """The waits between the attempts of a kind of message, and how many refusals end it."""

    waits: tuple[timedelta, ...]
    refusals: int

    @property
    def attempts(self) -> int:
        """How often it is tried before it is given up."""
        return len(self.waits) + 1

    def wait(self, attempt: int, chance: float) -> timedelta:
        """The wait after this attempt failed, up to a quarter longer or shorter by `chance`."""
        planned = self.waits[min(max(attempt, 1), len(self.waits)) - 1]
        return timedelta(seconds=planned.total_seconds() * (0.75 + chance / 2))

    def is_over(self, attempts: int, *, refused: bool) -> bool:
        """Whether a message that failed so often is given up."""
        return attempts >= (min(self.refusals, self.attempts) if refused else self.attempts)


MAILS = Plan(
    waits=tuple(min(_FIRST_WAIT * 2**n, _LONGEST_WAIT) for n in range(MAX_ATTEMPTS - 1)),
    refusals=MAX_REFUSALS,
)
