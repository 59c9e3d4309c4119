"""The mailbox of the demo: what stands in it, and what a mail there cannot do."""

import re
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from tests.demo.conftest import Told
from tests.support.app import HouseClient, sign_in
from webapp.demo import cast, mailbox
from webapp.outbox import queries as outbox
from webapp.outbox.queries import MailRow

BASE = "http://127.0.0.1:8081"


def test_everybody_finds_every_mail_newest_first(told: Told) -> None:
    page = _signed_in(told, "rita").get("/demo/mailbox")
    assert "Bob Harms answered your question" in page.text
    links = re.findall(r'href="(/demo/mailbox/[0-9a-f]+)"', page.text)
    assert links == [f"/demo/mailbox/{mail.id}" for mail in _mails(told)]
    assert "Older mails" in page.text


def test_older_mails_follow(told: Told) -> None:
    client = _signed_in(told, "rita")
    first = client.get("/demo/mailbox").text
    link = re.search(r'href="(/demo/mailbox\?cursor=[^"]+)"', first)
    assert link
    older = client.get(link[1].replace("&amp;", "&")).text
    assert not set(_ids(first)) & set(_ids(older))
    assert client.get("/demo/mailbox?cursor=broken").status_code == 422


def test_the_mailbox_of_one_person_holds_only_theirs(told: Told) -> None:
    page = _signed_in(told, "rita").get("/demo/mailbox?person=simon")
    assert set(re.findall(r'listing-note">([^<]+)<', page.text)) == {"to Simon Weiss"}
    assert len(_ids(page.text)) == len(_mails(told, "simon"))
    assert (
        "Nobody was told anything yet"
        in _signed_in(told, "ada").get("/demo/mailbox?person=nobody").text
    )


def test_a_mail_is_shown_as_text_whose_links_work(told: Told) -> None:
    [mail, *_] = _mails(told, "ada")
    client = _signed_in(told, "ada")
    page = client.get(f"/demo/mailbox/{mail.id}?as=text")
    assert "ada.lindqvist@hafen-logistik.example" in page.text
    link = re.search(r'<div class="demo-text">.*?<a href="([^"]+)"', page.text, re.DOTALL)
    assert link
    assert client.get(urlsplit(link[1]).path).status_code == 200
    assert "may see" not in page.text


def test_who_reads_the_mail_of_another_may_become_them(told: Told) -> None:
    [mail, *_] = _mails(told, "ada")
    page = _signed_in(told, "rita").get(f"/demo/mailbox/{mail.id}")
    assert "The links in it lead to pages that only Ada Lindqvist may see." in page.text
    assert 'name="person" value="ada"' in page.text


def test_the_html_of_a_mail_stands_in_a_frame_that_can_do_nothing(told: Told) -> None:
    [mail, *_] = _mails(told, "ada")
    client = _signed_in(told, "ada")
    page = client.get(f"/demo/mailbox/{mail.id}")
    assert 'sandbox="allow-top-navigation-by-user-activation"' in page.text
    assert page.headers["Content-Security-Policy"].endswith("; frame-src 'self'")
    # A mail is no page of ours, so it is not held to what our pages have to have.
    frame = FlaskClient.open(client, f"/demo/mailbox/{mail.id}/html")
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in frame.text


def test_a_mail_that_does_not_exist_is_not_found(told: Told) -> None:
    client = _signed_in(told, "ada")
    for path in ("/demo/mailbox/none", "/demo/mailbox/none/html"):
        assert client.get(path).status_code == 404


def test_strangers_are_asked_to_sign_in(told: Told) -> None:
    reply = told.app.test_client().get("/demo/mailbox")
    assert reply.status_code == 302
    assert reply.location.startswith("/sign-in")


@pytest.mark.parametrize(
    ("text", "hrefs"),
    [
        ("no link", []),
        ("Look:\nhttp://127.0.0.1:8080/approvals/a1\n", [f"{BASE}/approvals/a1"]),
        ("(see http://localhost/inbox).", [f"{BASE}/inbox"]),
        (f"{BASE}/a, {BASE}/b.", [f"{BASE}/a", f"{BASE}/b"]),
        ("https://elsewhere.example/x?y=1 now", ["https://elsewhere.example/x?y=1"]),
        ("javascript:alert(1) ftp://x", []),
    ],
)
def test_links_lead_to_where_the_desk_is_now(text: str, hrefs: list[str]) -> None:
    parts = list(mailbox.parts(text, BASE))
    assert [part.href for part in parts if part.href] == hrefs
    assert len("".join(part.text for part in parts)) >= len(text) - 1


def test_every_style_sheet_of_a_mail_is_allowed_by_its_content() -> None:
    html = "<html><head><style>a{}</style><style media=all>b{}</style></head></html>"
    assert mailbox.frame_policy(html).count("'sha256-") == 2
    assert "style-src 'none'" in mailbox.frame_policy("<html></html>")


def _signed_in(told: Told, person_id: str) -> HouseClient:
    return sign_in(told.app, person_id, "logistik", tenant_id=cast.TENANT)


def _mails(told: Told, person_id: str | None = None) -> list[MailRow]:
    with told.database.reading() as session:
        return list(outbox.mails(session, cast.TENANT, person_id=person_id).items)


def _ids(page: str) -> list[str]:
    return re.findall(r'href="/demo/mailbox/([0-9a-f]+)"', page)
