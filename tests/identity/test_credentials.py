"""API keys and API clients on the account page: made, shown once, listed, ended."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.support.app import As, HouseClient
from webapp.db import Database
from webapp.identity import clients, keys, scopes
from webapp.identity.domain import Role
from webapp.identity.forms import READ_ONLY
from webapp.kernel.clock import utcnow

KEY = {"name": "monthly report", "access": "read", "days": "90"}
CLIENT = {"name": "bookkeeping", "reads_orders": "y"}
NEW_KEY, NEW_CLIENT = "/account/keys/new", "/account/clients/new"


def shown(reply: TestResponse) -> tuple[str, str]:
    """The id and the secret on the page."""
    assert reply.status_code == 201
    found = dict(re.findall(r'id="credential-(id|secret)"[^>]*>([^<]+)</pre>', reply.text))
    return found["id"], found["secret"]


def revocations(client: HouseClient) -> list[str]:
    """The addresses at which the account page offers to end something."""
    page = client.get("/account").text
    return re.findall(r'href="(/account/(?:keys|clients)/[^"]+/revocation)"', page)


def key_of(acme: Database, key_id: str, secret: str) -> keys.Key | None:
    """The key as a program that brings both is known by it."""
    with acme.reading() as session:
        return keys.authenticate(session, key_id, secret, now=utcnow())


@pytest.mark.parametrize("days", ["30", "90", "365"])
def test_a_key_is_made_for_the_time_that_was_chosen(acme: Database, as_: As, days: str) -> None:
    found = key_of(acme, *shown(as_("rita").post(NEW_KEY, data=KEY | {"days": days})))
    assert found is not None
    assert (found.name, found.person_id, found.company_id) == ("monthly report", "rita", "le1")
    assert found.expires_at - found.created_at == timedelta(days=int(days))


def test_a_key_that_only_reads_changes_nothing(acme: Database, as_: As) -> None:
    found = key_of(acme, *shown(as_("rita").post(NEW_KEY, data=KEY)))
    assert found is not None
    assert found.scopes
    assert not [scope for scope in found.scopes if "_manage" in scope or "edit" in scope]
    assert set(READ_ONLY) <= scopes.of_customer(Role.REQUESTER)


def test_a_key_that_decides_may_what_its_owner_may(acme: Database, as_: As) -> None:
    found = key_of(acme, *shown(as_("ada").post(NEW_KEY, data=KEY | {"access": "act"})))
    assert found is not None
    assert found.scopes == ()


def test_the_secret_is_shown_once_and_kept_nowhere(acme: Database, as_: As) -> None:
    rita = as_("rita")
    reply = rita.post(NEW_KEY, data=KEY)
    key_id, secret = shown(reply)
    assert reply.headers["Cache-Control"] == "no-store"
    assert "Location" not in reply.headers
    assert (
        f"curl http://localhost/oauth/token -d grant_type=client_credentials -d client_id={key_id}"
        f" -d client_secret={secret}"
    ) in reply.text
    for path in ("/account", NEW_KEY, f"/account/keys/{key_id}/revocation"):
        assert secret not in rita.get(path).text
    with acme.reading() as session:
        for table in ("tokens", "sessions"):
            rows = session.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 - fixed
            assert secret not in str(rows)


def test_the_page_of_the_secret_works_without_scripts(as_: As) -> None:
    page = as_("rita").post(NEW_KEY, data=KEY).text
    assert re.search(r"<button[^>]* data-copy hidden", page)
    assert "onclick" not in page
    assert page.count("<script") == 1


def test_who_acts_for_several_companies_says_for_which(acme: Database, as_: As) -> None:
    mia = as_("mia", "le1")
    assert "Werk Drei KG" in mia.get(NEW_KEY).text
    assert mia.post(NEW_KEY, data=KEY).status_code == 422
    assert mia.post(NEW_KEY, data=KEY | {"company_id": "le2"}).status_code == 422
    found = key_of(acme, *shown(mia.post(NEW_KEY, data=KEY | {"company_id": "le3"})))
    assert found is not None
    assert found.company_id == "le3"


def test_who_has_no_company_has_a_key_for_themselves(acme: Database, as_: As) -> None:
    found = key_of(acme, *shown(as_("carl").post(NEW_KEY, data=KEY)))
    assert found is not None
    assert found.company_id is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "Write what it is for"),
        ({"name": "  "}, "Write what it is for"),
        ({"name": "x" * 101}, "Shorten the name"),
        ({"name": "nul\x00"}, "cannot be stored"),
        ({"access": "everything"}, None),
        ({"access": ""}, None),
        ({"days": "1000"}, None),
        ({"days": ""}, None),
    ],
)
def test_a_key_that_cannot_be_is_refused_in_words(
    as_: As, changed: dict[str, str], words: str | None
) -> None:
    rita = as_("rita")
    reply = rita.post(NEW_KEY, data=KEY | changed)
    assert reply.status_code == 422
    assert 'id="error-summary"' in reply.text
    assert words is None or words in reply.text
    assert revocations(rita) == []


def test_keys_are_listed_with_their_use_and_end(acme: Database, as_: As) -> None:
    rita = as_("rita")
    key_id, _ = shown(rita.post(NEW_KEY, data=KEY))
    page = rita.get("/account").text
    assert "monthly report" in page
    assert "not used yet" in page
    assert "only reads" in page
    with acme.transaction() as session:
        session.execute(
            text("UPDATE tokens SET last_used_at = created_at WHERE family_id = :id"),
            {"id": key_id},
        )
    assert "last used" in rita.get("/account").text
    with time_machine.travel(utcnow() + timedelta(days=91)):
        assert "monthly report" not in as_("rita").get("/account").text


def test_a_key_ends_after_one_more_press(acme: Database, as_: As) -> None:
    rita = as_("rita")
    key_id, secret = shown(rita.post(NEW_KEY, data=KEY))
    (path,) = revocations(rita)
    assert "monthly report" in rita.get(path).text
    assert key_of(acme, key_id, secret)
    reply = rita.post(path)
    assert (reply.status_code, reply.location) == (303, "/account")
    assert key_of(acme, key_id, secret) is None
    assert "opens nothing any more" in rita.get("/account").text
    assert rita.get(path).status_code == rita.post(path).status_code == 404


def test_the_history_of_the_company_tells_of_clients_and_not_of_secrets(
    acme: Database, as_: As
) -> None:
    ada = as_("ada", "le1")
    _, secret = shown(ada.post(NEW_CLIENT, data=CLIENT))
    (path,) = revocations(ada)
    ada.post(path)
    told = ada.get("/company?view=changes").text
    assert "made an API client for bookkeeping" in told
    assert "revoked the API client for bookkeeping" in told
    with acme.reading() as session:
        entries = session.execute(text("SELECT content FROM ledger_entries")).scalars().all()
    assert len(entries) == 2
    assert secret not in str(entries)


def test_keys_of_others_do_not_exist(as_: As) -> None:
    rita, ada = as_("rita"), as_("ada")
    shown(rita.post(NEW_KEY, data=KEY))
    (path,) = revocations(rita)
    assert revocations(ada) == []
    assert ada.get(path).status_code == ada.post(path).status_code == 404
    assert rita.get(path).status_code == 200


def test_who_has_many_keys_is_told_to_end_one(as_: As) -> None:
    rita = as_("rita")
    for _ in range(keys.MOST):
        assert rita.post(NEW_KEY, data=KEY).status_code == 201
    reply = rita.post(NEW_KEY, data=KEY)
    assert reply.status_code == 403
    assert "Revoke one" in reply.text


def test_an_admin_adds_a_client_of_the_company(acme: Database, as_: As) -> None:
    ada = as_("ada")
    reply = ada.post(NEW_CLIENT, data=CLIENT)
    client_id, secret = shown(reply)
    assert reply.headers["Cache-Control"] == "no-store"
    with acme.reading() as session:
        found = clients.find(session, client_id, tenant_id="acme")
    assert found is not None
    assert (found.client.name, found.client.company_id) == ("bookkeeping", "le1")
    assert found.client.scopes == ("order.order_read",)
    page = ada.get("/account").text
    assert "bookkeeping" in page
    assert "Not used yet" in page
    assert secret not in page


def test_a_client_may_do_at_least_one_thing(as_: As) -> None:
    reply = as_("ada").post(NEW_CLIENT, data={"name": "bookkeeping"})
    assert reply.status_code == 422
    assert "Choose what the program may do" in reply.text
    assert as_("ada").post(NEW_CLIENT, data={"reads_orders": "y"}).status_code == 422
    both = {"reads_orders": "y", "reads_company": "y"}
    assert as_("ada").post(NEW_CLIENT, data=CLIENT | both).status_code == 201


@pytest.mark.parametrize("person", ["rita", "bob", "carl"])
def test_only_admins_see_and_add_clients(as_: As, person: str) -> None:
    client = as_(person)
    assert "API clients" not in client.get("/account").text
    assert client.get(NEW_CLIENT).status_code == 403
    assert client.post(NEW_CLIENT, data=CLIENT).status_code == 403


def test_a_client_ends_after_one_more_press(acme: Database, as_: As) -> None:
    ada = as_("ada")
    client_id, _ = shown(ada.post(NEW_CLIENT, data=CLIENT))
    (path,) = revocations(as_("alan"))
    assert "bookkeeping" in ada.get(path).text
    assert ada.post(path).status_code == 303
    with acme.reading() as session:
        assert clients.find(session, client_id, tenant_id="acme") is None
    assert revocations(ada) == []
    assert ada.get(path).status_code == ada.post(path).status_code == 404


def test_clients_of_other_companies_and_of_the_tenant_do_not_exist(as_: As) -> None:
    shown(as_("ada").post(NEW_CLIENT, data=CLIENT))
    (path,) = revocations(as_("ada"))
    olga = as_("olga")
    assert revocations(olga) == []
    assert olga.get(path).status_code == olga.post(path).status_code == 404
    assert as_("bob").post(path).status_code == 403
    service = "/account/clients/acme-service/revocation"
    assert as_("ada").get(service).status_code == as_("ada").post(service).status_code == 404
