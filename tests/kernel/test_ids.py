"""Ids and the clock."""

import string
from datetime import UTC, timedelta

import pytest

from webapp.kernel.clock import utcnow
from webapp.kernel.ids import is_client_id, new_code, new_id


def test_an_id_is_24_lower_case_hexadecimal_characters() -> None:
    made = new_id()
    assert len(made) == 24
    assert set(made) <= set(string.hexdigits.lower())


def test_ids_do_not_repeat() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000


def test_a_later_id_sorts_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([1_700_000_000.9, 1_700_000_001.0, 4_000_000_000.0])
    monkeypatch.setattr("webapp.kernel.ids.time.time", lambda: next(moments))
    made = [new_id() for _ in range(3)]
    assert made == sorted(made)
    assert [len(one) for one in made] == [24, 24, 24]


@pytest.mark.parametrize("length", [1, 8, 20])
def test_a_code_for_people_leaves_out_what_they_mix_up(length: int) -> None:
    made = "".join(new_code(length) for _ in range(200))
    assert len(made) == 200 * length
    assert set(made) <= set(string.digits + string.ascii_uppercase) - set("ILOU")


def test_a_code_is_eight_characters_long() -> None:
    assert len(new_code()) == 8


@pytest.mark.parametrize(
    "text", ["a", "Z", "0", "_", "-", "66f0c0ffee0123456789abcd", "Q1000797", "a" * 66]
)
def test_a_client_may_choose_letters_digits_and_two_signs(text: str) -> None:
    assert is_client_id(text)


@pytest.mark.parametrize(
    "text", ["", "a" * 67, "a b", "a/b", "a.b", "ä", "a\n", "\n", "a\0", "٣", "../x", "%2F"]
)
def test_a_client_may_choose_nothing_else(text: str) -> None:
    assert not is_client_id(text)


def test_now_is_in_utc() -> None:
    now = utcnow()
    assert now.tzinfo is UTC
    assert utcnow() - now < timedelta(seconds=5)
