"""The list of approvals: `q`, `sort`, `pageNumber` and `pageSize` of a request, answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from webapp.approvals import searching
from webapp.approvals.searching import Window
from webapp.emporix import filtering, paging, sorting
from webapp.identity.domain import Actor

LARGEST_PAGE: Final = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A page of approvals, and how many there are on all pages."""

    rows: list[searching.Found]
    total: int | None


def find(session: Session, actor: Actor, args: Mapping[str, str], *, with_count: bool) -> Found:
    """The page of the actor's approvals that these parameters ask for; past the end it is empty.

    The total is counted only when it is asked for. Whose time is over counts as it stands in the
    row: call `approvals.service.expire_due_of` before. Raises `Invalid` (codes `query`, `sort` and
    `paging`).
    """
    criterion = filtering.parse(args.get("q", ""))
    order = sorting.parse(args.get("sort", ""))
    asked = paging.asked_window(args, largest=LARGEST_PAGE)
    window = Window(asked.number, asked.size)
    rows = searching.search(session, actor, criterion, order, window=window)
    total = searching.count(session, actor, criterion) if with_count else None
    return Found(rows, total)
