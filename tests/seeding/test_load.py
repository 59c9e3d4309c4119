"""What a file adds, changes and leaves alone, on both databases."""

from time import process_time
from typing import Any

import pytest

from tests.seeding.conftest import NOW, Load, acme
from tests.seeding.rows import count, one
from webapp.carts.models import Cart, CartItem, Quote, QuoteItem, Site
from webapp.db import Database
from webapp.identity.domain import Source
from webapp.identity.models import (
    ApiClient,
    Company,
    CompanyAddress,
    GroupMember,
    Identity,
    Membership,
    Person,
    Tenant,
)
from webapp.identity.passwords import matches
from webapp.seeding import service
from webapp.seeding.domain import Refused

ADDED = {
    "tenants": 1,
    "sites": 1,
    "clients": 2,
    "products": 4,
    "companies": 3,
    "addresses": 6,
    "people": 11,
    "memberships": 11,
    "approval groups": 1,
    "carts": 36,
    "quotes": 3,
}


def changed_a_little() -> dict[str, Any]:
    """The cast with one change of every kind."""
    document = acme()
    document["name"] = "Acme Renamed"
    document["settings"] = {"limit_basis": "net"}
    document["legalEntities"][0]["accountLimit"]["value"] = "2500.00"
    document["customers"][4] |= {
        "lastName": "Rose",
        "language": "de",
        "timeZone": "Europe/Vienna",
        "password": "another-Secret-2026",
    }
    document["customers"][4]["contactAssignments"][0] |= {"role": "B2B_BUYER", "active": False}
    document["products"][0]["unitPrice"] = "251.00"
    document["sites"][0]["countries"] = ["DE"]
    document["clients"][1]["clientSecret"] = "another-secret"
    document["legalEntities"][0]["addresses"][0]["street"] = "Kai"
    document["quotes"][0]["status"] = "EXPIRED"
    return document


def test_the_cast_is_loaded(load: Load, database: Database) -> None:
    report = load(acme())
    assert dict(report.added) == ADDED
    assert not report.changed
    assert not report.left_alone
    tenant = one(database, Tenant)
    assert (tenant.id, tenant.name, tenant.created_at) == ("acme", "Acme Trading", NOW)
    assert tenant.settings["approval.default_expiryDays"] == 30
    rita = one(database, Person, id="rita")
    assert (rita.email, rita.first_name, rita.active) == ("rita@acme.example", "Rita", True)
    assert rita.password_hash.startswith("$argon2id$")
    assert matches(rita.password_hash, "rita-Secret-2026")
    assert not matches(rita.password_hash, "rita-secret-2026")
    membership = one(database, Membership, id="ca-mia-le3")
    assert (membership.person_id, membership.company_id) == ("mia", "le3")
    assert (membership.role, membership.source) == ("B2B_BUYER", Source.IMPORT)
    assert one(database, GroupMember).membership_id == "ca-gus-le2"


def test_companies_bring_limits_parents_and_addresses(load: Load, database: Database) -> None:
    load(acme())
    company = one(database, Company, id="le1")
    assert (company.limit_minor, company.limit_currency) == (100_000, "EUR")
    subsidiary = one(database, Company, id="le3")
    assert (subsidiary.kind, subsidiary.parent_id) == ("SUBSIDIARY", "le1")
    assert (subsidiary.limit_minor, subsidiary.limit_currency) == (None, None)
    address = one(database, CompanyAddress, id="le1-billing")
    assert (address.kind, address.position) == ("BILLING", 2)
    assert address.address == {
        "type": "BILLING",
        "contactName": "Hafen Logistik GmbH",
        "companyName": "Hafen Logistik GmbH",
        "street": "Hafenweg",
        "streetNumber": "7",
        "zipCode": "48155",
        "city": "Münster",
        "country": "DE",
    }


