"""How numbers are read, and that none is guessed."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.carts.numerals import Unreadable, decimal_mark, number, plain, price, rate


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"),
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234\u202f567,8", "1234567.8"),
        ("1'234.50", "1234.50"),
        ("1’234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1234.567", "1234.567"),
        ("0,500", "0.500"),
        ("0.001", "0.001"),
        (",5", "0.5"),
        ("12,-", "12"),
        ("1.234,–", "1234"),
        ("+3", "3"),
        ("-3,5", "-3.5"),
        ("\u22123", "-3"),
        ("  7  ", "7"),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["", "-", ",-", "four", "1e999", "1e3", "NaN", "inf", "12 34", "1,2,3", "1.23.456", "12,345,67",
     "0x10", "٣", "1..2", "--1", "1.234.56", "9" * 13, "0." + "1" * 13, "1 234.567,8.9"],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        number(text)
    assert refused.value.sentence.plain()


def test_a_number_with_two_readings_is_not_guessed() -> None:
    with pytest.raises(Unreadable, match=r"may mean 1234 or 1\.234\. Write 1234, or 1\.2340\."):
        number("1.234")


def test_the_mark_of_the_source_decides_between_two_readings() -> None:
    assert number("1.234", ",") == 1234
    assert number("1.234", ".") == Decimal("1.234")
    assert number("1,234", ",") == Decimal("1.234")
    assert number("1,234", ".") == 1234


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["12,50", "1.234"], ","),
        (["12.50", "1,234"], "."),
        (["1.234.567"], ","),
        (["1,234,567"], "."),
        (["1.234", "7", "x", ""], None),
        (["1 234"], None),
        (["12,50", "12.50"], None),
    ],
)
def test_the_other_numbers_tell_the_decimal_mark(texts: list[str], mark: str | None) -> None:
    assert decimal_mark(texts) == mark


@pytest.mark.parametrize(
    ("text", "value"),
    [("12,50 €", "12.50"), ("€ 12,50", "12.50"), ("EUR 12.50", "12.50"), ("12.50eur", "12.50"),
     ("12,50", "12.50")],
)  # fmt: skip
def test_a_price_may_name_its_currency(text: str, value: str) -> None:
    assert price(text, "EUR") == Decimal(value)


@pytest.mark.parametrize("text", ["12.50 USD", "$12.50", "CHF 5"])
def test_a_price_in_another_currency_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="not in EUR"):
        price(text, "EUR")


@pytest.mark.parametrize("text", ["about 5", "5 pcs", "5\n\n6", "NaN", "abc"])
def test_words_in_a_price_are_no_currency(text: str) -> None:
    with pytest.raises(Unreadable, match="not a number"):
        price(text, "EUR")


@pytest.mark.parametrize(
    ("text", "value"),
    [("19%", "0.19"), ("19 %", "0.19"), ("19", "0.19"), ("0,19", "0.19"), ("0.19", "0.19"),
     ("7,5%", "0.075"), ("0", "0"), ("0%", "0"), ("0.5%", "0.005"), ("-5", "-0.05")],
)  # fmt: skip
def test_a_tax_rate_is_read_as_percent_or_share(text: str, value: str) -> None:
    assert rate(text) == Decimal(value)


def test_a_tax_rate_that_is_none_is_refused() -> None:
    with pytest.raises(Unreadable, match="Write it like 19%"):
        rate("STANDARD")


def test_a_long_text_is_cut_in_the_sentence() -> None:
    with pytest.raises(Unreadable) as refused:
        number("x" * 10_000)
    assert len(str(refused.value)) < 100


@settings(deadline=None)
@given(st.decimals("-1000000", "1000000", places=6))
def test_the_plain_form_reads_back_as_the_same_number(value: Decimal) -> None:
    assert number(plain(value)) == value


@settings(deadline=None)
@given(st.decimals(0, "999999999", places=2), st.sampled_from([(",", "."), (".", ","), (" ", ",")]))
def test_separators_do_not_change_a_price(value: Decimal, style: tuple[str, str]) -> None:
    group, mark = style
    written = f"{value:,.2f}".replace(",", "_").replace(".", mark).replace("_", group)
    assert price(f"{written} EUR", "EUR") == value


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_number_or_refused(text: str) -> None:
    for read in (number, lambda text: price(text, "EUR"), rate):
        with suppress(Unreadable):
            assert isinstance(read(text), Decimal)
