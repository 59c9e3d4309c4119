"""Pages packed for their way, and left alone where nothing is gained."""

import gzip
from collections.abc import Callable

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.app import make_app
from webapp import packing
from webapp.db import Database

PAGE = "<!doctype html>" + "<p>Zwei Paletten für Bremen</p>" * 100
UNPACK: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A program with a long page and a short one."""
    app = Flask("packed")
    packing.init_app(app)
    app.add_url_rule("/long", "long", lambda: PAGE)
    app.add_url_rule("/short", "short", lambda: "<p>ok</p>")
    app.add_url_rule("/picture", "picture", lambda: (PAGE, {"Content-Type": "image/png"}))
    return app.test_client()


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip")],
)
def test_a_page_is_packed_as_the_browser_takes_it(
    client: FlaskClient, accepted: str, encoding: str
) -> None:
    reply = client.get("/long", headers={"Accept-Encoding": accepted})
    assert reply.headers["Content-Encoding"] == encoding
    assert int(reply.headers["Content-Length"]) == len(reply.data) < len(PAGE) / 10
    assert UNPACK[encoding](reply.data).decode() == PAGE
    assert reply.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "identity", "zstd"])
def test_a_browser_that_takes_none_gets_the_page_as_it_is(
    client: FlaskClient, accepted: str
) -> None:
    reply = client.get("/long", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in reply.headers
    assert reply.text == PAGE
    assert reply.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/short", "/picture"])
def test_what_would_not_gain_is_left_alone(client: FlaskClient, path: str) -> None:
    assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "br"}).headers


def test_the_desk_packs_its_pages(acme: Database) -> None:
    reply = FlaskClient(make_app(acme)).get("/sign-in", headers={"Accept-Encoding": "br"})
    assert "</html>" in brotli.decompress(reply.data).decode()