def test_carts_and_quotes_are_added_up_line_by_line(load: Load, database: Database) -> None:
    load(acme())
    cart = one(database, Cart, id="c500-rita")
    assert (cart.owner_id, cart.company_id, cart.status) == ("rita", "le1", "OPEN")
    # 250.00 and 166.67 net; 50.00 and 33.33 tax.
    assert (cart.net_minor, cart.tax_minor, cart.gross_minor) == (41_667, 8_333, 50_000)
    assert cart.item_count == 2
    assert one(database, Cart, id="c500-carl").company_id is None
    lines = {"cart_id": "c500-rita", "position": 2}
    assert one(database, CartItem, **lines).unit_price == "166.67"
    quote = one(database, Quote, id="Q2")
    assert (quote.gross_minor, quote.status) == (150_000, "OPEN")
    assert one(database, QuoteItem, id="Q2-1").new_unit_price == "250.00"


def test_sites_keep_their_price_list_in_the_words_of_the_file(
    load: Load, database: Database
) -> None:
    load(acme())
    site = one(database, Site)
    assert site.is_default
    assert site.countries == ["DE", "AT"]
    assert site.shipping_methods == acme()["sites"][0]["shippingMethods"]
    assert site.delivery_windows == acme()["sites"][0]["deliveryWindows"]
    assert site.payment_methods == acme()["sites"][0]["paymentMethods"]


def test_a_client_secret_is_only_kept_hashed(load: Load, database: Database) -> None:
    load(acme())
    client = one(database, ApiClient, id="acme-service")
    assert matches(client.secret_hash, "acme-service-secret")
    assert client.grants == ["client_credentials"]
    assert one(database, ApiClient, id="acme-storefront").secret_hash is None


def test_loading_again_changes_nothing(load: Load, database: Database) -> None:
    load(acme())
    before = one(database, Person, id="rita").password_hash
    report = load(acme())
    assert dict(report.unchanged) == ADDED
    assert not report.added
    assert not report.changed
    assert one(database, Person, id="rita").password_hash == before
    assert one(database, Cart, id="c500-rita").version == 1


def test_a_dry_run_tells_and_writes_nothing(load: Load, database: Database) -> None:
    assert dict(load(acme(), dry_run=True).added) == ADDED
    assert count(database, Tenant) == count(database, Person) == 0


def test_what_is_there_is_updated_by_its_id(load: Load, database: Database) -> None:
    load(acme())
    report = load(changed_a_little())
    assert not report.added
    assert dict(report.changed) == dict.fromkeys(
        ("tenants", "sites", "clients", "products", "companies", "addresses", "people"), 1
    ) | {"memberships": 1, "quotes": 1}
    tenant = one(database, Tenant)
    assert tenant.name == "Acme Renamed"
    assert tenant.settings["limit_basis"] == "net"
    assert tenant.settings["approval.default_expiryDays"] == 30
    company = one(database, Company, id="le1")
    assert (company.limit_minor, company.version) == (250_000, 2)
    rita = one(database, Person, id="rita")
    assert (rita.last_name, rita.language, rita.time_zone) == ("Rose", "de", "Europe/Vienna")
    assert matches(rita.password_hash, "another-Secret-2026")
    membership = one(database, Membership, id="ca-rita-le1")
    assert (membership.role, membership.active) == ("B2B_BUYER", False)
    assert one(database, CompanyAddress, id="le1-shipping").position == 1
    assert one(database, Cart, id="c500-rita").net_minor == 41_667
    assert one(database, Quote, id="Q1").status == "EXPIRED"


def test_a_part_may_name_only_what_changes(load: Load, database: Database) -> None:
    load(acme())
    report = load(
        {
            "tenant": "acme",
            "legalEntities": [{"id": "le1", "accountLimit": None}, {"id": "le2"}],
            "customers": [
                {"id": "rita", "contactAssignments": [
                    {"id": "ca-rita-le3", "legalEntityId": "le3", "role": "CONTACT"}]},
                {"id": "carl", "active": False},
            ],
            "carts": [{"id": "c500-rita", "name": "Workshop"}],
            "sites": [{"code": "main", "languages": ["de"]}],
        }
    )  # fmt: skip
    assert dict(report.added) == {"memberships": 1}
    assert dict(report.changed) == {"companies": 1, "people": 1, "carts": 1, "sites": 1}
    company = one(database, Company, id="le1")
    assert (company.name, company.limit_minor) == ("Hafen Logistik GmbH", None)
    carl = one(database, Person, id="carl")
    assert (carl.email, carl.active) == ("carl@acme.example", False)
    cart = one(database, Cart, id="c500-rita")
    assert (cart.name, cart.item_count, cart.version) == ("Workshop", 2, 2)
    assert len(one(database, Site).shipping_methods) == 2


