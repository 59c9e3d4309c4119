"""Our desk signs people in at the certified `oidc-provider`, and believes none of its lies."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from werkzeug.test import TestResponse

from tests.certified.conftest import CLIENT_ID, SECRET, SIGNED_OUT, Certified
from tests.support.app import HouseClient, make_app
from tests.support.cast import Desk
from webapp.db import Database
from webapp.kernel.clock import utcnow

ABOVE = "UPDATE companies SET again_minor = 10000, again_currency = 'EUR' WHERE id = 'le1'"

Enter = Callable[..., TestResponse]


def make_desk(database: Database, certified: Certified, **settings: object) -> Flask:
    """The desk with this provider."""
    return make_app(
        database,
        oidc_issuer=certified.issuer,
        oidc_client_id=CLIENT_ID,
        **{"oidc_client_secret": SECRET, **settings},
    )


@pytest.fixture
def app(acme: Database, certified: Certified) -> Flask:
    """The desk with this provider."""
    return make_desk(acme, certified)


@pytest.fixture
def enter(client: HouseClient, certified: Certified) -> Enter:
    """Sign in as somebody; returns the answer of the callback."""

    def entering(login: str = "bob", next_path: str = "", **changed: str | None) -> TestResponse:
        address = begin(client, next_path)
        answer = certified.visit(address, login)
        return come_back(client, answer, **changed)

    return entering


def begin(client: HouseClient, next_path: str = "", path: str = "/sign-in") -> str:
    """Press the button; returns the address at the provider."""
    reply = client.post(path, data={"next": next_path, "csrf_token": token_of(client)})
    assert reply.status_code == 302, reply.text
    return reply.location


def come_back(client: HouseClient, answer: dict[str, str], **changed: str | None) -> TestResponse:
    """Bring the provider's answer to the desk, changed on the way."""
    query = {name: text for name, text in {**answer, **changed}.items() if text is not None}
    return client.get("/auth/callback", query_string=query)


def token_of(client: HouseClient) -> str:
    """The token of the forms of whoever is signed in; nothing for strangers."""
    page = client.get("/account").text
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def is_signed_in(client: HouseClient) -> bool:
    """Whether the account page opens."""
    return client.get("/account").status_code == 200


def test_somebody_signs_in_and_reads_the_page_they_asked_for(
    client: HouseClient, enter: Enter
) -> None:
    reply = enter("rita", "/account?from=mail")
    assert (reply.status_code, reply.location) == (303, "/account?from=mail")
    # The provider keeps the address out of the ID token, and tells it when it is asked.
    assert "rita@acme.example" in client.get("/account").text


def test_the_provider_remembers_who_signed_in(client: HouseClient, certified: Certified) -> None:
    come_back(client, certified.visit(begin(client), "rita"))
    client.delete_cookie("countersign")
    assert certified.prompt(begin(client)) == ""


def test_signing_out_ends_it_there_too(
    client: HouseClient, certified: Certified, enter: Enter
) -> None:
    enter("rita")
    reply = client.post("/sign-out", data={"csrf_token": token_of(client)})
    page = certified.browser.get(reply.location, timeout=10)
    assert page.ok, page.text
    action = re.search(r'action="([^"]+)"', page.text)
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    assert action
    done = certified.browser.post(
        action[1], data={**fields, "logout": "yes"}, allow_redirects=False, timeout=10
    )
    assert done.headers["Location"].startswith(SIGNED_OUT), done.text
    assert not is_signed_in(client)
    assert certified.prompt(begin(client)) == "login"


def test_who_refuses_is_told_so(client: HouseClient, certified: Certified) -> None:
    answer = certified.visit(begin(client), "rita", refuse="1")
    assert answer["error"] == "access_denied"
    reply = come_back(client, answer)
    assert reply.status_code == 400
    assert "Signing in was cancelled" in reply.text
    assert not is_signed_in(client)


def test_a_wrong_client_secret_lets_nobody_in(acme: Database, certified: Certified) -> None:
    app = make_desk(acme, certified, oidc_client_secret="another secret")
    client = app.test_client()
    assert isinstance(client, HouseClient)
    reply = come_back(client, certified.visit(begin(client), "rita"))
    assert reply.status_code == 400
    assert not is_signed_in(client)


LIES = (
    "audience", "audience with azp", "issuer", "nonce", "no nonce", "expired", "no expiry",
    "unsigned", "our secret", "stranger", "changed", "missing",
)  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_token_is_refused_with_another_or_no(
    client: HouseClient, certified: Certified, lie: str
) -> None:
    answer = certified.visit(begin(client), "rita")
    certified.lie(lie)
    reply = come_back(client, answer)
    assert reply.status_code == 400, reply.text
    assert "Signing in did not work" in reply.text
    assert not is_signed_in(client)


