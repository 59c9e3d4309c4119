"""How a company decides, month by month: how long it takes, and how much is declined (R36)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from webapp.approvals.domain import Status
from webapp.approvals.models import Approval
from webapp.approvals.oversight import overseen_by
from webapp.identity.domain import Actor

MONTHS = 12
# So many decisions are looked at, the newest ones; a company with more is told so.
_LOOKED_AT = 20_000
# Written out, so that both databases see that their index of decisions holds it.
_IS_DECIDED = Approval.status.in_(
    [literal_column(f"'{one}'") for one in (Status.APPROVED, Status.DECLINED)]
)
# How long a decision took, and whether it was no.
_Case = tuple[timedelta, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What was decided in a month or a year; `median` is from submission to decision."""

    decided: int
    declined: int
    median: timedelta | None

    @property
    def share(self) -> float | None:
        """The share of decisions that were no, from 0 to 1; None where nothing was decided."""
        return self.declined / self.decided if self.decided else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month(Span):
    """A month of the reader's calendar."""

    first_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The last twelve months, the oldest first, and all of them together."""

    months: list[Month]
    year: Span
    is_cut: bool


def figures(session: Session, actor: Actor, *, now: datetime, zone: ZoneInfo) -> Figures:
    """What was approved and declined in the company, by months of this time zone; of admins only.

    What was withdrawn or has expired was not decided, so it does not count.
    """
    firsts = _first_days(now.astimezone(zone).date())
    start = datetime.combine(firsts[0], time(), zone).astimezone(UTC)
    query = (
        select(Approval.created_at, Approval.decided_at, Approval.status)
        .where(overseen_by(actor), _IS_DECIDED, Approval.decided_at >= start)
        .order_by(Approval.decided_at.desc())
        .limit(_LOOKED_AT + 1)
    )
    found = [(asked, at, status) for asked, at, status in session.execute(query) if at]
    by_month: dict[date, list[_Case]] = {first: [] for first in firsts}
    for asked, at, status in found[:_LOOKED_AT]:
        month = at.astimezone(zone).date().replace(day=1)
        by_month.setdefault(month, []).append((at - asked, status == Status.DECLINED))
    return Figures(
        months=[_month(first, by_month[first]) for first in firsts],
        year=_span(chain.from_iterable(by_month.values())),
        is_cut=len(found) > _LOOKED_AT,
    )


def _first_days(today: date) -> list[date]:
    """The first days of the last twelve months, this one at the end."""
    index = today.year * 12 + today.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(index - MONTHS + 1, index + 1)]


def _month(first: date, cases: list[_Case]) -> Month:
    span = _span(cases)
    return Month(first_day=first, decided=span.decided, declined=span.declined, median=span.median)


def _span(cases: Iterable[_Case]) -> Span:
    known = list(cases)
    took = [max(one.total_seconds(), 0.0) for one, _ in known]
    return Span(
        decided=len(known),
        declined=sum(declined for _, declined in known),
        median=timedelta(seconds=median(took)) if took else None,
    )
