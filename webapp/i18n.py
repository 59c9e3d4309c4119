"""Sentences, money and times in the reader's language and time zone.

Formatters are compiled once for each language: Babel's own functions parse their patterns on every
call, which a list of fifty rows feels.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from datetime import date as calendar_date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.core import Locale
from babel.dates import parse_pattern
from babel.numbers import get_decimal_symbol, get_group_symbol
from flask import Flask
from markupsafe import Markup, escape

from webapp import wording
from webapp.extensions import babel, business_now
from webapp.kernel.money import Money, exponent
from webapp.kernel.sentence import N_, Sentence
from webapp.reader import read_by, reader, reading_as, time_zones, zone_of
from webapp.wording import gettext, ngettext

__all__ = (
    "amount",
    "date",
    "day",
    "duration",
    "init_app",
    "initials",
    "moment",
    "money",
    "money_html",
    "number",
    "percent",
    "read_by",
    "reader",
    "reading_as",
    "relative",
    "say",
    "say_html",
    "time_zones",
    "unbroken",
    "unit_price",
    "zone_of",
)

_EMPHASIS = re.compile(r"\*([^*]+)\*")
_SUM = re.compile(r"[\d.,]+ [A-Z]{3}\b")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_DATE = {"en": "d MMM y", "de": "d. MMM y"}
_DAY_PATTERN = {"en": "ccc d MMM", "de": "ccc d. MMM"}
_TIME = "HH:mm"


def init_app(app: Flask) -> None:
    """Bind the catalogues and register the filters `money`, `moment`, `say` and so on."""
    babel.init_app(app, locale_selector=lambda: reader().language)
    wording.init_app(app)
    app.jinja_env.filters.update(_FILTERS)


def say(sentence: Sentence | str) -> str:
    """The sentence in the reader's language, with its money, numbers and times; no emphasis."""
    if isinstance(sentence, str):
        return gettext(sentence)
    return gettext(sentence.text).replace("*", "").format(**_localised(sentence.params))


def say_html(sentence: Sentence | str) -> Markup:
    """The sentence in the reader's language; emphasis is `<strong>`, values are escaped."""
    if isinstance(sentence, str):
        return escape(gettext(sentence))
    marked = _EMPHASIS.sub(r"<strong>\1</strong>", str(escape(gettext(sentence.text))))
    return Markup(marked).format(**_localised(sentence.params))  # noqa: S704 - escaped just above


def money(value: Money) -> str:
    """`1,480.00 EUR`, in German `1.480,00 EUR`."""
    return f"{amount(value)} {value.currency}"


def money_html(value: Money) -> Markup:
    """The amount strong and the currency quiet, never broken across lines."""
    return Markup(
        '<span class="money"><span class="money-amount">{}</span>'
        ' <span class="money-currency">{}</span></span>'
    ).format(amount(value), value.currency)


def unbroken(text: str | Markup) -> Markup:
    """A sentence whose amounts stay beside their currency where the line ends."""
    whole = str(escape(text))
    return Markup(_SUM.sub(r'<span class="nowrap">\g<0></span>', whole))  # noqa: S704 - escaped


def amount(value: Money) -> str:
    """The amount without its currency: `1,480.00`."""
    return _grouped(value.amount)


def number(value: Decimal | int | str) -> str:
    """A quantity or count without trailing zeros: `1,500`, `2.5`."""
    exact = Decimal(value)
    whole = exact.to_integral_value()
    return _grouped(whole if exact == whole else exact.normalize())


def number_word(value: int) -> str:
    """A count at the head of a sentence: `Seven`, in figures above twelve, `99+` above 99."""
    if value > _MOST_COUNTED:
        return f"{_MOST_COUNTED}+"
    return gettext(_NUMBER_WORDS[value]) if value < len(_NUMBER_WORDS) else number(value)


def unit_price(value: Decimal, currency: str) -> str:
    """The price of one unit: the currency's decimals, and more where the price has them."""
    decimals = max(exponent(currency), -int(value.normalize().as_tuple().exponent))
    return _grouped(value.quantize(Decimal(1).scaleb(-decimals)))


def percent(rate: Decimal | str | float) -> str:
    """A rate such as 0.19 as `19%`, in German `19 %`."""
    text = number(Decimal(str(rate)) * 100)
    return f"{text}\N{NO-BREAK SPACE}%" if reader().language == "de" else f"{text}%"


def initials(name: str) -> str:
    """The first letters of the first and last word of a name."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]))


def date(value: calendar_date | datetime) -> str:
    """`17 Nov 2026`; a moment is taken in the reader's zone."""
    return _apply(_DATE, _here(value))


def day(value: calendar_date | datetime) -> str:
    """`Tue 17 Nov`, with the year when it is another one than this."""
    local = _here(value)
    text = _apply(_DAY_PATTERN, local)
    return text if local.year == _today().year else f"{text} {local.year}"


