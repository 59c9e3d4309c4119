"""Who one is and whom one buys for: profile, companies, contacts, scopes and groups."""

import pytest
from flask import Flask
from sqlalchemy import text

from tests.emporix.conftest import Api, ApiClient, token_for
from tests.support.app import HouseClient
from webapp.db import Database
from webapp.identity.domain import Holder, Origin

ME = "/customer/acme/me?expand=addresses,mixin:*"
COMPANIES = "/customer-management/acme/legal-entities"
CONTACTS = "/customer-management/acme/contact-assignments"


def ids(reply: object) -> list[str]:
    """The ids of a list of documents."""
    return [document["id"] for document in reply.get_json()]  # type: ignore[attr-defined]


def test_175_a_profile_says_whom_one_buys_for(api: Api) -> None:
    reply = api("rita").get(ME)
    assert reply.status_code == 200
    me = reply.get_json()
    assert me["id"] == me["customerNumber"] == "rita"
    assert (me["firstName"], me["lastName"]) == ("Rita", "Roe")
    assert me["contactEmail"] == "rita@acme.example"
    assert me["accounts"] == [{"id": "rita@acme.example"}]
    assert (me["preferredSite"], me["preferredCurrency"]) == ("main", "EUR")
    assert me["businessModel"] == "B2B"
    assert me["b2b"]["legalEntities"] == [
        {"id": "le1", "name": "Hafen Logistik GmbH", "contactAssignmentId": "ca-rita-le1"}
    ]
    assert me["metadata"]["version"] >= 1


def test_the_addresses_of_a_profile_are_those_of_the_chosen_company(api: Api) -> None:
    addresses = api("mia", "le3").get(ME).get_json()["addresses"]
    assert [one["isDefault"] for one in addresses if one["tags"] == ["SHIPPING"]] == [True]
    assert all(one["id"].startswith("le3") for one in addresses)
    assert {"street", "streetNumber", "zipCode", "city", "country"} <= addresses[0].keys()
    assert api("mia", None).get(ME).get_json()["addresses"] == []


def test_who_belongs_to_no_company_buys_for_themselves(api: Api) -> None:
    me = api("carl", None).get(ME).get_json()
    assert (me["businessModel"], me["b2b"]["legalEntities"]) == ("B2C", [])
    assert api("carl", None).get(COMPANIES).get_json() == []


def test_a_visitor_is_nobody(guest: ApiClient) -> None:
    me = guest.get(ME).get_json()
    assert me["id"] == me["customerNumber"] == "00000000"
    assert me["firstName"] == me["lastName"] == "Anonymous"


@pytest.mark.parametrize("chosen", [None, "le1", "le3"])
def test_176_one_sees_all_of_ones_companies_and_no_other(api: Api, chosen: str | None) -> None:
    reply = api("mia", chosen).get(COMPANIES)
    assert reply.status_code == 200
    found = {one["id"]: one for one in reply.get_json()}
    assert found.keys() == {"le1", "le3"}
    assert found["le1"]["accountLimit"] == {"currency": "EUR", "value": 1000.0}


def test_no_limit_is_left_out_and_is_not_zero(acme: Database, api: Api) -> None:
    with acme.transaction() as session:
        unset = "UPDATE companies SET limit_minor = NULL, limit_currency = NULL WHERE id = 'le1'"
        session.execute(text(unset))
        zero = "UPDATE companies SET limit_minor = 0, limit_currency = 'EUR' WHERE id = 'le3'"
        session.execute(text(zero))
    found = {one["id"]: one for one in api("mia", None).get(COMPANIES).get_json()}
    assert "accountLimit" not in found["le1"]
    assert found["le3"]["accountLimit"]["value"] == 0


