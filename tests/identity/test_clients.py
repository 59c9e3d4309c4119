"""API clients: who may make one, what it may ask for, and that its secret is shown once."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.support.cast import ADA, OLGA, RITA
from webapp.db import Database
from webapp.identity import clients, passwords
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Forbidden, Invalid, NotFound

NOW = utcnow()


def test_a_client_is_found_with_its_secret_and_kept_as_a_hash(acme: Database) -> None:
    with acme.transaction() as session:
        shown = clients.add(session, "acme", " Warehouse ", now=NOW)
        found = clients.find(session, shown.client.id, tenant_id=None)
        kept = session.execute(text("SELECT * FROM api_clients")).all()
    assert found is not None
    assert found.client == shown.client
    assert passwords.matches(found.secret_hash, shown.secret)
    assert shown.client.name == "Warehouse"
    assert shown.secret not in str(kept)


def test_an_id_that_two_tenants_use_needs_the_tenant(acme: Database) -> None:
    with acme.transaction() as session:
        session.execute(
            text(
                "INSERT INTO tenants (id, name, settings, created_at)"
                " SELECT 'other', 'Other', settings, created_at FROM tenants"
            )
        )
        session.execute(
            text(
                "INSERT INTO api_clients (tenant_id, id, name, grants, scopes, created_at)"
                " SELECT 'other', id, name, grants, scopes, created_at FROM api_clients"
            )
        )
        assert clients.find(session, "acme-service", tenant_id=None) is None
        found = clients.find(session, "acme-service", tenant_id="other")
    assert found is not None
    assert found.client.tenant_id == "other"


def test_a_revoked_client_is_not_found_any_more(acme: Database) -> None:
    with acme.transaction() as session:
        name = clients.revoke(session, "acme", "acme-service", now=NOW)
        assert clients.find(session, "acme-service", tenant_id="acme") is None
        with pytest.raises(NotFound):
            clients.revoke(session, "acme", "acme-service", now=NOW)
        revoked = {one.id for one in clients.listed(session, "acme") if one.revoked_at}
    assert name == "Back office"
    assert revoked == {"acme-service"}


def test_an_admin_sees_and_ends_clients_of_their_own_company_only(acme: Database) -> None:
    with acme.transaction() as session:
        mine = clients.add_own(session, ADA, "Mine", now=NOW).client
        other = clients.add_own(session, OLGA, "Hers", now=NOW + timedelta(seconds=1)).client
        assert (mine.company_id, other.company_id) == ("le1", "le2")
        assert [one.id for one in clients.listed_own(session, ADA)] == [mine.id]
        with pytest.raises(NotFound):
            clients.revoke_own(session, ADA, other.id, now=NOW)
        with pytest.raises(NotFound):
            clients.revoke_own(session, ADA, "acme-service", now=NOW)
        assert clients.revoke_own(session, ADA, mine.id, now=NOW) == "Mine"
        assert clients.listed_own(session, ADA) == []


def test_nobody_but_admins_makes_clients(acme: Database) -> None:
    with acme.transaction() as session:
        client = clients.add_own(session, ADA, "Mine", now=NOW).client
        with pytest.raises(Forbidden):
            clients.add_own(session, RITA, "Rita's", now=NOW)
        with pytest.raises(Forbidden):
            clients.revoke_own(session, RITA, client.id, now=NOW)
        assert clients.listed_own(session, RITA) == []


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 101}),
        ("name", {"name": "two\nlines"}),
        ("grants", {"grants": ["password"]}),
        ("grants", {"grants": []}),
        ("scopes", {"scopes_": ["approval.approval_read"]}),
        ("scopes", {"scopes_": ["configuration.configuration_manage"], "company_id": "le1"}),
    ],
)
def test_what_cannot_be_is_named(acme: Database, field: str, values: dict[str, object]) -> None:
    given: dict[str, object] = {"name": "A program", **values}
    with acme.transaction() as session, pytest.raises(Invalid) as refused:
        clients.add(session, "acme", now=NOW, **given)  # type: ignore[arg-type]
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize(("tenant", "company"), [("nobody", None), ("acme", "le9")])
def test_a_client_needs_an_owner_that_exists(
    acme: Database, tenant: str, company: str | None
) -> None:
    with acme.transaction() as session, pytest.raises(NotFound):
        clients.add(session, tenant, "A program", company_id=company, now=NOW)
