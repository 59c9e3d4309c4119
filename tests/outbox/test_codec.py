"""What waits in the outbox comes back as it was."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.kernel.money import Money
from webapp.kernel.sentence import Sentence
from webapp.outbox.codec import decode, encode

words = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
plain = st.none() | st.booleans() | st.integers() | words
moments = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]))
money = st.builds(Money, st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "JPY", "KWD"]))
keys = words | st.sampled_from(["$money", "$sentence", "$moment", "$date", "$map"])
values = st.recursive(
    plain | moments | st.dates() | money,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(keys, inner, max_size=4)
        | st.builds(Sentence, words, st.dictionaries(words, inner, max_size=3))
    ),
    max_leaves=12,
)


@given(values)
def test_everything_survives_the_wait(value: Any) -> None:
    assert decode(json.loads(json.dumps(encode(value), ensure_ascii=False))) == value


def test_what_a_template_cannot_be_given_later_is_refused_now() -> None:
    for value in (1.5, Decimal("1.5"), object(), datetime(2026, 1, 1), {1: "a"}, {"a": {2: 3}}):
        with pytest.raises(TypeError):
            encode(value)
