"""Exact amounts: rounded half up, printed with their decimals, never mixed."""

import operator
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.kernel.currencies import CURRENCIES, MINOR_UNITS
from webapp.kernel.money import (
    MAX_MINOR,
    AmountOutOfRange,
    Money,
    UnlikeCurrencies,
    exponent,
    is_currency,
    optional_money,
    parse_decimal,
)

currencies = st.sampled_from(["EUR", "JPY", "KWD"])
amounts = st.decimals(-(10**10), 10**10, places=6, allow_nan=False)
minors = st.integers(-(10**12), 10**12)


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.34", "EUR", 1234),
        ("12", "EUR", 1200),
        ("12.344999999999", "EUR", 1234),
        ("12.345", "EUR", 1235),
        ("12.355", "EUR", 1236),
        ("-12.345", "EUR", -1235),
        ("-12.344", "EUR", -1234),
        ("+0.005", "EUR", 1),
        ("-0.005", "EUR", -1),
        ("-0.004", "EUR", 0),
        ("0.5", "JPY", 1),
        ("1.5", "JPY", 2),
        ("2.5", "JPY", 3),
        ("-2.5", "JPY", -3),
        ("1480", "JPY", 1480),
        ("1.2345", "KWD", 1235),
        ("1.2344", "KWD", 1234),
        ("1", "KWD", 1000),
    ],
)
def test_an_amount_is_rounded_half_up_to_what_its_currency_has(
    amount: str, currency: str, minor: int
) -> None:
    assert Money.of(amount, currency) == Money(minor, currency)


@given(amounts, currencies)
def test_rounding_agrees_with_exact_fractions(amount: Decimal, currency: str) -> None:
    scaled = Fraction(amount) * 10 ** exponent(currency)
    size = int(abs(scaled) + Fraction(1, 2))  # int() cuts off, so halves go away from zero
    assert Money.of(amount, currency).minor == (size if scaled >= 0 else -size)


@given(amounts, currencies)
def test_rounding_mirrors_at_zero(amount: Decimal, currency: str) -> None:
    assert Money.of(-amount, currency).minor == -Money.of(amount, currency).minor


@given(minors, currencies)
def test_the_amount_in_major_units_leads_back_to_the_same_money(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.of(money.amount, currency) == money
    assert -money.amount.as_tuple().exponent == exponent(currency)  # type: ignore[operator]


@given(minors, minors, currencies)
def test_sums_differences_and_order_are_those_of_the_minor_units(
    one: int, other: int, currency: str
) -> None:
    a, b = Money(one, currency), Money(other, currency)
    assert a + b == Money(one + other, currency)
    assert a - b == Money(one - other, currency)
    assert [a < b, a <= b, a > b, a >= b, a == b] == [
        one < other,
        one <= other,
        one > other,
        one >= other,
        one == other,
    ]


@pytest.mark.parametrize(
    "meet", [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge]
)
def test_unlike_currencies_never_meet(meet: Callable[[Money, Money], object]) -> None:
    with pytest.raises(UnlikeCurrencies, match="EUR and USD"):
        meet(Money(1, "EUR"), Money(1, "USD"))


def test_the_same_number_in_another_currency_is_something_else() -> None:
    assert Money(1, "EUR") != Money(1, "USD")


def test_nothing_is_zero_of_a_currency() -> None:
    assert Money.zero("JPY") == Money(0, "JPY")


@pytest.mark.parametrize(
    ("money", "text", "bare"),
    [
        (Money(148000, "EUR"), "1,480.00 EUR", "1,480.00"),
        (Money(-5, "EUR"), "-0.05 EUR", "-0.05"),
        (Money(1234567, "JPY"), "1,234,567 JPY", "1,234,567"),
        (Money(1234567, "KWD"), "1,234.567 KWD", "1,234.567"),
        (Money(0, "EUR"), "0.00 EUR", "0.00"),
    ],
)
def test_money_prints_its_decimals_and_its_currency(money: Money, text: str, bare: str) -> None:
    assert (str(money), f"{money}", f"{money:bare}") == (text, text, bare)


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", "0"), ("12.5", "12.5"), ("-3.25", "-3.25"), ("+1", "1"), ("007", "7"),
     ("9" * 15 + "." + "9" * 12, "9" * 15 + "." + "9" * 12)],
)  # fmt: skip
def test_a_plain_decimal_is_read_exactly(text: str, value: str) -> None:
    assert parse_decimal(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["", " ", "1 ", " 1", "1\n", "1,5", "1.", ".5", "1.2.3", "1e3", "1E-3", "NaN", "nan", "sNaN",
     "inf", "-Infinity", "0x10", "1_000", "--1", "+-1", "٣", "１２", "½", "1\x00", "9" * 16,
     "0." + "1" * 13, "9" * 5000, "\ud800"],
)  # fmt: skip
def test_anything_else_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="is not a plain decimal number"):
        parse_decimal(text)


