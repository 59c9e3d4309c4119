"""What browsers are told, and what they cannot be talked into: headers, cookies, sessions."""

import logging
import re
from collections.abc import Iterator
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from structlog.testing import capture_logs
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from tests.security.stage import Stage, ask, staged
from tests.security.test_access import ROWS, Row
from tests.support.app import HTMX, Counted, Rows, csrf_token
from tests.support.databases import Backend
from tests.support.provider import CLIENT_ID, SECRET, Answers, Provider
from webapp.identity import session_store

EVIL = {"Origin": "https://evil.example"}
POSTS = [row for row in ROWS if row.method == "POST"]
GETS = [row for row in ROWS if row.method == "GET"]
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b(?!.*\bsessions\b)", re.IGNORECASE | re.DOTALL)
MISLED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "Forwarded": "host=evil.example",
}
# Who may press the button of a row.
ENTITLED = {"/company": "ada", "/approvals/{pending}/questions": "bob",
            "/approvals/{pending}/decision": "bob", "/carts/c500-bob": "bob"}  # fmt: skip

# Every kind of answer: how to get it, and its status.
ANSWERS: dict[str, tuple[str, str, dict[str, Any], int]] = {
    "page": ("GET", "/inbox", {}, 200),
    "fragment": ("GET", "/approvals/{pending}", {"headers": HTMX}, 200),
    "redirect": ("GET", "/", {}, 302),
    "answer to a form": ("POST", "/account/sessions/others/end", {}, 303),
    "answer to htmx": ("POST", "/account/sessions/others/end", {"headers": HTMX}, 200),
    "not found": ("GET", "/nowhere", {}, 404),
    "not found for htmx": ("GET", "/approvals/nowhere", {"headers": HTMX}, 404),
    "forbidden": ("GET", "/company", {}, 403),
    "wrong method": ("PUT", "/inbox", {}, 405),
    "conflict": ("POST", "/approvals/{pending}/order", {}, 409),
    "too large": ("POST", "/account/preferences", {"data": {"x": "x" * 2_100_000}}, 413),
    "refused form": ("POST", "/approvals/{pending}/comments", {"data": {"text": ""}}, 422),
    "stale form": ("POST", "/sign-out", {"headers": {"X-CSRFToken": ""}}, 419),
    "not a form": ("POST", "/sign-out", {"json": {}}, 400),
    "head": ("HEAD", "/inbox", {}, 200),
    "options": ("OPTIONS", "/inbox", {}, 200),
    "health": ("GET", "/healthz", {}, 200),
    "fault": ("GET", "/orders", {}, 500),
}


@pytest.fixture(scope="module")
def secure(backend: Backend, acme_rows: Rows, issuer: Provider) -> Iterator[Stage]:
    """A desk that people reach over https."""
    with staged(
        backend,
        acme_rows,
        base_url="https://desk.example",
        oidc_issuer=issuer.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SECRET,
    ) as made:
        yield made


