"""How somebody proved who they are, what a session keeps of it, and whether it counts (R53)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from webapp.identity.domain import SignedIn

_KEY = "proof"
# Clocks differ; what is further ahead than that is of the future, and proves nothing.
_LEEWAY = 60


def told(claims: Mapping[str, Any], *, now: datetime) -> tuple[int | None, str]:
    """`auth_time` and `acr` of verified claims; what makes no sense counts as not said."""
    given, level = claims.get("auth_time"), claims.get("acr")
    at = given if isinstance(given, int) and not isinstance(given, bool) else 0
    is_past = 0 < at <= now.timestamp() + _LEEWAY
    return at if is_past else None, level if isinstance(level, str) else ""


def proof(at: int | None, level: str) -> dict[str, Any]:
    """What is kept of a verified `auth_time` and `acr`; nothing of an answer without a time."""
    return {} if at is None else {_KEY: {"at": at, "level": level}}


def signed_in(
    data: Mapping[str, Any],
    *,
    fresh: timedelta,
    levels: frozenset[str],
    ahead: timedelta = timedelta(),
) -> SignedIn | None:
    """When the owner of a session last proved who they are; None unless the way they did counts.

    Without `levels` every way does. Told by a clock that is `ahead` of that of the machine.
    """
    kept = data.get(_KEY)
    if kept is None or (levels and kept["level"] not in levels):
        return None
    at = datetime.fromtimestamp(kept["at"], UTC) + ahead
    return SignedIn(at=at, fresh_until=at + fresh, level=kept["level"])
