"""What a list of requests can be narrowed to, read from the address it lives in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from webapp.approvals.domain import Status
from webapp.carts.numerals import Unreadable, number
from webapp.carts.parsing import visible
from webapp.kernel.errors import Invalid
from webapp.kernel.money import AmountOutOfRange, Money
from webapp.kernel.sentence import N_, Sentence, sentence
from webapp.kernel.text import clean

# The names that stand in the address; pages, tabs and paging carry all of them along.
NAMES = ("q", "status", "person", "site", "low", "high", "currency", "since", "until")
_MOST_LETTERS = 80
_MOST_WORDS = 8
_STATUSES = {str(one): one for one in Status}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which requests of a list are wanted; the empty one wants all.

    `words` have to be found all of them. `person_id` is the other side: the requester in an inbox,
    the approver among one's own requests. `low` and `high` are order totals of one currency, so
    requests in others are not wanted (law 8); `until` is the first moment that is too late.
    """

    words: tuple[str, ...] = ()
    status: Status | None = None
    person_id: str = ""
    site_code: str = ""
    low: Money | None = None
    high: Money | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What was asked for as it was typed, what of it was understood, and what is wrong with it."""

    typed: Mapping[str, str] = field(default_factory=dict)
    wanted: Wanted = EVERYTHING
    problems: Mapping[str, Sentence] = field(default_factory=dict)

    @property
    def is_set(self) -> bool:
        """Whether anything is asked for; a currency alone asks for nothing."""
        return any(self.typed[name] for name in self.typed if name != "currency")

    def without(self, *names: str) -> dict[str, Any]:
        """What was typed, as parts of an address, without these."""
        left = {name: text for name, text in self.typed.items() if text and name not in names}
        return left if {"low", "high"} & left.keys() else _without_currency(left)


def read(args: Mapping[str, str], *, zone: ZoneInfo, mark: str, currency: str) -> Filter:
    """The filter in these parts of an address.

    Days are those of `zone`; `mark` is the decimal mark of the reader. Amounts without a currency
    are in `currency`. What cannot be understood is kept as typed and wants nothing.
    """
    reading = _Reading(args)
    currency = (reading.text("currency") or currency).upper()
    wanted = Wanted(
        words=tuple(reading.text("q").split())[:_MOST_WORDS],
        status=reading.status(),
        person_id=reading.text("person"),
        site_code=reading.text("site"),
        low=reading.money("low", currency, mark),
        high=reading.money("high", currency, mark),
        since=reading.midnight("since", zone),
        until=reading.midnight("until", zone, later=timedelta(days=1)),
    )
    return Filter(typed=reading.typed, wanted=wanted, problems=reading.problems)


class _Reading:
    """Reads one part after the other, and remembers what was wrong."""

    def __init__(self, args: Mapping[str, str]) -> None:
        self._args = args
        self.typed: dict[str, str] = {}
        self.problems: dict[str, Sentence] = {}

    def text(self, name: str) -> str:
        given = self._args.get(name, "")
        try:
            text = clean(given)
        except Invalid as refusal:
            return self._wrong(name, visible(given)[:_MOST_LETTERS], refusal.sentence)
        if len(text) > _MOST_LETTERS:
            why = sentence(N_("Shorten the text to {n} characters."), n=_MOST_LETTERS)
            return self._wrong(name, text[:_MOST_LETTERS], why)
        self.typed[name] = text
        return text

    def status(self) -> Status | None:
        return _STATUSES.get(self.text("status"))

    def money(self, name: str, currency: str, mark: str) -> Money | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return Money.of(_positive(number(text, mark)), currency)
        except Unreadable as refusal:
            self._wrong(name, text, refusal.sentence)
        except AmountOutOfRange:
            self._wrong(name, text, sentence(N_("“{text}” has too many digits."), text=text))
        return None

    def midnight(
        self, name: str, zone: ZoneInfo, *, later: timedelta = timedelta(0)
    ) -> datetime | None:
        text = self.text(name)
        if not text:
            return None
        try:
            day = date.fromisoformat(text) + later
            return datetime.combine(day, time(), zone).astimezone(UTC)
        except (ValueError, OverflowError):
            self._wrong(name, text, sentence(N_("“{text}” is no date."), text=text))
        return None

    def _wrong(self, name: str, text: str, why: Sentence) -> str:
        self.typed[name], self.problems[name] = text, why
        return ""


def _positive(value: Decimal) -> Decimal:
    return max(value, Decimal(0))


def _without_currency(parts: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in parts.items() if name != "currency"}
