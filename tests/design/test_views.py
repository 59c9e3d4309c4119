"""Every component is shown, and only where the desk is built or tried."""

import re

import pytest
from flask import Flask

from tests.support.app import make_app as make
from tests.support.app import sign_in
from webapp.assets import data_root
from webapp.db import Database
from webapp.design.specimens import STATES
from webapp.design.uses import USES

# Macros of the same name in two files are shown under the names of their files.
RENAMED = {("order_state", "state_of"): "order_state", ("quote_state", "state_of"): "quote_state"}


def macros() -> set[str]:
    """The macros that pages may use."""
    found = set()
    for path in (data_root() / "templates/components").glob("*.html"):
        for name in re.findall(r"{%-? macro ([a-z]\w*)\(", path.read_text("utf-8")):
            found.add(RENAMED.get((path.stem, name), name))
    return found


@pytest.fixture
def built(acme: Database) -> Flask:
    """A desk as its developers start it."""
    return make(acme, env="development")


def test_every_macro_is_shown_with_a_line_when_to_use_it(built: Flask) -> None:
    client = sign_in(built, "ada")
    pages = [client.get("/design"), *(client.get(f"/design/{state}") for state in STATES)]
    assert {page.status_code for page in pages} == {200}
    shown = {
        name for page in pages for name in re.findall(r"<h[23][^>]*><code>(\w+)</code>", page.text)
    }
    assert shown == macros() == set(USES)


def test_a_state_that_is_none_is_not_there(built: Flask) -> None:
    assert sign_in(built, "ada").get("/design/nowhere").status_code == 404


def test_a_stranger_is_asked_to_sign_in(built: Flask) -> None:
    assert built.test_client().get("/design").status_code == 302


@pytest.mark.parametrize("path", ["/design", *(f"/design/{state}" for state in STATES)])
def test_a_desk_that_is_used_has_no_such_pages(app: Flask, path: str) -> None:
    assert sign_in(app, "ada").get(path).status_code == 404
