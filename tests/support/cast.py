"""The people of `tests/data/acme.json` as they act, and a desk on which they act by name."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.support.app import Rows
from tests.support.databases import Backend
from webapp.approvals import conversation, queries, service
from webapp.approvals.domain import Action
from webapp.approvals.models import Approval
from webapp.approvals.recording import head_of
from webapp.approvals.service import Decision
from webapp.approvals.submission import Submission, submit
from webapp.carts.domain import ResourceType
from webapp.db import Database, make_engine
from webapp.identity.domain import GRANTS, Actor, Role
from webapp.ledger.queries import Event, events
from webapp.ledger.service import Break, verify
from webapp.orders.models import Order
from webapp.orders.terms import Terms
from webapp.outbox.codec import decode
from webapp.outbox.models import Message

P = ParamSpec("P")
R = TypeVar("R")

TENANT = "acme"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
EXPIRED = NOW + timedelta(days=30)

DETAILS: dict[str, Any] = {
    "currency": "EUR",
    "paymentMethods": [{"provider": "none", "method": "invoice", "amount": 510.0}],
    "shipping": {
        "zoneId": "zone-de",
        "methodId": "standard",
        "methodName": "Standard, 2 to 4 days",
        "amount": 10.0,
        "shippingTaxCode": "STANDARD",
    },
    "addresses": [
        {
            "type": kind,
            "companyName": "Hafen Logistik GmbH",
            "contactName": "Rita Roe",
            "street": "Hafenweg",
            "streetNumber": "7",
            "zipCode": "48155",
            "city": "Münster",
            "country": "DE",
        }
        for kind in ("SHIPPING", "BILLING")
    ],
}
WINDOW = {"id": "dw-morning", "slotId": "08-12", "deliveryDate": "2026-03-09T00:00:00.000Z"}

_COMPANIES = {
    "le1": "Hafen Logistik GmbH",
    "le2": "Nordlicht Energie AG",
    "le3": "Werk Drei KG",
}


def _actor(name: str, company_id: str | None = None, role: Role | None = None) -> Actor:
    first, last = name.split()
    return Actor(
        tenant_id=TENANT,
        person_id=first.lower(),
        first_name=first,
        last_name=last,
        email=f"{first.lower()}@acme.example",
        company_id=company_id,
        company_name=_COMPANIES.get(company_id or ""),
        role=role,
        scopes=GRANTS[role],
    )


ADA = _actor("Ada Admin", "le1", Role.ADMIN)
ALAN = _actor("Alan Archer", "le1", Role.ADMIN)
BOB = _actor("Bob Buyer", "le1", Role.BUYER)
BEN = _actor("Ben Baker", "le1", Role.BUYER)
RITA = _actor("Rita Roe", "le1", Role.REQUESTER)
ROB = _actor("Rob Reed", "le1", Role.REQUESTER)
MIA = _actor("Mia Moor", "le1", Role.REQUESTER)
MIA_WERK = _actor("Mia Moor", "le3", Role.BUYER)
OLGA = _actor("Olga Olsen", "le2", Role.ADMIN)
GUS = replace(_actor("Gus Gray", "le2", Role.REQUESTER), in_group=True)
REX = _actor("Rex Ross", "le2", Role.REQUESTER)
CARL = _actor("Carl Consumer")


def details(**changes: Any) -> dict[str, Any]:
    """How Rita has it delivered and paid, with some parts replaced."""
    return {**deepcopy(DETAILS), **changes}


def cart(cart_id: str, approver: Actor = BOB, **rest: Any) -> Submission:
    """What a requester hands over to this approver."""
    return Submission(
        **{
            "resource_type": ResourceType.CART,
            "resource_id": cart_id,
            "approver_id": approver.person_id,
            "comment": "please",
            "details": details(),
            **rest,
        }
    )


def quote(quote_id: str, approver: Actor = BOB, **rest: Any) -> Submission:
    """A quote that is handed over to this approver."""
    return Submission(
        **{
            "resource_type": ResourceType.QUOTE,
            "resource_id": quote_id,
            "approver_id": approver.person_id,
            **rest,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message that waits: who gets which template, with what in it."""

    template: str
    to: str
    context: dict[str, Any]


