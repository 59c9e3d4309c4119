"""Carts are made, changed, handed over once, and brought back; on both databases."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest

from tests.carts.conftest import BOB, CARL, RITA, new_line, person
from tests.support.app import load_acme
from webapp.carts import listing, queries, service
from webapp.carts.domain import CartStatus, QuoteStatus, Resource, ResourceType
from webapp.carts.lines import MAX_LINES, NewLine
from webapp.carts.parsing import read
from webapp.carts.snapshot import freeze
from webapp.db import Database
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, Invalid, NotFound
from webapp.kernel.money import Money
from webapp.kernel.paging import encode_cursor

NOW = datetime(2026, 11, 17, 9, 12, tzinfo=UTC)


def create(database: Database, actor: Actor = RITA, *names: str, now: datetime = NOW) -> str:
    with database.transaction() as session:
        lines = [new_line(name) for name in names or ("Shelf",)]
        return service.create(session, actor, name="Office", lines=lines, now=now)


def resource(database: Database, cart_id: str, kind: ResourceType = ResourceType.CART) -> Resource:
    with database.reading() as session:
        found = queries.resource(session, "acme", kind, cart_id)
    assert found is not None
    return found


def test_a_new_cart_is_open_and_its_owners(acme: Database) -> None:
    cart_id = create(acme, RITA, "Shelf", "Lamp")
    with acme.reading() as session:
        cart = queries.get(session, RITA, cart_id)
    assert (cart.name, cart.resource.status, cart.version) == ("Office", "OPEN", 1)
    assert (cart.resource.currency, cart.resource.site_code) == ("EUR", "main")
    assert (cart.resource.company_id, cart.resource.owner_id) == ("le1", "rita")
    assert [line.name for line in cart.resource.lines] == ["Shelf", "Lamp"]
    assert cart.totals == cart.resource.totals
    assert cart.totals.gross == Money(23752, "EUR")
    assert (cart.names, cart.item_count) == (["Shelf", "Lamp"], 2)
    assert cart.updated_at == NOW


@pytest.mark.parametrize(
    "stranger", [BOB, CARL, person("rita", "le2"), person("rita", None), person("ada")]
)
def test_a_cart_does_not_exist_for_anybody_else(acme: Database, stranger: Actor) -> None:
    cart_id = create(acme)
    with acme.reading() as session, pytest.raises(NotFound):
        queries.get(session, stranger, cart_id)
    with acme.reading() as session:
        assert cart_id not in {c.id for c in queries.open_carts(session, stranger).items}
    with acme.transaction() as session, pytest.raises(NotFound):
        service.change(session, stranger, cart_id, name="", lines=[], seen_version=1, now=NOW)
    with acme.transaction() as session, pytest.raises(NotFound):
        service.remove(session, stranger, cart_id, seen_version=1, now=NOW)


def test_a_consumer_has_carts_without_a_company(acme: Database) -> None:
    cart_id = create(acme, CARL)
    with acme.reading() as session:
        assert queries.get(session, CARL, cart_id).resource.company_id is None
        assert cart_id in {cart.id for cart in queries.open_carts(session, CARL).items}


def test_a_cart_needs_sound_lines(acme: Database) -> None:
    with acme.transaction() as session, pytest.raises(Invalid):
        service.create(session, RITA, name="", lines=[], now=NOW)
    with acme.transaction() as session, pytest.raises(Invalid):
        service.create(session, RITA, name="", lines=[new_line(price="-1")], now=NOW)


def test_a_cart_of_two_thousand_lines_is_stored(acme: Database) -> None:
    lines = [new_line(f"Thing {n}", "1", "0.01") for n in range(MAX_LINES)]
    with acme.transaction() as session:
        cart_id = service.create(session, RITA, name="", lines=lines, now=NOW)
    with acme.reading() as session:
        cart = queries.get(session, RITA, cart_id)
    assert [line.name for line in cart.resource.lines] == [line.name for line in lines]
    assert cart.totals.net == Money(2000, "EUR")


def test_numbers_keep_their_decimals(acme: Database) -> None:
    with acme.transaction() as session:
        line = new_line(quantity="1E+3", price="0.012500")
        cart_id = service.create(session, RITA, name="", lines=[line], now=NOW)
    kept = resource(acme, cart_id).lines[0]
    assert (str(kept.quantity), str(kept.unit_price)) == ("1000", "0.012500")


def test_a_change_keeps_the_ids_of_lines_that_stay(acme: Database) -> None:
    cart_id = create(acme, RITA, "Shelf", "Lamp")
    first = resource(acme, cart_id).lines[0]
    kept = NewLine(
        name="Shelf", quantity=Decimal(5), unit_price=first.unit_price,
        tax_rate=first.tax_rate, line_id=first.line_id,
    )  # fmt: skip
    later = NOW + timedelta(hours=1)
    with acme.transaction() as session:
        service.change(
            session, RITA, cart_id, name="New", lines=[new_line("Desk"), kept, kept],
            seen_version=1, now=later,
        )  # fmt: skip
    with acme.reading() as session:
        cart = queries.get(session, RITA, cart_id)
    lines = cart.resource.lines
    assert [line.name for line in lines] == ["Desk", "Shelf", "Shelf"]
    assert lines[1].line_id == first.line_id
    assert lines[2].line_id != first.line_id
    assert (cart.name, cart.version, cart.updated_at) == ("New", 2, later)
    assert cart.totals == cart.resource.totals


def test_a_change_of_what_somebody_else_changed_is_refused(acme: Database) -> None:
    cart_id = create(acme)
    with acme.transaction() as session:
        service.change(
            session, RITA, cart_id, name="A", lines=[new_line()], seen_version=1, now=NOW
        )
    with acme.transaction() as session, pytest.raises(Conflict) as refused:
        service.change(
            session, RITA, cart_id, name="B", lines=[new_line()], seen_version=1, now=NOW
        )
    assert refused.value.code == "cart_changed"
    with acme.transaction() as session, pytest.raises(Conflict):
        service.remove(session, RITA, cart_id, seen_version=1, now=NOW)
    with acme.reading() as session:
        assert queries.get(session, RITA, cart_id).name == "A"


@pytest.mark.parametrize("status", [CartStatus.SUBMITTED, CartStatus.ORDERED])
def test_a_cart_that_was_handed_over_does_not_change(acme: Database, status: CartStatus) -> None:
    cart_id = create(acme)
    with acme.transaction() as session:
        service.consume(session, resource(acme, cart_id), status, now=NOW)
    with acme.transaction() as session, pytest.raises(Conflict) as unchanged:
        service.change(session, RITA, cart_id, name="", lines=[new_line()], seen_version=2, now=NOW)
    with acme.transaction() as session, pytest.raises(Conflict) as kept:
        service.remove(session, RITA, cart_id, seen_version=2, now=NOW)
    assert unchanged.value.code == kept.value.code == "cart_closed"


def test_a_deleted_cart_is_gone_for_everybody(acme: Database) -> None:
    cart_id = create(acme)
    with acme.transaction() as session:
        service.remove(session, RITA, cart_id, seen_version=1, now=NOW)
    with acme.reading() as session:
        assert queries.resource(session, "acme", ResourceType.CART, cart_id) is None
        with pytest.raises(NotFound):
            queries.get(session, RITA, cart_id)


def test_a_cart_is_handed_over_once(acme: Database) -> None:
    seen = resource(acme, create(acme))
    with acme.transaction() as session:
        service.consume(session, seen, CartStatus.SUBMITTED, now=NOW)
    with acme.transaction() as session, pytest.raises(Conflict) as refused:
        service.consume(session, seen, CartStatus.ORDERED, now=NOW)
    assert refused.value.code == "resource_taken"
    assert resource(acme, seen.id).status == CartStatus.SUBMITTED
    with acme.transaction() as session:
        service.consume(session, resource(acme, seen.id), CartStatus.ORDERED, now=NOW)
    with acme.transaction() as session, pytest.raises(Conflict):
        service.consume(session, resource(acme, seen.id), CartStatus.ORDERED, now=NOW)


def test_a_cart_that_changed_since_it_was_read_is_not_handed_over(acme: Database) -> None:
    seen = resource(acme, create(acme))
    with acme.transaction() as session:
        service.change(
            session, RITA, seen.id, name="", lines=[new_line("Desk")], seen_version=1, now=NOW
        )
    with acme.transaction() as session, pytest.raises(Conflict) as refused:
        service.consume(session, seen, CartStatus.SUBMITTED, now=NOW)
    assert refused.value.code == "resource_taken"


def test_a_quote_is_accepted_once(acme: Database) -> None:
    seen = resource(acme, "Q1", ResourceType.QUOTE)
    with acme.transaction() as session:
        service.consume(session, seen, QuoteStatus.ACCEPTED, now=NOW)
    with acme.transaction() as session, pytest.raises(Conflict, match="can no longer be ordered"):
        service.consume(session, seen, QuoteStatus.ACCEPTED, now=NOW)
    assert resource(acme, "Q1", ResourceType.QUOTE).status == QuoteStatus.ACCEPTED


def test_two_at_the_same_moment_hand_a_cart_over_once(own_database: Database) -> None:
    load_acme(own_database)
    seen = resource(own_database, create(own_database))
    together, outcomes = Barrier(2), []

    def hand_over(to: CartStatus) -> None:
        together.wait()
        try:
            with own_database.transaction() as session:
                service.consume(session, seen, to, now=NOW)
            outcomes.append("done")
        except Conflict as conflict:
            outcomes.append(conflict.code)

    threads = [Thread(target=hand_over, args=[to])
               for to in (CartStatus.SUBMITTED, CartStatus.ORDERED)]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "resource_taken"]


def test_the_goods_of_a_request_come_back_as_a_new_cart(acme: Database) -> None:
    seen = resource(acme, "c500-rita")
    details = {"shipping": {"methodId": "express"}, "extra": [1, {"b": None}]}
    window = {"id": "dw-morning", "slotId": "08-12"}
    with acme.transaction() as session:
        service.consume(session, seen, CartStatus.SUBMITTED, now=NOW)
        cart_id = service.restore(
            session, RITA, snapshot=freeze(seen), details=details,
            delivery_window=window, resubmits_id="a1", now=NOW,
        )  # fmt: skip
    with acme.reading() as session:
        cart = queries.get(session, RITA, cart_id)
    assert cart.resource.open
    assert cart.resubmits_id == "a1"
    assert (cart.resource.details, cart.resource.delivery_window) == (details, window)
    assert [(line.product_id, line.quantity, line.unit_price) for line in cart.resource.lines] == [
        (line.product_id, line.quantity, line.unit_price) for line in seen.lines
    ]
    assert cart.totals == seen.totals


def test_a_quote_comes_back_at_the_price_that_was_offered(acme: Database) -> None:
    offered = freeze(resource(acme, "Q1", ResourceType.QUOTE))
    offered["lines"][0]["new_unit_price"] = "200.00"
    with acme.transaction() as session:
        cart_id = service.restore(
            session, RITA, snapshot=offered, details=None, delivery_window=None,
            resubmits_id=None, now=NOW,
        )  # fmt: skip
    prices = [line.unit_price for line in resource(acme, cart_id).lines]
    assert prices == [Decimal("200.00"), Decimal("166.67")]


def test_open_carts_are_listed_page_by_page_last_changed_first(acme: Database) -> None:
    made = [create(acme, CARL, now=NOW + timedelta(days=400, seconds=n // 2)) for n in range(45)]
    seen: list[str] = []
    cursor: str | None = None
    with acme.reading() as session:
        for _ in range(3):
            page = queries.open_carts(session, CARL, cursor)
            seen += [cart.id for cart in page.items]
            cursor = page.next_cursor
    assert cursor is None
    assert len(seen) == len(set(seen)) == 48
    assert set(seen[:45]) == set(made)
    with acme.reading() as session, pytest.raises(Invalid):
        queries.open_carts(session, CARL, "bm9uc2Vuc2U")


def test_quotes_are_listed_page_by_page(acme: Database) -> None:
    with acme.reading() as session:
        assert {quote.id for quote in queries.quotes(session, RITA).items} == {"Q1", "Q2"}
        assert queries.quotes(session, CARL).items == []
        first = queries.quotes(session, RITA).items[0]
        after = encode_cursor(first.created_at.isoformat(), first.id)
        rest = queries.quotes(session, RITA, after)
    assert len(rest.items) == 1
    assert rest.items[0].id != first.id


def test_a_quote_belongs_to_its_owner(acme: Database) -> None:
    with acme.reading() as session:
        quote = queries.quote(session, RITA, "Q1")
        assert (quote.name, quote.resubmits_id) == ("", None)
        assert quote.resource.lines[0].new_unit_price == Decimal("250.00")
        for stranger in (BOB, person("rita", "le2")):
            with pytest.raises(NotFound):
                queries.quote(session, stranger, "Q1")
        assert queries.resource(session, "acme", ResourceType.QUOTE, "Q9") is None


def test_the_site_brings_its_price_list(acme: Database) -> None:
    with acme.reading() as session:
        site = queries.default_site(session, "acme")
        assert site == queries.site(session, "acme", "main")
        assert [(m.method_id, m.price.minor) for m in site.shipping_methods] == [
            ("standard", 1000),
            ("express", 2490),
        ]
        assert [w.slot_id for w in site.delivery_windows] == ["08-12", "12-17"]
        assert [p.provider for p in site.payment_methods] == ["none", "custom"]
        assert site.countries == ("DE", "AT")
        for tenant, code in (("acme", "moon"), ("other", "main")):
            with pytest.raises(NotFound):
                queries.site(session, tenant, code)
        with pytest.raises(NotFound):
            queries.default_site(session, "other")


def test_products_are_found_by_sku_in_any_case_and_in_one_currency(acme: Database) -> None:
    with acme.reading() as session:
        skus = ["dr-18v", "BS-040", "unknown", *(f"X-{n}" for n in range(700))]
        found = listing.products_by_sku(session, "acme", "EUR", skus)
        assert set(found) == {"dr-18v", "bs-040"}
        assert found["dr-18v"].unit_price == Decimal("250.00")
        assert listing.products_by_sku(session, "acme", "CHF", skus) == {}
        assert listing.products_by_sku(session, "acme", "EUR", []) == {}
        names = [product.name for product in listing.products(session, "acme", "EUR")]
    assert names == sorted(names)
    assert len(names) == 4


def test_a_draft_knows_the_list_and_the_cart(acme: Database) -> None:
    with acme.reading() as session:
        draft = service.draft(session, RITA, read("dr-18v;1\n;workbench;2\nNO-1;3"))
        assert [line.sku for line in draft.new_lines] == ["DR-18V", "WB-120"]
        assert [problem.line for problem in draft.problems] == [3]
        cart = queries.get(session, RITA, "c500-rita")
        assert service.draft(session, RITA, read("BS-040;1"), cart=cart).ready
