"""Cursors come from URLs, so anything may stand in one."""

import base64
import json
import string
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.kernel.errors import Invalid
from webapp.kernel.paging import Page, decode_cursor, decode_moment, encode_cursor

storable = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))


def raw(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode()


@given(st.lists(storable, max_size=4))
def test_a_cursor_brings_the_sort_key_back(values: list[str]) -> None:
    cursor = encode_cursor(*values)
    assert decode_cursor(cursor, len(values)) == tuple(values)
    assert set(cursor) <= set(string.ascii_letters + string.digits + "-_")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "a",
        "====",
        "nonsense!",
        "ä",
        "\ud800",
        "\0",
        raw({}),
        raw("two"),
        raw(None),
        raw(["one"]),
        raw(["one", "two", "three"]),
        raw(["one", 2]),
        raw(["one", None]),
        raw(["one", ["two"]]),
        raw(["one", "nul\0"]),
        raw(["one", "\ud800"]),
        raw(["one", "two"])[:-3],
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 6000).decode(),
        base64.urlsafe_b64encode(b'["one", ' + b"9" * 5000 + b"]").decode(),
    ],
)
def test_a_broken_cursor_is_refused_in_words(cursor: str) -> None:
    with pytest.raises(Invalid, match=r"not complete\. Start at the first page") as refused:
        decode_cursor(cursor, 2)
    assert refused.value.code == "bad_cursor"


@given(st.text(), st.integers(0, 3))
def test_reading_a_cursor_gives_a_key_or_refuses(cursor: str, length: int) -> None:
    with suppress(Invalid):
        assert len(decode_cursor(cursor, length)) == length


@given(st.datetimes(timezones=st.timezones()))
def test_a_moment_of_a_cursor_is_the_one_that_was_written(moment: datetime) -> None:
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        return
    assert decode_moment(moment.isoformat()) == utc
    assert decode_moment(moment.isoformat()).utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_in_utc() -> None:
    assert decode_moment("2026-03-02T09:00:00") == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_moment_keeps_its_place_in_time_whatever_its_zone() -> None:
    there = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=5)))
    assert decode_moment(there.isoformat()) == datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-13-01T00:00:00", "0001-01-01T00:00:00+23:00", "\0", "\ud800",
     "9999-12-31T23:00:00-23:00"],
)  # fmt: skip
def test_a_broken_moment_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode_moment(text)
    assert refused.value.code == "bad_cursor"


def test_a_page_holds_its_rows_and_the_way_on() -> None:
    page = Page([1, 2], "cursor")
    assert (page.items, page.next_cursor) == ([1, 2], "cursor")
