"""Writes a tenant, its companies, its people and their roles."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, insert, update

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
from webapp.seeding import people_shapes as shapes
from webapp.seeding.shapes import Document
from webapp.seeding.writing import Writer

_Row = tuple[Any, dict[str, Any], dict[str, Any]]


def load_tenant(writer: Writer, document: Document) -> None:
    """Add the tenant or update its name and those settings that the file names."""
    row = writer.known.rows["tenant"].get(document.tenant)
    settings = document.settings.model_dump(by_alias=True, exclude_unset=True)
    stored = row["settings"] if row else {}
    name = document.name or (row["name"] if row else document.tenant)
    values = {"name": name, "settings": {**stored, **settings}}
    added, changed = writer.sort("tenants", "tenant", [(document.tenant, {}, values)])
    if writer.dry_run:
        return
    if added:
        stamp = {"id": document.tenant, "created_at": writer.now}
        writer.session.execute(insert(Tenant), [{**stamp, **values}])
    if changed:
        writer.session.execute(update(Tenant), [{"id": document.tenant, **values}])


def load_clients(writer: Writer, document: Document) -> None:
    """Add or update API clients; a secret is hashed and only replaced by another one."""
    rows = [_client(writer, client) for client in document.clients]
    added, changed = writer.sort("clients", "client", rows)
    writer.add("clients", ApiClient, [{"created_at": writer.now, **row} for row in added])
    writer.change("clients", ApiClient, changed)


def load_companies(writer: Writer, document: Document) -> None:
    """Add or update companies with their addresses; their groups wait for the people."""
    rows = [_company(company) for company in document.legal_entities]
    added, changed = writer.sort("companies", "company", rows)
    stored = writer.known.rows["company"]
    writer.add("companies", Company, added)
    versioned = [{**row, "version": stored[row["id"]]["version"] + 1} for row in changed]
    writer.change("companies", Company, versioned)
    addresses = [row for company in document.legal_entities for row in _addresses(writer, company)]
    added, changed = writer.sort("addresses", "address", addresses)
    writer.add("addresses", CompanyAddress, added)
    writer.change("addresses", CompanyAddress, changed)


def load_people(writer: Writer, document: Document) -> None:
    """Add or update people, the subjects they sign in with, and their roles."""
    rows = []
    for done, customer in enumerate(document.customers, 1):
        rows.append(_person(writer, customer))
        if customer.password:
            writer.progress("people looked at", done, len(document.customers))
    added, changed = writer.sort("people", "person", rows)
    writer.add("people", Person, [{"created_at": writer.now, **row} for row in added])
    writer.change("people", Person, changed)
    identities = [row for customer in document.customers for row in _identities(customer)]
    added, changed = writer.sort("identities", "identity", identities)
    writer.add("identities", Identity, added)
    writer.change("identities", Identity, changed)
    seats = [row for customer in document.customers for row in _seats(writer, customer)]
    added, changed = writer.sort("memberships", "membership", seats)
    writer.add("memberships", Membership, added)
    writer.change("memberships", Membership, changed)


def load_groups(writer: Writer, document: Document) -> None:
    """Make each approval group that the file names exactly what it names (R11)."""
    for company in document.legal_entities:
        if "approval_group" in company.model_fields_set:
            _load_group(writer, company)


def _client(writer: Writer, client: shapes.Client) -> _Row:
    row = writer.known.rows["client"].get(client.client_id)
    values = client.given("name", "grants", "scopes")
    stored = row["secret_hash"] if row else None
    secret = client.client_secret
    if secret and not writer.hashes.match(stored, secret):
        values["secret_hash"] = writer.hashes.hash_for(("client", client.client_id), secret)
    return client.client_id, {"id": client.client_id}, values


def _company(company: shapes.Company) -> _Row:
    values = company.given("name", "parent_id")
    if "type" in company.model_fields_set:
        values["kind"] = company.type
    if "account_limit" in company.model_fields_set:
        limit = company.account_limit and company.account_limit.money
        values["limit_minor"] = limit.minor if limit else None
        values["limit_currency"] = limit.currency if limit else None
    return company.id, {"id": company.id}, values


def _addresses(writer: Writer, company: shapes.Company) -> Iterator[_Row]:
    """Addresses that are there keep their place; new ones follow."""
    stored = writer.known.rows["address"]
    positions = [row["position"] for (owner, _), row in stored.items() if owner == company.id]
    last = max(positions, default=0)
    for address in company.addresses:
        key = (company.id, address.id)
        values: dict[str, Any] = {"kind": address.type, "address": address.document()}
        if key not in stored:
            last += 1
            values["position"] = last
        yield key, {"company_id": company.id, "id": address.id}, values


def _person(writer: Writer, customer: shapes.Customer) -> _Row:
    names = ("email", "first_name", "last_name", "active", "language", "time_zone")
    values = customer.given(*names)
    row = writer.known.rows["person"].get(customer.id)
    stored = row["password_hash"] if row else None
    secret = customer.password
    if secret and not writer.hashes.match(stored, secret):
        values["password_hash"] = writer.hashes.hash_for(("person", customer.id), secret)
    return customer.id, {"id": customer.id}, values


def _identities(customer: shapes.Customer) -> Iterator[_Row]:
    for identity in customer.identities:
        key = (identity.issuer, identity.subject)
        names = {"issuer": identity.issuer, "subject": identity.subject}
        yield key, names, {"person_id": customer.id}


def _seats(writer: Writer, customer: shapes.Customer) -> Iterator[_Row]:
    """A membership that another source made is left to it (R33)."""
    for assignment in customer.contact_assignments:
        stored = _stored_seat(writer, customer.id, assignment)
        if stored is not None and stored["source"] != Source.IMPORT:
            writer.known.seats_left[assignment.id] = stored["id"]
            writer.report.leave(
                "memberships",
                f"{customer.id} in {stored['company_id']}: made by {_MAKERS[stored['source']]}",
            )
            continue
        values = {
            "person_id": customer.id,
            "company_id": assignment.legal_entity_id,
            "source": str(Source.IMPORT),
            **assignment.given("role", "active"),
        }
        yield assignment.id, {"id": assignment.id}, values


_MAKERS = {Source.PAGE: "an admin on the company page", Source.CLAIMS: "the identity provider"}


def _stored_seat(writer: Writer, person_id: str, assignment: shapes.Assignment) -> Any:
    rows = writer.known.rows
    by_id = rows["membership"].get(assignment.id)
    return by_id or rows["seat"].get((person_id, assignment.legal_entity_id))


def _load_group(writer: Writer, company: shapes.Company) -> None:
    stored = {membership for owner, membership in writer.known.rows["group"] if owner == company.id}
    wanted = {_actual_seat(writer, own) for own in company.approval_group}
    if stored == wanted:
        writer.report.unchanged["approval groups"] += bool(wanted)
        return
    counter = writer.report.changed if stored else writer.report.added
    counter["approval groups"] += 1
    if writer.dry_run:
        return
    left = sorted(stored - wanted)
    writer.session.execute(
        delete(GroupMember).where(
            GroupMember.tenant_id == writer.tenant_id,
            GroupMember.company_id == company.id,
            GroupMember.membership_id.in_(left),
        )
    )
    if company.id in writer.known.rows["company"]:
        _raise_version(writer, company.id)
    joined = [{"company_id": company.id, "membership_id": own} for own in sorted(wanted - stored)]
    writer.add("approval groups", GroupMember, joined)


def _raise_version(writer: Writer, company_id: str) -> None:
    """Whoever has the company's page open must see that it changed."""
    writer.session.execute(
        update(Company)
        .where(Company.tenant_id == writer.tenant_id, Company.id == company_id)
        .values(version=Company.version + 1)
    )


def _actual_seat(writer: Writer, membership_id: str) -> str:
    """An assignment that was left to another source stands in the group under the id it has."""
    return writer.known.seats_left.get(membership_id, membership_id)
