"""What views know of htmx, and the headers of every answer."""

import json

import pytest
from flask import Flask, Response, render_template_string
from flask.testing import FlaskClient

from tests.support.app import HTMX, As, HouseClient, make_app
from webapp import web
from webapp.db import Database, make_engine
from webapp.kernel.money import Money
from webapp.kernel.sentence import sentence

TOKEN = "what only the watcher knows"
AWAY = "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1"


@pytest.fixture
def plain(acme: Database) -> FlaskClient:
    """An application without guards around its test pages."""
    app = make_app(acme)
    app.before_request_funcs[None] = [
        function for function in app.before_request_funcs[None] if function.__name__ == "_start"
    ]
    app.test_client_class = None

    @app.get("/page")
    def page() -> Response:
        return web.render("identity/signed_out.html", "components/icon.html", status=410)

    @app.post("/plain")
    def plain_done() -> Response:
        return web.done("page", sentence("You sent {total}.", total=Money(148000, "EUR")))

    @app.post("/fragment")
    def fragment_done() -> Response:
        return web.done("page", "Erledigt: ä", fragment=lambda: render_template_string("<p>x</p>"))

    @app.get("/asset")
    def asset() -> str:
        return web.asset("css/app.css")

    return app.test_client()


def test_a_page_is_whole_without_htmx(plain: FlaskClient) -> None:
    reply = plain.get("/page")
    assert reply.status_code == 410
    assert "<!doctype html>" in reply.text
    assert "HX-Request" in reply.headers["Vary"]


def test_htmx_gets_the_fragment(plain: FlaskClient) -> None:
    assert "<!doctype" not in plain.get("/page", headers=HTMX).text


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_boosted_links_and_restored_pages_are_whole(plain: FlaskClient, header: str) -> None:
    assert "<!doctype html>" in plain.get("/page", headers=HTMX | {header: "true"}).text


def test_a_change_is_answered_by_going_on(plain: FlaskClient) -> None:
    reply = plain.post("/plain")
    assert (reply.status_code, reply.location) == (303, "/page")
    cookie = plain.get_cookie("countersign-said")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.max_age) == (True, "Lax", 60)


def test_htmx_without_a_fragment_goes_on_too(plain: FlaskClient) -> None:
    reply = plain.post("/plain", headers=HTMX)
    assert (reply.status_code, reply.headers["HX-Redirect"]) == (200, "/page")


def test_a_fragment_comes_with_the_words_of_the_status_line(plain: FlaskClient) -> None:
    reply = plain.post("/fragment", headers=HTMX)
    assert reply.text == "<p>x</p>"
    assert json.loads(reply.headers["HX-Trigger"]) == {"status": "Erledigt: ä"}
    assert plain.post("/fragment").status_code == 303


def test_static_files_are_named_by_their_content(plain: FlaskClient) -> None:
    url = plain.get("/asset").text
    reply = plain.get(url)
    assert reply.status_code == 200
    assert "immutable" in reply.headers["Cache-Control"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    reply.close()


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("/account", True),
        ("/a?b=c#d", True),
        ("", False),
        ("account", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/\nevil", False),
        ("https://evil.example", False),
    ],
)
def test_only_paths_of_this_desk_are_local(url: str, local: bool) -> None:
    assert web.is_local(url) is local


class TestHeaders:
    """What every answer tells the browser."""

    @pytest.fixture
    def headers(self, client: HouseClient) -> dict[str, str]:
        return dict(client.get("/healthz").headers)

    @pytest.fixture
    def app(self, acme: Database) -> Flask:
        return make_app(acme)

    def test_the_policy_allows_nothing_inline_and_no_other_host(
        self, headers: dict[str, str]
    ) -> None:
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "http" not in policy
        for part in (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ):
            assert part in policy

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Referrer-Policy", "same-origin"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ],
    )
    def test_a_header(self, headers: dict[str, str], name: str, value: str) -> None:
        assert headers[name] == value

    def test_https_is_remembered_only_over_https(
        self, acme: Database, headers: dict[str, str]
    ) -> None:
        assert "Strict-Transport-Security" not in headers
        client = make_app(acme, base_url="https://desk.example").test_client()
        reply = client.get("/healthz", base_url="https://desk.example")
        assert reply.headers["Strict-Transport-Security"].startswith("max-age=")

    def test_signed_in_pages_are_not_stored(self, as_: As) -> None:
        assert as_("rita").get("/account").headers["Cache-Control"] == "no-store"


