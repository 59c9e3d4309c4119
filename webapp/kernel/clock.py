"""The one clock: times are timezone-aware and in UTC, and use cases receive them as `now`."""

from datetime import UTC, datetime


def utcnow() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)