class Desk:
    """The use cases as the edge calls them: each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def run(
        self, use_case: Callable[Concatenate[Session, P], R], *args: P.args, **rest: P.kwargs
    ) -> R:
        """Call this in a transaction, which is undone when it raises."""
        with self.database.transaction() as session:
            return use_case(session, *args, **rest)

    def ask(
        self, actor: Actor = RITA, what: Submission | None = None, *, now: datetime = NOW
    ) -> str:
        """A pending request, of Rita to Bob for 500 EUR if nothing else is said; its id."""
        return self.run(submit, actor, what or cart("c500-rita"), now=now).id

    def decide(
        self, actor: Actor, approval_id: str, decision: Decision, *, now: datetime = LATER
    ) -> Approval:
        """Approve or decline."""
        return self.run(service.decide, actor, approval_id, decision, now=now)

    def approve(self, approval_id: str, actor: Actor = BOB, **rest: Any) -> Approval:
        """Approve, by Bob if nobody else is named."""
        return self.decide(actor, approval_id, Decision(action=Action.APPROVE, **rest))

    def decline(self, approval_id: str, actor: Actor = BOB, note: str = "too many") -> Approval:
        """Decline, by Bob if nobody else is named."""
        return self.decide(actor, approval_id, Decision(action=Action.DECLINE, note=note))

    def say(
        self, actor: Actor, approval_id: str, action: Action, words: str, *, now: datetime = LATER
    ) -> Approval:
        """Comment, ask or answer."""
        return self.run(conversation.say, actor, approval_id, action, text=words, now=now)

    def change(
        self,
        actor: Actor,
        approval_id: str,
        terms: Terms,
        *,
        seen: int | None = 1,
        now: datetime = LATER,
    ) -> Approval:
        """Change delivery and payment."""
        return self.run(conversation.change, actor, approval_id, terms, seen_revision=seen, now=now)

    def withdraw(self, approval_id: str, actor: Actor = RITA, *, now: datetime = LATER) -> Approval:
        """Withdraw, by Rita if nobody else is named."""
        return self.run(service.withdraw, actor, approval_id, now=now)

    def expire(self, *, now: datetime = EXPIRED) -> int:
        """Let the time be over."""
        return self.run(service.expire_due, now=now).done

    def order(self, approval_id: str, actor: Actor = RITA, *, now: datetime = LATER) -> Approval:
        """Place the order of an approved request."""
        return self.run(service.place_order, actor, approval_id, now=now)

    def resubmit(self, approval_id: str, actor: Actor = RITA, *, now: datetime = LATER) -> str:
        """Take the goods back; the id of the cart."""
        return self.run(service.resubmit, actor, approval_id, now=now)

    def approval(self, approval_id: str) -> Approval:
        """The row as it stands."""
        with self.database.reading() as session:
            return session.scalars(select(Approval).where(Approval.id == approval_id)).one()

    def terms(self, approval_id: str) -> Terms:
        """Delivery and payment of the current revision."""
        with self.database.reading() as session:
            row = session.scalars(select(Approval).where(Approval.id == approval_id)).one()
            current = queries.revision(session, row)
            return Terms(details=current.details, delivery_window=current.delivery_window)

    def history(self, approval_id: str) -> list[Event]:
        """What happened, oldest first."""
        with self.database.reading() as session:
            return events(session, TENANT, approval_id)

    def actions(self, approval_id: str) -> list[str]:
        """The kinds of what happened, oldest first."""
        return [event.action for event in self.history(approval_id)]

    def mails(self, approval_id: str | None = None) -> list[Mail]:
        """What waits to be sent, in order."""
        query = select(Message).where(Message.kind == "mail").order_by(Message.id)
        if approval_id is not None:
            query = query.where(Message.stream_id == approval_id)
        with self.database.reading() as session:
            return [
                Mail(
                    template=row.payload["template"],
                    to=row.recipient_id or "",
                    context=decode(row.payload["context"]),
                )
                for row in session.scalars(query)
            ]

    def told(self, approval_id: str | None = None) -> list[tuple[str, str]]:
        """Which template goes to whom, in order."""
        return [(mail.template, mail.to) for mail in self.mails(approval_id)]

    def orders(self) -> list[Order]:
        """Every order, the oldest first."""
        with self.database.reading() as session:
            return list(session.scalars(select(Order).order_by(Order.placed_at, Order.id)))

    def broken(self, approval_id: str) -> Break | None:
        """What does not fit in the history of this request."""
        with self.database.reading() as session:
            row = session.scalars(select(Approval).where(Approval.id == approval_id)).one()
            return verify(session, head_of(row))

    def sql(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Do something to the database that no use case does."""
        with self.database.transaction() as session:
            result: Any = session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []


def fill(database: Database, rows: Rows) -> Database:
    """Write the cast into an empty desk."""
    with database.transaction() as session:
        for table, found in rows:
            session.execute(table.insert(), found)
    return database


@pytest.fixture(scope="session")
def filled(backend: Backend, acme_rows: Rows) -> Iterator[Backend]:
    """A database of its own that has the cast already, since filling one takes a while."""
    url = backend.copy()
    engine = make_engine(url)
    fill(Database(engine), acme_rows)
    yield Backend(backend.name, url, engine, backend.copy, backend.drop)
    engine.dispose()


@pytest.fixture
def desk(request: pytest.FixtureRequest, filled: Backend) -> Iterator[Desk]:
    """A desk with the cast; what a test does there is undone when it ends.

    Where a test also visits pages, it is the desk of those pages.
    """
    if "acme" in request.fixturenames:
        yield Desk(request.getfixturevalue("acme"))
        return
    with filled.rolled_back() as database:
        yield Desk(database)


@pytest.fixture
def own_desk(own_database: Database, acme_rows: Rows) -> Desk:
    """A desk with the cast, real commits and many connections, for tests of concurrency."""
    return Desk(fill(own_database, acme_rows))
