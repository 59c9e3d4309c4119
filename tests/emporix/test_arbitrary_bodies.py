"""Whatever is sent to the operations of approvals is done or refused, and never a fault of ours."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.emporix.approving import (
    APPROVALS,
    PERMITTED,
    SEARCH,
    about,
    ask,
    cart_body,
    new_cart,
    quote_body,
)
from tests.emporix.conftest import Api
from tests.support.cast import Desk
from tests.support.examples import examples

# Letters of all kinds, with NUL and halves of surrogate pairs among them.
TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=12) | st.sampled_from(
    ["", "\x00", "\ud800", "x" * 10_000, "CART", "APPROVED", "SHIPPING", "10", "{0}", "%s"]
)
NUMBERS = (
    st.integers()
    | st.floats()
    | st.sampled_from([10**60, -(10**60), 1e308, -0.0, 2**63, True, False])
)
JSON = st.recursive(
    st.none() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
PATHS = st.sampled_from(
    [
        *("/status", "/comment", "/approverComment", "/details", "/details/", "/resource", "", "/"),
        *("/resource/deliveryWindow", "/resource/deliveryWindow/id", "/details/shipping/amount"),
        *("/details/addresses/0", "/details/addresses/-", "/details/addresses/0/zipCode", "/id"),
        *("/details/addresses/99999999999999999999", "/details/~0", "/details/~2", "comment"),
    ]
)
OPS = st.sampled_from(["add", "remove", "replace", "ADD", "Replace", "move", "test", ""])
OFTEN = settings(
    deadline=None,
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def spoilt(document: Any) -> st.SearchStrategy[Any]:
    """A document in which one place at any depth holds something else, or is missing."""
    places = list(_places(document, ()))

    def spoil(place: tuple[Any, ...], value: Any, *, is_removed: bool) -> Any:
        copy = json.loads(json.dumps(document))
        holder = copy
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = value
        if is_removed:
            del holder[place[-1]]
        return copy

    return st.builds(spoil, st.sampled_from(places), JSON, is_removed=st.booleans())


def _places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The way to everything below this value."""
    inside: dict[Any, Any] = {}
    if isinstance(value, dict | list):
        inside = value if isinstance(value, dict) else dict(enumerate(value))
    for key, inner in inside.items():
        yield (*path, key)
        yield from _places(inner, (*path, key))


def is_sound(reply: TestResponse) -> bool:
    """Whether the answer is a success or a refusal with the body of the service."""
    if reply.status_code < 300:
        return True
    body = reply.get_json()
    return reply.status_code < 500 and body["code"] == reply.status_code and bool(body["message"])


def sent(call: Callable[..., TestResponse], path: str, body: Any) -> TestResponse:
    """The answer to this body as JSON; NaN and infinity are written as Python writes them."""
    return call(path, data=json.dumps(body), content_type="application/json")


@OFTEN
@given(body=JSON | spoilt(cart_body()) | spoilt(quote_body(comment="x", id="x")))
def test_any_body_is_good_enough_to_be_refused_for_a_new_approval(api: Api, body: Any) -> None:
    assert is_sound(sent(api("rita").post, APPROVALS, body))


@OFTEN
@given(body=JSON | spoilt(about("c500-rita")))
def test_any_question_is_answered(api: Api, body: Any) -> None:
    rita = api("rita")
    assert is_sound(sent(rita.post, PERMITTED, body))
    assert is_sound(sent(rita.post, SEARCH, body))


OPERATION = st.fixed_dictionaries({}, optional={"op": OPS | JSON, "path": PATHS, "value": JSON})


@OFTEN
@given(body=JSON | OPERATION | st.lists(OPERATION, max_size=4))
def test_any_change_is_done_or_refused(api: Api, desk: Desk, body: Any) -> None:
    rita, bob = api("rita"), api("bob")
    path = f"{APPROVALS}/{ask(rita, new_cart(desk))}"
    for who in (rita, bob):
        assert is_sound(sent(who.patch, path, body))
        assert who.get(path).get_json()["metadata"]["version"] >= 1


QUERIES = st.dictionaries(
    st.sampled_from(["q", "sort", "pageNumber", "pageSize", "siteCode"]), TEXTS, max_size=4
)


@OFTEN
@given(query=QUERIES)
def test_any_list_is_answered(api: Api, query: dict[str, str]) -> None:
    usable = {name: text.encode("utf-8", "replace").decode() for name, text in query.items()}
    assert is_sound(api("rita").get(APPROVALS, query_string=usable))
