"""The words in which the story of the demo is told: who asked whom for what, and what followed."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
_SATURDAY = 5


class Do(StrEnum):
    """What people do in the story."""

    COMMENT = "comment"
    ASK = "ask"
    ANSWER = "answer"
    CHANGE = "change"
    APPROVE = "approve"
    PROMISE = "promise"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    ORDER = "order"
    REMARK = "remark"
    ATTACH = "attach"
    LOOK = "look"
    HAND_OVER = "hand over"
    TAKE_AGAIN = "take again"


# Who does it, unless the act says otherwise.
BY_REQUESTER = frozenset(
    {Do.COMMENT, Do.ANSWER, Do.CHANGE, Do.WITHDRAW, Do.ORDER, Do.ATTACH, Do.TAKE_AGAIN}
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in the past, told from the moment at which the story is set up."""

    workdays: int = 0
    clock: time = time()
    ago: timedelta | None = None
    zone: ZoneInfo = ZONE

    def before(self, now: datetime) -> datetime:
        """The moment in UTC: so long before `now`, or at the hour of an earlier working day."""
        if self.ago is not None:
            return now - self.ago
        day = now.astimezone(self.zone).date()
        for _ in range(self.workdays):
            day -= timedelta(days=1)
            while day.weekday() >= _SATURDAY:
                day -= timedelta(days=1)
        return datetime.combine(day, self.clock, self.zone).astimezone(now.tzinfo)


def on(workdays: int, clock: str, zone: ZoneInfo = ZONE) -> Moment:
    """At this hour, so many working days ago."""
    return Moment(workdays=workdays, clock=time.fromisoformat(clock), zone=zone)


def ago(**lengths: float) -> Moment:
    """So long ago: `ago(hours=5)`."""
    return Moment(ago=timedelta(**lengths))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How a request is delivered and paid: ids of the price list and of the company's addresses."""

    deliver_to: str = ""
    ship: str = ""
    pay: str = ""
    window: str = ""
    days_ahead: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that somebody did with a request.

    `about` is the product of a remark, the name of a file, or who decided and who does now.
    """

    at: Moment
    do: Do
    words: str = ""
    about: str = ""
    by: str = ""
    choices: Choices = Choices()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A cart or quote that was handed over, and what followed; `then` is in the order of time."""

    key: str
    by: str
    to: str
    at: Moment
    goods: str
    words: str = ""
    company: str = "logistik"
    site: str = "main"
    choices: Choices = Choices()
    quote: bool = False
    resubmits: str = ""
    then: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """A cart or quote that nobody was asked about: still open, ordered alone, or declined."""

    key: str
    by: str
    at: Moment
    goods: str
    name: str = ""
    company: str = "logistik"
    site: str = "main"
    quote: bool = False
    status: str = "OPEN"
    ordered: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Somebody is away, until so many days after the story is told."""

    by: str
    deputy: str
    at: Moment
    days: int
    company: str = "logistik"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Somebody was invited and has not come yet."""

    by: str
    email: str
    first_name: str
    last_name: str
    at: Moment
    company: str = "logistik"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What is played: a company in the seed format, and what happens in it."""

    company: dict[str, Any]
    requests: tuple[Request, ...]
    baskets: tuple[Basket, ...]
    absences: tuple[Absence, ...]
    invitations: tuple[Invitation, ...] = ()

    @property
    def products(self) -> dict[str, dict[str, Any]]:
        """What the company buys, by id."""
        return {product["id"]: product for product in self.company["products"]}


def comment(at: Moment, words: str) -> Act:
    """The requester adds something."""
    return Act(at=at, do=Do.COMMENT, words=words)


def ask(at: Moment, words: str) -> Act:
    """The approver asks; it is the requester's turn."""
    return Act(at=at, do=Do.ASK, words=words)


def answer(at: Moment, words: str) -> Act:
    """The requester answers; it is the approver's turn again."""
    return Act(at=at, do=Do.ANSWER, words=words)


def change(at: Moment, **choices: str | int) -> Act:
    """The requester chooses another delivery or payment: a new revision."""
    return Act(at=at, do=Do.CHANGE, choices=Choices(**choices))  # type: ignore[arg-type]


def approve(at: Moment, words: str = "", by: str = "") -> Act:
    """The approver, or `by` whom they are represented, says yes, and the order is placed."""
    return Act(at=at, do=Do.APPROVE, words=words, by=by)


def remark(at: Moment, product: str, words: str) -> Act:
    """The approver says something about one item."""
    return Act(at=at, do=Do.REMARK, words=words, about=product)


def attach(at: Moment, name: str, words: str) -> Act:
    """The requester attaches a paper with these words, a line up to each slash."""
    return Act(at=at, do=Do.ATTACH, words=words, about=name)


def look(at: Moment) -> Act:
    """The approver looks at it and leaves it at that."""
    return Act(at=at, do=Do.LOOK)


def hand_over(at: Moment, former: str, successor: str, by: str) -> Act:
    """An admin lets somebody else decide."""
    return Act(at=at, do=Do.HAND_OVER, about=f"{former} > {successor}", by=by)


def take_again(at: Moment) -> Act:
    """The requester takes the goods back into a cart that is still open."""
    return Act(at=at, do=Do.TAKE_AGAIN)


def promise(at: Moment, words: str = "") -> Act:
    """The approver says yes and leaves the ordering to the requester."""
    return Act(at=at, do=Do.PROMISE, words=words)


def decline(at: Moment, words: str) -> Act:
    """The approver says no, and why."""
    return Act(at=at, do=Do.DECLINE, words=words)


def withdraw(at: Moment) -> Act:
    """The requester takes it back."""
    return Act(at=at, do=Do.WITHDRAW)


def order(at: Moment) -> Act:
    """The requester places the order of what was approved."""
    return Act(at=at, do=Do.ORDER)
