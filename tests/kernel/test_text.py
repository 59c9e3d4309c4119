"""What people type is stored as it was meant, or refused in words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.kernel.errors import Invalid
from webapp.kernel.text import clean


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("", ""),
        (" \n\t ", ""),
        ("  two words  ", "two words"),
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("a\tb", "a\tb"),
        ("Grüße, 你好 👍🏽", "Grüße, 你好 👍🏽"),
        ("<b>*not* markup</b>", "<b>*not* markup</b>"),
        ("\u00a0non-breaking\u00a0", "non-breaking"),
    ],
)
def test_a_text_is_kept_as_it_was_meant(typed: str | None, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize(
    "character", ["\0", "\x01", "\x08", "\x0b", "\x1b", "\x7f", "\x9f", "\ud800"]
)
def test_a_character_that_cannot_be_stored_is_refused_in_words(character: str) -> None:
    with pytest.raises(Invalid, match="a character that cannot be stored") as refused:
        clean(f"before{character}after")
    assert refused.value.code == "bad_text"


@given(st.text(st.characters()))
def test_a_clean_text_is_clean(typed: str) -> None:
    try:
        kept = clean(typed)
    except Invalid:
        return
    assert clean(kept) == kept
    assert not {unicodedata.category(c) for c in kept if c not in "\n\t"} & {"Cc", "Cs"}
    assert "\r" not in kept
