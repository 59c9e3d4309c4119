"""What a session keeps of how its owner proved who they are, and whether that counts (R53)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from webapp.identity.domain import SignedIn

_KEY = "proof"


def proof(at: int | None, level: str) -> dict[str, Any]:
    """What is kept of a verified `auth_time` and `acr`; nothing of an answer without a time."""
    return {} if at is None else {_KEY: {"at": at, "level": level}}


def signed_in(
    data: Mapping[str, Any], *, fresh: timedelta, levels: frozenset[str]
) -> SignedIn | None:
    """When the owner of a session last proved who they are; None unless the way they did counts.

    Without `levels` every way does.
    """
    kept = data.get(_KEY)
    if kept is None or (levels and kept["level"] not in levels):
        return None
    at = datetime.fromtimestamp(kept["at"], UTC)
    return SignedIn(at=at, fresh_until=at + fresh, level=kept["level"])
