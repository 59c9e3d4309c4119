"""The list of approvals: `q`, `sort`, `pageNumber` and `pageSize` of a request, answered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from webapp.approvals import searching
from webapp.approvals.searching import Row, Window
from webapp.emporix import filtering, sorting
from webapp.identity.domain import Actor
from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import sentence

LARGEST_PAGE: Final = 60
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of approvals, each with its current revision, and how many there are on all pages."""

    rows: list[Row]
    total: int | None


def find(session: Session, actor: Actor, args: Mapping[str, str], *, with_count: bool) -> Found:
    """The page of the actor's approvals that these parameters ask for; past the end it is empty.

    The total is counted only when it is asked for. Whose time is over counts as it stands in the
    row: call `approvals.service.expire_due_of` before. Raises `Invalid` (codes `query`, `sort` and
    `paging`).
    """
    criterion = filtering.parse(args.get("q", ""))
    order = sorting.parse(args.get("sort", ""))
    window = Window(
        _asked(args, "pageNumber", 1, None),
        _asked(args, "pageSize", LARGEST_PAGE, LARGEST_PAGE),
    )
    rows = searching.search(session, actor, criterion, order, window=window)
    total = searching.count(session, actor, criterion) if with_count else None
    return Found(rows, total)


def _asked(args: Mapping[str, str], name: str, usual: int, largest: int | None) -> int:
    text = args.get(name)
    if text is None:
        return usual
    number = int(text) if _NUMBER.fullmatch(text) else 0
    if number < 1 or (largest is not None and number > largest):
        most = "" if largest is None else f" to {largest}"
        why = sentence("has to be a whole number from 1{most}", most=most)
        message = sentence("{name} {why}.", name=name, why=why.plain())
        raise Invalid(message, code="paging", fields={name: why})
    return number
