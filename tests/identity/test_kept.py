"""A form that comes too late loses nothing: not its words, and not to anybody else."""

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import text

from tests.identity.conftest import SignIn
from tests.identity.test_sign_in import token_in
from tests.support.app import HTMX, HouseClient, sign_in
from tests.support.provider import Provider
from webapp.db import Database

PATH = "/account/preferences"
WORDS = "Two printers for the packing line.\nThe old ones jam <every> day."
FIELDS = {"language": "de", "time_zone": "Europe/Paris", "theme": "dark", "note": WORDS}


def expire(database: Database) -> None:
    """End every session, as time would."""
    with database.transaction() as session:
        session.execute(text("UPDATE sessions SET expires_at = '2020-01-01 00:00:00+00:00'"))


@pytest.fixture
def expired(app: Flask, acme: Database) -> HouseClient:
    """Rita's browser after her session has ended."""
    client = sign_in(app, "rita")
    expire(acme)
    return client


def test_the_way_back_keeps_every_field(
    expired: HouseClient, provider: Provider, acme: Database
) -> None:
    asked = expired.post(PATH, data=FIELDS)
    assert asked.status_code == 401
    assert "What you typed is kept" in asked.text
    assert 'value="/continue"' in asked.text
    come_back(expired, provider)

    page = expired.get("/continue")
    assert WORDS in unescape(page.text)
    assert f'action="{PATH}"' in page.text
    fields = fields_of(page.text)
    assert fields | {"note": WORDS} == FIELDS | {"csrf_token": fields["csrf_token"]}

    expired.environ_base.pop("countersign.csrf")
    assert expired.post(PATH, data=fields).status_code == 303
    with acme.reading() as session:
        assert session.scalar(text("SELECT theme FROM people WHERE id = 'rita'")) == "dark"
    assert expired.get("/continue").status_code == 303, "what was sent is not offered again"


def test_nothing_is_done_before_the_sign_in(expired: HouseClient, acme: Database) -> None:
    expired.post(PATH, data=FIELDS)
    with acme.reading() as session:
        assert session.scalar(text("SELECT theme FROM people WHERE id = 'rita'")) == "system"


def test_htmx_is_sent_to_sign_in_with_the_fields_kept(
    expired: HouseClient, provider: Provider
) -> None:
    reply = expired.post(PATH, data=FIELDS, headers=HTMX)
    assert reply.status_code == 401
    assert reply.headers["HX-Redirect"] == "/sign-in?next=/continue"
    come_back(expired, provider)
    assert WORDS in unescape(expired.get("/continue").text)


def test_htmx_that_only_reads_comes_back_to_its_page(expired: HouseClient) -> None:
    where = {"HX-Current-URL": "http://localhost/account?tab=2"}
    reply = expired.get("/account", headers=HTMX | where)
    assert reply.status_code == 401
    assert reply.headers["HX-Redirect"] == "/sign-in?next=/account?tab%3D2"


def test_somebody_else_does_not_see_the_words(
    expired: HouseClient, provider: Provider, sign_in: SignIn
) -> None:
    expired.post(PATH, data=FIELDS)
    provider.answers.subject, provider.answers.email = "sub-rob", "rob@acme.example"
    come_back(expired, provider)
    assert "rob@acme.example" in expired.get("/account").text
    assert expired.get("/continue").location == "/"


def test_a_form_of_another_site_is_not_kept(expired: HouseClient, provider: Provider) -> None:
    reply = expired.post(PATH, data=FIELDS, headers={"Origin": "https://evil.example"})
    assert reply.status_code == 401
    assert "is kept" not in reply.text
    come_back(expired, provider)
    assert expired.get("/continue").location == "/"


def test_a_form_that_is_too_long_is_not_kept(expired: HouseClient) -> None:
    reply = expired.post(PATH, data={"note": "x" * 70_000})
    assert reply.status_code == 401
    assert "is kept" not in reply.text


def test_a_stale_token_shows_the_fields_and_sends_them_again(app: Flask) -> None:
    client = sign_in(app, "rita")
    reply = client.post(PATH, data=FIELDS, headers={"X-CSRFToken": "of an older session"})
    assert reply.status_code == 419
    assert WORDS in unescape(reply.text)
    client.environ_base.pop("countersign.csrf")
    assert client.post(PATH, data=fields_of(reply.text)).status_code == 303


def test_a_stale_token_of_htmx_leads_to_the_same_page(app: Flask) -> None:
    client = sign_in(app, "rita")
    reply = client.post(PATH, data=FIELDS, headers=HTMX | {"X-CSRFToken": "old"})
    assert reply.status_code == 419
    assert reply.headers["HX-Redirect"] == "/continue"
    assert WORDS in unescape(client.get("/continue").text)


def test_a_form_of_another_site_is_refused(app: Flask) -> None:
    client = sign_in(app, "rita")
    headers = {"X-CSRFToken": "", "Origin": "https://evil.example"}
    reply = client.post(PATH, data=FIELDS, headers=headers)
    assert reply.status_code == 403
    assert WORDS not in unescape(reply.text)


def test_an_empty_form_with_a_stale_token_is_told_so(app: Flask) -> None:
    client = sign_in(app, "rita")
    reply = client.post("/sign-out", headers={"X-CSRFToken": ""})
    assert reply.status_code == 419
    assert client.get("/account").status_code == 200


def come_back(client: HouseClient, provider: Provider) -> None:
    """Sign in again in the same browser."""
    started = client.post("/sign-in", data={"next": "/continue"})
    answer = provider.authorize(started.location)
    assert client.get("/auth/callback", query_string=answer).location == "/continue"


def fields_of(page: str) -> dict[str, str]:
    """The fields of the form that sends what was kept."""
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    area = re.search(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', page)
    words = {area[1]: area[2]} if area else {}
    assert hidden.get("csrf_token") == token_in(page)
    return {name: unescape(value) for name, value in (hidden | words).items()}
