"""The calls of the old React showcase, with its odd payloads (section 6.5)."""

from typing import Any

import pytest
from flask import Flask

from tests.emporix.shop import PASSWORD, URN, Shop

# Whole records of locations are spread into the addresses of a request.
RECORD = {
    "id": "adr-1",
    "name": "Warehouse",
    "type": "SHIPPING",
    "contactDetails": {
        "addressLine1": "Hafenweg",
        "addressLine2": "7",
        "city": "Münster",
        "postcode": "48155",
        "countryCode": "DE",
        "tags": ["shipping"],
    },
    "metadata": {"version": 3, "createdAt": "2026-01-01T00:00:00.000Z"},
    "tags": ["shipping"],
    "isDefault": True,
    "contactName": "Rita Roe",
    "companyName": "Hafen Logistik GmbH",
    "street": "Hafenweg",
    "streetNumber": "7",
    "streetAppending": "",
    "zipCode": "48155",
    "city": "Münster",
    "country": "DE",
    "contactPhone": "",
}
DETAILS = {
    "currency": "EUR",
    "paymentMethods": [
        {
            "provider": "stripe",
            "customAttributes": {"paymentType": "paymentByInvoice"},
            "method": "invoice",
        }
    ],
    "shipping": {
        "zoneId": "zone-de",
        "methodId": "standard",
        "methodName": {"en": "Standard", "de": "Standard"},
        "shippingTaxCode": "STANDARD",
        "amount": 10,
    },
    "addresses": [RECORD, {**RECORD, "type": "BILLING"}],
}


class Showcase(Shop):
    """One visitor of the showcase."""

    saas = ""

    def boot(self) -> None:
        """Everything that it reads before the first page is drawn."""
        query = "client_id=acme-storefront&hybris-tenant=acme"
        guest = self.json("GET", f"/customerlogin/auth/anonymous/login?{query}")
        self.token = guest["access_token"]
        reply = self.client.get("/caas-indexing/acme/project/configuration", headers=self._auth())
        assert reply.status_code in {200, 404}
        context = self.json("GET", "/session-context/acme/me/context")
        assert (context["siteCode"], context["currency"]) == ("main", "EUR")
        assert context["metadata"]["version"] >= 1
        site = self.json("GET", "/site/acme/sites?expand=mixin:*")[0]
        assert (site["code"], site["default"], site["currency"]) == ("main", True, "EUR")
        assert site["languages"] == ["en", "de"]
        assert site["defaultLanguage"] == "en"
        self.cart()
        assert self.json("GET", "/currency/acme/currencies")[0]["code"] == "EUR"
        assert self.json("GET", "/catalog/acme/catalogs?publishedSite=main") == []

    def login(self, person: str) -> None:
        """Sign in: this client reads the old spelling of the fields only."""
        body = {"email": f"{person}@acme.example", "password": PASSWORD.format(person)}
        login = self.json("POST", "/customer/acme/login", json=body)
        self.token, self.saas = login["accessToken"], login["saasToken"]
        assert login["expiresIn"] > 0
        me = self.json("GET", "/customer/acme/me?expand=addresses,mixin:*")
        assert me["id"] == person
        scopes = self.json("GET", "/iam/acme/users/me/scopes")["scopes"].split(" ")
        assert "approval.approval_read_own" in scopes
        self.headers = {"X-Version": "v2"}
        assert self.json("GET", "/quote/acme/quotes?sort=metadata.createdAt:desc") is not None

    def cart(self) -> dict[str, Any]:
        """The cart of this visitor, made when there is none, and then read whole."""
        found = self.json("GET", "/cart/acme/carts?siteCode=main&create=true")
        cart: dict[str, Any] = self.json(
            "GET", f"/cart/acme/carts/{found['id']}?expandCalculation=true"
        )
        return cart

    def add(self, cart_id: str, product: str, quantity: int) -> str:
        """Put something into the cart, as its product page does."""
        body = {
            "itemYrn": f"{URN}{product}",
            "price": {
                "priceId": "price-1",
                "effectiveAmount": 250,
                "originalAmount": 250,
                "currency": "EUR",
            },
            "quantity": quantity,
        }
        path = f"/cart/acme/carts/{cart_id}/items?siteCode=main"
        return str(self.json("POST", path, json=body, expect=201)["itemId"])

    def _auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def rita(app: Flask) -> Showcase:
    return _visitor(app, "rita")


@pytest.fixture
def bob(app: Flask) -> Showcase:
    return _visitor(app, "bob")


def _visitor(app: Flask, person: str) -> Showcase:
    visitor = Showcase(app)
    visitor.boot()
    visitor.login(person)
    return visitor


def submitted(rita: Showcase, comment: str | None = None) -> dict[str, Any]:
    """Rita asks Bob for a cart that she has just filled; the read document."""
    cart = rita.cart()
    item_id = rita.add(cart["id"], "drill-18v", 2)
    path = f"/cart/acme/carts/{cart['id']}"
    rita.call("PUT", f"{path}/items/{item_id}?partial=true", json={"quantity": 1}, expect=204)
    about = {"resourceId": cart["id"], "resourceType": "CART", "action": "CHECKOUT"}
    permitted = rita.json("POST", "/approval/acme/approval/permitted", json=about)
    assert permitted["permitted"] is False
    users = rita.json("POST", "/approval/acme/search/users", json=about)
    assert {"userId": "bob", "firstName": "Bob", "lastName": "Buyer"}.items() <= next(
        user for user in users if user["userId"] == "bob"
    ).items()
    body = {**about, "approver": {"userId": "bob"}, "comment": comment, "details": DETAILS}
    made = rita.json(
        "POST",
        "/approval/acme/approvals",
        json=body,
        headers={"saas-token": rita.saas, "Accept": "application/json"},
        expect=201,
    )
    assert rita.cart()["id"] != cart["id"]
    document: dict[str, Any] = rita.json("GET", f"/approval/acme/approvals/{made['id']}")
    return document