@pytest.fixture(autouse=True)
def usual_logs() -> Iterator[None]:
    """A test may say where logs go; the next one finds them where they were."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def provider(issuer: Provider) -> Provider:
    """The provider, telling the truth."""
    issuer.answers = Answers()
    return issuer


class TestHeaders:
    """What comes with every answer."""

    @pytest.mark.parametrize("name", ANSWERS)
    def test_every_answer_is_guarded(
        self, stage: Stage, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if name == "fault":
            monkeypatch.setitem(stage.app.view_functions, "orders.index", fail)
            monkeypatch.setitem(stage.app.config, "PROPAGATE_EXCEPTIONS", False)
        method, path, request, status = ANSWERS[name]
        with stage.scene():
            reply = ask(stage.client("rita"), stage.path(path), method, **request)
        assert reply.status_code == status
        check_headers(reply)
        assert reply.headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in reply.headers

    @pytest.mark.parametrize("path", ["/sign-in", "/inbox", "/nowhere", "/signed-out", "/healthz",
                                      "/auth/callback"])  # fmt: skip
    def test_strangers_get_the_same(self, stage: Stage, path: str) -> None:
        check_headers(ask(stage.app.test_client(), path, "GET"))

    def test_static_files_are_what_they_say_and_stay(self, stage: Stage) -> None:
        page = ask(stage.app.test_client(), "/sign-in", "GET").text
        found = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
        assert any(path.endswith(".css") for path in found)
        assert any(path.endswith(".js") for path in found)
        for path in found:
            with ask(stage.app.test_client(), path, "GET") as reply:
                assert reply.status_code == 200, path
                assert reply.headers["X-Content-Type-Options"] == "nosniff"
                assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"
                assert "immutable" in reply.headers["Cache-Control"]
                assert "Access-Control-Allow-Origin" not in reply.headers

    @pytest.mark.parametrize("path", [
        "/static/nothing.css", "/static/", "/static/../pyproject.toml", "/static/%2e%2e/README.md",
        "/static/..%2f..%2fpyproject.toml", "/static//etc/passwd", "/static/.dist/manifest.json",
        "/static/%00", "/static/js",
    ])  # fmt: skip
    def test_there_is_nothing_beside_the_static_files(self, stage: Stage, path: str) -> None:
        with ask(stage.app.test_client(), path, "GET") as reply:
            assert reply.status_code in {404, 308}, path
            check_headers(reply)

    def test_over_https_browsers_stay_there(self, secure: Stage) -> None:
        reply = ask(secure.app.test_client(), "/sign-in", "GET")
        assert "includeSubDomains" in reply.headers["Strict-Transport-Security"]
        assert "max-age=63072000" in reply.headers["Strict-Transport-Security"]


class TestCookie:
    """What a browser keeps."""

    def test_over_http_scripts_and_other_sites_do_not_reach_it(self, stage: Stage) -> None:
        with stage.scene():
            cookie = set_by(ask(stage.app.test_client(), "/sign-in"))
        assert cookie["name"] == "countersign"
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= cookie["flags"]
        lasting = ("Domain", "Expires", "Max-Age")
        assert not any(flag.startswith(lasting) for flag in cookie["flags"])

    def test_over_https_it_is_bound_to_the_host(self, secure: Stage) -> None:
        with secure.scene():
            cookie = set_by(ask(secure.app.test_client(), "/sign-in"))
        assert cookie["name"] == "__Host-countersign"
        assert {"HttpOnly", "SameSite=Lax", "Path=/", "Secure"} <= cookie["flags"]
        assert not any(flag.startswith("Domain") for flag in cookie["flags"])

    def test_the_chosen_language_is_bound_to_the_host_as_well(
        self, stage: Stage, secure: Stage
    ) -> None:
        for place, prefix, more in ((stage, "", set()), (secure, "__Host-", {"Secure"})):
            client = place.app.test_client()
            cookie = set_by(ask(client, "/language", data={"language": "de"}))
            assert cookie["name"] == f"{prefix}countersign-language"
            assert {"HttpOnly", "SameSite=Lax", "Path=/"} | more <= cookie["flags"]
            assert not any(flag.startswith("Domain") for flag in cookie["flags"])
            client.set_cookie(cookie["name"], "de", domain="localhost")
            assert '<html lang="de"' in ask(client, "/sign-in", "GET").text

    def test_only_its_hash_is_kept(self, stage: Stage) -> None:
        with stage.scene():
            cookie = set_by(ask(stage.app.test_client(), "/sign-in"))
            kept = [row[0] for row in stage.sql("SELECT id_hash FROM sessions")]
        assert session_store.hash_of(cookie["value"]) in kept
        assert cookie["value"] not in kept
        assert len(cookie["value"]) >= 43

    def test_reading_sets_none(self, stage: Stage) -> None:
        for row in GETS:
            with stage.scene():
                reply = ask(stage.app.test_client(), stage.path(row.pattern), "GET")
            assert "Set-Cookie" not in reply.headers or row.pattern == "/auth/callback", row


# Strangers have no session that a token could be bound to; these look at the origin, and the form
# of a mail's link has a token of its own.
BEFORE_SIGN_IN = {"/sign-in", "/language", "/decide"}


class TestForgery:
    """Forms of other sites, and forms without their token."""

    @pytest.mark.parametrize("token", ["", "x", "of another session"])
    def test_no_form_counts_without_its_token(self, stage: Stage, token: str) -> None:
        if token == "of another session":
            signer = URLSafeTimedSerializer(stage.app.config["SECRET_KEY"], salt="wtf-csrf-token")
            token = str(signer.dumps("f" * 40))
        for row in POSTS:
            if row.pattern not in BEFORE_SIGN_IN:
                with stage.scene(), writes(stage) as written:
                    reply = send(stage, row, headers={"X-CSRFToken": token})
                assert (reply.status_code, written) == (419, []), row

    def test_no_form_of_another_site_counts(self, stage: Stage) -> None:
        """Not even with a token, should one leak."""
        for row in POSTS:
            for headers in (EVIL | {"X-CSRFToken": ""}, EVIL | {"X-CSRFToken": "x"}):
                with stage.scene(), writes(stage) as written:
                    reply = send(stage, row, headers=headers)
                assert (reply.status_code, written) == (403, []), row

    def test_a_token_in_the_address_does_not_count(self, stage: Stage) -> None:
        token = csrf_token(stage.app)
        with stage.scene():
            reply = ask(
                stage.client("rita"),
                f"/sign-out?csrf_token={token}&X-CSRFToken={token}",
                headers={"X-CSRFToken": ""},
            )
        assert reply.status_code == 419

    def test_over_https_the_page_before_has_to_be_ours(self, secure: Stage) -> None:
        for referer, status in (
            ("https://desk.example/account", 303),
            ("https://evil.example/", 419),
            ("https://desk.example.evil.example/", 419),
        ):
            with secure.scene():
                reply = ask(
                    over_https(secure, "rita"),
                    "/account/sessions/others/end",
                    base_url="https://desk.example",
                    headers={"Referer": referer},
                )
            assert reply.status_code == status, referer

    @pytest.mark.parametrize("path", ["/approvals/{pending}", "/approvals/{pending}/withdrawal"])
    def test_a_method_cannot_be_smuggled_in(self, stage: Stage, path: str) -> None:
        names = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
        headers = dict.fromkeys(names, "POST")
        with stage.scene(), writes(stage) as written:
            for query in ("", "?_method=POST&step=withdrawn", "?_method=DELETE"):
                ask(stage.client("rita"), stage.path(path) + query, "GET", headers=headers)
                ask(stage.client("rita"), stage.path(path) + query, "PUT", headers=headers)
        assert not written


@pytest.mark.parametrize("person", ["rita", "bob", "ada"])
def test_looking_writes_nothing_and_asks_no_other_host(stage: Stage, person: str) -> None:
    for row in GETS:
        if row.pattern != "/auth/callback":
            with stage.scene():
                client = stage.client(person)
                with writes(stage) as written:
                    reply = ask(client, stage.path(row.pattern), "GET")
            assert not [one for one in written if "rate_windows" not in one], row
            page = reply.text if reply.mimetype == "text/html" else ""
            assert not re.search(r'(src|href|action|hx-\w+)="(https?:)?//', page), row


class TestSessions:
    """They begin anew, and end when they should."""

    def test_a_session_is_renewed_at_sign_in(self, stage: Stage, provider: Provider) -> None:
        with stage.scene():
            client = stage.app.test_client()
            planted = "a value of an attacker's choice, 43 letters"
            client.set_cookie("countersign", planted, domain="localhost")
            started = ask(client, "/sign-in")
            before = cookie_of(client)
            assert before != planted
            back = ask(client, "/auth/callback", "GET", query_string=provider.authorize(
                str(started.location)))  # fmt: skip
            assert back.status_code == 303
            after = cookie_of(client)
            assert after not in {before, planted}
            for old in (before, planted):
                client.set_cookie("countersign", old, domain="localhost")
                assert ask(client, "/account", "GET").status_code == 302
            client.set_cookie("countersign", after, domain="localhost")
            assert ask(client, "/account", "GET").status_code == 200

    def test_the_token_of_a_form_does_not_survive_the_sign_in(
        self, stage: Stage, provider: Provider
    ) -> None:
        with stage.scene():
            client = stage.app.test_client()
            started = ask(client, "/sign-in")
            stranger = ask(client, "/sign-in/choice", "GET").text
            ask(client, "/auth/callback", "GET",
                query_string=provider.authorize(str(started.location)))  # fmt: skip
            page = ask(client, "/account", "GET").text
            tokens = [re.findall(r'name="csrf_token" value="([^"]+)"', text) for text in
                      (stranger, page)]  # fmt: skip
            assert tokens[1]
            assert not set(tokens[0]) & set(tokens[1])

    @pytest.mark.parametrize("everywhere", ["", "1"])
    def test_signing_out_ends_the_session_itself(self, stage: Stage, everywhere: str) -> None:
        """Not only the cookie: a copy of it leads nowhere either."""
        with stage.scene():
            here, there = stage.client("rita"), stage.client("rita")
            copied = cookie_of(here)
            reply = ask(here, "/sign-out", data={"everywhere": everywhere})
            assert reply.status_code == 303
            assert reply.headers["Clear-Site-Data"] == '"cache"'
            here.set_cookie("countersign", copied, domain="localhost")
            assert ask(here, "/inbox", "GET").status_code == 302
            assert ask(there, "/inbox", "GET").status_code == (302 if everywhere else 200)

    def test_one_browser_is_signed_out_from_another(self, stage: Stage) -> None:
        with stage.scene():
            here, there = stage.client("rita"), stage.client("rita")
            other = session_store.hash_of(cookie_of(there))
            assert ask(here, f"/account/sessions/{other}/end").status_code == 303
            assert ask(there, "/inbox", "GET").status_code == 302
            assert ask(here, "/inbox", "GET").status_code == 200

    @pytest.mark.parametrize(("change", "status"), [
        ("UPDATE memberships SET role = 'B2B_BUYER' WHERE person_id = 'ada'", 403),
        ("UPDATE memberships SET active = false WHERE person_id = 'ada'", 403),
        ("UPDATE people SET active = false WHERE id = 'ada'", 302),
    ])  # fmt: skip
    def test_what_somebody_may_changes_at_once(
        self, stage: Stage, change: str, status: int
    ) -> None:
        with stage.scene():
            client = stage.client("ada")
            assert ask(client, "/company", "GET").status_code == 200
            stage.sql(change)
            assert ask(client, "/company", "GET").status_code == status
            assert ask(client, "/company/limit").status_code == (401 if status == 302 else 403)

    @pytest.mark.parametrize(("change", "status"), [
        ("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE person_id = 'bob'", 403),
        ("UPDATE memberships SET active = false WHERE person_id = 'bob'", 404),
        ("UPDATE people SET active = false WHERE id = 'bob'", 401),
    ])  # fmt: skip
    def test_who_lost_the_right_decides_no_more(
        self, stage: Stage, change: str, status: int
    ) -> None:
        with stage.scene():
            client = stage.client("bob")
            stage.sql(change)
            form = {"step": "approved", "revision": "1"}
            reply = ask(client, stage.path("/approvals/{pending}/decision"), data=form)
            assert reply.status_code == status
            assert stage.desk.approval(stage.ids["pending"]).status == "PENDING"

    @pytest.mark.parametrize("column", ["seen_at", "expires_at"])
    def test_a_session_ends_by_itself(self, stage: Stage, column: str) -> None:
        """After two hours without a click, and after twelve in any case."""
        with stage.scene():
            client = stage.client("rita")
            stage.sql(f"UPDATE sessions SET {column} = '2020-01-01 00:00:00+00:00'")  # noqa: S608
            assert ask(client, "/inbox", "GET").status_code == 302


class TestHost:
    """Who a request says the desk is makes no difference: addresses come from the settings."""

    def test_pages_and_ways_on_name_no_host(self, stage: Stage) -> None:
        for row in GETS:
            with stage.scene():
                stranger = stage.app.test_client()
                reply = ask(stranger, stage.path(row.pattern), "GET", headers=MISLED)
            assert "evil.example" not in reply.text, row
            assert "evil.example" not in str(reply.headers), row

    def test_the_provider_sends_people_back_to_the_desk(self, stage: Stage) -> None:
        with stage.scene():
            reply = ask(stage.app.test_client(), "/sign-in", headers=MISLED)
        [back] = parse_qs(urlsplit(reply.location).query)["redirect_uri"]
        assert back == "http://localhost/auth/callback"

    @pytest.mark.parametrize("host", ["", "a b", "evil.example/x", "[::1", "x" * 5_000, "a\x00b",
                                      "evil.example:x", "@", "\xff"])  # fmt: skip
    def test_a_broken_host_is_no_fault(self, stage: Stage, host: str) -> None:
        for method, path in (("GET", "/inbox"), ("POST", "/sign-out"), ("POST", "/sign-in")):
            with stage.scene():
                reply = ask(stage.app.test_client(), path, method, environ_overrides={
                    "HTTP_HOST": host})  # fmt: skip
            assert reply.status_code < 500, f"{method} {path}"


def test_logs_hold_no_secrets(
    stage: Stage, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    """Not the cookie, not a token, not the code, not what was typed, not whose address it is."""
    caplog.set_level(logging.INFO)
    words = "Nobody but Bob is to read this."
    with stage.scene(), capture_logs() as logged:
        client = stage.app.test_client()
        started = ask(client, "/sign-in")
        answer = provider.authorize(str(started.location), code="code-of-the-provider")
        ask(client, "/auth/callback", "GET", query_string=answer)
        page = ask(client, stage.path("/approvals/{pending}"), "GET").text
        [token, *_] = re.findall(r'name="csrf_token" value="([^"]+)"', page)
        form = {"csrf_token": token, "text": words}
        sent = ask(client, stage.path("/approvals/{pending}/comments"), data=form)
        assert sent.status_code == 303
        ask(client, stage.path("/approvals/{pending}/comments"), data={"text": words})
        ask(client, "/auth/callback", "GET", query_string=answer)
        told = "\n".join([*map(str, logged), caplog.text])
        secrets = [cookie_of(client), token, words, answer["state"], "code-of-the-provider",
                   provider.answers.verifiers[-1], SECRET, "an access token", "rita@acme.example",
                   stage.app.config["SECRET_KEY"]]  # fmt: skip
    assert "/comments" in told
    assert "signed in" in told
    for secret in secrets:
        assert secret
        assert secret not in told


def test_a_fault_is_logged_without_what_was_typed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from webapp import logs

    monkeypatch.setitem(stage.app.view_functions, "approvals.create_comment", fail)
    monkeypatch.setitem(stage.app.config, "PROPAGATE_EXCEPTIONS", False)
    for as_json in (True, False):
        logs.configure("debug", json=as_json)
        with stage.scene():
            client = stage.client("rita")
            path = stage.path("/approvals/{pending}/comments")
            reply = ask(client, path, data={"text": "what was typed"})
            cookie = cookie_of(client)
        told = capsys.readouterr().err
        assert reply.headers["X-Request-ID"] in told
        assert "a fault of the test" in told
        assert "what was typed" not in told + reply.text
        assert cookie not in told
        assert "a fault of the test" not in reply.text


def fail(**_: object) -> NoReturn:
    """What a view does when it is broken."""
    raise RuntimeError("a fault of the test")


def check_headers(reply: Response) -> None:
    """The headers that no answer goes without."""
    headers = reply.headers
    policy = dict(
        part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == policy["object-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"].split()[0] == "'self'"
    assert len(policy["form-action"].split()) == 2, "the provider and nobody else"
    assert not re.search(r"unsafe|\*|https:(?!/)|blob:|\bhttp:(?!/)", str(policy))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in headers
    assert not {"Server", "X-Powered-By"} & set(headers.keys())


def set_by(reply: TestResponse) -> dict[str, Any]:
    """The one cookie of an answer."""
    [header] = reply.headers.getlist("Set-Cookie")
    pair, *flags = [part.strip() for part in header.split(";")]
    name, _, value = pair.partition("=")
    return {"name": name, "value": value, "flags": set(flags)}


def cookie_of(client: FlaskClient) -> str:
    """What this browser shows as its session."""
    cookie = client.get_cookie("countersign")
    assert cookie is not None
    return cookie.value


def over_https(stage: Stage, person_id: str) -> FlaskClient:
    """A browser that came over https."""
    client = stage.client(person_id)
    cookie = client.get_cookie("__Host-countersign")
    assert cookie is not None
    client.set_cookie("__Host-countersign", cookie.value, domain="desk.example", secure=True)
    return client


def send(stage: Stage, row: Row, **request: Any) -> TestResponse:
    """Send the form of a row as somebody who may."""
    person = next((who for place, who in ENTITLED.items() if row.pattern.startswith(place)), "rita")
    from tests.security.test_access import FORMS

    return ask(
        stage.client(person),
        stage.path(row.pattern),
        data=FORMS[row.form],
        content_type="application/x-www-form-urlencoded",
        **request,
    )


class writes:  # noqa: N801 - reads as a word: with writes(stage) as written
    """The statements of a block that write something other than sessions."""

    def __init__(self, stage: Stage) -> None:
        self.counted = Counted(stage.app)
        self.written: list[str] = []

    def __enter__(self) -> list[str]:
        self.counted.__enter__()
        return self.written

    def __exit__(self, *reason: object) -> None:
        self.counted.__exit__(*reason)
        self.written += [one for one in self.counted.seen if WRITES.match(one)]
