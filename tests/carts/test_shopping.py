"""Carts of a shop: whose they are, what stands in them, and many hands on one cart."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.app import load_acme
from tests.support.cast import BOB, CARL, MIA, NOW, RITA
from tests.support.threads import at_once
from webapp.carts import baskets, queries, service, shopping
from webapp.carts.baskets import Basket, Criteria, Shopper
from webapp.carts.domain import CartStatus, Line, ResourceType
from webapp.carts.lines import MAX_LINES, NewLine
from webapp.carts.models import Cart, Product
from webapp.carts.picking import Wanted
from webapp.carts.shopping import NewBasket
from webapp.db import Database
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.kernel.money import Money

LATER = NOW + timedelta(minutes=5)
SESSION = "visit-1"
GUEST = Shopper(tenant_id="acme", session_id=SESSION)
MIA_ANYWHERE = replace(MIA, company_id=None, company_name=None, role=None)
MAIN = Criteria(site_code="main")


def shopper(actor: Actor, session_id: str = SESSION) -> Shopper:
    return Shopper(tenant_id="acme", session_id=session_id, actor=actor)


def create(database: Database, who: Shopper, **rest: Any) -> str:
    with database.transaction() as session:
        return shopping.create(session, who, NewBasket(currency="EUR", **rest), now=NOW)


def read(database: Database, who: Shopper, cart_id: str) -> Basket:
    with database.reading() as session:
        return baskets.get(session, who, cart_id)


def add(database: Database, who: Shopper, cart_id: str, **wanted: Any) -> Line:
    with database.transaction() as session:
        item = Wanted(**{"product_id": "drill-18v", "quantity": Decimal(1), **wanted})
        return shopping.add_item(session, who, cart_id, item, now=NOW)


def described(**changes: Any) -> dict[str, Any]:
    values = {
        "product_id": "",
        "name": "Engraving",
        "unit_price": Decimal("9.90"),
        "tax_rate": Decimal("0.19"),
    }
    return {**values, **changes}


def test_a_guest_has_the_carts_of_their_session_and_of_no_other(acme: Database) -> None:
    cart_id = create(acme, GUEST)
    assert (read(acme, GUEST, cart_id).owner_id, read(acme, GUEST, cart_id).session_id) == (
        None,
        SESSION,
    )
    for stranger in (
        replace(GUEST, session_id="visit-2"),
        replace(GUEST, session_id=""),
        replace(GUEST, tenant_id="other"),
        shopper(RITA),
    ):
        with pytest.raises(NotFound):
            read(acme, stranger, cart_id)


def test_pages_and_rules_know_nothing_of_a_guests_cart(acme: Database) -> None:
    cart_id = create(acme, GUEST)
    add(acme, GUEST, cart_id)
    with acme.reading() as session:
        assert queries.resource(session, "acme", ResourceType.CART, cart_id) is None
        for actor in (RITA, CARL):
            assert cart_id not in [row.id for row in queries.open_carts(session, actor).items]
            with pytest.raises(NotFound):
                queries.get(session, actor, cart_id)


def test_a_person_has_the_carts_of_the_company_that_was_chosen(acme: Database) -> None:
    cart_id = create(acme, shopper(RITA))
    assert read(acme, shopper(RITA, "visit-2"), cart_id).company_id == "le1"
    left = replace(RITA, role=None)
    elsewhere = replace(RITA, company_id="le2")
    for stranger in (BOB, left, elsewhere, CARL):
        with pytest.raises(NotFound):
            read(acme, shopper(stranger), cart_id)


def test_without_a_choice_a_person_has_the_carts_of_all_their_companies(acme: Database) -> None:
    mia = shopper(MIA_ANYWHERE)
    cart_ids = [create(acme, mia, company_id=company) for company in ("le1", "le3", None)]
    assert [read(acme, mia, cart_id).company_id for cart_id in cart_ids] == ["le1", "le3", None]
    with pytest.raises(NotFound):
        read(acme, shopper(MIA), cart_ids[1])


@pytest.mark.parametrize(
    ("who", "company_id"),
    [
        (shopper(RITA), "le2"),
        (shopper(MIA), "le3"),
        (shopper(MIA_ANYWHERE), "le2"),
        (shopper(CARL), "le1"),
        (shopper(replace(RITA, role=None)), None),
        (GUEST, "le1"),
    ],
)
def test_nobody_shops_for_a_company_of_others(
    acme: Database, who: Shopper, company_id: str | None
) -> None:
    with pytest.raises(Forbidden):
        create(acme, who, company_id=company_id)
    criteria = replace(MAIN, company_id=company_id)
    with acme.transaction() as session, pytest.raises(Forbidden):
        shopping.find_or_create(session, who, criteria, now=NOW)


def test_a_cart_is_found_by_site_company_and_type_and_the_last_changed_first(
    acme: Database,
) -> None:
    rita = shopper(RITA)
    with acme.reading() as session:
        assert shopping.find(session, rita, MAIN) is None
        assert shopping.find(session, rita, replace(MAIN, kind="shopping")) is not None
    first, second = create(acme, rita), create(acme, rita)
    create(acme, rita, kind="wishlist")
    with acme.transaction() as session:
        item = Wanted(product_id="drill-18v", quantity=Decimal(1))
        shopping.add_item(session, rita, first, item, now=LATER)
    with acme.reading() as session:
        found = shopping.find(session, rita, MAIN)
        assert found is not None
        assert found.id == first
        assert shopping.find(session, rita, replace(MAIN, site_code="moon")) is None
    with acme.transaction() as session:
        shopping.delete(session, rita, first, now=LATER)
        found = shopping.find(session, rita, MAIN)
        assert found is not None
        assert found.id == second


@pytest.mark.parametrize("who", [shopper(RITA), GUEST])
def test_two_who_ask_for_a_cart_at_once_get_the_same(own_database: Database, who: Shopper) -> None:
    load_acme(own_database)

    def ask() -> str:
        with own_database.transaction() as session:
            return shopping.find_or_create(session, who, MAIN, now=NOW).id

    found = at_once([ask] * 4)
    assert len(set(found)) == 1, found
    assert isinstance(found[0], str)


def test_items_that_are_added_at_once_are_all_there(own_database: Database) -> None:
    load_acme(own_database)
    rita = shopper(RITA)
    cart_id = create(own_database, rita)
    ids = ["drill-18v", "bit-set-40", "ladder-3m", "workbench", "drill-18v", "drill-18v"]

    def adding(product_id: str) -> Any:
        return lambda: add(own_database, rita, cart_id, product_id=product_id)

    outcomes = at_once([adding(product_id) for product_id in ids])
    assert all(isinstance(outcome, Line) for outcome in outcomes), outcomes
    basket = read(own_database, rita, cart_id)
    assert {line.product_id: line.quantity for line in basket.lines} == {
        "drill-18v": 3, "bit-set-40": 1, "ladder-3m": 1, "workbench": 1,
    }  # fmt: skip
    assert basket.version == 1 + len(ids)


def test_two_merges_that_cross_do_not_wait_for_each_other(own_database: Database) -> None:
    load_acme(own_database)
    rita = shopper(RITA)
    one, two = create(own_database, rita), create(own_database, rita)

    def merging(target: str, other: str) -> Any:
        def run() -> str:
            with own_database.transaction() as session:
                return shopping.merge(session, rita, target, [other], now=NOW).id

        return run

    outcomes = at_once([merging(one, two), merging(two, one)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotFound", "str"]


def test_a_listed_product_brings_name_price_and_tax_whatever_is_asked(acme: Database) -> None:
    rita = shopper(RITA)
    cart_id = create(acme, rita)
    asked = {"name": "Mine", "unit_price": Decimal("0.01"), "tax_rate": Decimal(0)}
    for way in ({"product_id": "drill-18v"}, {"product_id": "dr-18v"}, {"sku": "DR-18V"}):
        line = add(acme, rita, cart_id, **{"product_id": "", **asked, **way})
        assert (line.name, line.sku) == ("Cordless drill 18 V", "DR-18V")
        assert (line.unit_price, line.tax_rate) == (Decimal("250.00"), Decimal("0.20"))
    basket = read(acme, rita, cart_id)
    assert [line.quantity for line in basket.lines] == [3]
    assert basket.totals.gross == Money.of("900.00", "EUR")


def test_goods_off_the_list_need_a_name_a_price_and_a_tax(acme: Database) -> None:
    rita = shopper(RITA)
    cart_id = create(acme, rita)
    with pytest.raises(Invalid) as refused:
        add(acme, rita, cart_id, product_id="nowhere")
    assert set(refused.value.fields) == {"product", "price", "tax"}
    line = add(acme, rita, cart_id, **described(price_id="p-1"))
    assert line in read(acme, rita, cart_id).lines
    assert read(acme, rita, cart_id).totals.gross == Money.of("11.78", "EUR")


def test_the_same_goods_at_another_price_stand_apart(acme: Database) -> None:
    rita = shopper(RITA)
    cart_id = create(acme, rita)
    add(acme, rita, cart_id, **described())
    add(acme, rita, cart_id, **described(unit_price=Decimal("8.00")))
    add(acme, rita, cart_id, **described(is_separate=True))
    add(acme, rita, cart_id, **described(quantity=Decimal("1.5")))
    quantities = [line.quantity for line in read(acme, rita, cart_id).lines]
    assert quantities == [Decimal("2.5"), 1, 1]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"quantity": Decimal(0)}, "quantity"),
        ({"quantity": Decimal("1000000.5")}, "quantity"),
        ({"quantity": Decimal("0.0000001")}, "quantity"),
        (described(unit_price=Decimal(10**13), quantity=Decimal(1000)), "quantity"),
        (described(name="x" * 301), "product"),
        (described(sku="x" * 121), "product"),
        (described(tax_rate=Decimal("1.01")), "tax"),
        ({"currency": "CHF"}, "price"),
    ],
)
def test_what_a_cart_cannot_hold_is_refused_by_field(
    acme: Database, wanted: dict[str, Any], field: str
) -> None:
    rita = shopper(RITA)
    cart_id = create(acme, rita)
    with pytest.raises(Invalid) as refused:
        add(acme, rita, cart_id, **wanted)
    assert list(refused.value.fields) == [field]
    assert read(acme, rita, cart_id).version == 1


def test_more_of_the_same_is_held_to_the_same_limits(acme: Database) -> None:
    rita = shopper(RITA)
    cart_id = create(acme, rita)
    add(acme, rita, cart_id, quantity=Decimal(999_999))
    with pytest.raises(Invalid):
        add(acme, rita, cart_id, quantity=Decimal(2))
    assert read(acme, rita, cart_id).lines[0].quantity == 999_999


def test_a_full_cart_takes_more_of_what_it_has_and_nothing_else(acme: Database) -> None:
    with acme.transaction() as session:
        line = NewLine(name="Bolt", quantity=Decimal(1), unit_price=Decimal(1), tax_rate=Decimal(0))
        cart_id = service.create(session, RITA, name="", lines=[line] * MAX_LINES, now=NOW)
    rita = shopper(RITA)
    with pytest.raises(Invalid) as refused:
        add(acme, rita, cart_id)
    assert refused.value.code == "too_many_lines"
    bolt = {"name": "Bolt", "unit_price": Decimal(1), "tax_rate": Decimal(0), "product_id": ""}
    assert add(acme, rita, cart_id, **bolt).quantity == 2


def test_of_many_items_each_is_judged_by_itself(acme: Database) -> None:
    rita = shopper(RITA)
    cart_id = create(acme, rita)
    wanted = [
        Wanted(product_id=product_id, quantity=Decimal(1))
        for product_id in ("drill-18v", "nowhere", "bit-set-40", "drill-18v")
    ]
    with acme.transaction() as session:
        outcomes = shopping.add_items(session, rita, cart_id, wanted, now=LATER)
    assert [type(outcome) for outcome in outcomes] == [Line, Invalid, Line, Line]
    basket = read(acme, rita, cart_id)
    assert [(line.product_id, line.quantity) for line in basket.lines] == [
        ("drill-18v", Decimal(2)), ("bit-set-40", Decimal(1)),
    ]  # fmt: skip
    assert (basket.version, basket.updated_at) == (2, LATER)
    with acme.transaction() as session:
        shopping.add_items(session, rita, cart_id, wanted[1:2], now=LATER)
    assert read(acme, rita, cart_id).version == 2


def test_items_are_changed_and_taken_out_and_the_rest_keeps_its_place(acme: Database) -> None:
    rita = shopper(RITA)
    cart_id = create(acme, rita)
    ids = ("drill-18v", "bit-set-40", "ladder-3m")
    one, two, three = (add(acme, rita, cart_id, product_id=product_id) for product_id in ids)
    with acme.transaction() as session:
        shopping.change_item(session, rita, cart_id, two.line_id, quantity=Decimal(4), now=NOW)
        shopping.change_item(session, rita, cart_id, one.line_id, quantity=Decimal(0), now=NOW)
    four = add(acme, rita, cart_id, product_id="workbench")
    basket = read(acme, rita, cart_id)
    left = [two.line_id, three.line_id, four.line_id]
    assert [line.line_id for line in basket.lines] == left
    assert basket.totals.net == Money.of("1250.01", "EUR")
    for gone in (one.line_id, "nothing"):
        with acme.transaction() as session, pytest.raises(NotFound) as refused:
            shopping.remove_item(session, rita, cart_id, gone, now=NOW)
        assert refused.value.code == "no_line"
    with acme.transaction() as session:
        shopping.clear(session, rita, cart_id, now=NOW)
    emptied = read(acme, rita, cart_id)
    assert (emptied.lines, emptied.totals.gross) == ((), Money.zero("EUR"))


def test_goods_of_a_guest_go_into_the_cart_of_the_person_who_signs_in(acme: Database) -> None:
    guests, strange = create(acme, GUEST), replace(GUEST, session_id="visit-2")
    add(acme, GUEST, guests, quantity=Decimal(2))
    add(acme, GUEST, guests, **described(price_id="p-1"))
    theirs = create(acme, strange)
    rita = shopper(RITA)
    own = create(acme, rita)
    add(acme, rita, own)
    with acme.transaction() as session, pytest.raises(NotFound):
        shopping.merge(session, rita, own, [guests, theirs], now=NOW)
    with acme.transaction() as session:
        merged = shopping.merge(session, rita, own, [guests, guests, own], now=LATER)
    assert [(line.name, line.quantity, line.price_id) for line in merged.lines] == [
        ("Cordless drill 18 V", Decimal(3), None), ("Engraving", Decimal(1), "p-1"),
    ]  # fmt: skip
    assert merged.totals.gross == Money.of("911.78", "EUR")
    with acme.reading() as session:
        assert session.get_one(Cart, ("acme", guests)).status == CartStatus.DELETED
    with acme.transaction() as session, pytest.raises(NotFound):
        shopping.merge(session, rita, own, [guests], now=NOW)


def test_carts_are_merged_into_one_of_a_person_only(acme: Database) -> None:
    one, two = create(acme, GUEST), create(acme, GUEST)
    with acme.transaction() as session, pytest.raises(Forbidden):
        shopping.merge(session, GUEST, one, [two], now=NOW)
    with acme.transaction() as session, pytest.raises(NotFound):
        shopping.merge(session, shopper(RITA), one, [two], now=NOW)
    bobs = create(acme, shopper(BOB))
    with acme.transaction() as session, pytest.raises(NotFound):
        shopping.merge(session, shopper(RITA), create(acme, shopper(RITA)), [bobs], now=NOW)


def test_window_and_addresses_are_replaced_and_other_choices_stay(acme: Database) -> None:
    rita = shopper(RITA)
    with acme.transaction() as session:
        session.get_one(Cart, ("acme", "c500-rita")).details = {"shipping": {"methodId": "x"}}
    window, address = {"id": "dw", "slotId": "s"}, {"type": "SHIPPING", "city": "Bonn"}

    def change(seen_version: int | None = None, **parts: Any) -> Basket:
        with acme.transaction() as session:
            shopping.change(
                session, rita, "c500-rita", parts=parts, seen_version=seen_version, now=LATER
            )
        return read(acme, rita, "c500-rita")

    changed = change(seen_version=1, delivery_window=window, addresses=[address])
    assert (changed.delivery_window, changed.version) == (window, 2)
    assert changed.details == {"shipping": {"methodId": "x"}, "addresses": [address]}
    with pytest.raises(Conflict):
        change(seen_version=1, delivery_window=None)
    changed = change(addresses=[])
    assert (changed.details, changed.delivery_window) == ({"shipping": {"methodId": "x"}}, window)
    assert change().version == 3


def test_a_cart_that_was_handed_over_is_gone_for_shops(acme: Database) -> None:
    rita = shopper(RITA)
    with acme.transaction() as session:
        seen = queries.resource(session, "acme", ResourceType.CART, "c500-rita")
        assert seen is not None
        service.consume(session, seen, CartStatus.SUBMITTED, now=NOW)
    with pytest.raises(NotFound):
        read(acme, rita, "c500-rita")
    with pytest.raises(NotFound):
        add(acme, rita, "c500-rita")
    with acme.transaction() as session, pytest.raises(NotFound):
        shopping.delete(session, rita, "c500-rita", now=NOW)


def test_a_cart_is_in_the_currency_of_a_site_that_there_is(acme: Database) -> None:
    rita = shopper(RITA)
    with acme.transaction() as session, pytest.raises(Invalid) as refused:
        shopping.create(session, rita, NewBasket(currency="CHF"), now=NOW)
    assert list(refused.value.fields) == ["currency"]
    with acme.transaction() as session, pytest.raises(Invalid) as refused:
        shopping.create(session, rita, NewBasket(currency="EUR", site_code="moon"), now=NOW)
    assert refused.value.code == "no_site"
    with acme.transaction() as session, pytest.raises(NotFound):
        shopping.find_or_create(session, rita, Criteria(site_code="moon"), now=NOW)


def test_prices_that_are_not_the_lists_any_more_are_doubted(acme: Database) -> None:
    rita = shopper(RITA)
    cart_id = create(acme, rita)
    old = add(acme, rita, cart_id)
    add(acme, rita, cart_id, product_id="bit-set-40")
    add(acme, rita, cart_id, **described())
    with acme.reading() as session:
        assert shopping.doubts(session, rita, cart_id) == []
    with acme.transaction() as session:
        session.get_one(Product, ("acme", "drill-18v")).unit_price = "240.00"
    new = add(acme, rita, cart_id)
    with acme.reading() as session:
        doubts = shopping.doubts(session, rita, cart_id)
    assert {(doubt.line_id, doubt.code) for doubt in doubts} == {
        (old.line_id, "moved"), (old.line_id, "two"), (new.line_id, "two"),
    }  # fmt: skip
