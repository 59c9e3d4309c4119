"""An app over either database, messages to deliver, and a mail server that can be made to fail."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.outbox.server import MailServer
from webapp.app import create_app
from webapp.config import Settings
from webapp.db import Database
from webapp.kernel.money import Money
from webapp.kernel.sentence import sentence
from webapp.outbox import service
from webapp.outbox.service import Recipient

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
WHY = sentence(
    "{total} is *{over:bare} over* the limit of {company}, so an admin must approve.",
    total=Money(150000, "EUR"),
    over=Money(50000, "EUR"),
    company="Hafen Logistik GmbH",
)


def context(**values: object) -> dict[str, object]:
    """What approvals tell a mail."""
    return {
        "number": 12,
        "requester": "Rita Roe",
        "requester_first": "Rita",
        "approver": "Ada Admin",
        "approver_first": "Ada",
        "actor": "Rita Roe",
        "former": "Bob Buyer",
        "status": "APPROVED",
        "company": "Hafen Logistik GmbH",
        "total": Money(150000, "EUR"),
        "why": WHY,
        "title": "Cordless drill 18 V, Workbench",
        "item_count": 4,
        "text": "",
        "item": "",
        "expires_at": NOW + timedelta(days=30),
        "revision": 2,
        "order_id": None,
        "changes": [],
        "path": "/approvals/a1",
        "for_requester": False,
        **values,
    }


Post = Callable[..., str]


def poster(database: Database) -> Post:
    """A function that posts one mail in a transaction of its own."""

    def post(
        stream: str = "a1",
        *,
        template: str = "submitted",
        to: Recipient | None = None,
        tenant: str = "acme",
        now: datetime = NOW,
        **values: Any,
    ) -> str:
        with database.transaction() as session:
            return service.post(
                session,
                tenant_id=tenant,
                stream_id=stream,
                template=template,
                to=to or Recipient(person_id="ada", address="ada@acme.example"),
                context=context(**values),
                now=now,
            )

    return post


def make_app(database: Database, **settings: Any) -> Flask:
    """The desk over this database."""
    values = {
        "env": "test",
        "secret_key": "0kQ2w9ZxT5rB8nLhV3mCjD6pF1sYgA4e",
        "base_url": "https://desk.example",
    }
    return create_app(Settings(**{**values, **settings}), database=database)


@pytest.fixture
def post(database: Database) -> Post:
    return poster(database)


@pytest.fixture
def app(database: Database) -> Flask:
    return make_app(database)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()
