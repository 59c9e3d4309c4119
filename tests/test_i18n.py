"""Sentences, money and times as German and English readers expect them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from babel.dates import format_skeleton
from babel.numbers import format_decimal
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from webapp import i18n
from webapp.kernel.money import Money
from webapp.kernel.sentence import sentence

NOW = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)
TOTAL = Money(148000, "EUR")

_APP = Flask("webapp")
i18n.init_app(_APP)


@pytest.fixture(autouse=True)
def _context() -> Iterator[None]:
    with _APP.app_context(), time_machine.travel(NOW, tick=False):
        yield


def in_german() -> None:
    i18n.read_by("de", "Europe/Berlin")


def in_english() -> None:
    i18n.read_by("en", "Europe/Berlin")


@pytest.mark.parametrize(
    ("money", "english", "german"),
    [
        (TOTAL, "1,480.00 EUR", "1.480,00 EUR"),
        (Money(-148000, "EUR"), "-1,480.00 EUR", "-1.480,00 EUR"),
        (Money(1234567890, "JPY"), "1,234,567,890 JPY", "1.234.567.890 JPY"),
        (Money(1500, "KWD"), "1.500 KWD", "1,500 KWD"),
        (Money(5, "EUR"), "0.05 EUR", "0,05 EUR"),
    ],
)
def test_money(money: Money, english: str, german: str) -> None:
    in_english()
    assert i18n.money(money) == english
    in_german()
    assert i18n.money(money) == german


def test_money_on_pages_is_never_broken() -> None:
    assert i18n.money_html(TOTAL) == Markup(
        '<span class="money"><span class="money-amount">1,480.00</span>'
        ' <span class="money-currency">EUR</span></span>'
    )


@given(
    minor=st.integers(-(10**15), 10**15),
    language=st.sampled_from(["en", "de"]),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_amounts_are_those_of_babel(minor: int, language: str, currency: str) -> None:
    money = Money(minor, currency)
    decimals = max(0, -int(money.amount.as_tuple().exponent))
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    with _APP.app_context():
        i18n.read_by(language, "UTC")
        assert i18n.amount(money) == format_decimal(money.amount, pattern, locale=language)


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        ("2", "2", "2"),
        ("2.50", "2.5", "2,5"),
        ("1500.000", "1,500", "1.500"),
        (Decimal("1E+3"), "1,000", "1.000"),
        (12345, "12,345", "12.345"),
    ],
)
def test_numbers_have_no_trailing_zeros(
    value: Decimal | int | str, english: str, german: str
) -> None:
    in_english()
    assert i18n.number(value) == english
    in_german()
    assert i18n.number(value) == german


def test_rates() -> None:
    in_english()
    assert i18n.percent("0.19") == "19%"
    assert i18n.percent(Decimal("0.075")) == "7.5%"
    in_german()
    assert i18n.percent("0.19") == "19\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("name", "letters"), [("Rita Roe", "RR"), ("Ada", "A"), ("anna maria berg", "AB"), ("", "")]
)
def test_initials(name: str, letters: str) -> None:
    assert i18n.initials(name) == letters


@pytest.mark.parametrize(
    ("at", "english", "german"),
    [
        (datetime(2026, 11, 12, 8, 12, tzinfo=UTC), "Thu 12 Nov, 09:12", "Do 12. Nov., 09:12"),
        (datetime(2025, 3, 4, 8, 0, tzinfo=UTC), "Tue 4 Mar 2025, 09:00", "Di 4. März 2025, 09:00"),
        (datetime(2026, 7, 1, 8, 0, tzinfo=UTC), "Wed 1 Jul, 10:00", "Mi 1. Juli, 10:00"),
    ],
)
def test_moments_are_in_the_readers_zone(at: datetime, english: str, german: str) -> None:
    in_english()
    assert i18n.moment(at) == english
    in_german()
    assert i18n.moment(at) == german


def test_moments_that_are_close_are_named() -> None:
    in_english()
    assert i18n.moment(NOW) == "today, 10:30"
    assert i18n.moment(NOW - timedelta(days=1)) == "yesterday, 10:30"
    assert i18n.moment(NOW + timedelta(days=1)) == "tomorrow, 10:30"


def test_midnight_is_that_of_the_reader() -> None:
    late = datetime(2026, 11, 16, 23, 30, tzinfo=UTC)
    in_english()
    assert i18n.moment(late) == "today, 00:30"
    i18n.read_by("en", "America/New_York")
    assert i18n.moment(late) == "yesterday, 18:30"


def test_days_and_dates() -> None:
    in_english()
    assert i18n.date(date(2026, 11, 17)) == "17 Nov 2026"
    assert i18n.day(NOW) == "Tue 17 Nov"
    in_german()
    assert i18n.date(NOW) == format_skeleton("yMMMd", NOW, locale="de")


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=3, minutes=50), "3 hours"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, hours=20), "2 days"),
        (timedelta(days=1200), "1,200 days"),
    ],
)
def test_durations_are_rounded_down(length: timedelta, words: str) -> None:
    assert i18n.duration(length) == words


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=30), "just now"),
        (timedelta(minutes=5), "5 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(minutes=-5), "in 5 minutes"),
        (timedelta(hours=-5), "in 5 hours"),
        (timedelta(days=-1), "in 1 day"),
    ],
)
def test_how_long_ago(ago: timedelta, words: str) -> None:
    assert i18n.relative(NOW - ago) == words


def test_sentences_carry_money_times_and_each_other() -> None:
    why = sentence(
        "{total} is *{over:bare} over* the limit of {company}: {inner} ({count} items, {at})",
        total=TOTAL,
        over=Money(48000, "EUR"),
        company="A & B",
        inner=sentence("an *admin* must approve"),
        count=1200,
        at=NOW,
    )
    assert i18n.say(why) == (
        "1,480.00 EUR is 480.00 over the limit of A & B: an admin must approve "
        "(1,200 items, today, 10:30)"
    )
    assert i18n.say_html(why) == (
        "1,480.00 EUR is <strong>480.00 over</strong> the limit of A &amp; B: "
        "an <strong>admin</strong> must approve (1,200 items, today, 10:30)"
    )


def test_what_people_typed_is_neither_markup_nor_emphasis() -> None:
    said = sentence("{name} says *{words}*", name="<b>*Eve*</b>", words="{0} *")
    assert i18n.say_html(said) == ("&lt;b&gt;*Eve*&lt;/b&gt; says <strong>{0} *</strong>")
    assert i18n.say(said) == "<b>*Eve*</b> says {0} *"


def test_lists_and_plain_texts() -> None:
    assert i18n.say(sentence("{all}", all=[TOTAL, Money(100, "CHF")])) == "1,480.00 EUR, 1.00 CHF"
    assert i18n.say("Inbox") == "Inbox"
    assert i18n.say_html("a < b") == "a &lt; b"
    assert i18n.say(sentence("{yes} {day} {length} {part}", yes=True, day=date(2026, 1, 2),
                             length=timedelta(hours=2), part=Decimal("1.50"))) == (
        "True 2 Jan 2026 2 hours 1.5"
    )  # fmt: skip


def test_a_mail_is_written_for_its_reader_only() -> None:
    in_english()
    with i18n.reading_as("de", "Europe/Berlin"):
        assert i18n.money(TOTAL) == "1.480,00 EUR"
    assert i18n.money(TOTAL) == "1,480.00 EUR"


def test_a_zone_or_language_that_is_gone_does_no_harm() -> None:
    i18n.read_by("xx", "Mars/Olympus")
    assert i18n.reader().language == "en"
    assert str(i18n.reader().zone) == "Europe/Berlin"


@pytest.mark.parametrize(("tag", "language"), [("de-AT", "de"), ("DE", "de"), ("en-US", "en")])
def test_a_country_does_not_change_the_language(tag: str, language: str) -> None:
    i18n.read_by(tag, "Europe/Vienna")
    assert i18n.reader().language == language


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("de-CH, en;q=0.5", "de"),
        ("fr, de;q=0.3, en;q=0.8", "en"),
        ("de;q=0, *", "en"),
        ("fr", "en"),
        ("", "en"),
        ("en-GB", "en"),
    ],
)
def test_strangers_are_read_from_their_browser(accepted: str, language: str) -> None:
    with _APP.test_request_context(headers={"Accept-Language": accepted}):
        assert i18n.reader().language == language


def test_zones_can_be_chosen() -> None:
    zones = i18n.time_zones()
    assert "Europe/Berlin" in zones
    assert zones[-1] == "UTC"
    assert not any(zone.startswith("Etc/") for zone in zones)


def test_older_names_of_zones_are_offered_only_to_who_has_one() -> None:
    assert {"Asia/Kolkata", "Europe/Kyiv"} < set(i18n.time_zones())
    assert "Asia/Calcutta" not in i18n.time_zones()
    with i18n.reading_as("en", "Asia/Calcutta"):
        assert "Asia/Calcutta" in i18n.time_zones()


def test_amounts_stay_beside_their_currency_where_a_line_ends() -> None:
    assert i18n.unbroken("R & B ask for 1,480.00 EUR") == (
        'R &amp; B ask for <span class="nowrap">1,480.00 EUR</span>'
    )
    assert i18n.unbroken(Markup("<b>1.480,00 CHF</b> of 12 GmbH")) == (
        '<b><span class="nowrap">1.480,00 CHF</span></b> of 12 GmbH'
    )
