"""The calls of a TypeScript SDK, from anonymous login to the order (section 6.4)."""

from typing import Any

import pytest
from flask import Flask

from tests.emporix.shop import PASSWORD, Shop

ADDRESS = {
    "contactName": "Rita Roe",
    "companyName": "Hafen Logistik GmbH",
    "street": "Hafenweg",
    "streetNumber": "7",
    "zipCode": "48155",
    "city": "Münster",
    "country": "DE",
}
DETAILS = {
    "currency": "EUR",
    "addresses": [{**ADDRESS, "type": "SHIPPING"}, {**ADDRESS, "type": "BILLING"}],
    "shipping": {
        "zoneId": "zone-de",
        "methodId": "standard",
        "methodName": "Standard, 2 to 4 days",
        "amount": 10,
        "shippingTaxCode": "STANDARD",
    },
    "paymentMethods": [{"provider": "none", "method": "invoice", "amount": 310}],
}


class Sdk(Shop):
    """Signs in as this client does: a guest first, the customer on top, then the company."""

    def sign_in(self, person: str, company: str | None = None) -> dict[str, Any]:
        self.headers = {"Emporix-Tenant": "acme", "Accept-Language": "en"}
        query = "tenant=acme&client_id=acme-storefront&currency=EUR&siteCode=main"
        guest = self.json("GET", f"/customerlogin/auth/anonymous/login?{query}")
        login = self.json(
            "POST",
            "/customer/acme/login",
            token=guest["access_token"],
            json={"email": f"{person}@acme.example", "password": PASSWORD.format(person)},
        )
        self.guest, self.token = guest["access_token"], login["access_token"]
        entities = self.json("GET", "/customer-management/acme/legal-entities")
        chosen = company or (entities[0]["id"] if len(entities) == 1 else None)
        fresh = self.json(
            "GET",
            f"/customer/acme/refreshauthtoken?refreshToken={login['refresh_token']}"
            + (f"&legalEntityId={chosen}" if chosen else ""),
            token=self.guest,
        )
        assert fresh["session_id"] == login["session_id"] == guest["sessionId"]
        self.token = fresh["access_token"]
        return {**login, **fresh}


@pytest.fixture
def rita(app: Flask) -> Sdk:
    client = Sdk(app)
    client.sign_in("rita")
    return client


@pytest.fixture
def bob(app: Flask) -> Sdk:
    client = Sdk(app)
    client.sign_in("bob")
    return client


def cart_of(client: Sdk) -> str:
    """A cart of 300.00 EUR, filled as this client does."""
    made = client.json(
        "POST", "/cart/acme/carts", json={"currency": "EUR", "siteCode": "main"}, expect=201
    )
    item = {
        "itemYrn": "urn:yaas:hybris:product:product:acme;drill-18v",
        "price": {
            "priceId": "p1",
            "originalAmount": 250,
            "effectiveAmount": 250,
            "currency": "EUR",
        },
        "quantity": 1,
    }
    client.json("POST", f"/cart/acme/carts/{made['cartId']}/items", json=item, expect=201)
    return str(made["cartId"])


def about(cart_id: str) -> dict[str, str]:
    return {"action": "CHECKOUT", "resourceType": "CART", "resourceId": cart_id}


def ask(client: Sdk, cart_id: str, **more: Any) -> str:
    """Ask Bob to approve this cart; the path of the request."""
    body = {**about(cart_id), "approver": {"userId": "bob"}, "details": DETAILS, **more}
    made = client.json("POST", "/approval/acme/approvals", json=body, expect=201)
    return f"/approval/acme/approvals/{made['id']}"


def test_what_is_read_after_the_login(rita: Sdk) -> None:
    me = rita.json("GET", "/customer/acme/me")
    assert me["id"] == me["customerNumber"] == "rita"
    assert rita.json("GET", "/customer/acme/validateauthtoken")["legalEntityId"] == "le1"
    scopes = rita.json("GET", "/iam/acme/users/me/scopes")["scopes"].split(" ")
    assert {"approval.approval_manage_own", "tenant=acme"} <= set(scopes)
    cart = rita.json("GET", f"/cart/acme/carts/{cart_of(rita)}")
    assert cart["subtotalAggregate"]["grossValue"] == 300


