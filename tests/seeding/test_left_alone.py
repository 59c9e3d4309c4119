"""What an import leaves alone, and what it may set as a whole, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.seeding.conftest import Load, acme
from tests.seeding.rows import change, count, one
from webapp.carts.models import Cart, Quote
from webapp.db import Database
from webapp.identity.domain import Source
from webapp.identity.models import Company, GroupMember, Membership


@pytest.mark.parametrize("status", ["SUBMITTED", "ORDERED", "DELETED"])
def test_a_cart_that_was_handed_over_is_left_alone(
    load: Load, database: Database, status: str
) -> None:
    load(acme())
    change(database, Cart, "c500-rita", status=status)
    document = acme()
    document["carts"][12]["items"] = []
    report = load(document)
    assert document["carts"][12]["id"] == "c500-rita"
    assert dict(report.left_alone) == {"carts": 1}
    assert report.notes == [f"cart c500-rita: it is {status.lower()}"]
    assert one(database, Cart, id="c500-rita").item_count == 2


def test_an_accepted_quote_is_left_alone(load: Load, database: Database) -> None:
    load(acme())
    change(database, Quote, "Q1", status="ACCEPTED")
    assert dict(load(acme()).left_alone) == {"quotes": 1}
    assert one(database, Quote, id="Q1").status == "ACCEPTED"


@pytest.mark.parametrize("source", [Source.PAGE, Source.CLAIMS])
def test_a_membership_of_another_source_is_left_to_it(
    load: Load, database: Database, source: Source
) -> None:
    load(acme())
    change(database, Membership, "ca-bob-le1", source=source, role="CONTACT")
    report = load(acme())
    assert dict(report.left_alone) == {"memberships": 1}
    assert report.notes[0].startswith("bob in le1: made by ")
    membership = one(database, Membership, id="ca-bob-le1")
    assert (membership.role, membership.source) == ("CONTACT", source)


def test_a_group_may_name_a_membership_that_the_page_made_under_another_id(
    load: Load, database: Database
) -> None:
    load(acme())
    with database.transaction() as session:
        session.add(
            Membership(
                tenant_id="acme",
                id="made-on-the-page",
                person_id="carl",
                company_id="le2",
                role="CONTACT",
                source=Source.PAGE,
            )
        )
    assignment = {"id": "ca-carl-le2", "legalEntityId": "le2", "role": "B2B_ADMIN"}
    report = load(
        {
            "tenant": "acme",
            "legalEntities": [{"id": "le2", "approvalGroup": ["ca-gus-le2", "ca-carl-le2"]}],
            "customers": [{"id": "carl", "contactAssignments": [assignment]}],
        }
    )
    assert dict(report.left_alone) == {"memberships": 1}
    with database.reading() as session:
        group = set(session.scalars(select(GroupMember.membership_id)))
    assert group == {"ca-gus-le2", "made-on-the-page"}
    assert one(database, Company, id="le2").version == 2


def test_an_approval_group_is_exactly_what_the_file_names(load: Load, database: Database) -> None:
    load(acme())
    change_to: dict[str, Any] = {"id": "le2", "approvalGroup": ["ca-olga-le2"]}
    report = load({"tenant": "acme", "legalEntities": [change_to]})
    assert dict(report.changed) == {"approval groups": 1}
    assert one(database, GroupMember).membership_id == "ca-olga-le2"
    change_to["approvalGroup"] = []
    load({"tenant": "acme", "legalEntities": [change_to]})
    assert count(database, GroupMember) == 0