def moment(value: datetime) -> str:
    """`Tue 17 Nov, 09:12` in the reader's zone; `today, 09:12`, `yesterday, 16:12` when close."""
    local = value.astimezone(reader().zone)
    clock = _apply({}, local, default=_TIME)
    match (local.date() - _today()).days:
        case 0:
            return gettext("today, {time}").format(time=clock)
        case -1:
            return gettext("yesterday, {time}").format(time=clock)
        case 1:
            return gettext("tomorrow, {time}").format(time=clock)
    return f"{day(local)}, {clock}"


def duration(value: timedelta) -> str:
    """A length of time in words, rounded down: `3 hours`, `2 days`."""
    seconds = abs(int(value.total_seconds()))
    if seconds < _MINUTE:
        return gettext("less than a minute")
    if seconds < _HOUR:
        return ngettext("{n} minute", "{n} minutes", seconds // _MINUTE).format(
            n=seconds // _MINUTE
        )
    if seconds < _DAY:
        return ngettext("{n} hour", "{n} hours", seconds // _HOUR).format(n=seconds // _HOUR)
    return ngettext("{n} day", "{n} days", seconds // _DAY).format(n=number(seconds // _DAY))


def relative(value: datetime) -> str:
    """How long ago or from now: `3 hours ago`, `in 2 days`, `just now`."""
    seconds = int((business_now() - value.astimezone(UTC)).total_seconds())
    if abs(seconds) < _MINUTE:
        return gettext("just now")
    return _ago(seconds) if seconds > 0 else _ahead(-seconds)


_FILTERS = {
    function.__name__: function
    for function in (
        say, say_html, money, money_html, unbroken, amount, unit_price,
        number, number_word, percent, initials,
        date, day, moment, duration, relative,
    )
}  # fmt: skip


_MOST_COUNTED = 99
_NUMBER_WORDS = (
    *(N_("No"), N_("One"), N_("Two"), N_("Three"), N_("Four"), N_("Five"), N_("Six")),
    *(N_("Seven"), N_("Eight"), N_("Nine"), N_("Ten"), N_("Eleven"), N_("Twelve")),
)


class _Localised:
    """A value that formats itself for the reader wherever a sentence places it."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __str__(self) -> str:
        return format(self, "")

    def __format__(self, spec: str) -> str:
        return _written(self.value, bare=spec == "bare")

    def __html_format__(self, spec: str) -> Markup:
        if isinstance(self.value, Sentence):
            return say_html(self.value)
        return escape(format(self, spec))


def _localised(params: Mapping[str, object]) -> dict[str, object]:
    return {name: _Localised(value) for name, value in params.items()}


def _written(value: object, *, bare: bool) -> str:
    if isinstance(value, Money):
        return amount(value) if bare else money(value)
    if isinstance(value, list | tuple):
        return ", ".join(_written(each, bare=bare) for each in value)
    for kind, write in _WRITERS.items():
        if isinstance(value, kind) and not isinstance(value, bool):
            return write(value)
    return str(value)


# A moment is a date too, so it comes first.
_WRITERS: dict[type, Callable[[Any], str]] = {
    Sentence: say,
    datetime: moment,
    calendar_date: date,
    timedelta: duration,
    Decimal: number,
    int: number,
}


def _grouped(value: Decimal) -> str:
    group, point = _symbols(reader().language)
    english = f"{value:,f}"
    return english if (group, point) == (",", ".") else _swap(english, group, point)


def _swap(english: str, group: str, point: str) -> str:
    whole, _, decimals = english.partition(".")
    return whole.replace(",", group) + (point + decimals if decimals else "")


@lru_cache
def _symbols(language: str) -> tuple[str, str]:
    return get_group_symbol(language), get_decimal_symbol(language)


_pattern, _locale = lru_cache(parse_pattern), lru_cache(Locale)


def _apply(patterns: Mapping[str, str], value: calendar_date | datetime, default: str = "") -> str:
    language = reader().language
    return _pattern(patterns.get(language, default)).apply(value, _locale(language))


def _here(value: calendar_date | datetime) -> calendar_date | datetime:
    return value.astimezone(reader().zone) if isinstance(value, datetime) else value


def _today() -> calendar_date:
    return business_now().astimezone(reader().zone).date()


def _ago(seconds: int) -> str:
    if seconds < _HOUR:
        count = seconds // _MINUTE
        return ngettext("{n} minute ago", "{n} minutes ago", count).format(n=count)
    if seconds < _DAY:
        count = seconds // _HOUR
        return ngettext("{n} hour ago", "{n} hours ago", count).format(n=count)
    count = seconds // _DAY
    return ngettext("{n} day ago", "{n} days ago", count).format(n=number(count))


def _ahead(seconds: int) -> str:
    if seconds < _HOUR:
        count = seconds // _MINUTE
        return ngettext("in {n} minute", "in {n} minutes", count).format(n=count)
    if seconds < _DAY:
        count = seconds // _HOUR
        return ngettext("in {n} hour", "in {n} hours", count).format(n=count)
    count = seconds // _DAY
    return ngettext("in {n} day", "in {n} days", count).format(n=number(count))
