"""The values of the seed format, each with the sentence that says what is wrong with it."""

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from webapp.kernel.errors import Invalid
from webapp.kernel.money import AmountOutOfRange, Money, is_currency, parse_decimal
from webapp.kernel.text import clean
from webapp.seeding.checks import context, wrong

_ID = re.compile(r"(?!\.{1,2}$)[^\s/?#%\\]{1,66}")
_EMAIL = re.compile(r"[\x21-\x3f\x41-\x7e]{1,64}@[A-Za-z0-9.-]{1,189}")
_LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_GREATEST_QUANTITY = Decimal(10) ** 9
_QUANTITY_DECIMALS = 6
_RATE_LENGTH = 20


def fits(value: str, info: ValidationInfo) -> str:
    """Refuse an amount with more decimals than its currency has, or too large to be stored."""
    currency = info.data.get("currency") or context(info).current.get("currency")
    if currency is None or not is_currency(currency):
        return value
    try:
        money = Money.of(value, currency)
    except AmountOutOfRange:
        raise wrong("is too large") from None
    if money.amount != parse_decimal(value):
        raise wrong(f"has more decimals than {currency} has")
    return value


def _text(value: str) -> str:
    try:
        text = clean(value)
    except Invalid:
        raise wrong("holds a control character or half of a character") from None
    if "\n" in text or "\t" in text:
        raise wrong("must be one line, without tabs")
    return text


def _not_empty(value: str) -> str:
    if not value:
        raise wrong("must not be empty")
    return value


def _exact(value: str) -> str:
    """A text that is compared character by character elsewhere, so that nothing is trimmed."""
    if _text(value) != value:
        raise wrong("must not begin or end with a space")
    return value


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value) or not value.isprintable():
        raise wrong("an id has 1 to 66 characters, without spaces and without / \\ ? # %")
    return value


def _check_email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise wrong("is not an e-mail address")
    return value.lower()


def _check_currency(value: str) -> str:
    if not is_currency(value):
        raise wrong(f"'{value}' is not a currency in use (ISO 4217)")
    return value


def _check_amount(value: object) -> str:
    if not isinstance(value, str):
        raise wrong('must be a decimal number in quotes, such as "166.67"')
    try:
        amount = parse_decimal(value)
    except ValueError:
        raise wrong(f"'{value[:40]}' is not a decimal number such as \"166.67\"") from None
    if amount < 0 or value.startswith(("+", "-")):
        raise wrong("must not have a sign")
    return value


def _check_rate(value: str) -> str:
    if len(value) > _RATE_LENGTH or parse_decimal(value) > 1:
        raise wrong('a tax rate is a fraction from "0" to "1", such as "0.19"')
    return value


def _check_quantity(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise wrong("must be a positive number")
    try:
        quantity = Decimal(str(value))
        fits = 0 < quantity <= _GREATEST_QUANTITY and quantity == round(
            quantity, _QUANTITY_DECIMALS
        )
    except (InvalidOperation, ValueError):
        fits = False
    if not fits:
        raise wrong("must be a positive number of at most 1000000000, with up to six decimals")
    shown = f"{quantity:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _matching(pattern: re.Pattern[str], text: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise wrong(text)
        return value

    return AfterValidator(check)


def _check_time_zone(value: str) -> str:
    if value not in available_timezones():
        raise wrong(f"'{value}' is not a time zone such as 'Europe/Berlin'")
    return value


Text = Annotated[str, Field(max_length=500), AfterValidator(_text)]
Name = Annotated[Text, AfterValidator(_not_empty)]
Id = Annotated[str, AfterValidator(_check_id)]
Exact = Annotated[str, AfterValidator(_exact), AfterValidator(_not_empty)]
Subject = Annotated[Exact, Field(max_length=255)]
Secret = Annotated[Exact, Field(max_length=1000)]
Email = Annotated[str, AfterValidator(_check_email)]
Currency = Annotated[str, AfterValidator(_check_currency)]
Amount = Annotated[str, BeforeValidator(_check_amount)]
Rate = Annotated[Amount, AfterValidator(_check_rate)]
Quantity = Annotated[str, BeforeValidator(_check_quantity)]
Language = Annotated[str, _matching(_LANGUAGE, "is not a language such as 'en' or 'de'")]
Country = Annotated[str, _matching(_COUNTRY, "is not a country such as 'DE' (ISO 3166)")]
TimeZone = Annotated[str, AfterValidator(_check_time_zone)]
