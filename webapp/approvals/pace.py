"""How long requests usually take, from what was decided lately (R49), and when the next expires."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Protocol

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from webapp.approvals.domain import Status
from webapp.approvals.models import Approval
from webapp.kernel.sentence import N_, Sentence, sentence

# So many decisions are looked at, and fewer than so many say nothing.
MOST = 50
FEWEST = 3
_Times = Select[str, str, datetime, datetime | None]
_DECIDED = (Status.APPROVED, Status.DECLINED)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Asked(Protocol):
    """A request, as far as it says who decides it where; rows and summaries satisfy it."""

    @property
    def company_id(self) -> str: ...
    @property
    def company_name(self) -> str: ...
    @property
    def approver_id(self) -> str: ...
    @property
    def approver_first_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """The usual time from submission to decision, rounded, and whose decisions it tells of."""

    usual: timedelta
    is_of_company: bool

    def sentence(self, asked: Asked) -> Sentence:
        """What a requester reads."""
        if self.is_of_company:
            text = N_("Requests in {company} usually take {time}.")
            return sentence(text, company=asked.company_name, time=self.usual)
        text = N_("Requests to {name} usually take {time}.")
        return sentence(text, name=asked.approver_first_name, time=self.usual)


def pace(session: Session, tenant_id: str, asked: Asked) -> Pace | None:
    """The pace of one request's approver, see `paces`."""
    return paces(session, tenant_id, [asked]).get(_key(asked))


def paces(
    session: Session, tenant_id: str, asked: Iterable[Asked]
) -> Mapping[tuple[str, str], Pace]:
    """The pace by company and approver, with one query however many there are.

    It is the median of the approver's last decisions in this company; of everybody's there where
    the approver has made fewer than three; and missing where the company has too few as well.
    """
    keys = {_key(one) for one in asked}
    companies = {company for company, _ in keys}
    parts = [_of_approver(tenant_id, key, status) for key in keys for status in _DECIDED]
    parts += [_of_company(tenant_id, one, status) for one in companies for status in _DECIDED]
    if not parts:
        return {}
    taken: dict[tuple[str, str], list[tuple[datetime, timedelta]]] = {}
    limited = [select(part.subquery()) for part in parts]
    times = session.connection().execute(union_all(*limited)).all()
    for company, approver, created_at, decided_at in times:
        taken.setdefault((company, approver), []).append((decided_at, decided_at - created_at))
    found = {(c, a): _pace(taken.get((c, a), ()), taken.get((c, ""), ())) for c, a in keys}
    return {key: known for key, known in found.items() if known is not None}


def rounded(time: timedelta) -> timedelta:
    """The time as people say it: to a day, an hour, five minutes, or a minute."""
    if time >= 1.5 * _DAY:
        return max(round(time / _DAY), 2) * _DAY
    if time >= 0.75 * _HOUR:
        return max(round(time / _HOUR), 1) * _HOUR
    step = 5 * _MINUTE if time >= 10 * _MINUTE else _MINUTE
    return max(round(time / step), 1) * step


def next_expiry(session: Session, tenant_id: str, *, now: datetime) -> datetime | None:
    """When the next pending request of a tenant expires; None when none is pending."""
    return session.scalar(
        select(func.min(Approval.expires_at)).where(
            Approval.tenant_id == tenant_id,
            Approval.status == Status.PENDING,
            Approval.expires_at > now,
        )
    )


def _key(asked: Asked) -> tuple[str, str]:
    return asked.company_id, asked.approver_id


def _pace(own: Iterable[Any], everybody: Iterable[Any]) -> Pace | None:
    for is_of_company, decided in enumerate((own, everybody)):
        latest = [time for _, time in sorted(decided, reverse=True)[:MOST]]
        if len(latest) >= FEWEST:
            return Pace(rounded(median(latest)), bool(is_of_company))
    return None


def _of_approver(tenant_id: str, key: tuple[str, str], status: Status) -> _Times:
    company_id, approver_id = key
    return (
        _times(company_id, approver_id)
        .where(
            Approval.tenant_id == tenant_id,
            Approval.approver_id == approver_id,
            Approval.status == status,
            Approval.company_id == company_id,
        )
        .order_by(Approval.decided_at.desc(), Approval.id.desc())
        .limit(MOST)
    )


def _of_company(tenant_id: str, company_id: str, status: Status) -> _Times:
    # In the order of their index, which is that of submission.
    return (
        _times(company_id, "")
        .where(
            Approval.tenant_id == tenant_id,
            Approval.company_id == company_id,
            Approval.status == status,
        )
        .order_by(Approval.created_at.desc(), Approval.id.desc())
        .limit(MOST)
    )


def _times(company_id: str, approver_id: str) -> _Times:
    return select(
        literal(company_id).label("company"),
        literal(approver_id).label("approver"),
        Approval.created_at,
        Approval.decided_at,
    )
