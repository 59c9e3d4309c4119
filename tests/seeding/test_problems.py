"""Everything that is wrong with a file, each with its place."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.seeding.conftest import Load, Problems, acme

Change = Callable[[dict[str, Any]], object]


def put(path: str, value: Any) -> Change:
    """A change that sets the value at a path such as `customers.3.email`."""

    def change(document: Any) -> None:
        *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in steps:
            document = document[step]
        document[last] = value

    return change


def drop(path: str) -> Change:
    def change(document: Any) -> None:
        *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in steps:
            document = document[step]
        del document[last]

    return change


def add(key: str, **values: Any) -> Change:
    return lambda document: document.setdefault(key, []).append(values)


ITEM = "carts.0.items.0"
PLACED = "carts[0].items[0]"
AMOUNT = "is not a decimal number such as"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        # the file
        (put("tenant", "a b"), "tenant: an id has 1 to 66 characters"),
        (drop("tenant"), "tenant: is missing"),
        (put("tenant", None), "tenant: must be a text"),
        (put("customer", []), "customer: this key is not known"),
        (put("customers", {}), "customers: must be a list"),
        (put("customers.0", "ada"), "customers[0]: must be an object"),
        (put("settings", {"colour": 1}), "settings.colour: this key is not known"),
        (
            put("settings", {"approval.default_expiryDays": 0}),
            "settings.approval.default_expiryDays: input should be greater than or equal to 1",
        ),
        (put("settings", {"limit_basis": "half"}), "settings.limit_basis: 'half' is not one of"),
        # references
        (
            put("customers.3.contactAssignments.0.legalEntityId", "le9"),
            "customers[3].contactAssignments[0].legalEntityId: no company 'le9'",
        ),
        (put("carts.2.customerId", "nobody"), "carts[2].customerId: no customer 'nobody'"),
        (put("carts.2.legalEntityId", "le9"), "carts[2].legalEntityId: no company 'le9'"),
        (put("carts.2.siteCode", "side"), "carts[2].siteCode: no site 'side'"),
        (put(f"{ITEM}.productId", "saw"), f"{PLACED}.productId: no product 'saw'"),
        (put("quotes.1.customerId", "nobody"), "quotes[1].customerId: no customer 'nobody'"),
        (put("legalEntities.2.parentId", "le9"), "legalEntities[2].parentId: no company 'le9'"),
        (
            put("legalEntities.1.approvalGroup", ["ca-x"]),
            "legalEntities[1].approvalGroup[0]: no contact assignment 'ca-x'",
        ),
        (
            put("legalEntities.1.approvalGroup", ["ca-ada-le1"]),
            "approvalGroup[0]: contact assignment 'ca-ada-le1' belongs to company 'le1'",
        ),
        (
            put("legalEntities.1.approvalGroup", ["ca-gus-le2", "ca-gus-le2"]),
            "legalEntities[1].approvalGroup[1]: 'ca-gus-le2' is in this group twice",
        ),
        (put("legalEntities.0.parentId", "le1"), "a company cannot be its own parent"),
        (put("legalEntities.0.parentId", "le3"), "legalEntities: 'le1' is its own parent"),
        # twice
        (add("legalEntities", id="le1"), "legalEntities[3].id: 'le1' is in this file twice"),
        (add("carts", id="c500-rita"), "carts[36].id: 'c500-rita' is in this file twice"),
        (add("quotes", id="Q1"), "quotes[3].id: 'Q1' is in this file twice"),
        (add("products", id="workbench"), "products[4].id: 'workbench' is in this file twice"),
        (add("sites", code="main"), "sites[1].code: 'main' is in this file twice"),
        (
            add("clients", clientId="acme-service"),
            "clients[2].clientId: 'acme-service' is in this file twice",
        ),
        (put("customers.1.id", "ada"), "customers[1].id: 'ada' is in this file twice"),
        (
            put("customers.1.email", "ADA@acme.example"),
            "customers[1].email: 'ada@acme.example' is in this file twice",
        ),
        (
            put("customers.1.contactAssignments.0.id", "ca-ada-le1"),
            "customers[1].contactAssignments[0].id: 'ca-ada-le1' is in this file twice",
        ),
        (
            put("customers.6.contactAssignments.1.legalEntityId", "le1"),
            "contactAssignments[1].legalEntityId: 'mia' is in company 'le1' twice",
        ),
        (
            put("legalEntities.0.addresses.1.id", "le1-shipping"),
            "legalEntities[0].addresses[1].id: 'le1-shipping' is in this file twice",
        ),
        (
            put("customers.0.identities", [{"issuer": "i", "subject": "s"}] * 2),
            "customers[0].identities[1].subject: 's' of this issuer is in this file twice",
        ),
        (put("quotes.0.items.0.id", "Q1-2"), "items: more than one line is called 'Q1-2'"),
        (
            add("sites", code="two", currency="EUR", default=True),
            "sites: only one site can be the default, not main and two",
        ),
        # amounts
        (put(f"{ITEM}.unitPrice", "1e5"), f"{PLACED}.unitPrice: '1e5' {AMOUNT}"),
        (put(f"{ITEM}.unitPrice", "NaN"), f"{PLACED}.unitPrice: 'NaN' {AMOUNT}"),
        (put(f"{ITEM}.unitPrice", ""), f"{PLACED}.unitPrice: '' {AMOUNT}"),
        (put(f"{ITEM}.unitPrice", "1,50"), f"{PLACED}.unitPrice: '1,50' {AMOUNT}"),
        (put(f"{ITEM}.unitPrice", "-1"), f"{PLACED}.unitPrice: must not have a sign"),
        (put(f"{ITEM}.unitPrice", 2.5), f"{PLACED}.unitPrice: must be a decimal number in quotes"),
        (put(f"{ITEM}.unitPrice", "9" * 15), f"{PLACED[:8]}.items: an amount is too large"),
        (put(f"{ITEM}.quantity", 0), f"{PLACED}.quantity: must be a positive number"),
        (put(f"{ITEM}.quantity", -1), f"{PLACED}.quantity: must be a positive number"),
        (put(f"{ITEM}.quantity", True), f"{PLACED}.quantity: must be a positive number"),
        (put(f"{ITEM}.quantity", "1"), f"{PLACED}.quantity: must be a positive number"),
        (put(f"{ITEM}.quantity", float("inf")), f"{PLACED}.quantity: must be a positive number"),
        (put(f"{ITEM}.quantity", float("nan")), f"{PLACED}.quantity: must be a positive number"),
        (put(f"{ITEM}.quantity", 10**30), f"{PLACED}.quantity: must be a positive number"),
        (put(f"{ITEM}.quantity", 0.0000001), f"{PLACED}.quantity: must be a positive number"),
        (put(f"{ITEM}.taxRate", "20"), f"{PLACED}.taxRate: a tax rate is a fraction"),
        (put("legalEntities.0.accountLimit.value", "10.005"), "has more decimals than EUR has"),
        (put("legalEntities.0.accountLimit.value", "9" * 15), "value: is too large"),
        (put("sites.0.shippingMethods.0.amount", "1.999"), "has more decimals than EUR has"),
        (put("carts.0.currency", "XXX"), "carts[0].currency: 'XXX' is not a currency in use"),
        (put("legalEntities.0.accountLimit.currency", "eur"), "'eur' is not a currency in use"),
        (put("products.0.currency", 7), "products[0].currency: must be a text"),
        # words
        (
            put("customers.0.contactAssignments.0.role", "BOSS"),
            "customers[0].contactAssignments[0].role: 'BOSS' is not one of B2B_ADMIN, B2B_BUYER",
        ),
        (put("legalEntities.0.type", "FIRM"), "legalEntities[0].type: 'FIRM' is not one of"),
        (put("quotes.0.status", "LOST"), "quotes[0].status: 'LOST' is not one of CREATING"),
        (put("clients.0.grants", ["all"]), "clients[0].grants[0]: 'all' is not one of"),
        (
            put("clients.0.grants", ["client_credentials"]),
            "clients[0]: the grant client_credentials needs a clientSecret",
        ),
        (put("customers.0.email", "ada"), "customers[0].email: is not an e-mail address"),
        (put("customers.0.email", "ada@x\r\nBcc: y"), "email: is not an e-mail address"),
        (put("customers.0.language", "english"), "language: is not a language such as"),
        (put("customers.0.timeZone", "Mars/Base"), "'Mars/Base' is not a time zone such as"),
        (put("customers.0.firstName", ""), "firstName: must not be empty"),
        (put("customers.0.firstName", " "), "customers[0].firstName: must not be empty"),
        (put("customers.0.firstName", "a\nb"), "firstName: must be one line"),
        (put("customers.0.password", " x"), "password: must not begin or end with a space"),
        (put("customers.0.identities", [{"issuer": 1, "subject": "s"}]), "issuer: must be a text"),
        (put("sites.0.currency", None), "sites[0].currency: must be a text"),
        (put("clients.1.clientSecret", ""), "clients[1].clientSecret: must not be empty"),
        (put("customers.0.firstName", None), "customers[0].firstName: must be a text"),
        (put("customers.0.firstName", "a\0b"), "firstName: holds a control character"),
        (put("customers.0.firstName", "\ud800"), "customers[0].firstName: holds half of a"),
        (put("customers.0.firstName", "x" * 501), "string should have at most 500 characters"),
        (put("customers.0.active", "yes"), "customers[0].active: must be true or false"),
        (put("customers.0.id", "a/b"), "customers[0].id: an id has 1 to 66 characters"),
        (put("customers.0.id", ".."), "customers[0].id: an id has 1 to 66 characters"),
        (put("customers.0.id", "x" * 67), "customers[0].id: an id has 1 to 66 characters"),
        (put("legalEntities.0.addresses.0.country", "Germany"), "country: is not a country"),
        (put("sites.0.deliveryWindows.0.weekdays", [0]), "weekdays[0]: input should be greater"),
        (put("sites.0.paymentMethods.0.provider", "x"), "provider: 'x' is not one of none"),
        # left out
        (add("customers", id="new"), "customers[11].firstName: is missing"),
        (add("products", id="new"), "products[4].unitPrice: is missing"),
        (add("legalEntities", id="new"), "legalEntities[3].name: is missing"),
        (add("carts", id="new"), "carts[36].customerId: is missing"),
        (add("sites", code="new"), "sites[1].currency: is missing"),
        (drop("customers.0.contactAssignments.0.role"), "role: is missing"),
    ],
)
def test_a_problem_is_named_with_its_place(
    problems: Problems, change: Change, problem: str
) -> None:
    document = acme()
    change(document)
    found = problems(document)
    assert any(problem in line for line in found), found


def test_every_problem_is_listed_at_once(problems: Problems) -> None:
    document = acme()
    put("customers.3.contactAssignments.0.legalEntityId", "le9")(document)
    put("customers.3.contactAssignments.0.role", "BOSS")(document)
    put("customers.3.nickname", "B")(document)
    put("carts.0.items.0.unitPrice", 1)(document)
    assert [line.partition(":")[0] for line in problems([document])] == [
        "[0].customers[3].contactAssignments[0].legalEntityId",
        "[0].customers[3].contactAssignments[0].role",
        "[0].customers[3].nickname",
        "[0].carts[0].items[0].unitPrice",
    ]


def test_a_tenant_stands_in_a_file_once(problems: Problems) -> None:
    assert problems([acme(), acme()]) == ["[1].tenant: 'acme' is in this file twice"]


@pytest.mark.parametrize("document", [None, 5, "acme", [5], [None], [[]]])
def test_a_file_of_another_shape_is_refused(problems: Problems, document: Any) -> None:
    [problem] = problems(document)
    assert problem.endswith("must be an object")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (
            {"customers": [{"id": "zoe", "email": "rita@acme.example", "firstName": "Z",
                            "lastName": "Z"}]},
            "customers[0].email: 'rita@acme.example' is the address of customer 'rita'",
        ),
        (
            {"customers": [{"id": "carl", "contactAssignments": [
                {"id": "ca-rita-le1", "legalEntityId": "le1", "role": "CONTACT"}]}]},
            "contactAssignments[0].id: 'ca-rita-le1' is a contact assignment of customer 'rita'",
        ),
        (
            {"customers": [{"id": "rita", "contactAssignments": [
                {"id": "ca-rita-le1", "legalEntityId": "le2", "role": "CONTACT"}]}]},
            "legalEntityId: contact assignment 'ca-rita-le1' belongs to company 'le1'",
        ),
        (
            {"customers": [{"id": "rita", "contactAssignments": [
                {"id": "another", "legalEntityId": "le1", "role": "CONTACT"}]}]},
            "legalEntityId: 'rita' is in company 'le1' already, as 'ca-rita-le1'",
        ),
        (
            {"customers": [{"id": "rita", "identities": [
                {"issuer": "https://login.example", "subject": "00u1"}]}]},
            "identities[0].subject: '00u1' is bound to customer 'ada'",
        ),
        (
            {"sites": [{"code": "two", "currency": "EUR", "default": True}]},
            "sites: only one site can be the default, not main and two",
        ),
        (
            {"carts": [{"id": "c500-rita", "currency": "CHF"}]},
            "carts[0]: another currency needs the items with their prices in it",
        ),
        (
            {"legalEntities": [{"id": "le2", "approvalGroup": ["ca-rita-le1"]}]},
            "approvalGroup[0]: contact assignment 'ca-rita-le1' belongs to company 'le1'",
        ),
    ],
)  # fmt: skip
def test_what_the_tenant_has_is_looked_at_too(
    load: Load, problems: Problems, document: dict[str, Any], problem: str
) -> None:
    cast = acme()
    cast["customers"][0]["identities"] = [{"issuer": "https://login.example", "subject": "00u1"}]
    load(cast)
    [found] = problems({"tenant": "acme", **document})
    assert found.endswith(problem)


def test_a_total_that_cannot_be_stored_is_refused(problems: Problems) -> None:
    document = acme()
    document["carts"][0]["items"] = [
        {**document["carts"][0]["items"][0], "unitPrice": "6000000000000.00"},
        {**document["carts"][0]["items"][1], "unitPrice": "6000000000000.00"},
    ]
    assert problems(document) == ["carts[0].items: the total is too large"]
