"""What a storefront reads before its first page, and at the checkout."""

import pytest
import time_machine
from sqlalchemy import text

from tests.emporix.conftest import Api, ApiClient
from tests.support.cast import NOW, RITA, cart, details
from webapp.approvals.submission import submit
from webapp.db import Database

SEARCH = "/product/acme/search"
YRN = "urn:yaas:saasag:caasproduct:product:acme;"
READS = [
    "/session-context/acme/me/context",
    "/site/acme/sites?expand=mixin:*",
    "/site/acme/sites/main",
    "/currency/acme/currencies",
    "/catalog/acme/catalogs?publishedSite=main",
    "/availability/acme/availability?site=main",
    "/product/acme/products",
    "/shipping/acme/main/zones?expand=methods,fees",
]


@pytest.mark.parametrize("path", READS)
def test_visitors_and_customers_read_the_same(api: Api, guest: ApiClient, path: str) -> None:
    first, second = guest.get(path), api("rita").get(path)
    assert first.status_code == second.status_code == 200
    if "context" not in path:
        assert first.get_json() == second.get_json()


@pytest.mark.parametrize("path", [*READS, "/caas-indexing/acme/project/configuration"])
def test_nothing_is_read_without_a_token(api: Api, path: str) -> None:
    stranger = ApiClient(api("rita").client, "nonsense")
    assert stranger.get(path).status_code == 401


def test_there_is_no_search_index(guest: ApiClient) -> None:
    assert guest.get("/caas-indexing/acme/project/configuration").status_code == 404


def test_a_session_is_in_the_default_shop(api: Api, guest: ApiClient) -> None:
    body = api("rita").get(READS[0]).get_json()
    assert (body["siteCode"], body["currency"], body["metadata"]["version"]) == ("main", "EUR", 1)
    assert body["customerId"] == "rita"
    assert "customerId" not in guest.get(READS[0]).get_json()


def test_a_storefront_may_name_a_shop_that_there_is(guest: ApiClient) -> None:
    sent = {"siteCode": "main", "currency": "EUR", "metadata": {"version": 1}}
    reply = guest.patch(f"{READS[0]}?upsert=true", json=sent)
    assert (reply.status_code, reply.data) == (204, b"")
    assert guest.patch(READS[0], json={"siteCode": "nowhere"}).status_code == 404
    assert guest.patch(READS[0], json={"siteCode": 5}).status_code == 400


def test_a_shop_says_what_it_speaks_and_takes(guest: ApiClient) -> None:
    (shop,) = guest.get("/site/acme/sites?expand=mixin:*").get_json()
    assert (shop["code"], shop["default"], shop["currency"]) == ("main", True, "EUR")
    assert (shop["languages"], shop["defaultLanguage"]) == (["en", "de"], "en")
    assert guest.get("/site/acme/sites/main").get_json() == shop
    assert guest.get("/site/acme/sites/nowhere").status_code == 404


def test_the_currencies_are_those_of_the_shops(guest: ApiClient) -> None:
    (euro,) = guest.get("/currency/acme/currencies").get_json()
    assert (euro["code"], euro["name"]) == ("EUR", "Euro")
    assert guest.get("/catalog/acme/catalogs").get_json() == []


def test_what_is_on_the_list_is_available(guest: ApiClient) -> None:
    reply = guest.get(
        "/availability/acme/availability?site=main", headers={"X-Total-Count": "true"}
    )
    found = {one["productId"]: one for one in reply.get_json()}
    assert found["drill-18v"]["available"] is True
    assert reply.headers["X-Total-Count"] == str(len(found))
    assert guest.get("/availability/acme/availability?site=x").status_code == 404