def test_what_the_checkout_page_reads(rita: Showcase) -> None:
    entity = rita.json("GET", "/customer-management/acme/legal-entities")[0]
    assert entity["name"] == "Hafen Logistik GmbH"
    contact = entity["entitiesAddresses"][0]["contactDetails"]
    assert {"addressLine1", "city", "postcode", "countryCode", "tags"} <= contact.keys()
    zones = rita.json("GET", "/shipping/acme/main/zones?expand=methods,fees")
    assert {method["id"] for zone in zones for method in zone["methods"]} >= {"standard"}
    place = {"postalCode": "48155", "country": "DE"}
    assert rita.json("POST", "/shipping/acme/findSite?windowsLimit=15", json=place) is not None
    command = {
        "commandUuid": "c1",
        "input": {
            "targetLocation": {"countryCode": "DE"},
            "targetTaxClass": "STANDARD",
            "price": 10,
            "includesTax": False,
        },
    }
    tax = rita.json("PUT", "/tax/acme/taxes/calculation-commands", json=command)
    assert isinstance(tax["output"]["grossPrice"], int | float)


def test_a_request_is_listed_read_and_its_products_are_found(rita: Showcase, bob: Showcase) -> None:
    document = submitted(rita)
    query = "q=status:(PENDING,DECLINED) resource.siteCode:main"
    listed = bob.json("GET", f"/approval/acme/approvals?{query}")
    assert [one["id"] for one in listed] == [document["id"]]
    assert listed[0]["details"] == DETAILS
    yrns = [item["itemYrn"] for item in document["resource"]["items"]]
    products = bob.json("POST", "/product/acme/search", json={"yrns": yrns})
    for yrn in yrns:
        product = next(one for one in products if one["id"] in yrn)
        assert {"name", "code", "media"} <= product.keys()


def test_the_delivery_window_is_changed_with_a_single_object(rita: Showcase, bob: Showcase) -> None:
    document = submitted(rita)
    path = f"/approval/acme/approvals/{document['id']}"
    window = {"id": "dw-morning", "slotId": "08-12", "deliveryDate": "2026-12-07T10:00:00.000Z"}
    labels = {"deliveryDayLabel": "Monday", "deliveryTimeLabel": "8 to 12"}
    patch = {"op": "REPLACE", "path": "/resource/deliveryWindow", "value": window | labels}
    # Nothing was there to be replaced; the client ignores the outcome.
    bob.call("PATCH", path, json=patch, expect=400)
    bob.call("PATCH", path, json={**patch, "op": "ADD"}, expect=204)
    assert bob.json("GET", path)["resource"]["deliveryWindow"] == window
    bob.call("PATCH", path, json=patch, expect=204)


def test_declining_without_words(rita: Showcase, bob: Showcase) -> None:
    path = f"/approval/acme/approvals/{submitted(rita)['id']}"
    patch = [
        {"op": "REPLACE", "path": "/status", "value": "DECLINED"},
        {"op": "ADD", "path": "/approverComment", "value": None},
    ]
    bob.call("PATCH", path, json=patch, expect=204)
    assert rita.json("GET", path)["status"] == "DECLINED"


def test_the_approver_confirms_and_pays_while_it_is_pending(rita: Showcase, bob: Showcase) -> None:
    document = submitted(rita, "Please, by Friday")
    details = document["details"]
    body = {
        "cartId": document["resource"]["id"],
        "paymentMethods": details["paymentMethods"],
        "currency": "EUR",
        "addresses": details["addresses"],
        "shipping": {**details["shipping"], "methodName": "Standard"},
        "customer": {
            "userId": "bob",
            "firstName": "Bob",
            "lastName": "Buyer",
            "id": document["requestor"]["userId"],
            "company": "Hafen Logistik GmbH",
        },
    }
    headers = {"saas-token": bob.saas}
    order = bob.json("POST", "/checkout/acme/checkouts/order", json=body, headers=headers)
    done = rita.json("GET", f"/approval/acme/approvals/{document['id']}")
    assert (done["status"], done["createdResource"]) == ("APPROVED", {"id": order["orderId"]})
    assert rita.json("GET", f"/order-v2/acme/orders/{order['orderId']}")["customer"]["id"] == "rita"
    listed = bob.json(
        "GET", "/approval/acme/approvals?q=status:(PENDING,DECLINED) resource.siteCode:main"
    )
    assert listed == []


def test_somebody_elses_saas_token_is_not_taken(rita: Showcase, bob: Showcase) -> None:
    document = submitted(rita)
    body = {
        "cartId": document["resource"]["id"],
        "customer": {"id": "rita", "firstName": "Rita", "lastName": "Roe"},
        **{name: DETAILS[name] for name in ("paymentMethods", "addresses", "shipping")},
    }
    headers = {"saas-token": rita.saas}
    reply = bob.client.post(
        "/checkout/acme/checkouts/order",
        json=body,
        headers={**headers, "Authorization": f"Bearer {bob.token}"},
    )
    assert reply.status_code in {401, 403}
    assert rita.json("GET", f"/approval/acme/approvals/{document['id']}")["status"] == "PENDING"
