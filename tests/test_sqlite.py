"""Paths through JSON documents, as PostgreSQL follows them."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from tests.support.databases import Backend
from tests.support.examples import examples
from webapp.sqlite import any_meets, first, has

_SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "1", 0.5])
_DOCUMENTS = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=12,
)


@given(document=_DOCUMENTS, path=st.sampled_from(["", "a", "a.b", "b", "a.a.b"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(150))
def test_a_path_finds_what_postgresql_finds(backend: Backend, document: Any, path: str) -> None:
    if backend.name != "postgresql":
        return
    text = json.dumps(document)
    steps = "lax $" + "".join(f'."{name}"' for name in path.split(".") if name)
    with backend.engine.connect() as connection:
        jsonb = cast(literal(text, String), JSONB)
        here = func.jsonb_path_exists(jsonb, cast(steps, JSONPATH))
        assert bool(has(text, path)) is connection.scalar(select(here))
        found = connection.scalars(
            select(func.jsonb_path_query(jsonb, cast(f"{steps}[*][*]", JSONPATH)))
        ).all()
    scalars = [value for value in found if not isinstance(value, dict | list)]
    wanted = json.dumps([["in", scalars[:1]]])
    assert any_meets(text, path, wanted) is bool(scalars)
    texts = [value for value in scalars if value is not None]
    assert (first(text, path) is None) is (not texts)


@pytest.mark.parametrize(
    ("tests", "met"),
    [
        ([["in", ["b", "x"]]], True),
        ([["in", [2]]], True),
        ([["in", ["2"]]], False),
        ([["in", [True]]], False),
        ([["in", [None]]], True),
        ([[">", 1], ["<", 3]], True),
        ([[">", 2], ["<", 10.5]], False),
        ([[">=", 10.5]], True),
        ([[">=", "b"]], True),
        ([["~", "^B$"]], True),
        ([["~", "2"]], False),
    ],
)
def test_one_value_meets_all_tests(tests: list[Any], met: bool) -> None:
    document = json.dumps({"x": [{"y": 2}, {"y": ["b", None]}, {"y": 10.5}, 7, [{"y": "never"}]]})
    assert any_meets(document, "x.y", json.dumps(tests)) is met


def test_nothing_is_found_in_no_document() -> None:
    assert not has(None, "a")
    assert not any_meets(None, "a", '[["in", [null]]]')
    assert first(None, "a") is None


@pytest.mark.parametrize(
    ("document", "expected"),
    [('{"a": [null, 3]}', 3.0), ('{"a": "x"}', "x"), ('{"a": false}', "false"), ("{}", None)],
)
def test_the_first_value_is_what_is_sorted_by(document: str, expected: object) -> None:
    assert first(document, "a") == expected


def test_a_number_past_all_floats_is_the_largest() -> None:
    assert first('{"a": 1' + "0" * 400 + "}", "a") == float("inf")
