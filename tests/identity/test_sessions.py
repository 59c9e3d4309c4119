"""Sessions: what the cookie is, when it ends, and what a change of rights does."""

import hashlib
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from tests.support.app import As, HouseClient, make_app, sign_in, statements
from webapp.db import Database
from webapp.kernel.clock import utcnow


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: HouseClient) -> None:
    reply = client.post("/account/preferences", data={"note": "kept"})
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("countersign=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_over_https_the_cookie_belongs_to_this_host_only(acme: Database) -> None:
    client = make_app(acme, base_url="https://desk.example").test_client()
    reply = client.post(
        "/account/preferences", data={"note": "kept"}, base_url="https://desk.example"
    )
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("__Host-countersign=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_only_the_hash_of_the_cookie_is_stored(acme: Database, as_: As) -> None:
    cookie = as_("rita").get_cookie("countersign")
    assert cookie is not None
    with acme.reading() as session:
        stored = session.scalar(text("SELECT id_hash FROM sessions"))
    assert stored == hashlib.sha256(cookie.value.encode()).hexdigest()


@pytest.mark.parametrize("path", ["/sign-in", "/healthz", "/nowhere"])
def test_looking_around_leaves_no_session(acme: Database, client: HouseClient, path: str) -> None:
    assert "Set-Cookie" not in client.get(path).headers
    with acme.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM sessions")) == 0


def test_an_id_that_was_never_given_out_is_not_adopted(client: HouseClient) -> None:
    client.set_cookie("countersign", "chosen-by-somebody-else", domain="localhost")
    reply = client.post("/account/preferences", data={"note": "kept"})
    assert "chosen-by-somebody-else" not in reply.headers["Set-Cookie"]


def test_a_session_ends_when_nobody_clicks(as_: As) -> None:
    client = as_("rita")
    with time_machine.travel(utcnow() + timedelta(minutes=121), tick=False):
        assert client.get("/account").location == "/sign-in?next=/account"


def test_a_session_lives_while_somebody_clicks(as_: As) -> None:
    client, start = as_("rita"), utcnow()
    for minutes in range(0, 11 * 60, 110):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert client.get("/account").status_code == 200


def test_one_press_keeps_a_session_going(as_: As) -> None:
    client, start = as_("rita"), utcnow()
    with time_machine.travel(start + timedelta(minutes=115), tick=False):
        assert client.post("/account/sessions/extension").status_code == 204
    with time_machine.travel(start + timedelta(minutes=230), tick=False):
        assert client.get("/account").status_code == 200


def test_a_page_warns_before_its_session_can_have_ended(acme: Database) -> None:
    for minutes, after, end in ((120, 6300, 6900), (20, 450, 900), (4, 60, 120)):
        app = make_app(acme, session_idle_minutes=minutes)
        page = sign_in(app, "rita").get("/account").text
        assert f'data-after="{after}" data-end="{end}"' in page


def test_strangers_are_warned_of_nothing(client: HouseClient) -> None:
    assert "idle-warning" not in client.get("/sign-in").text


def test_a_session_ends_after_its_longest_time(as_: As) -> None:
    client, start = as_("rita"), utcnow()
    for minutes in range(0, 12 * 60, 60):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert client.get("/account").status_code == 200
    with time_machine.travel(start + timedelta(hours=12, minutes=1), tick=False):
        assert client.get("/account").status_code == 302


def test_a_click_is_noted_at_most_every_five_minutes(acme: Database, as_: As) -> None:
    client, start = as_("rita"), utcnow()

    def seen() -> object:
        with acme.reading() as session:
            return session.scalar(text("SELECT seen_at FROM sessions"))

    before = seen()
    with time_machine.travel(start + timedelta(minutes=4), tick=False):
        client.get("/account")
        assert seen() == before
    with time_machine.travel(start + timedelta(minutes=6), tick=False):
        client.get("/account")
        assert seen() != before


def test_who_is_here_is_one_statement(app: Flask, as_: As) -> None:
    client = as_("mia")
    with statements(app) as counted:
        client.get("/")
    assert len(counted.seen) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE people SET active = false WHERE id = 'ada'",
        "UPDATE sessions SET expires_at = '2020-01-01 00:00:00+00:00'",
        "DELETE FROM sessions",
    ],
)
def test_rights_that_are_taken_away_are_gone_with_the_next_click(
    acme: Database, as_: As, change: str
) -> None:
    client = as_("ada")
    assert client.get("/account").status_code == 200
    with acme.transaction() as session:
        session.execute(text(change))
    assert client.get("/account").status_code == 302


def test_a_new_role_shows_with_the_next_click(acme: Database, as_: As) -> None:
    client = as_("ada")
    assert client.get("/").location == "/inbox"
    with acme.transaction() as session:
        session.execute(
            text("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE person_id = 'ada'")
        )
    assert client.get("/").location == "/requests"


def test_a_company_that_was_left_is_acted_for_no_more(acme: Database, as_: As) -> None:
    client = as_("mia", "le3")
    with acme.transaction() as session:
        session.execute(
            text(
                "UPDATE memberships SET active = false "
                "WHERE person_id = 'mia' AND company_id = 'le3'"
            )
        )
    assert client.get("/").location == "/requests"
    with acme.transaction() as session:
        session.execute(text("UPDATE memberships SET active = false WHERE person_id = 'mia'"))
    assert client.get("/").location == "/carts"


def test_people_start_where_their_work_is(as_: As) -> None:
    assert as_("bob").get("/").location == "/inbox"
    assert as_("rita").get("/").location == "/requests"
    assert as_("gus").get("/").location == "/inbox", "he is in the approval group"
    assert as_("carl").get("/").location == "/carts"


def test_a_company_is_chosen_by_a_form(as_: As) -> None:
    client = as_("mia", "le1")
    assert client.get("/").location == "/requests"
    assert client.post("/company-choice", data={"company_id": "le3"}).status_code == 303
    assert client.get("/").location == "/inbox"
    assert "You now act for" in client.get("/account").text


def test_a_company_of_others_cannot_be_chosen(as_: As) -> None:
    client = as_("mia", "le1")
    assert client.post("/company-choice", data={"company_id": "le2"}).status_code == 404
    assert client.get("/").location == "/requests"


def test_the_last_company_is_where_the_next_sign_in_starts(app: Flask, acme: Database) -> None:
    from webapp.identity import service
    from webapp.identity.domain import Account, Claims

    first = sign_in(app, "mia", "le1")
    first.post("/company-choice", data={"company_id": "le3"})
    account = Account(
        tenant_id="acme", tenant_name="", person_id="mia", name="", active=True, bound=True
    )
    with acme.transaction() as session:
        claims = Claims(issuer="https://id.example", subject="mia")
        assert service.enter(session, claims, account) == "le3"