def test_a_request_is_listed_and_decided(rita: Sdk, bob: Sdk) -> None:
    cart_id = cart_of(rita)
    users = rita.json("POST", "/approval/acme/search/users", json=about(cart_id))
    assert "bob" in {user["userId"] for user in users}
    path = ask(rita, cart_id, comment="please")
    listed = bob.json("GET", "/approval/acme/approvals?pageNumber=1&pageSize=20&q=status:PENDING")
    assert [one["id"] for one in listed] == [path.rpartition("/")[2]]
    decision = [
        {"op": "replace", "path": "/status", "value": "APPROVED"},
        {"op": "add", "path": "/approverComment", "value": "fine"},
    ]
    assert bob.call("PATCH", path, json=decision, expect=204).data == b""
    approval = rita.json("GET", path)
    assert (approval["status"], approval["approverComment"]) == ("APPROVED", "fine")


def test_the_requester_orders_what_was_approved_and_logs_out(rita: Sdk, bob: Sdk) -> None:
    cart_id = cart_of(rita)
    path = ask(rita, cart_id)
    decision = [{"op": "replace", "path": "/status", "value": "APPROVED"}]
    bob.call("PATCH", path, json=decision, expect=204)
    permitted = rita.json("POST", "/approval/acme/approval/permitted", json=about(cart_id))
    assert permitted["permitted"] is True
    customer = {"id": "rita", "email": "rita@acme.example", "firstName": "Rita", "lastName": "Roe"}
    body = {
        "cartId": cart_id,
        "customer": {**customer, "guest": False},
        **rita.json("GET", path)["details"],
        # The hook of this client adds it although the schema forbids extras.
        "legalEntityId": "le1",
    }
    order = rita.json("POST", "/checkout/acme/checkouts/order?siteCode=main", json=body)
    assert rita.json("GET", path)["createdResource"] == {"id": order["orderId"]}
    query = "pageNumber=1&pageSize=16&legalEntityId=le1&siteCode=main"
    found = rita.json("GET", f"/order-v2/acme/orders?{query}")
    assert [one["id"] for one in found] == [order["orderId"]]
    whole = rita.json("GET", f"/order-v2/acme/orders/{order['orderId']}")
    assert (whole["cartId"], whole["totalPrice"]) == (cart_id, 310)
    rita.call("GET", f"/customer/acme/logout?accessToken={rita.token}", expect=204)
    rita.call("GET", path, expect=401)


def test_a_guests_cart_comes_along_at_login(app: Flask) -> None:
    client = Sdk(app)
    guest = client.json(
        "GET", "/customerlogin/auth/anonymous/login?tenant=acme&client_id=acme-storefront"
    )
    find = "/cart/acme/carts?siteCode=main&create=true"
    client.token = guest["access_token"]
    before = client.json("GET", find)
    batch = [
        {
            "itemYrn": "urn:yaas:hybris:product:product:acme;ladder-3m",
            "price": {
                "priceId": "p",
                "originalAmount": 1,
                "effectiveAmount": 1,
                "currency": "EUR",
            },
            "quantity": 2,
        }
    ]
    answers = client.json("POST", f"/cart/acme/carts/{before['id']}/itemsBatch", json=batch)
    assert [answer["status"] for answer in answers] == [201]
    login = client.json(
        "POST",
        "/customer/acme/login",
        json={"email": "carl@acme.example", "password": PASSWORD.format("carl")},
    )
    client.token = login["access_token"]
    own = client.json("GET", f"{find}&type=shopping-new")
    merged = client.json(
        "POST", f"/cart/acme/carts/{own['id']}/merge", json={"carts": [before["id"]]}
    )
    assert [item["quantity"] for item in merged["items"]] == [2]
    # The client may not choose its price: the list has it.
    assert merged["items"][0]["unitPrice"]["netValue"] == 333.33
    client.call("GET", f"/cart/acme/carts/{before['id']}", token=guest["access_token"], expect=404)


def test_withdrawing_deletes_and_the_cart_does_not_come_back(rita: Sdk) -> None:
    cart_id = cart_of(rita)
    path = ask(rita, cart_id)
    rita.call("DELETE", path, expect=204)
    assert rita.json("GET", path)["status"] == "CLOSED"
    rita.call("GET", f"/cart/acme/carts/{cart_id}", expect=404)


def test_whoever_has_two_companies_is_asked_which(app: Flask) -> None:
    mia = Sdk(app)
    mia.sign_in("mia")
    assert "legalEntityId" not in mia.json("GET", "/customer/acme/validateauthtoken")
    mia.sign_in("mia", "le3")
    assert mia.json("GET", "/customer/acme/validateauthtoken")["legalEntityId"] == "le3"