@given(st.text())
def test_reading_a_number_gives_a_finite_one_or_refuses(text: str) -> None:
    with suppress(ValueError):
        assert parse_decimal(text).is_finite()


def test_a_refusal_quotes_only_the_beginning_of_a_long_text() -> None:
    with pytest.raises(ValueError, match="not a plain") as refused:
        parse_decimal("9" * 5000)
    assert len(str(refused.value)) < 100


def test_the_largest_amount_is_kept_and_the_next_refused() -> None:
    assert Money.of(Decimal(MAX_MINOR).scaleb(-2), "EUR").minor == MAX_MINOR
    assert Money.of(Decimal(-MAX_MINOR).scaleb(-2), "EUR").minor == -MAX_MINOR
    for minor, shown in (
        (MAX_MINOR + 1, "10000000000000.01"),
        (-MAX_MINOR - 1, "-10000000000000.01"),
    ):
        with pytest.raises(AmountOutOfRange, match=f"^{shown} EUR is too large$"):
            Money.of(Decimal(minor).scaleb(-2), "EUR")


@pytest.mark.parametrize(
    ("minor", "currency", "money"),
    [
        (148000, "EUR", Money(148000, "EUR")),
        (0, "JPY", Money(0, "JPY")),
        (None, None, None),
        (None, "EUR", None),
        (1, None, None),
    ],
)
def test_two_columns_are_an_amount_or_none(
    minor: int | None, currency: str | None, money: Money | None
) -> None:
    assert optional_money(minor, currency) == money


def test_the_largest_cart_fits_into_64_bits() -> None:
    """2,000 lines of the largest amount, each with as much tax again."""
    assert 2000 * 2 * MAX_MINOR < 2**63


@pytest.mark.parametrize("text", ["1e3", "NaN", " 1", "1,5"])
def test_a_text_that_is_no_plain_decimal_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="is not a plain decimal number"):
        Money.of(text, "EUR")


@pytest.mark.parametrize(
    "amount", ["1e60", "1e999998", "-1e999999", "NaN", "sNaN", "Infinity", "-Infinity"]
)
def test_what_cannot_be_an_amount_is_out_of_range(amount: str) -> None:
    with pytest.raises(AmountOutOfRange, match=" EUR is too large"):
        Money.of(Decimal(amount), "EUR")


@pytest.mark.parametrize("amount", ["1e-999999", "0e999999", "-0", "0.00000001"])
def test_what_is_too_small_to_see_is_nothing(amount: str) -> None:
    assert Money.of(Decimal(amount), "EUR") == Money(0, "EUR")


@pytest.mark.parametrize(
    ("code", "known"),
    [("EUR", True), ("JPY", True), ("eur", False), ("", False), ("EURO", False), ("DEM", False)],
)
def test_only_currencies_in_use_are_currencies(code: str, known: bool) -> None:
    assert is_currency(code) is known


@pytest.mark.parametrize(
    ("currency", "decimals"), [("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3)]
)
def test_a_currency_has_its_own_number_of_decimals(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


def test_every_exception_is_a_currency_in_use() -> None:
    assert set(MINOR_UNITS) <= CURRENCIES
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