def test_a_company_has_the_fields_that_shops_read(api: Api) -> None:
    reply = api("gus").get(f"{COMPANIES}/le2")
    assert reply.status_code == 200
    company = reply.get_json()
    assert (company["name"], company["type"]) == ("Nordlicht Energie AG", "COMPANY")
    assert company["metadata"]["version"] == 1
    place = company["entitiesAddresses"][0]
    assert place["contactDetails"] == {
        "addressLine1": "Stromstraße",
        "addressLine2": "12",
        "city": "Hamburg",
        "postcode": "20457",
        "state": "",
        "countryCode": "DE",
        "tags": ["SHIPPING"],
    }
    assert [one["id"] for one in company["approvalGroup"]] == ["ca-gus-le2"]
    roles = {group["role"] for group in company["customerGroups"]}
    assert {"Admin", "Buyer", "Requester"} <= roles


@pytest.mark.parametrize("company", ["le2", "nowhere", "x" * 10_000, "%20", "a%2Fb"])
def test_a_company_that_is_not_ones_own_does_not_exist(api: Api, company: str) -> None:
    reply = api("rita").get(f"{COMPANIES}/{company}")
    assert (reply.status_code, reply.get_json()["code"]) == (404, 404)


def test_who_left_a_company_sees_it_no_more(acme: Database, api: Api) -> None:
    mia = api("mia", "le1")
    with acme.transaction() as session:
        session.execute(text("UPDATE memberships SET active = false WHERE id = 'ca-mia-le1'"))
    assert ids(mia.get(COMPANIES)) == ["le3"]
    assert mia.get(f"{COMPANIES}/le1").status_code == 404
    assert mia.get(ME).get_json()["addresses"] == []


def test_a_program_of_the_tenant_reads_every_company_page_by_page(program: ApiClient) -> None:
    reply = program.get(f"{COMPANIES}?pageSize=2", headers={"X-Total-Count": "true"})
    assert reply.headers["X-Total-Count"] == "3"
    rest = program.get(f"{COMPANIES}?pageSize=2&pageNumber=2")
    assert "X-Total-Count" not in rest.headers
    assert sorted(ids(reply) + ids(rest)) == ["le1", "le2", "le3"]
    assert program.get(f"{COMPANIES}?pageNumber=9").get_json() == []
    assert program.get(f"{COMPANIES}/le2").get_json()["approvalGroup"][0]["customer"]["email"]


def test_a_program_of_one_company_reads_that_one_alone(app: Flask, acme: Database) -> None:
    with acme.transaction() as session:
        session.execute(text("UPDATE api_clients SET company_id = 'le2' WHERE id = 'acme-service'"))
    token = token_for(app, holder=Holder.SERVICE, origin=Origin.CLIENT, client_id="acme-service")
    program = ApiClient(HouseClient(app), token)
    assert ids(program.get(COMPANIES)) == ["le2"]
    assert program.get(f"{COMPANIES}/le2").status_code == 200
    assert program.get(f"{COMPANIES}/le1").status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pageNumber", "0"),
        ("pageNumber", "-1"),
        ("pageNumber", "one"),
        ("pageNumber", "9" * 30),
        ("pageSize", "0"),
        ("pageSize", "501"),
        ("pageSize", "%00"),
        ("pageSize", "²"),
    ],
)
def test_a_page_that_cannot_be_is_refused(api: Api, name: str, value: str) -> None:
    reply = api("rita").get(f"{COMPANIES}?{name}={value}")
    assert reply.status_code == 400
    assert reply.get_json()["details"][0]["field"] == name


@pytest.mark.parametrize(
    "question",
    [
        "?legalEntityId=le1",
        "?q=legalEntity.id:le1",
        "?q=legalEntityId:le1",
        '?q=legalEntityId:"le1"',
    ],
)
def test_contacts_are_the_active_people_of_a_company(
    acme: Database, api: Api, question: str
) -> None:
    with acme.transaction() as session:
        session.execute(text("UPDATE memberships SET active = false WHERE id = 'ca-rob-le1'"))
    found = {
        one["customer"]["id"]: one for one in api("mia", None).get(CONTACTS + question).get_json()
    }
    assert {"ada", "bob", "rita", "mia"} <= found.keys()
    assert "rob" not in found
    assert found["rita"]["id"] == "ca-rita-le1"
    assert found["rita"]["legalEntity"] == {"id": "le1", "name": "Hafen Logistik GmbH"}
    assert (found["rita"]["customer"]["name"], found["rita"]["customer"]["surname"]) == (
        "Rita",
        "Roe",
    )


