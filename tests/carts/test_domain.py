"""Lines, sums, states and what a cart can hold."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.carts.domain import (
    CartStatus,
    Line,
    QuoteStatus,
    Resource,
    ResourceType,
    may_hand_over,
    require_goods,
    title,
    total,
)
from webapp.carts.lines import MAX_LINES, NewLine, check_lines, fault_of
from webapp.carts.price_list import delivery_windows, payment_methods, shipping_methods
from webapp.carts.snapshot import freeze, thaw
from webapp.kernel.errors import Invalid
from webapp.kernel.money import Money


def line(
    quantity: str = "1", price: str = "10.00", tax: str = "0.20", new: str | None = None
) -> Line:
    return Line(
        line_id="l1", product_id="p1", sku="S-1", name="Thing",
        quantity=Decimal(quantity), unit_price=Decimal(price), tax_rate=Decimal(tax),
        new_unit_price=None if new is None else Decimal(new),
    )  # fmt: skip


def new_line(**changes: object) -> NewLine:
    values: dict[str, object] = {
        "name": "Thing",
        "quantity": Decimal(1),
        "unit_price": Decimal("10.00"),
        "tax_rate": Decimal("0.20"),
    }
    return NewLine(**{**values, **changes})  # type: ignore[arg-type]


def resource(kind: ResourceType, status: str, *lines: Line) -> Resource:
    return Resource(
        type=kind, id="r1", owner_id="rita", company_id="le1", site_code="main",
        currency="EUR", lines=lines, status=status,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "currency", "net", "tax"),
    [
        (line("1", "250.00", "0.20"), "EUR", 25000, 5000),
        (line("1", "166.67", "0.20"), "EUR", 16667, 3333),
        (line("3", "0.335", "0.19"), "EUR", 101, 19),
        (line("0.5", "0.01", "0.19"), "EUR", 1, 0),
        (line("1", "0.001", "0.10"), "JPY", 0, 0),
        (line("1", "0.5", "0.10"), "JPY", 1, 0),
        (line("2", "0.0125", "0.05"), "KWD", 25, 1),
    ],
)
def test_a_line_is_rounded_half_up_to_the_minor_unit(
    given: Line, currency: str, net: int, tax: int
) -> None:
    totals = given.totals(currency)
    assert (totals.net.minor, totals.tax.minor) == (net, tax)
    assert totals.gross == Money(net + tax, currency)


def test_an_offer_takes_the_place_of_the_old_price() -> None:
    assert line(price="300.00", new="250.00").totals("EUR").net == Money(25000, "EUR")
    assert line(price="300.00", new="0").totals("EUR").net == Money(0, "EUR")


def test_lines_are_rounded_before_they_are_added() -> None:
    assert total([line("1", "0.005")] * 3, "EUR").net == Money(3, "EUR")
    assert total([], "EUR").gross == Money(0, "EUR")


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            line,
            quantity=st.decimals("0.01", 1000, places=2).map(str),
            price=st.decimals(0, 1000, places=3).map(str),
            tax=st.sampled_from(["0", "0.07", "0.19", "0.2", "1"]),
        ),
        max_size=20,
    ),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_a_sum_is_that_of_its_lines_whatever_their_order(lines: list[Line], currency: str) -> None:
    totals = total(lines, currency)
    assert totals == total(reversed(lines), currency)
    assert totals.gross.minor == sum(each.totals(currency).gross.minor for each in lines)


def test_a_snapshot_comes_back_as_it_was_frozen() -> None:
    frozen = freeze(resource(ResourceType.QUOTE, "OPEN", line("2", "9.999"), line(new="8")))
    thawed = thaw(frozen)
    assert thawed.totals == total([line("2", "9.999"), line(new="8")], "EUR")
    assert [each.new_unit_price for each in thawed.lines] == [None, Decimal(8)]
    assert thawed.names == ["Thing", "Thing"]
    assert thawed.lines[0].totals.net == Money(2000, "EUR")


@pytest.mark.parametrize(
    ("kind", "status", "is_open"),
    [
        (ResourceType.CART, "OPEN", True),
        (ResourceType.CART, "SUBMITTED", False),
        (ResourceType.QUOTE, "OPEN", True),
        (ResourceType.QUOTE, "IN_PROGRESS", False),
    ],
)
def test_only_an_open_resource_can_be_handed_over_or_changed(
    kind: ResourceType, status: str, is_open: bool
) -> None:
    assert resource(kind, status).open is is_open


@pytest.mark.parametrize("status", list(CartStatus))
@pytest.mark.parametrize("to", list(CartStatus))
def test_a_cart_goes_one_way(status: CartStatus, to: CartStatus) -> None:
    allowed = {
        (CartStatus.OPEN, CartStatus.SUBMITTED),
        (CartStatus.OPEN, CartStatus.ORDERED),
        (CartStatus.SUBMITTED, CartStatus.ORDERED),
    }
    assert may_hand_over(resource(ResourceType.CART, status), to) is ((status, to) in allowed)


@pytest.mark.parametrize("status", list(QuoteStatus))
def test_only_an_open_quote_can_be_accepted(status: QuoteStatus) -> None:
    quote = resource(ResourceType.QUOTE, status)
    assert may_hand_over(quote, QuoteStatus.ACCEPTED) is (status is QuoteStatus.OPEN)
    assert status.label


@pytest.mark.parametrize(
    ("names", "count", "words"),
    [
        ([], 0, "No items yet"),
        (["Drill"], 1, "Drill"),
        (["Drill", "Bits"], 2, "Drill, Bits"),
        (["Drill"], 2, "Drill and 1 more"),
        (["Drill", "Bits"], 5, "Drill, Bits and 3 more"),
    ],
)
def test_a_title_names_the_first_items(names: list[str], count: int, words: str) -> None:
    assert title(names, count).plain() == words


def test_what_is_empty_is_neither_handed_over_nor_ordered() -> None:
    require_goods(resource(ResourceType.CART, CartStatus.OPEN, line()))
    with pytest.raises(Invalid) as refused:
        require_goods(resource(ResourceType.CART, CartStatus.OPEN))
    words = refused.value.sentence.plain()
    assert (refused.value.code, words) == ("nothing_in_it", "There is nothing in it yet.")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "name is missing"),
        ({"name": "x" * 301}, "name", "301 characters"),
        ({"sku": "x" * 121}, "sku", "121 characters"),
        ({"quantity": Decimal(0)}, "quantity", "more than 0"),
        ({"quantity": Decimal(-1)}, "quantity", "more than 0"),
        ({"quantity": Decimal(1_000_001)}, "quantity", "At most 1,000,000"),
        ({"quantity": Decimal("0.0000001")}, "quantity", "too many decimals"),
        ({"unit_price": Decimal("-0.01")}, "price", "0 or more"),
        ({"unit_price": Decimal("0.0000001")}, "price", "too many decimals"),
        ({"tax_rate": Decimal("-0.01")}, "tax", "between 0% and 100%"),
        ({"tax_rate": Decimal("1.01")}, "tax", "between 0% and 100%"),
        (
            {"quantity": Decimal(1_000_000), "unit_price": Decimal(10**11)},
            "quantity",
            "more than can be stored",
        ),
    ],
)
def test_a_line_that_a_cart_cannot_hold_says_why(
    changes: dict[str, object], field: str, words: str
) -> None:
    fault = fault_of(new_line(**changes), "EUR")
    assert fault is not None
    assert fault.field == field
    assert words in fault.sentence.plain()
    with pytest.raises(Invalid) as refused:
        check_lines([new_line(**changes)], "EUR")
    assert refused.value.code == "bad_line"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"quantity": Decimal(1_000_000)},
        {"quantity": Decimal("0.000001")},
        {"quantity": Decimal("1E+6")},
        {"unit_price": Decimal(0)},
        {"tax_rate": Decimal(0)},
        {"tax_rate": Decimal(1)},
        {"name": "x" * 300, "sku": "x" * 120},
    ],
)
def test_the_limits_of_a_line_are_allowed(changes: dict[str, object]) -> None:
    assert fault_of(new_line(**changes), "EUR") is None


def test_a_cart_holds_between_one_and_two_thousand_lines() -> None:
    check_lines([new_line()] * MAX_LINES, "EUR")
    with pytest.raises(Invalid) as empty:
        check_lines([], "EUR")
    assert empty.value.code == "no_lines"
    with pytest.raises(Invalid) as crowded:
        check_lines([new_line()] * (MAX_LINES + 1), "EUR")
    assert crowded.value.code == "too_many_lines"


def test_a_price_list_is_read_with_what_may_be_missing() -> None:
    own = {"methodName": "Next", "shippingTaxCode": "S"}
    method = {"zoneId": "z", "methodId": "m", "amount": "4.90"}
    methods = shipping_methods([method, {**method, "amount": 5, **own}], "EUR")
    assert [(m.name, m.price.minor, m.tax_code) for m in methods] == [
        ("m", 490, ""),
        ("Next", 500, "S"),
    ]
    window = {"id": "w", "slotId": "s"}
    windows = delivery_windows([window, {**window, "label": "Morning", "weekdays": [1]}])
    assert [(w.label, w.weekdays) for w in windows] == [
        ("s", (1, 2, 3, 4, 5, 6, 7)),
        ("Morning", (1,)),
    ]
    payments = payment_methods(
        [
            {"provider": "none"},
            {"provider": "custom", "method": "x"},
            {"provider": "p", "label": "L"},
        ]
    )
    assert [(p.method, p.label) for p in payments] == [("", "none"), ("x", "x"), ("", "L")]
