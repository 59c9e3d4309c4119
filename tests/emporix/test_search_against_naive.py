"""The list answers what a naive filter over the read documents answers, on both databases."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.emporix import naive
from tests.emporix.filing import CITIES, NAMES, START, WORDS, file_many
from tests.emporix.naive import Value
from tests.support.cast import BEN, BOB, MIA, MIA_WERK, RITA, ROB
from tests.support.databases import Backend
from tests.support.examples import examples
from webapp.approvals import searching
from webapp.approvals.models import Revision
from webapp.emporix import approval_shapes, paths
from webapp.emporix.searching import find
from webapp.identity.domain import Actor, Away

Query = tuple[str, Callable[[Any], bool]]

DEEP = ("details.free-form_1", "details.free-form_1.deep", "details.addresses.city")
PATHS = [
    *paths._VALUES,
    *paths._PRESENT,
    *(*DEEP, "details.currency", "details.shipping.amount", "details.shipping", "details"),
    *("resource.deliveryWindow", "resource.deliveryWindow.slotId", "details.nowhere"),
    *("resource.deliveryWindow.deliveryDate", "nowhere", "details..x", "resource.items.nowhere"),
]
TEXTS = sorted(
    {*NAMES, *(word for word in (*WORDS, *CITIES) if word), "PENDING", "EXPIRED", "CART", "EUR"}
    | {"CHECKOUT", "le1", "main", "rita", "bob", "drill-18v", "line-1", "DR-18V", "r7", "08-12"}
    | {"urn:yaas:saasag:caasproduct:product:acme;drill-18v", "true", "null", "exists", "x", "dw"}
)
NUMBERS = ("0", "1", "2", "7", "7.77", "100", "2.5", "-1", "1.25", "10.0", "0.333333", "1.001")
MOMENTS = (
    *("2026-01-01", "2026-01-01T05:00", "2026-01-01T05:00:00.123Z", "2026-01-01T05:00:00.1234Z"),
    *("2026-01-31T03:00:00.000Z", "2026-01-01T04:00:00-02:00", "9999-12-31T23:59:59.999999Z"),
    *("2026-02-30", "0001-01-01T00:00:00+14:00"),
)
PATTERNS = ("Do", "^r", "e$", "two words", "a|z", "[0-9]{2}", r"\(x\)", "ü", ".*E.*", "o?b", "")

_VALUES = st.one_of(
    st.sampled_from([*TEXTS, *NUMBERS, *MOMENTS]).map(lambda text: Value(text, quoted=True)),
    st.sampled_from(NUMBERS).map(Value),
    st.sampled_from([word for word in TEXTS if not set(word) & set(' (),"\n')])
    .filter(lambda word: word not in ("null", "exists", "missing"))
    .map(Value),
)
_COMPARISON = st.tuples(st.sampled_from(["<", "<=", ">", ">="]), _VALUES)
_PATH = st.sampled_from(PATHS)

# Bob asks, decides, and stands in for Ben.
BENS_ABSENCE = Away(
    id="away",
    company_id="le1",
    owner_id=BEN.person_id,
    owner_name=BEN.name,
    deputy_id=BOB.person_id,
    deputy_name=BOB.name,
    first_day=START.date(),
    last_day=START.date(),
    starts_at=START,
    ends_at=START + timedelta(days=1),
)
BENS_DEPUTY = replace(BOB, represents=(BENS_ABSENCE,), has_represented=True)


def _equal(path: str, values: list[Value]) -> Query:
    text = f"{path}:{values[0]}" if len(values) == 1 else f"{path}:({', '.join(map(str, values))})"
    return text, naive.equal(path, *values)


def _compared(path: str, bounds: list[tuple[str, Value]]) -> Query:
    text = " AND ".join(f"{how}{value}" for how, value in bounds)
    return f"{path}:({text})", naive.related(path, *bounds)


def _like(path: str, pattern: str) -> Query:
    return f"{path}:~({pattern})", naive.like(path, pattern)


def _presence(path: str, word: str) -> Query:
    return f"{path}:{word}", getattr(naive, word)(path)


LEAVES = st.one_of(
    st.builds(_equal, _PATH, st.lists(_VALUES, min_size=1, max_size=4)),
    st.builds(_compared, _PATH, st.lists(_COMPARISON, min_size=1, max_size=2)),
    st.builds(_like, _PATH, st.sampled_from(PATTERNS)),
    st.builds(_presence, _PATH, st.sampled_from(["exists", "missing", "null"])),
)


def _either(parts: list[Query]) -> Query:
    text = " OR ".join(f"({text})" for text, _ in parts)
    return f"compoundLogicalQuery:({text})", lambda each: any(test(each) for _, test in parts)


def _both(parts: list[Query]) -> Query:
    text = " AND ".join(f"({text})" for text, _ in parts)
    return f"compoundLogicalQuery:({text})", lambda each: all(test(each) for _, test in parts)


def _row(parts: list[Query]) -> Query:
    return " ".join(text for text, _ in parts), lambda each: all(test(each) for _, test in parts)


QUERIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        *(
            st.builds(join, st.lists(inner, min_size=1, max_size=3))
            for join in (_either, _both, _row)
        )
    ),
    max_leaves=5,
)
SETTINGS = settings(
    deadline=None,
    max_examples=examples(150),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True, repr=False)
class Shelf:
    """A desk with many requests, and every document there is."""

    session: Session
    documents: list[Any]

    def seen_by(self, actor: Actor) -> list[Any]:
        """What this person may see (R2)."""
        return [
            each
            for each in self.documents
            if actor.person_id in (each["requestor"]["userId"], each["approver"]["userId"])
            and actor.company_id in (None, each["legalEntity"]["id"])
        ]

    def ids(self, actor: Actor, test: Callable[[Any], bool] = bool) -> set[str]:
        """Whatever passes, of what this person may see."""
        return {each["id"] for each in self.seen_by(actor) if test(each)}

    def listed(self, actor: Actor, **args: str) -> list[str]:
        """The ids that the list answers."""
        found = find(self.session, actor, args, with_count=True)
        assert "pageSize" in args or found.total == len(found.rows)
        return [row.id for row in found.rows]


@pytest.fixture(scope="module")
def shelf(filled: Backend) -> Iterator[Shelf]:
    with filled.rolled_back() as database, database.transaction() as session:
        file_many(session)
        session.flush()  # searches do not see what only waits to be written
        rows = session.execute(select(*searching._COLUMNS).join(Revision, searching._CURRENT))
        yield Shelf(session, [read(approval_shapes.approval(row)) for row in rows])


def read(document: Any) -> Any:
    """A document as a client reads it."""
    return json.loads(orjson.dumps(document))


@given(query=QUERIES, actor=st.sampled_from([RITA, BOB, MIA_WERK]))
@SETTINGS
def test_a_query_finds_what_a_naive_filter_finds(shelf: Shelf, query: Query, actor: Actor) -> None:
    text, test = query
    assert set(shelf.listed(actor, q=text)) == shelf.ids(actor, test)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_tested_in_every_way(shelf: Shelf, path: str) -> None:
    values = [
        Value("100"),
        Value("7"),
        Value("true"),
        Value("2026-01-01T05:00:00.123Z", quoted=True),
    ]
    scalars = [str(each) for one in shelf.documents for each in naive.scalars(one, path)][:3]
    values += [Value(scalar, quoted=True) for scalar in scalars]
    queries = [
        *(_equal(path, [value]) for value in values),
        *(_compared(path, [(how, value)]) for how in ("<", "<=", ">", ">=") for value in values),
        *(_like(path, pattern) for pattern in PATTERNS[:4]),
        *(_presence(path, word) for word in ("exists", "missing", "null")),
    ]
    for text, test in queries:
        assert set(shelf.listed(BOB, q=text)) == shelf.ids(BOB, test), text


@given(
    sorting=st.lists(st.tuples(_PATH, st.booleans()), min_size=1, max_size=3),
    actor=st.sampled_from([RITA, BOB]),
)
@SETTINGS
def test_the_order_is_that_of_a_naive_sort(
    shelf: Shelf, sorting: list[tuple[str, bool]], actor: Actor
) -> None:
    text = ",".join(f"{path}:desc" if descending else path for path, descending in sorting)
    known = [each for each in sorting if paths.value_at(each[0])] or [("metadata.createdAt", True)]
    assert shelf.listed(actor, sort=text) == naive.ordered(shelf.seen_by(actor), known)


@pytest.mark.parametrize("path", [path for path in PATHS if paths.value_at(path)])
@pytest.mark.parametrize("direction", ["", ":desc"])
def test_every_path_can_be_sorted_by(shelf: Shelf, path: str, direction: str) -> None:
    expected = naive.ordered(shelf.seen_by(RITA), [(path, bool(direction))])
    assert shelf.listed(RITA, sort=path + direction) == expected


@pytest.mark.parametrize("actor", [RITA, ROB, MIA_WERK, BOB, replace(MIA, company_id=None)])
def test_no_query_shows_what_is_not_the_callers(shelf: Shelf, actor: Actor) -> None:
    everything = "compoundLogicalQuery:((id:exists) OR (nowhere:missing) OR (status:~(.*)))"
    assert set(shelf.listed(actor, q=everything)) == shelf.ids(actor) != set()
    if actor is not ROB:
        assert shelf.listed(actor, q="requestor.userId:rob approver.userId:ada") == []


@pytest.mark.parametrize("args", [{}, {"sort": "status"}], ids=["plain", "sorted"])
def test_pages_follow_each_other_without_a_gap(shelf: Shelf, args: dict[str, str]) -> None:
    whole = shelf.listed(BOB, **args)
    pages = [
        shelf.listed(BOB, pageNumber=str(number), pageSize="7", **args) for number in range(1, 12)
    ]
    assert [each for page in pages for each in page] == whole
    assert pages[-1] == []


@pytest.mark.parametrize("actor", [RITA, BOB, MIA_WERK, BENS_DEPUTY, replace(MIA, company_id=None)])
def test_the_plain_list_is_newest_first_from_both_sides(shelf: Shelf, actor: Actor) -> None:
    everything = shelf.listed(actor, q="id:exists")
    assert shelf.listed(actor) == everything
    seen = [each for each in shelf.documents if each["id"] in everything]
    assert everything == naive.ordered(seen, [("metadata.createdAt", True)]) != []
