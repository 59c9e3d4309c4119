"""The one clock: times are timezone-aware and in UTC, and use cases receive them as `now`."""

from datetime import UTC, datetime, timedelta

# Within it the same of the same person is a form that was sent once more (R64).
SENT_AGAIN = timedelta(minutes=10)


def utcnow() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def after(earlier: datetime, now: datetime) -> datetime:
    """The present moment, or one just after `earlier` where the clock went back (R60)."""
    return now if now >= earlier else earlier + timedelta(microseconds=1)
