"""Nothing that somebody may put into a file makes the import fall over."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.seeding.conftest import NOW, acme
from tests.support.examples import examples
from webapp.db import Database
from webapp.seeding import service
from webapp.seeding.domain import Refused

odd = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["\0", "\ud800", "NaN", "1e999", "9" * 400, "-0", "٣", "a" * 10_000, 10**400, "{x}", "%s"]
    )
)
junk = st.recursive(
    odd,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = (
        list(value.items())
        if isinstance(value, dict)
        else list(enumerate(value[:2]))
        if isinstance(value, list)
        else []
    )
    below = [found for step, child in children for found in _paths(child, (*path, step))]
    return [path, *below] if path else below


PATHS = _paths(acme())


def tried(database: Database, document: Any) -> list[str]:
    """The problems of the document; what can be loaded is rolled back."""
    try:
        with database.transaction() as session:
            service.load(session, document, now=NOW)
            session.rollback()
    except Refused as refused:
        return [str(problem) for problem in refused.problems]
    return []


@settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(path=st.sampled_from(PATHS), value=junk, also=junk)
def test_no_value_makes_the_import_fall_over(
    database: Database, path: tuple[str | int, ...], value: Any, also: Any
) -> None:
    document: Any = acme()
    document["name"] = also if isinstance(also, str) else document["name"]
    target = document
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    assert all(line.isprintable() for line in tried(database, document))


@settings(
    max_examples=examples(50),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(document=junk)
def test_no_document_makes_the_import_fall_over(database: Database, document: Any) -> None:
    assert all(line.isprintable() for line in tried(database, document))
