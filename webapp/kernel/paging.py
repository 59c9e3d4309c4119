"""Keyset pages: a cursor names the last row shown, so page 4,500 costs what page 1 costs."""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import N_, sentence

Row = TypeVar("Row")

# Both databases count so far.
_NUMBER = re.compile("[0-9]{1,9}")
# NUL and lone surrogates cannot even be compared with a column.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of the next page or None at the end."""

    items: Sequence[Row]
    next_cursor: str | None


def encode_cursor(*values: str) -> str:
    """The sort key of the last row as a text that fits into a URL."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def decode_cursor(text: str, length: int) -> tuple[str, ...]:
    """The sort key that `encode_cursor` was given; raises `Invalid` (code `bad_cursor`)."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        raise _bad_cursor() from None
    if (
        not isinstance(values, list)
        or len(values) != length
        or not all(_is_storable(value) for value in values)
    ):
        raise _bad_cursor()
    return tuple(values)


def decode_moment(text: str) -> datetime:
    """A moment out of a cursor, in UTC; raises `Invalid` (code `bad_cursor`)."""
    try:
        moment = datetime.fromisoformat(text)
        # A zone may push the first or the last day of the calendar out of it.
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _bad_cursor() from None


def decode_number(text: str) -> int:
    """The number that was the sort key; raises `Invalid` (code `bad_cursor`)."""
    (number,) = decode_cursor(text, 1)
    if not _NUMBER.fullmatch(number):
        raise _bad_cursor()
    return int(number)


def _is_storable(value: object) -> bool:
    """Whether this is a text that both databases take."""
    return isinstance(value, str) and _UNSTORABLE.search(value) is None


def _bad_cursor() -> Invalid:
    return Invalid(
        sentence(N_("This page address is not complete. Start at the first page.")),
        code="bad_cursor",
    )
