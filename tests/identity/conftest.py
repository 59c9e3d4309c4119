"""A desk whose provider tells whatever a test wants."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support import provider as providers
from tests.support.app import HouseClient, make_app
from tests.support.cast import desk
from tests.support.provider import Answers, Provider
from webapp.db import Database

__all__ = ["desk"]

SignIn = Callable[..., TestResponse]


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    """One provider for the whole run."""
    with providers.running() as provider:
        yield provider


@pytest.fixture
def provider(running_provider: Provider) -> Provider:
    """The provider, telling the truth until a test asks otherwise."""
    running_provider.answers = Answers()
    return running_provider


@pytest.fixture
def app(acme: Database, provider: Provider) -> Flask:
    """The desk with this provider."""
    return make_desk(acme, provider)


@pytest.fixture
def sign_in(client: HouseClient, provider: Provider) -> SignIn:
    """Go through the whole sign-in; returns the answer of the callback."""

    def signing_in(next_path: str = "", **changed: str | None) -> TestResponse:
        started = start(client, next_path)
        answer = provider.authorize(started) | changed
        query = {name: text for name, text in answer.items() if text is not None}
        return client.get("/auth/callback", query_string=query)

    return signing_in


def make_desk(database: Database, provider: Provider, **settings: object) -> Flask:
    """The application of a test with this provider."""
    return make_app(
        database,
        oidc_issuer=provider.issuer,
        oidc_client_id=providers.CLIENT_ID,
        oidc_client_secret=providers.SECRET,
        **settings,
    )


def start(client: HouseClient, next_path: str = "") -> str:
    """Press the button of the sign-in page; returns the address at the provider."""
    reply = client.post("/sign-in", data={"next": next_path})
    assert reply.status_code == 302, reply.text
    assert urlsplit(reply.location).path == "/authorize"
    return reply.location
