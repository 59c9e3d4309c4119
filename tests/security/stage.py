"""A desk that was made once for a whole module, with people and requests of every kind.

Whatever happens inside `scene()` is undone, so that thousands of requests begin at the same point.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection
from werkzeug.test import TestResponse

from tests.support.app import TOKEN, HouseClient, Rows, make_app, sign_in
from tests.support.cast import ADA, BOB, GUS, NOW, REX, RITA, ROB, TENANT, Desk, cart, fill
from tests.support.databases import Backend
from tests.support.provider import CLIENT_ID, SECRET, Provider, running
from webapp.approvals import links
from webapp.approvals.domain import Action
from webapp.carts.lines import NewLine
from webapp.carts.models import Site
from webapp.carts.service import create
from webapp.db import Database, make_engine
from webapp.identity import administration, clients, keys, session_store
from webapp.identity.domain import Role
from webapp.identity.models import Company, Membership, Person, Tenant
from webapp.kernel.clock import utcnow
from webapp.webhooks import service as webhooks
from webapp.webhooks.addresses import Allowed
from webapp.webhooks.vault import Vault

# Beside the cast: an admin of another tenant, a contact, an account that is switched off, and a
# buyer whose membership has ended.
ZOE, CORA, IDA, GONE = "zoe", "cora", "ida", "gone"
OTHER = "other"
_MORE_PEOPLE = (
    (OTHER, ZOE, "B2B_ADMIN"),
    (TENANT, CORA, "CONTACT"),
    (TENANT, IDA, "B2B_ADMIN"),
    (TENANT, GONE, "B2B_BUYER"),
)
DRILL = NewLine(
    name="Cordless drill 18 V",
    sku="DR-18V",
    product_id="drill-18v",
    line_id="",
    quantity=Decimal(1),
    unit_price=Decimal("250.00"),
    tax_rate=Decimal("0.20"),
)


@dataclass(kw_only=True)
class Stage:
    """The application over a connection whose changes can be taken back."""

    app: Flask
    connection: Connection
    desk: Desk
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def is_second(self) -> bool:
        """Whether this is PostgreSQL, where only what the databases differ in is asked again."""
        return self.connection.dialect.name == "postgresql"

    @contextmanager
    def scene(self) -> Iterator[None]:
        """What is written within is undone."""
        nested = self.connection.begin_nested()
        try:
            yield
        finally:
            nested.rollback()

    def path(self, pattern: str) -> str:
        """The address with the ids of this desk: `/approvals/{pending}`."""
        return pattern.format(**self.ids)

    def client(self, person_id: str, company_id: str | None = None) -> FlaskClient:
        """Somebody who is signed in, until the scene ends."""
        tenant = OTHER if person_id == ZOE else "acme"
        return sign_in(self.app, person_id, company_id, tenant_id=tenant)

    def sql(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """Read or write something that no use case does."""
        return self.desk.sql(statement, **values)


def ask(client: FlaskClient, path: str, method: str = "POST", **request: Any) -> TestResponse:
    """Send a request without the checks of every page, which take most of the time."""
    if method == "POST" and isinstance(client, HouseClient):
        request["headers"] = {**client.csrf_headers(), **(request.get("headers") or {})}
    return FlaskClient.open(client, path, method=method, **request)


@contextmanager
def staged(backend: Backend, rows: Rows, **settings: Any) -> Iterator[Stage]:
    """A desk of its own with everything on it."""
    engine = make_engine(backend.copy())
    try:
        with engine.connect() as connection, connection.begin() as outer:
            database = Database(connection, join_transaction_mode="create_savepoint")
            fill(database, rows)
            app = make_app(database, **settings)
            yield Stage(app=app, connection=connection, desk=Desk(database), ids=play(database))
            outer.rollback()
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def issuer() -> Iterator[Provider]:
    """An OpenID provider, so that there is somewhere to sign in."""
    with running() as provider:
        yield provider


@pytest.fixture(scope="module")
def stage(
    backend: Backend,
    acme_rows: Rows,
    issuer: Provider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """The desk of a module."""
    with staged(
        backend,
        acme_rows,
        files_dir=str(tmp_path_factory.mktemp("files")),
        oidc_issuer=issuer.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SECRET,
    ) as made:
        yield made


def play(database: Database) -> dict[str, str]:
    """Put on a desk with the cast what the paths of the tests name; the ids by these names."""
    _add_people(database)
    ids: dict[str, str] = {}
    _play(Desk(database), ids)
    return ids


def _add_people(database: Database) -> None:
    with database.transaction() as session:
        session.add(Tenant(id=OTHER, name="Other Trading", settings={}, created_at=NOW))
        session.flush()
        session.add(Company(tenant_id=OTHER, id="le1", name="Elsewhere Ltd"))
        session.add(Site(tenant_id=OTHER, code="main", currency="EUR", is_default=True))
        for tenant, name, role in _MORE_PEOPLE:
            session.add(_person(tenant, name))
            session.flush()
            session.add(
                Membership(
                    tenant_id=tenant,
                    id=f"ca-{name}",
                    person_id=name,
                    company_id="le1",
                    role=role,
                    active=name != GONE,
                )
            )


def _person(tenant: str, name: str) -> Person:
    return Person(
        tenant_id=tenant,
        id=name,
        email=f"{name}@{tenant}.example",
        first_name=name.title(),
        last_name="Test",
        active=name != IDA,
        created_at=NOW,
    )


def _play(desk: Desk, ids: dict[str, str]) -> None:
    """Requests of Rita to Bob in every state, one of another company, and what belongs to them."""
    now = utcnow()
    for name in ("pending", "asked", "approved", "declined", "ordered"):
        ids[f"{name}_cart"] = desk.run(create, RITA, name="", lines=[DRILL], now=now)
        ids[name] = desk.ask(RITA, cart(ids[f"{name}_cart"]), now=now)
    desk.say(BOB, ids["asked"], Action.ASK, "Which colour?", now=now)
    desk.approve(ids["approved"])
    desk.decline(ids["declined"])
    desk.approve(ids["ordered"], place_order=True)
    ids["order"] = desk.approval(ids["ordered"]).order_id or ""
    ids["elsewhere"] = desk.ask(REX, cart("c500-rex", GUS), now=now)
    cora = replace(ROB, person_id=CORA, role=Role.CONTACT)
    ids["contact_cart"] = desk.run(create, cora, name="", lines=[DRILL], now=now)
    desk.run(administration.take_over, ADA, "rob", now=now)
    key = desk.run(keys.create, RITA, "report", lifetime=timedelta(days=30), now=now)
    ids["key"] = key.key.id
    ids["api_client"] = desk.run(clients.add_own, ADA, "books", now=now).client.id
    _set_up_webhook(desk, ids)
    bond = links.Bond(tenant_id=TENANT, approval_id=ids["pending"], person_id="bob", revision=1)
    ids["token"] = desk.run(links.make, bond, written_at=now)
    [(ids["link"],)] = desk.sql("SELECT id FROM decision_links")
    ids["session"] = session_store.hash_of(TOKEN)
    desk.run(
        session_store.create_for,
        TOKEN,
        {},
        (TENANT, "rita", "le1"),
        user_agent="another browser of Rita",
        lifetime=timedelta(hours=8),
        now=now,
    )


def _set_up_webhook(desk: Desk, ids: dict[str, str]) -> None:
    """A webhook of Ada's company, what was given up on its way there, and a mail that was."""
    now = utcnow()
    draft = webhooks.Draft(url="https://hooks.example.com/", event_types=("order.created",))
    set_up = webhooks.Desk(vault=Vault("a key for tests only, 0123456789"), allowed=Allowed())
    ids["hook"] = desk.run(webhooks.add_own, ADA, draft, set_up, now=now).endpoint.id
    ids["sent"] = desk.run(webhooks.ping_own, ADA, ids["hook"], now=now)
    mail = "SELECT min(id) FROM outbox_messages WHERE stream_id = :pending"
    [(ids["message"],)] = desk.sql(mail, pending=ids["pending"])
    given_up = "UPDATE outbox_messages SET status = 'DEAD' WHERE id IN (:delivery, :message)"
    desk.sql(given_up, delivery=ids["sent"], message=ids["message"])