def test_references_may_point_at_what_the_tenant_has(load: Load, database: Database) -> None:
    load(acme())
    document = acme()
    cart = {**document["carts"][0], "id": "another", "customerId": "bob"}
    report = load([{"tenant": "acme", "carts": [cart]}])
    assert dict(report.added) == {"carts": 1}
    assert one(database, Cart, id="another").owner_id == "bob"


def test_nothing_is_removed(load: Load, database: Database) -> None:
    load(acme())
    load({"tenant": "acme", "customers": [], "carts": [], "legalEntities": [{"id": "le2"}]})
    assert count(database, Person) == 11
    assert count(database, Cart) == 36
    assert count(database, GroupMember) == 1


def test_tenants_do_not_see_each_other(load: Load, database: Database) -> None:
    load([acme(), acme() | {"tenant": "zeta", "name": "Zeta"}])
    assert count(database, Person) == 22
    load({"tenant": "zeta", "customers": [{"id": "rita", "firstName": "Zita"}]})
    assert one(database, Person, tenant_id="acme", id="rita").first_name == "Rita"
    assert one(database, Person, tenant_id="zeta", id="rita").first_name == "Zita"


def test_the_items_of_an_open_cart_are_replaced_as_a_whole(load: Load, database: Database) -> None:
    load(acme())
    document = acme()
    item = document["carts"][0]["items"][0]
    cart = {"id": "c500-rita", "items": [item | {"quantity": 1.5, "id": "first"}]}
    report = load({"tenant": "acme", "carts": [cart]})
    assert dict(report.changed) == {"carts": 1}
    line = one(database, CartItem, cart_id="c500-rita")
    assert (line.id, line.quantity) == ("first", "1.5")
    stored = one(database, Cart, id="c500-rita")
    assert (stored.net_minor, stored.item_count, stored.version) == (37_500, 1, 2)
    assert stored.created_at == stored.updated_at == NOW


def test_identities_bind_people_before_they_first_sign_in(load: Load, database: Database) -> None:
    document = acme()
    document["customers"][0]["identities"] = [
        {"issuer": "https://login.example", "subject": "00u1"},
        {"issuer": "https://other.example", "subject": "00u1"},
    ]
    assert load(document).added["identities"] == 2
    assert load(document).unchanged["identities"] == 2
    bound = one(database, Identity, issuer="https://login.example", subject="00u1")
    assert bound.person_id == "ada"


def test_a_tenant_alone_is_enough(load: Load, database: Database) -> None:
    load({"tenant": "new"})
    assert one(database, Tenant).name == "new"
    report = load({"tenant": "new", "name": "Named"})
    assert dict(report.changed) == {"tenants": 1}


def test_a_failure_in_the_middle_loads_nothing(database: Database) -> None:
    document = acme()
    document["customers"][3]["contactAssignments"][0]["legalEntityId"] = "le9"
    with pytest.raises(Refused), database.transaction() as session:
        service.load(session, document, now=NOW)
    assert count(database, Tenant) == 0


def test_five_thousand_people_are_loaded_in_seconds(load: Load, database: Database) -> None:
    document: dict[str, Any] = {
        "tenant": "large",
        "legalEntities": [{"id": f"le{n}", "name": f"Company {n}"} for n in range(100)],
        "customers": [
            {
                "id": f"p{n}",
                "email": f"p{n}@large.example",
                "firstName": "Person",
                "lastName": str(n),
                "contactAssignments": [
                    {"id": f"ca{n}", "legalEntityId": f"le{n % 100}", "role": "B2B_REQUESTER"}
                ],
            }
            for n in range(5000)
        ],
    }
    told: list[tuple[str, int, int]] = []
    start = process_time()
    load(document, progress=lambda *step: told.append(step))
    report = load(document)
    assert process_time() - start < 20
    assert report.unchanged["people"] == report.unchanged["memberships"] == 5000
    assert ("people", 5000, 5000) in told
