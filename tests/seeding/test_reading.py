"""Files that are no JSON, or JSON that would lose something."""

from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.seeding.domain import Refused
from webapp.seeding.reading import read_file, read_text


def problems(text: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        read_text(text)
    return [str(problem) for problem in refused.value.problems]


def test_numbers_stay_exact() -> None:
    assert read_text('{"a": 0.1, "b": 3}') == {"a": Decimal("0.1"), "b": 3}


def test_what_is_not_json_is_named_with_line_and_column() -> None:
    assert problems('{\n  "a": 1,,\n}')[0].startswith("line 2, column 10: is not JSON: ")
    assert problems("")[0].startswith("line 1, column 1: is not JSON: ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[NaN]", "(file): cannot be read: NaN is not a number"),
        ('{"a": -Infinity}', "(file): cannot be read: -Infinity is not a number"),
        ("[" * 100_000, "(file): cannot be read: "),
        ("[" + "9" * 5000 + "]", "(file): cannot be read: "),
        ("[" * 60 + "]" * 60, "is nested too deeply"),
        ('{"a": 1, "a": 2}', "a: this key stands here twice"),
        ('{"a": [{"b": {"c": 1, "c": 1}}]}', "a[0].b.c: this key stands here twice"),
    ],
)
def test_what_would_be_lost_or_never_end_is_refused(text: str, problem: str) -> None:
    assert problem in problems(text)[0]


def test_a_file_is_utf_8_with_or_without_its_mark(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    file.write_bytes(b'\xef\xbb\xbf{"tenant": "M\xc3\xbcnster"}')
    assert read_file(file) == {"tenant": "Münster"}
    file.write_bytes(b'{\n"tenant":\n"M\xfcnster"}')
    with pytest.raises(Refused) as refused:
        read_file(file)
    assert str(refused.value.problems[0]) == "line 3: is not UTF-8"


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    with suppress(Refused):
        read_text(text)