def test_without_a_company_contacts_are_those_of_all_ones_own(api: Api) -> None:
    found = {one["legalEntity"]["id"] for one in api("mia", None).get(CONTACTS).get_json()}
    assert found == {"le1", "le3"}


def test_colleagues_are_named_and_admins_see_their_addresses(api: Api) -> None:
    def addresses(person: str) -> dict[str, bool]:
        found = api(person).get(CONTACTS).get_json()
        return {one["customer"]["id"]: "email" in one["customer"] for one in found}

    assert addresses("rita") | {"rita": False} == dict.fromkeys(addresses("rita"), False)
    assert addresses("rita")["rita"]
    assert all(addresses("ada").values())


@pytest.mark.parametrize("question", ["?legalEntityId=le2", "?q=legalEntity.id:le2"])
def test_contacts_of_a_company_of_others_are_none(api: Api, question: str) -> None:
    assert api("rita").get(CONTACTS + question).get_json() == []


@pytest.mark.parametrize(
    "question", ["?q=customer.email:x", "?q=legalEntity.id:~(.*)", "?q=%00", "?legalEntityId=%00"]
)
def test_contacts_are_not_searched_otherwise(api: Api, question: str) -> None:
    assert api("rita").get(CONTACTS + question).status_code == 400


def test_scopes_are_those_of_the_token_and_end_with_the_tenant(api: Api) -> None:
    body = api("rita").get("/iam/acme/users/me/scopes").get_json()
    assert body["userId"] == "rita"
    words = body["scopes"].split(" ")
    assert {"approval.approval_read_own", "approval.approval_manage_own"} <= set(words)
    assert words[-1] == "tenant=acme"
    narrow = api("rita", scopes=("iam.scope_read_own",)).get("/iam/acme/users/me/scopes")
    assert narrow.get_json()["scopes"] == "iam.scope_read_own tenant=acme"


def test_only_admins_look_after_customers(api: Api) -> None:
    def scopes(person: str) -> set[str]:
        reply = api(person).get("/iam/acme/users/me/scopes")
        return set(str(reply.get_json()["scopes"]).split(" "))

    assert "customer.customer_read_own" in scopes("ada")
    assert "customer.customer_read_own" not in scopes("rita")


@pytest.mark.parametrize("user", ["mia", "me"])
def test_groups_say_the_role_in_each_company(api: Api, user: str) -> None:
    found = api("mia").get(f"/iam/acme/users/{user}/groups").get_json()
    assert {(one["code"], one["b2b"]["legalEntityId"], one["b2b"]["role"]) for one in found} == {
        ("B2B_REQUESTER", "le1", "Requester"),
        ("B2B_BUYER", "le3", "Buyer"),
    }


def test_groups_without_a_company_are_those_of_all_customers(api: Api) -> None:
    found = api("carl", None).get("/iam/acme/users/me/groups").get_json()
    assert [one["code"] for one in found] == ["CUSTOMER"]


@pytest.mark.parametrize("user", ["ada", "nobody", "x" * 10_000])
def test_groups_of_others_do_not_exist(api: Api, user: str) -> None:
    assert api("rita").get(f"/iam/acme/users/{user}/groups").status_code == 404


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        (COMPANIES, "customermanagement.legalentity_read_own"),
        (f"{COMPANIES}/le1", "customermanagement.legalentity_read_own"),
        (CONTACTS, "customermanagement.legalentity_read_own"),
        ("/iam/acme/users/me/scopes", "iam.scope_read_own"),
        ("/iam/acme/users/me/groups", "iam.group_read_own"),
    ],
)
def test_each_read_needs_its_scope(api: Api, guest: ApiClient, path: str, scope: str) -> None:
    reply = api("rita", scopes=("order.history_view",)).get(path)
    assert reply.status_code == 403
    assert reply.get_json()["details"] == [f"missing scope: {scope}"]
    assert guest.get(path).status_code == 403