class TestWatching:
    """The pages that operators ask."""

    @pytest.fixture
    def app(self, database: Database) -> Flask:
        return make_app(database, metrics_token=TOKEN)

    @pytest.mark.parametrize("path", ["/healthz", "/readyz"])
    def test_it_is_well(self, client: HouseClient, path: str) -> None:
        reply = client.get(path)
        assert (reply.status_code, reply.text) == (200, "ok\n")

    def test_a_database_without_the_schema_is_named(self, client: HouseClient) -> None:
        from sqlalchemy import text

        from webapp.extensions import db

        with client.application.app_context(), db.transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        reply = client.get("/readyz")
        assert reply.status_code == 503
        assert "db upgrade" in reply.text

    def test_a_database_that_is_away_is_named_and_no_reason_to_restart(self) -> None:
        client = make_app(Database(make_engine(AWAY)), metrics_token=TOKEN).test_client()
        reply = client.get("/readyz")
        assert reply.status_code == 503
        assert "does not answer" in reply.text
        assert client.get("/healthz").status_code == 200
        figures = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        assert "countersign_database_up 0.0" in figures

    def test_figures_count_answers_by_endpoint_and_never_by_address(
        self, client: HouseClient
    ) -> None:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        client.get("/sign-in?who=rita@acme.example")
        client.get("/made/up/by/rita")
        client.open("/made/up", method="RITA")
        reply = client.get("/metrics", headers=bearer)
        assert reply.content_type.startswith("text/plain")
        assert "countersign_database_up 1.0" in reply.text
        assert 'countersign_messages{kind="mail",status="PENDING"} 0.0' in reply.text
        assert "countersign_oldest_message_seconds 0.0" in reply.text
        assert 'countersign_webhooks{state="FAILING"} 0.0' in reply.text
        assert "countersign_webhooks_failing 0.0" in reply.text
        assert "countersign_checkpoints_waiting 0.0" in reply.text
        counted = (
            'countersign_request_seconds_count{endpoint="identity.sign_in",method="GET",status='
        )
        assert counted in reply.text
        assert 'endpoint="none",method="GET",status="404"' in reply.text
        assert "rita" not in reply.text.lower()

    @pytest.mark.parametrize("shown", [{}, {"Authorization": "Bearer guessed"}])
    def test_only_who_has_the_token_reads_figures(
        self, client: HouseClient, shown: dict[str, str]
    ) -> None:
        reply = client.get("/metrics", headers=shown)
        assert reply.status_code == 401
        assert reply.headers["WWW-Authenticate"] == "Bearer"
        assert "countersign_" not in reply.text

    def test_without_a_token_in_the_settings_there_are_no_figures(self, database: Database) -> None:
        client = make_app(database).test_client()
        assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://desk.example", 503),  # let in, and then there is no provider in this test
        ("http://localhost", 503),
        ("https://evil.example", 403),
        ("null", 403),
    ],
)
def test_forms_come_from_this_desk(acme: Database, origin: str, status: int) -> None:
    client = make_app(acme, base_url="https://desk.example").test_client()
    assert client.post("/sign-in", headers={"Origin": origin}).status_code == status


def test_an_address_that_was_made_before_is_that_of_its_values(plain: FlaskClient) -> None:
    app = plain.application
    with app.test_request_context("/"):
        assert web.address("approvals.inbox", box="all") == "/inbox?box=all"
        assert web.address("approvals.inbox", box="turn", q="a&b") == "/inbox?box=turn&q=a%26b"
        assert web.address("approvals.show", approval_id="a b") == "/approvals/a%20b"
        assert web.address("approvals.inbox", after=None) == "/inbox"
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/desk"}):
        assert web.address("approvals.inbox", box="all") == "/desk/inbox?box=all"
