"""The parameter `sort` of lists: `path[:direction]`, several with commas (section 3.2)."""

from typing import Final

from webapp.approvals.criteria import NEWEST_FIRST, Sorting
from webapp.emporix.paths import value_at
from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import sentence

MAX_LENGTH: Final = 1000
MAX_FIELDS: Final = 10
_DESCENDING = frozenset(("desc", "DESC"))


def parse(text: str) -> tuple[Sorting, ...]:
    """What to sort by, the most important first; newest first when nothing is named.

    Only `desc` and `DESC` turn the order around; a path that no document has sorts nothing. Raises
    `Invalid` (code `sort`).
    """
    parts = [part.strip() for part in text[: MAX_LENGTH + 1].split(",") if part.strip()]
    if len(text) > MAX_LENGTH or len(parts) > MAX_FIELDS:
        why = sentence("names more than {most} fields", most=MAX_FIELDS)
        raise Invalid(
            sentence("The parameter sort {why}.", why=why.plain()),
            code="sort",
            fields={"sort": why},
        )
    found = tuple(sorting for part in parts if (sorting := _sorting(part)) is not None)
    return found or NEWEST_FIRST


def _sorting(part: str) -> Sorting | None:
    path, _, direction = part.partition(":")
    operand = value_at(path.strip())
    return None if operand is None else Sorting(operand, direction in _DESCENDING)