def test_a_token_of_another_sign_in_is_refused(
    client: HouseClient, certified: Certified, enter: Enter
) -> None:
    assert enter("rita").status_code == 303
    client.delete_cookie("countersign")
    answer = certified.visit(begin(client), "rita")
    certified.lie("replayed")
    assert come_back(client, answer).status_code == 400
    assert not is_signed_in(client)


def test_an_answer_works_once(client: HouseClient, certified: Certified) -> None:
    answer = certified.visit(begin(client), "rita")
    assert come_back(client, answer).status_code == 303
    assert come_back(client, answer).status_code == 400


@pytest.mark.parametrize("given", [None, "https://evil.example", ""])
def test_the_answer_has_to_say_which_provider_it_comes_from(
    client: HouseClient, certified: Certified, given: str | None
) -> None:
    document = requests.get(f"{certified.issuer}/.well-known/openid-configuration", timeout=10)
    assert document.json()["authorization_response_iss_parameter_supported"] is True
    answer = certified.visit(begin(client), "rita")
    assert answer["iss"] == certified.issuer
    assert come_back(client, answer, iss=given).status_code == 400
    assert not is_signed_in(client)


def test_a_code_of_somebody_else_is_refused(app: Flask, certified: Certified) -> None:
    victim, attacker = app.test_client(), app.test_client()
    assert isinstance(victim, HouseClient)
    assert isinstance(attacker, HouseClient)
    stolen = certified.visit(begin(victim), "ada")
    own = certified.visit(begin(attacker), "rita")
    assert come_back(attacker, own, code=stolen["code"]).status_code == 400
    assert not is_signed_in(attacker)


class TestSigningInAgain:
    """Before a large decision (R53)."""

    @pytest.fixture
    def asked(self, desk: Desk, enter: Enter) -> str:
        """A request that waits for Bob, who signed in just now."""
        asked = desk.ask(now=utcnow())
        desk.sql(ABOVE)
        assert enter("bob").status_code == 303
        return asked

    def test_the_provider_asks_once_more_and_the_desk_believes_it(
        self, asked: str, desk: Desk, client: HouseClient, certified: Certified
    ) -> None:
        assert decide(client, asked).status_code == 403
        where = begin(client, f"/approvals/{asked}", "/sign-in/again")
        assert parse_qs(urlsplit(where).query)["max_age"] == ["300"]
        assert certified.prompt(where) == "login"
        reply = come_back(client, certified.visit(where, "bob"))
        assert reply.location == f"/approvals/{asked}"
        assert decide(client, asked).status_code == 303
        assert desk.approval(asked).status == "APPROVED"

    @pytest.mark.parametrize("lie", ["old proof", "no proof"])
    def test_an_old_proof_is_none(
        self, asked: str, client: HouseClient, certified: Certified, lie: str
    ) -> None:
        answer = certified.visit(begin(client, "/", "/sign-in/again"), "bob")
        certified.lie(lie)
        assert come_back(client, answer).status_code == 400
        assert decide(client, asked).status_code == 403

    def test_somebody_else_proves_nothing(
        self, asked: str, client: HouseClient, certified: Certified
    ) -> None:
        elsewhere = Certified(certified.issuer)
        answer = elsewhere.visit(begin(client, "/", "/sign-in/again"), "ada")
        assert come_back(client, answer).status_code == 400
        assert decide(client, asked).status_code == 403

    @pytest.mark.parametrize(("kind", "status"), [("mfa", 303), ("pwd", 400), ("", 400)])
    def test_the_kind_of_sign_in_counts(
        self, acme: Database, certified: Certified, kind: str, status: int
    ) -> None:
        client = make_desk(acme, certified, oidc_acr_values="mfa").test_client()
        assert isinstance(client, HouseClient)
        come_back(client, certified.visit(begin(client), "bob"))
        where = begin(client, "/", "/sign-in/again")
        assert parse_qs(urlsplit(where).query)["acr_values"] == ["mfa"]
        kinds = {"acr": kind} if kind else {}
        assert come_back(client, certified.visit(where, "bob", **kinds)).status_code == status


def decide(client: HouseClient, approval_id: str) -> TestResponse:
    """Approve on the second press."""
    data = {"step": "approved", "revision": "1", "note": "", "csrf_token": token_of(client)}
    return client.post(f"/approvals/{approval_id}/decision", data=data)
