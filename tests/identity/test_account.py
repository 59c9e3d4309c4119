"""The account page: preferences, companies, sessions."""

import re

import pytest
from flask import Flask
from sqlalchemy import text

from tests.support.app import As, sign_in
from tests.support.cast import RITA
from webapp.db import Database
from webapp.identity.service import change_preferences
from webapp.kernel.errors import Invalid

GOOD = {
    "language": "de",
    "time_zone": "Europe/Vienna",
    "theme": "light",
    "has_shortcuts": "y",
}


@pytest.mark.parametrize("person", ["ada", "bob", "rita", "mia", "gus", "carl"])
def test_everybody_sees_their_account(as_: As, person: str) -> None:
    reply = as_(person).get("/account")
    assert reply.status_code == 200
    assert f"{person}@acme.example" in reply.text


def test_preferences_are_kept(acme: Database, as_: As) -> None:
    client = as_("rita")
    assert client.post("/account/preferences", data=GOOD).status_code == 303
    page = client.get("/account").text
    assert '<html lang="de" data-theme="light">' in page
    with acme.reading() as session:
        row = session.execute(
            text("SELECT language, time_zone, theme FROM people WHERE id = 'rita'")
        ).one()
    assert row == ("de", "Europe/Vienna", "light")


def test_shortcuts_of_single_letters_can_be_switched_off(as_: As) -> None:
    """WCAG 2.1.4."""
    rita = as_("rita")
    assert 'data-shortcuts="on"' in rita.get("/requests").text
    without = {name: value for name, value in GOOD.items() if name != "has_shortcuts"}
    rita.post("/account/preferences", data=without)
    assert "data-shortcuts" not in rita.get("/requests").text
    rita.post("/account/preferences", data=GOOD)
    assert 'data-shortcuts="on"' in rita.get("/requests").text


@pytest.mark.parametrize(
    "changed", [{"language": "xx"}, {"time_zone": "Mars/Olympus"}, {"theme": "neon"}, {"theme": ""}]
)
def test_what_does_not_exist_cannot_be_chosen(as_: As, changed: dict[str, str]) -> None:
    reply = as_("rita").post("/account/preferences", data=GOOD | changed)
    assert reply.status_code == 422


@pytest.mark.parametrize(("language", "theme"), [("xx", "light"), ("de", "neon")])
def test_the_use_case_refuses_it_too(acme: Database, language: str, theme: str) -> None:
    with acme.transaction() as session, pytest.raises(Invalid, match="from the list"):
        change_preferences(
            session, RITA, language=language, time_zone="UTC", theme=theme, has_shortcuts=True
        )


def test_every_browser_is_listed_and_can_be_signed_out(app: Flask) -> None:
    here, there = sign_in(app, "rita"), sign_in(app, "rita")
    page = here.get("/account").text
    assert page.count("Firefox on Linux") >= 2
    ends = re.findall(r'action="(/account/sessions/[0-9a-f]{64}/end)"', page)
    assert len(ends) == 1
    assert here.post(ends[0]).status_code == 303
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200
    assert here.post(ends[0]).status_code == 404


def test_nobody_ends_the_sessions_of_others(app: Flask, acme: Database) -> None:
    rita, rob = sign_in(app, "rita"), sign_in(app, "rob")
    with acme.reading() as session:
        theirs = session.scalar(text("SELECT id_hash FROM sessions WHERE person_id = 'rita'"))
    assert rob.post(f"/account/sessions/{theirs}/end").status_code == 404
    assert rita.get("/account").status_code == 200


def test_all_other_browsers_can_be_signed_out(app: Flask) -> None:
    here, there, rob = sign_in(app, "rita"), sign_in(app, "rita"), sign_in(app, "rob")
    assert here.post("/account/sessions/others/end").status_code == 303
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200
    assert rob.get("/account").status_code == 200


def test_signing_out_everywhere_ends_this_one_too(app: Flask) -> None:
    here, there = sign_in(app, "rita"), sign_in(app, "rita")
    assert here.post("/sign-out", data={"everywhere": "1"}).location == "/signed-out"
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 302


def test_signed_in_pages_are_not_stored(as_: As) -> None:
    assert as_("rita").get("/account").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15) Chrome/140.0 Safari/1", "Chrome on macOS"),
        ("curl/8", "A browser"),
    ],
)
def test_a_browser_has_a_name(app: Flask, agent: str, words: str) -> None:
    from webapp.identity.account_views import device

    with app.test_request_context():
        assert device(agent) == words
