"""Numbers as people and shop systems write them: `12,50`, `1.234,56`, `1 234.5`, `19%`, `EUR 12`.

A number with two readings is never guessed: "1.234" is a thousand or a fraction, and only other
numbers of the same source can tell which.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from webapp.kernel.money import is_currency
from webapp.kernel.sentence import N_, Sentence, sentence

_SHOWN = 40
_MOST_DIGITS = 12
_HUNDRED = Decimal(100)
_OTHER = {".": ",", ",": "."}
_SPACES = re.compile(r"[\u00a0\u2007\u2009\u202f ]+")
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)"
    r"(?P<whole>[1-9][0-9]{0,2}(?:(?P<group>[ .,'])[0-9]{3})(?:(?P=group)[0-9]{3})*|[0-9]*)"
    r"(?:(?P<mark>[.,])(?P<fraction>[0-9]+|-))?"
)
_TWO_READINGS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?P<mark>[.,])[0-9]{3}")
_SYMBOLS = {"€": ("EUR",), "£": ("GBP",), "¥": ("JPY", "CNY"), "$": ("USD", "CAD", "AUD", "NZD")}
_WITH_CURRENCY = re.compile(
    r"(?P<before>[A-Za-z]{3}(?![A-Za-z])|[€£¥$])?\s*(?P<number>.*?)\s*(?P<after>[A-Za-z]{3}|[€£¥$])?"
)


class Unreadable(ValueError):
    """A text that is no number; `sentence` says why and how to write it."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why.plain())
        self.sentence = why


def number(text: str, mark: str | None = None) -> Decimal:
    """The number; `mark` is the decimal mark of the source where that is known.

    Raises `Unreadable` for what is no number, is too long, or has two readings and no known mark.
    """
    tidy = _tidy(text)
    doubtful = _TWO_READINGS.fullmatch(tidy)
    if doubtful and mark is None:
        raise _two_readings(tidy, doubtful["mark"])
    if doubtful:
        return Decimal(tidy.replace(doubtful["mark"], "." if doubtful["mark"] == mark else ""))
    match = _match(tidy)
    if match is None:
        raise _no_number(text)
    whole = re.sub(r"[^0-9]", "", match["whole"])
    fraction = (match["fraction"] or "").strip("-")
    if len(whole) > _MOST_DIGITS or len(fraction) > _MOST_DIGITS:
        raise Unreadable(sentence(N_("“{text}” has too many digits."), text=_short(text)))
    return Decimal(f"{match['sign']}{whole or 0}" + (f".{fraction}" if fraction else ""))


def decimal_mark(texts: Iterable[str]) -> str | None:
    """The decimal mark that these texts agree on, or None when they do not say or disagree."""
    marks = {mark for text in texts if (mark := _evidence(_tidy(text)))}
    return marks.pop() if len(marks) == 1 else None


def price(text: str, currency: str, mark: str | None = None) -> Decimal:
    """The price, which may name its currency; raises `Unreadable`, also for another currency."""
    match = _WITH_CURRENCY.fullmatch(text.strip())
    for given in (match["before"], match["after"]) if match else ():
        if given and not _is(given, currency):
            raise _other_currency(text, given, currency)
    return number(match["number"] if match else text, mark)


def rate(text: str, mark: str | None = None) -> Decimal:
    """A tax rate: `19%`, `19` and `0.19` are the same; raises `Unreadable`."""
    bare = text.strip().removesuffix("%").strip()
    try:
        value = number(bare, mark)
    except Unreadable:
        raise Unreadable(
            sentence(N_("“{text}” is not a tax rate. Write it like 19%."), text=_short(text))
        ) from None
    return value / _HUNDRED if "%" in text or abs(value) >= 1 else value


def plain(value: Decimal) -> str:
    """The number in the shortest form that `number` reads back without doubt: `12.5`, `1.2340`."""
    return unambiguous(format(value.normalize(), "f"))


def unambiguous(text: str) -> str:
    """The number with one more decimal where it could be taken for thousands."""
    return f"{text}0" if _TWO_READINGS.fullmatch(text) else text


def _tidy(text: str) -> str:
    spaced = _SPACES.sub(" ", text.strip())
    return spaced.replace("’", "'").replace("\u2212", "-").replace("–", "-")


def _match(tidy: str) -> re.Match[str] | None:
    match = _NUMBER.fullmatch(tidy)
    if match is None or not (match["whole"] or (match["fraction"] or "-") != "-"):
        return None
    return None if match["mark"] and match["mark"] == match["group"] else match


def _evidence(tidy: str) -> str | None:
    """The decimal mark that one number proves: by having one, or by its thousands separators."""
    if _TWO_READINGS.fullmatch(tidy):
        return None
    match = _match(tidy)
    if match is None:
        return None
    return match["mark"] or _OTHER.get(match["group"] or "")


def _is(given: str, currency: str) -> bool:
    return currency in _SYMBOLS.get(given, (given.upper(),))


def _other_currency(text: str, given: str, currency: str) -> Unreadable:
    if given in _SYMBOLS or is_currency(given.upper()):
        return Unreadable(
            sentence(
                N_("“{text}” is not in {currency}, the currency of this cart."),
                text=_short(text),
                currency=currency,
            )
        )
    return _no_number(text)


def _two_readings(tidy: str, mark: str) -> Unreadable:
    return Unreadable(
        sentence(
            N_("“{text}” may mean {whole} or {fraction}. Write {whole}, or {fraction}0."),
            text=tidy,
            whole=tidy.replace(mark, ""),
            fraction=tidy,
        )
    )


def _no_number(text: str) -> Unreadable:
    return Unreadable(
        sentence(N_("“{text}” is not a number. Write it like 12.50."), text=_short(text))
    )


def _short(text: str) -> str:
    tidy = " ".join(text.split())
    return tidy if len(tidy) <= _SHOWN else f"{tidy[:_SHOWN]}…"
