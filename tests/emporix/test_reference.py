"""The reference page: everything of the document, and commands that work for the demo's people."""

import re
import shlex
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.app import As, HouseClient, make_app, sign_in
from webapp.db import Database
from webapp.demo import cast
from webapp.emporix import openapi, prose
from webapp.kernel.clock import utcnow
from webapp.seeding import service as seeding

_COMMAND = re.compile(r'<pre class="copyable-text" id="command-(\w+)"[^>]*>(.*?)</pre>', re.DOTALL)
NAMES = [one.operation["operationId"] for one in openapi.operations()]


def test_every_operation_stands_on_the_page_with_a_command(client: HouseClient) -> None:
    page = client.get("/developers").text
    for name in NAMES:
        assert f'id="{name}"' in page, name
        assert f'id="command-{name}"' in page, name


def test_strangers_may_read_it(client: HouseClient) -> None:
    assert client.get("/developers").status_code == 200


def test_whoever_is_signed_in_reads_it_with_their_navigation(as_: As) -> None:
    page = as_("rita").get("/developers").text
    assert 'href="/requests"' in page


def test_outside_the_demo_there_are_words_to_fill_in_and_no_tokens(as_: As) -> None:
    client = as_("rita")
    page = client.get("/developers").text
    assert "$TENANT" in page
    assert "/developers/token" not in page
    assert client.post("/developers/token").status_code == 404


def test_what_is_from_the_document_is_marked_as_english(as_: As) -> None:
    page = as_("rita").get("/developers", headers={"Accept-Language": "de"}).text
    assert 'class="operation-words" lang="en"' in page


def test_marks_of_the_document_become_markup_and_nothing_else_does() -> None:
    found = prose.inline("**now** `a<b` & <i>")
    assert found == "<strong>now</strong> <code>a&lt;b</code> &amp; &lt;i&gt;"
    table = dict(prose.blocks("## Head\n\n| a | b |\n|---|---|\n| `c` | d |\n\nwords\nmore"))
    assert table["heading"] == "Head"
    assert table["table"] == [["a", "b"], ["<code>c</code>", "d"]]
    assert table["text"] == "words more"


@pytest.fixture
def demo(database: Database) -> Flask:
    """A desk with the invented company, as it is before its story."""
    issuer = "http://localhost/demo/idp"
    cart = {"customerId": "rita", "legalEntityId": "logistik", "siteCode": "main"}
    item = {"productId": "hand-scanner", "sku": "NK-20950", "name": "Scanner", "quantity": 6}
    lines = [{**item, "unitPrice": "203.90", "taxRate": "0.19"}]
    carts = [{"id": "of-rita", **cart, "currency": "EUR", "items": lines}]
    with database.transaction() as session:
        seeding.load(session, cast.seed_document(issuer), now=utcnow())
        seeding.load(session, {"tenant": cast.TENANT, "carts": carts}, now=utcnow())
    return make_app(database, env="demo", oidc_issuer=issuer, oidc_client_id="desk")


def test_in_the_demo_a_press_gives_a_token_that_stands_in_the_commands(demo: Flask) -> None:
    answer = sign_in(demo, "rita", "logistik", tenant_id=cast.TENANT).post("/developers/token")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    done = _pasted(demo, answer.text, "validate")
    assert done.get_json()["email"] == "rita.brandt@hafen-logistik.example"
    assert done.get_json()["legalEntityId"] == "logistik"
    assert done.get_json()["expires_in"] <= 4 * 3600


def test_the_token_is_shown_once(demo: Flask) -> None:
    client = sign_in(demo, "rita", "logistik", tenant_id=cast.TENANT)
    token = _token(client.post("/developers/token").text)
    assert token not in client.get("/developers").text


def test_a_stranger_gets_no_token(demo: Flask) -> None:
    answer = FlaskClient(demo).post("/developers/token")
    assert "export TOKEN" not in answer.text
    assert answer.status_code in {400, 401, 419}


def test_the_commands_of_the_demo_work_as_they_stand(demo: Flask) -> None:
    client = sign_in(demo, "rita", "logistik", tenant_id=cast.TENANT)
    page = client.post("/developers/token").text
    for name in ("anonymousLogin", "createToken", "login", "getProfile", "findCart", "getCart"):
        assert _pasted(demo, page, name).status_code == 200, name
    assert _pasted(demo, page, "checkPermission").get_json()["permitted"] is False
    made = _pasted(demo, page, "createApproval")
    assert made.status_code == 201
    again = client.post("/developers/token").text
    assert _pasted(demo, again, "getApproval").get_json()["id"] == made.get_json()["id"]


def _token(page: str) -> str:
    found = re.search(r"export TOKEN=([\w-]+)", page)
    assert found
    return found[1]


def _pasted(app: Flask, page: str, name: str) -> TestResponse:
    """What a shell would send for the command of this operation."""
    commands = {one: unescape(text) for one, text in _COMMAND.findall(page)}
    words = iter(shlex.split(commands[name].replace("\\\n", " ")))
    method, url, headers, body = "GET", "", {}, []
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            key, _, value = next(words).partition(": ")
            headers[key] = value
        elif word == "-d":
            body.append(next(words))
        elif word != "curl":
            url = word.removeprefix("http://localhost")
    if body and "Content-Type" not in headers:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return FlaskClient(app).open(url, method=method, headers=headers, data="&".join(body))