def test_products_are_found_by_yrn_in_the_order_of_the_question(guest: ApiClient) -> None:
    asked = [f"{YRN}bit-set-40", f"{YRN}nothing", "drill-18v", f"{YRN}drill-18v"]
    reply = guest.post(SEARCH, json={"yrns": asked})
    assert reply.status_code == 200
    found = reply.get_json()
    assert [one["id"] for one in found] == ["bit-set-40", "drill-18v"]
    drill = found[1]
    assert (drill["code"], drill["name"]) == ("DR-18V", "Cordless drill 18 V")
    assert (drill["yrn"], drill["media"]) == (f"{YRN}drill-18v", [])


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("id:drill-18v", ["drill-18v"]),
        ("id:(drill-18v, bit-set-40,nothing)", ["drill-18v", "bit-set-40"]),
        ("code:~(dr-18v)", ["drill-18v"]),
        ('code:"DR-18V"', ["drill-18v"]),
        (f"yrn:({YRN}drill-18v)", ["drill-18v"]),
        ("id:()", []),
    ],
)
def test_products_are_found_by_id_or_code(guest: ApiClient, q: str, ids: list[str]) -> None:
    assert [one["id"] for one in guest.post(SEARCH, json={"q": q}).get_json()] == ids
    listed = guest.get("/product/acme/products", query_string={"q": q}).get_json()
    assert [one["id"] for one in listed] == ids


def test_without_a_question_the_list_is_read_page_by_page(guest: ApiClient) -> None:
    everything = guest.post(SEARCH, json={}).get_json()
    assert {"drill-18v", "bit-set-40"} <= {one["id"] for one in everything}
    part = guest.post(f"{SEARCH}?pageSize=1&pageNumber=2", json={}).get_json()
    assert part == [everything[1]]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"q": "name:x"}, "q"),
        ({"q": "id:(a"}, "q"),
        ({"q": 5}, "q"),
        ({"q": "x" * 20_001}, "q"),
        ({"yrns": "x"}, "yrns"),
        ({"yrns": [5]}, "yrns.0"),
        ({"yrns": ["x" * 501]}, "yrns.0"),
        ({"yrns": ["a\x00"]}, "yrns.0"),
        ({"yrns": ["a"] * 1001}, "yrns"),
        ([], "body"),
    ],
)
def test_questions_that_cannot_be_understood(guest: ApiClient, sent: object, field: str) -> None:
    reply = guest.post(SEARCH, json=sent)
    assert reply.status_code == 400
    assert reply.get_json()["details"][0]["field"] == field


def test_a_question_in_the_address_is_read_as_carefully(guest: ApiClient) -> None:
    assert guest.get("/product/acme/products?q=id:%00").status_code == 400
    assert guest.get("/product/acme/products?q=id:%ff").get_json() == []


def test_products_without_a_list_come_from_the_carts_one_may_see(
    acme: Database, api: Api, guest: ApiClient
) -> None:
    """Bob is asked and sees the goods with the request; colleagues never do."""
    with acme.transaction() as session:
        renamed = "UPDATE cart_items SET product_id = 'made-to-measure', name = 'Shelf'"
        where = " WHERE cart_id = 'c500-rita' AND product_id = 'drill-18v'"
        session.execute(text(renamed + where))
    asked = {"yrns": [f"{YRN}made-to-measure"]}

    def names(caller: ApiClient) -> list[str]:
        return [one["name"] for one in caller.post(SEARCH, json=asked).get_json()]

    assert names(api("rita")) == ["Shelf"]
    for stranger in (api("bob"), api("rob"), api("olga"), api("carl", None), guest):
        assert names(stranger) == []
    with acme.transaction() as session:
        submit(session, RITA, cart("c500-rita"), now=NOW)
    assert names(api("bob")) == names(api("rita")) == ["Shelf"]
    assert names(api("ben")) == []


def test_every_line_of_an_approval_finds_its_product(acme: Database, api: Api) -> None:
    with acme.transaction() as session:
        made = submit(session, RITA, cart("c500-rita", details=details()), now=NOW)
        ids = session.scalars(
            text("SELECT product_id FROM cart_items WHERE cart_id = :id"), {"id": made.resource_id}
        ).all()
    found = api("bob").post(SEARCH, json={"yrns": [YRN + one for one in ids]}).get_json()
    assert {one["id"] for one in found} == set(ids)


