"""Operations on the document of an approval: what they do, and what they cannot do (3.5)."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.approvals.domain import UNSET, Amendable, Amendment, Status
from webapp.emporix.patching import amendment, apply, parse
from webapp.kernel.errors import Invalid

WINDOW = {"id": "dw1", "slotId": "s1", "deliveryDate": "2026-10-02T10:00:00.000Z"}
DETAILS: dict[str, Any] = {
    "currency": "EUR",
    "shipping": {"methodId": "std", "amount": 10.0},
    "addresses": [{"type": "SHIPPING", "city": "Münster"}, {"type": "BILLING"}],
    "a/b": {"~": 1, "": 2, "-": 3},
    "nothing": None,
}
CART: dict[str, Any] = {"status": "PENDING", "details": DETAILS, "resource": {}}
FULL: dict[str, Any] = {
    **CART,
    "comment": "please",
    "approverComment": "hm",
    "resource": {"deliveryWindow": WINDOW},
}
QUOTE: dict[str, Any] = {"status": "PENDING", "resource": {}}


def op(name: str, path: str, *value: Any) -> dict[str, Any]:
    return {"op": name, "path": path, **({"value": value[0]} if value else {})}


def nested(depth: int) -> dict[str, Any]:
    return {"a": nested(depth - 1)} if depth else {}


def patched(document: dict[str, Any], *operations: dict[str, Any]) -> dict[str, Any]:
    return apply(document, parse(list(operations)))


def refusal(document: dict[str, Any], *operations: dict[str, Any]) -> Invalid:
    with pytest.raises(Invalid) as refused:
        patched(document, *operations)
    return refused.value


def details(*operations: dict[str, Any]) -> Any:
    return patched(CART, *operations)["details"]


@pytest.mark.parametrize("name", ["add", "ADD", "Add", "aDd"])
def test_letters_may_be_of_either_case(name: str) -> None:
    assert patched(CART, op(name, "/comment", "hello"))["comment"] == "hello"


def test_one_operation_may_come_alone() -> None:
    alone = op("REPLACE", "/resource/deliveryWindow", {"id": "x"})
    assert apply(FULL, parse(alone))["resource"] == {"deliveryWindow": {"id": "x"}}


# what is done to which document, and what is there then
WORDS = [
    (CART, [op("add", "/comment", "a")], {"comment": "a"}),
    (FULL, [op("add", "/comment", "a")], {"comment": "a", "approverComment": "hm"}),
    (FULL, [op("replace", "/approverComment", "b")],
     {"comment": "please", "approverComment": "b"}),
    (FULL, [op("remove", "/comment")], {"approverComment": "hm"}),
    (CART, [op("add", "/approverComment", None)], {}),
    (CART, [op("add", "/approverComment")], {}),
    (FULL, [op("add", "/comment", None)], {"approverComment": "hm"}),
    (FULL, [op("replace", "/approverComment", None)], {"comment": "please"}),
    (CART, [op("add", "/comment", "a"), op("replace", "/comment", "b")], {"comment": "b"}),
    (CART, [op("add", "/comment", "")], {"comment": ""}),
]  # fmt: skip


@pytest.mark.parametrize(("document", "operations", "expected"), WORDS)
def test_words_are_set_replaced_and_taken_away(
    document: dict[str, Any], operations: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    found = patched(document, *operations)
    words = {key: found[key] for key in ("comment", "approverComment") if key in found}
    assert words == expected


# what is sent about the details, and what stands there then
PLACES = [
    ([op("replace", "/details/currency", "CHF")], {**DETAILS, "currency": "CHF"}),
    ([op("add", "/details/remark", "ring")], {**DETAILS, "remark": "ring"}),
    ([op("add", "/details/currency", "CHF")], {**DETAILS, "currency": "CHF"}),
    ([op("remove", "/details/shipping/amount")],
     {**DETAILS, "shipping": {"methodId": "std"}}),
    ([op("replace", "/details/a~1b/~0", 9)], {**DETAILS, "a/b": {"~": 9, "": 2, "-": 3}}),
    ([op("replace", "/details/a~1b/", 9)], {**DETAILS, "a/b": {"~": 1, "": 9, "-": 3}}),
    ([op("replace", "/details/a~1b/-", 9)], {**DETAILS, "a/b": {"~": 1, "": 2, "-": 9}}),
    ([op("replace", "/details/nothing", 1)], {**DETAILS, "nothing": 1}),
    ([op("replace", "/details/currency", None)], {**DETAILS, "currency": None}),
    ([op("replace", "/details/addresses/1/type", "X")],
     {**DETAILS, "addresses": [DETAILS["addresses"][0], {"type": "X"}]}),
    ([op("add", "/details/addresses/-", {})],
     {**DETAILS, "addresses": [*DETAILS["addresses"], {}]}),
    ([op("add", "/details/addresses/2", {})],
     {**DETAILS, "addresses": [*DETAILS["addresses"], {}]}),
    ([op("add", "/details/addresses/0", {})],
     {**DETAILS, "addresses": [{}, *DETAILS["addresses"]]}),
    ([op("replace", "/details/addresses/0", {})],
     {**DETAILS, "addresses": [{}, DETAILS["addresses"][1]]}),
    ([op("remove", "/details/addresses/0")],
     {**DETAILS, "addresses": [DETAILS["addresses"][1]]}),
    ([op("replace", "/details", {"a": 1})], {"a": 1}),
    ([op("remove", "/details"), op("add", "/details", {"a": 1})], {"a": 1}),
    ([op("replace", "/details", {"a": []}), op("add", "/details/a/0", 1)], {"a": [1]}),
]  # fmt: skip


@pytest.mark.parametrize(("operations", "expected"), PLACES)
def test_every_place_in_the_details_can_be_reached(
    operations: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    assert details(*operations) == expected


def test_keys_stay_in_their_order() -> None:
    assert list(details(op("replace", "/details/currency", "CHF"))) == list(DETAILS)


# what is not there, and which segment of the path is named
MISSING = [
    (CART, op("replace", "/approverComment", "x"), "approverComment"),
    (CART, op("replace", "/comment", None), "comment"),
    (CART, op("remove", "/comment"), "comment"),
    (CART, op("replace", "/resource/deliveryWindow", WINDOW), "deliveryWindow"),
    (CART, op("add", "/resource/deliveryWindow/id", "x"), "deliveryWindow"),
    (QUOTE, op("replace", "/details", {}), "details"),
    (QUOTE, op("remove", "/details"), "details"),
    (QUOTE, op("add", "/details/a", 1), "details"),
    (CART, op("replace", "/details/remark", 1), "remark"),
    (CART, op("remove", "/details/größe"), "größe"),
    (CART, op("add", "/details/payment/method", 1), "payment"),
    (CART, op("add", "/details/currency/x", 1), "x"),
    (CART, op("add", "/details/nothing/x", 1), "x"),
    (CART, op("replace", "/details/addresses/-", 1), "-"),
    (CART, op("replace", "/details/addresses/2", 1), "2"),
    (CART, op("remove", "/details/addresses/2"), "2"),
    (CART, op("add", "/details/addresses/3", 1), "3"),
    (CART, op("add", "/details/addresses/-/x", 1), "-"),
    (CART, op("add", "/details/addresses/2/x", 1), "2"),
    (CART, op("remove", "/details/addresses/01"), "01"),
    (CART, op("remove", "/details/addresses/-1"), "-1"),
    (CART, op("remove", "/details/addresses/²"), "²"),
    (CART, op("remove", "/details/addresses/٠"), "٠"),
    (CART, op("remove", "/details/addresses/" + "9" * 400), "9" * 400),
    (CART, op("remove", "/details/addresses/type"), "type"),
    (CART, op("remove", "/details/{status}"), "{status}"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "operation", "name"), MISSING)
def test_what_is_not_there_is_named(
    document: dict[str, Any], operation: dict[str, Any], name: str
) -> None:
    refused = refusal(document, operation)
    assert refused.code == "patch_missing"
    assert f'Missing field "{name}"' in refused.sentence.plain()


@pytest.mark.parametrize(
    "operation",
    [
        *[op(name, "/comment", "x") for name in ("move", "test", "copy", "delete", "", "adD ")],
        *[
            op("add", path, "x")
            for path in (
                "", "/", "comment", "/Comment", "/comment/", "/comment/0", "/approver",
                "/approver/userId", "/requestor", "/id", "/resource", "/resource/", "/resource/id",
                "/resource/items/0/quantity", "/resource/deliveryWindows", "/detailsX", "/DETAILS",
                "/metadata/version", "/expiryDate", "/createdResource", "/status/value",
                "/details/~", "/details/~2", "/details/a~", "//details", " /details",
            )
        ],
    ],
)  # fmt: skip
def test_other_operations_and_other_places_are_not_supported(operation: dict[str, Any]) -> None:
    name, what = ("0.op", "op") if operation["path"] == "/comment" else ("0.path", "path")
    quoted = json.dumps(operation[what], ensure_ascii=False)
    refused = refusal(FULL, operation)
    assert told(refused) == ("patch_op", {name: f"{quoted} is not supported"})
    assert refused.sentence.plain() == f"This operation is not supported: {quoted}."


def test_a_status_cannot_be_removed() -> None:
    refused = refusal(FULL, op("remove", "/status"))
    assert told(refused) == ("patch_op", {"path": '"/status" is not supported'})


def test_a_refusal_quotes_the_beginning_as_it_was_sent() -> None:
    refused = refusal(FULL, op("add", "/größe/" + "x" * 500, 1))
    [why] = told(refused)[1].values()
    assert why == '"/größe/' + "x" * 92 + " is not supported"


# a body that is none, the field that is named, and what is wrong with it
LIST, TEXT, LONG = "has to be an array of operations", "has to be a string", "is too long"
NONE: list[tuple[Any, str, str]] = [
    ([], "body", LIST),
    ("x", "body", LIST),
    (None, "body", LIST),
    (5, "body", LIST),
    ({}, "0.op", TEXT),
    ([{}], "0.op", TEXT),
    ([op("add", "/comment", "a"), {"path": "/comment"}], "1.op", TEXT),
    ([{"op": "add"}], "0.path", TEXT),
    ([{"op": 5, "path": "/comment"}], "0.op", TEXT),
    ([{"op": "add", "path": ["comment"]}], "0.path", TEXT),
    ([{"op": None, "path": "/comment"}], "0.op", TEXT),
    (["add"], "0", "has to be an object"),
    ([[op("add", "/comment", "a")]], "0", "has to be an object"),
    ([op("add", "/status")], "0.value", "is missing"),
    ([op("replace", "/details/currency")], "0.value", "is missing"),
    ([op("add", "/details/" + "a" * 992, 1)], "0.path", LONG),
    ([op("add", "/details" + "/a" * 40, 1)], "0.path", LONG),
    ([op("add", "/comment", "a")] * 51, "body", "has more than 50 operations"),
]


@pytest.mark.parametrize(("body", "field", "words"), NONE)
def test_a_body_that_is_no_list_of_operations_is_refused(body: Any, field: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(body)
    assert told(refused.value) == ("body", {field: words})
    assert refused.value.sentence.plain() == f"Problem with validation: {field} {words}."


def test_what_is_just_short_enough_is_read() -> None:
    paths = ["/details/" + "a" * 991, "/details" + "/a" * 39]
    assert len(parse([op("add", path, 1) for path in paths] * 25)) == 50


def told(refused: Invalid) -> tuple[str, dict[str, str]]:
    return refused.code, {field: why.plain() for field, why in refused.fields.items()}


# a value that does not fit, the field that is named, and what is wrong with it
WORD, ODD = "has to be a string or null", "holds a character that cannot be stored"
OBJECT, DATE = "has to be an object", "has to be a date of ISO 8601"
PLACE = "resource.deliveryWindow"
UNFIT = [
    (op("add", "/comment", 5), "comment", WORD),
    (op("add", "/comment", ["a"]), "comment", WORD),
    (op("add", "/approverComment", {"a": 1}), "approverComment", WORD),
    (op("add", "/comment", False), "comment", WORD),
    (op("add", "/comment", "a" * 4001), "comment", "has more than 4000 characters"),
    (op("add", "/comment", "a\x07b"), "comment", ODD),
    (op("add", "/comment", "\ud800"), "comment", ODD),
    (op("replace", "/details", None), "details", OBJECT),
    (op("replace", "/details", []), "details", OBJECT),
    (op("replace", "/details", "EUR"), "details", OBJECT),
    (op("remove", "/details"), "details", "cannot be removed"),
    (op("replace", "/details", {"x": "x" * 1_999_993}), "details",
     "has more than 2000000 characters"),
    (op("replace", "/details", nested(40)), "details", "is nested too deeply"),
    (op("add", "/resource/deliveryWindow", "x"), PLACE, OBJECT),
    (op("add", "/resource/deliveryWindow", []), PLACE, OBJECT),
    (op("add", "/resource/deliveryWindow", {}), PLACE, "has to name a delivery window"),
    (op("add", "/resource/deliveryWindow", {"label": 1}), PLACE, "has to name a delivery window"),
    (op("add", "/resource/deliveryWindow", {"id": 5}), f"{PLACE}.id", "has to be a short string"),
    (op("add", "/resource/deliveryWindow/slotId", []), f"{PLACE}.slotId",
     "has to be a short string"),
    (op("add", "/resource/deliveryWindow/id", "x" * 1001), f"{PLACE}.id",
     "has to be a short string"),
    *[
        (op("add", "/resource/deliveryWindow/deliveryDate", day), f"{PLACE}.deliveryDate", DATE)
        for day in ("soon", "", "2026-13-01", "2026-02-30T10:00:00Z", "2026-W10-1", "٢٠٢٦-01-01",
                    "2026-10-02 10:00", "2026-10-02T")
    ],
]  # fmt: skip


@pytest.mark.parametrize(("operation", "field", "words"), UNFIT)
def test_a_value_that_does_not_fit_is_named(
    operation: dict[str, Any], field: str, words: str
) -> None:
    assert told(refusal(FULL, operation)) == ("body", {field: words})


@pytest.mark.parametrize(
    "operation",
    [
        op("add", "/comment", "a" * 4000),
        op("replace", "/details", {"x": "ü" * 1_999_992}),
        op("replace", "/details", {"x": "x" * 1_999_980, "y": [1, 2]}),
        op("replace", "/details", nested(39)),
        op("add", "/resource/deliveryWindow/id", "x" * 1000),
    ],
)
def test_what_just_fits_is_kept(operation: dict[str, Any]) -> None:
    assert patched(FULL, operation) != FULL


@pytest.mark.parametrize("status", ["REJECTED", "approved", "", "APPROVED ", None, 5, [], {}, True])
def test_a_status_that_there_is_not_is_refused(status: Any) -> None:
    refused = refusal(CART, op("replace", "/status", status))
    assert refused.code == "status_unknown"
    assert refused.sentence.plain() == f"There is no status {json.dumps(status)}."


@pytest.mark.parametrize("status", ["PENDING", "EXPIRED"])
def test_a_status_that_people_do_not_set_is_refused(status: str) -> None:
    refused = refusal(CART, op("replace", "/status", status))
    assert refused.code == "status_change"
    assert refused.sentence.plain() == f"The status cannot be set to {status}."


@pytest.mark.parametrize("status", ["APPROVED", "DECLINED", "CLOSED"])
@pytest.mark.parametrize("name", ["replace", "add"])
def test_a_status_that_people_set_is_taken(status: str, name: str) -> None:
    assert patched(CART, op(name, "/status", status))["status"] == status


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({**WINDOW, "deliveryDayLabel": "Friday", "deliveryTimeLabel": "10 to 12"}, WINDOW),
        ({"id": "x", "slotId": None, "deliveryDate": "2026-10-02"},
         {"id": "x", "deliveryDate": "2026-10-02"}),
        ({**WINDOW, "deliveryDate": "2026-10-02T10:00:00+02:00"},
         {**WINDOW, "deliveryDate": "2026-10-02T10:00:00+02:00"}),
    ],
)  # fmt: skip
def test_of_a_delivery_window_what_names_it_is_kept(
    sent: dict[str, Any], kept: dict[str, Any]
) -> None:
    for document in (CART, FULL):
        found = patched(document, op("add", "/resource/deliveryWindow", sent))
        assert found["resource"] == {"deliveryWindow": kept}


def test_a_part_of_a_delivery_window_can_be_changed() -> None:
    found = patched(FULL, op("replace", "/resource/deliveryWindow/slotId", "s2"))
    assert found["resource"]["deliveryWindow"] == {**WINDOW, "slotId": "s2"}
    labelled = patched(FULL, op("add", "/resource/deliveryWindow/deliveryDayLabel", "Friday"))
    assert labelled == FULL


@pytest.mark.parametrize(
    "operation",
    [
        op("remove", "/resource/deliveryWindow"),
        op("replace", "/resource/deliveryWindow", None),
        op("add", "/resource/deliveryWindow", None),
    ],
)
def test_a_delivery_window_can_be_given_up(operation: dict[str, Any]) -> None:
    assert patched(FULL, operation)["resource"] == {}


def test_one_operation_that_fails_undoes_all() -> None:
    before = deepcopy(CART)
    refused = refusal(
        CART,
        op("replace", "/status", "DECLINED"),
        op("add", "/details/shipping/amount", 99),
        op("replace", "/approverComment", "x"),
    )
    assert refused.code == "patch_missing"
    assert before == CART


def test_an_order_of_operations_that_needs_the_one_before_is_kept() -> None:
    found = patched(
        CART,
        op("add", "/details/tags", []),
        op("add", "/details/tags/-", "a"),
        op("add", "/details/tags/0", "b"),
        op("remove", "/details/tags/1"),
    )
    assert found["details"]["tags"] == ["b"]


def test_many_small_steps_do_not_build_what_is_too_deep() -> None:
    deep: Any = {}
    for _ in range(39):
        deep = {"a": deep}
    path = "/details" + "/a" * 20
    steps = [op("replace", "/details", deep), op("replace", path, deep)]
    refused = refusal(CART, *steps)
    assert (refused.code, list(refused.fields)) == ("body", ["details"])


CURRENT = Amendable(comment="please", note=None, details=DETAILS, delivery_window=WINDOW)

# what is sent, and what it comes to
MEANT = [
    ([op("replace", "/status", "APPROVED")], Amendment(status=Status.APPROVED)),
    (
        [op("replace", "/status", "DECLINED"), op("add", "/approverComment", "no")],
        Amendment(status=Status.DECLINED, note="no"),
    ),
    ([op("add", "/approverComment", None)], Amendment(note=None)),
    ([op("REMOVE", "/comment")], Amendment(comment=None)),
    ([op("add", "/comment", "b")], Amendment(comment="b")),
    (
        [op("replace", "/details/currency", "CHF")],
        Amendment(details={**DETAILS, "currency": "CHF"}),
    ),
    ([op("remove", "/resource/deliveryWindow")], Amendment(delivery_window=None)),
    (
        [op("replace", "/resource/deliveryWindow/id", "x")],
        Amendment(delivery_window={**WINDOW, "id": "x"}),
    ),
]


@pytest.mark.parametrize(("operations", "expected"), MEANT)
def test_operations_become_what_the_use_case_understands(
    operations: list[dict[str, Any]], expected: Amendment
) -> None:
    assert amendment(CURRENT, parse(operations)) == expected


def test_what_is_not_touched_is_not_amended() -> None:
    found = amendment(CURRENT, parse([op("replace", "/comment", "b")]))
    untouched = (found.note, found.details, found.delivery_window, found.status)
    assert set(untouched) == {UNSET}


def test_what_the_approver_said_can_be_replaced() -> None:
    current = Amendable(comment=None, note="hm", details=None, delivery_window=None)
    found = amendment(current, parse([op("replace", "/approverComment", "well")]))
    assert found == Amendment(note="well")


def test_a_quote_has_no_details_to_be_replaced() -> None:
    current = Amendable(comment=None, note=None, details=None, delivery_window=None)
    with pytest.raises(Invalid) as refused:
        amendment(current, parse([op("replace", "/details/currency", "EUR")]))
    assert refused.value.code == "patch_missing"
    assert amendment(current, parse([op("add", "/details", {"a": 1})])).details == {"a": 1}


scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "0", "-", "~"])
names = st.sampled_from(["a", "b", "", "0", "1", "-", "~", "/", "~1"])
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)
objects = st.dictionaries(names, trees, max_size=4)


def escaped(segment: str) -> str:
    return segment.replace("~", "~0").replace("/", "~1")


def naive(document: Any, name: str, path: str, value: Any) -> None:
    """The operation done to the document itself, as one would write it down from the RFC."""
    *parents, last = (
        segment.replace("~1", "/").replace("~0", "~") for segment in path.split("/")[1:]
    )
    for segment in parents:
        document = document[whole(segment, document) if isinstance(document, list) else segment]
    if isinstance(document, list):
        if name == "add":
            at = len(document) if last == "-" else whole(last, document, past_the_end=True)
            document.insert(at, value)
        elif name == "remove":
            del document[whole(last, document)]
        else:
            document[whole(last, document)] = value
    elif not isinstance(document, dict):
        raise TypeError
    elif name == "add":
        document[last] = value
    elif name == "remove":
        del document[last]
    else:
        document[last]
        document[last] = value


def whole(segment: str, array: list[Any], *, past_the_end: bool = False) -> int:
    return [str(number) for number in range(len(array) + past_the_end)].index(segment)


@given(
    before=objects,
    steps=st.lists(
        st.tuples(
            st.sampled_from(["add", "remove", "replace"]),
            st.lists(names | st.sampled_from(["0", "1", "2"]), min_size=1, max_size=3),
            trees,
        ),
        min_size=1,
        max_size=5,
    ),
)
@example(before={"a": [1, 2]}, steps=[("add", ["a", "1"], 3), ("remove", ["a", "0"], None)])
def test_it_does_what_a_naive_reading_of_the_rfc_does(
    before: dict[str, Any], steps: list[tuple[str, list[str], Any]]
) -> None:
    operations = [
        op(name, "/details/" + "/".join(map(escaped, segments)), value)
        for name, segments, value in steps
    ]
    document = {**QUOTE, "details": before}
    untouched = deepcopy((document, operations))
    expected: Any = deepcopy(before)
    try:
        for one in deepcopy(operations):
            naive({"details": expected}, one["op"], one["path"], one["value"])
    except (KeyError, IndexError, TypeError, ValueError):
        assert refusal(document, *operations).code == "patch_missing"
    else:
        assert patched(document, *operations) == {**QUOTE, "details": expected}
    assert (document, operations) == untouched


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**39), 10**39) | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=15,
)
paths = st.sampled_from(
    ["/status", "/comment", "/approverComment", "/details", "/details/a", "/details/addresses/0",
     "/resource/deliveryWindow", "/resource/deliveryWindow/id", "/resource/deliveryWindow/x/y"]
)  # fmt: skip
likely = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "REMOVE", "replace", "move"]) | anything,
     "path": paths | st.text(max_size=12).map(lambda text: f"/details/{text}") | anything},
    optional={"value": anything},
)  # fmt: skip


REFUSALS = {"body", "patch_op", "patch_missing", "status_unknown", "status_change"}


@given(
    body=anything | likely | st.lists(likely | anything, max_size=6),
    document=st.sampled_from([CART, FULL, QUOTE]),
)
def test_whatever_is_sent_is_done_or_refused(body: Any, document: dict[str, Any]) -> None:
    before = deepcopy(document)
    after, code = tried(document, body)
    assert document == before
    if after is None:
        assert code in REFUSALS
        return
    assert set(after) <= {"status", "comment", "approverComment", "details", "resource"}
    assert set(after["resource"].get("deliveryWindow", {})) <= set(WINDOW)
    assert isinstance(after.get("comment", ""), str)


def tried(document: dict[str, Any], body: Any) -> tuple[dict[str, Any] | None, str]:
    """The new document, or the code of the refusal; nothing else may happen."""
    try:
        return apply(document, parse(body)), ""
    except Invalid as refused:
        return None, refused.code if refused.sentence.plain() else "without words"