def test_shipping_costs_what_the_price_list_says(guest: ApiClient) -> None:
    (zone,) = guest.get(READS[-1]).get_json()
    assert (zone["id"], zone["shipTo"]) == ("zone-de", [{"country": "DE"}, {"country": "AT"}])
    methods = {one["id"]: one for one in zone["methods"]}
    assert methods.keys() == {"standard", "express"}
    express = methods["express"]
    assert express["name"] == dict.fromkeys(("en", "de"), "Express, next working day")
    assert express["shippingTaxCode"] == "STANDARD"
    assert express["fees"] == [
        {
            "minOrderValue": {"amount": 0.0, "currency": "EUR"},
            "cost": {"amount": 24.9, "currency": "EUR"},
        }
    ]
    assert guest.get("/shipping/acme/nowhere/zones").status_code == 404


def test_delivery_windows_are_the_next_ones_of_each_way_of_shipping(api: Api) -> None:
    with time_machine.travel("2026-03-06T09:00:00Z"):  # a Friday
        reply = api("rita").post(
            "/shipping/acme/findSite?windowsLimit=3",
            json={"postalCode": "48155", "country": "DE"},
        )
    assert reply.status_code == 200
    (shop,) = reply.get_json()
    assert shop["id"] == "main"
    (zone,) = shop["zones"]
    windows = [one for one in zone["actualDeliveryWindows"] if one["deliveryMethod"] == "express"]
    assert [(one["deliveryDate"][:10], one["id"], one["slotId"]) for one in windows] == [
        ("2026-03-09", "dw-morning", "08-12"),
        ("2026-03-09", "dw-afternoon", "12-17"),
        ("2026-03-10", "dw-morning", "08-12"),
    ]
    assert windows[0]["deliveryTimeRange"] == {"startTime": "08:00", "endTime": "12:00"}
    assert {one["zoneId"] for one in windows} == {"zone-de"}
    assert len(zone["actualDeliveryWindows"]) == 6


def test_no_shop_delivers_to_other_countries(guest: ApiClient) -> None:
    sent = {"postalCode": "75001", "country": "FR"}
    assert guest.post("/shipping/acme/findSite", json=sent).get_json() == []


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", "²", "9" * 50])
def test_windows_are_counted_in_numbers(guest: ApiClient, limit: str) -> None:
    path = f"/shipping/acme/findSite?windowsLimit={limit}"
    assert guest.post(path, json={"country": "DE"}).status_code == 400


def test_shipping_has_no_tax_of_its_own(guest: ApiClient) -> None:
    """An order adds the price of the list (R34), so a storefront shows the total that comes."""
    asked = {
        "targetLocation": {"countryCode": "DE"},
        "targetTaxClass": "STANDARD",
        "includesTax": False,
        "price": 24.9,
    }
    reply = guest.put("/tax/acme/taxes/calculation-commands", json={"input": asked})
    assert reply.status_code == 200
    assert reply.get_json()["output"]["grossPrice"] == 24.9
    assert reply.get_json()["output"]["netPrice"] == 24.9


@pytest.mark.parametrize(
    "sent",
    [{}, {"input": 5}, {"input": {}}, {"input": {"price": "1"}}, {"input": {"price": 1e300}}],
)
def test_a_price_is_a_number(guest: ApiClient, sent: object) -> None:
    reply = guest.put("/tax/acme/taxes/calculation-commands", json=sent)
    assert reply.status_code == 400
    assert reply.get_json()["details"][0]["field"].startswith("input")


def test_a_tenant_without_a_shop_says_so(acme: Database, guest: ApiClient) -> None:
    with acme.transaction() as session:
        tables = ("approvals", "orders", "cart_items", "carts", "quote_items", "quotes", "sites")
        for table in tables:
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - a fixed list
    assert guest.get(READS[0]).status_code == 404
    assert guest.get("/site/acme/sites").get_json() == []
    assert guest.get("/currency/acme/currencies").get_json() == []
    assert guest.get("/customer/acme/me").status_code == 200
