"""Whatever people call themselves and write: it is text on every page and in every mail."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import html5lib
import pytest

from tests.security.stage import DRILL, Stage, ask, staged
from tests.security.test_access import ROWS
from tests.support.app import HTMX, HouseClient, Rows
from tests.support.cast import ADA, BOB, DETAILS, RITA, WINDOW, cart, quote
from tests.support.databases import Backend
from tests.support.provider import Provider
from webapp.approvals.domain import Action
from webapp.carts.service import create
from webapp.demo import cast, mailbox
from webapp.kernel.clock import utcnow
from webapp.orders.terms import Terms
from webapp.outbox import delivery, mailer
from webapp.outbox.letter import Letter, mime
from webapp.outbox.models import Mail
from webapp.seeding import service as seeding

EVIL = (
    """"'><script>alert(1)</script><img src=x onerror=alert(1)>"""
    """</textarea></title><svg onload=alert(1)>{{7*7}}{0}%(x)s*b*&lt;"""
)
LINKS = """javascript:alert(1) http://x.example/"onmouseover="alert(1) https://x.example/?a='b&<c"""
WORDS = f"{EVIL} {LINKS}"
# The texts of the seed, wherever they stand, each with the condition under which it is replaced.
TEXTS = {
    "people": ("first_name", "last_name"),
    "companies": ("name",),
    "products": ("name",),
    "carts": ("name",),
    "cart_items": ("name", "sku"),
    "quote_items": ("name", "sku"),
}
FOLDED = {"sites": ("shipping_methods", "delivery_windows", "payment_methods"),
          "company_addresses": ("address",)}  # fmt: skip
# What of a document is read by programs and stays as it is.
CODES = {"amount", "weekdays", "zoneId", "methodId", "id", "slotId", "provider", "method", "type",
         "shippingTaxCode", "currency"}  # fmt: skip


@pytest.fixture(scope="module")
def evil(backend: Backend, acme_rows: Rows, issuer: Provider) -> Iterator[Stage]:
    """A desk on which every text is markup, with requests that went through everything."""
    with staged(backend, acme_rows, oidc_issuer=issuer.issuer, oidc_client_id="x") as made:
        spoil(made)
        play(made)
        yield made


@pytest.mark.parametrize("person", ["rita", "bob", "ada"])
def test_every_page_shows_it_as_text(evil: Stage, person: str) -> None:
    """`HouseClient` fails on any page with inline code or an attribute that runs some."""
    shown = 0
    for pattern in {row.pattern for row in ROWS if row.method == "GET"} - {"/auth/callback"}:
        for headers in ({}, HTMX) if "/approvals" in pattern else ({},):
            with evil.scene():
                client = evil.client(person)
                assert isinstance(client, HouseClient)
                reply = client.get(evil.path(pattern), headers=headers)
            if reply.mimetype in {"text/csv", "application/json", "application/pdf"}:
                # No browser reads it as a page.
                assert reply.headers["X-Content-Type-Options"] == "nosniff"
                continue
            check(reply.text, f"{pattern} as {person}")
            shown += reply.text.count("&lt;script&gt;")
    assert shown > 50


@pytest.mark.parametrize("box", ["turn", "waiting", "open", "decided", "all"])
def test_every_list_shows_it_as_text(evil: Stage, box: str) -> None:
    for person, path in (("rita", "/requests"), ("bob", "/inbox"), ("ada", "/inbox")):
        with evil.scene():
            reply = evil.client(person).get(f"{path}?box={box}")
        check(reply.text, f"{path} {box}")


def test_what_is_refused_shows_it_as_text(evil: Stage) -> None:
    """In the words of the refusal, in the fields, and in what a search found."""
    long = WORDS + "x" * 5_000
    for person, path, form in (
        ("bob", "/approvals/{pending}/decision", {"step": "declined", "note": ""}),
        ("bob", "/approvals/{pending}/decision", {"step": "declined", "note": long}),
        ("rita", "/approvals/{pending}/comments", {"text": long}),
        ("rita", "/approvals/{declined}/comments", {"text": WORDS}),
        ("rita", "/carts/new", {"name": long, "lines-0-sku": WORDS, "lines-0-quantity": EVIL}),
        ("rita", "/carts/import", {"text": WORDS, "tax": EVIL, "step": "check"}),
        ("rita", "/carts/c1000-rita/checkout", {"approver": EVIL, "comment": long}),
        ("rita", "/carts/c1000-rita/checkout", {"approver": "ada", "comment": WORDS,
                                                "step": "preview"}),
        ("ada", "/company/people", {"email": EVIL, "first_name": EVIL, "role": EVIL}),
        ("ada", "/company/limit", {"limit-kind": "limited", "limit-amount": EVIL[:90],
                                   "limit-currency": EVIL[:90], "limit-version": "1"}),
        ("ada", "/account/preferences", {"language": EVIL, "theme": EVIL}),
        ("ada", "/account/keys/new", {"name": long, "access": EVIL, "days": EVIL}),
        ("ada", "/account/clients/new", {"name": WORDS}),
    ):  # fmt: skip
        with evil.scene():
            client = evil.client(person)
            assert isinstance(client, HouseClient)
            reply = client.post(evil.path(path), data={"revision": "1", **form})
            check(reply.text, f"{path} {form}")
            assert reply.status_code in {200, 409, 422}, f"{path} {form}"
    with evil.scene():
        check(evil.client("ada").get("/company", query_string={"q": EVIL}).text, "search")


def test_a_form_that_came_too_late_shows_it_as_text(evil: Stage) -> None:
    with evil.scene():
        client = evil.client("rita")
        assert isinstance(client, HouseClient)
        path, headers = evil.path("/approvals/{pending}/comments"), {"X-CSRFToken": "old"}
        form = {"text": WORDS, EVIL: EVIL, "short": '"><b>'}
        reply = client.post(path, data=form, headers=headers)
        assert reply.status_code == 419
        check(reply.text, path)
        assert "<b>" not in reply.text


def test_the_announcement_for_htmx_is_data(evil: Stage) -> None:
    with evil.scene():
        client = evil.client("rita")
        assert isinstance(client, HouseClient)
        path = evil.path("/approvals/{pending}/comments")
        reply = client.post(path, data={"text": WORDS}, headers=HTMX)
    trigger = reply.headers["HX-Trigger"]
    assert trigger.isascii()
    assert set(json.loads(trigger)) == {"status"}


def test_every_mail_shows_it_as_text(evil: Stage) -> None:
    letters = list(written(evil))
    assert {"asks for", "declined", "asks you"} <= {
        words for words in ("asks for", "declined", "asks you") for one in letters
        if words in one.subject or words in one.text
    }  # fmt: skip
    for letter in letters:
        check(letter.html, letter.subject)
        tree = html5lib.parse(letter.html, namespaceHTMLElements=False)
        assert not tree.findall(".//script")
        assert not tree.findall(".//svg")
        for tag in tree.iter():
            assert not [name for name in tag.attrib if str(name).startswith("on")], letter.subject
            href = tag.get("href", "")
            assert href.startswith(("http://localhost/", "#", "")), href
            assert not href.lower().startswith(("javascript:", "data:")), href
        assert "\n" not in letter.subject
        message = mime(letter, sender="Desk <desk@acme.example>", host="desk.example")
        assert message.as_bytes().count(b"\nSubject: ") + message.as_bytes().startswith(b"Sub") == 1


def test_the_mailbox_of_the_demo_shows_it_as_text(backend: Backend, acme_rows: Rows) -> None:
    raw = f"<html><head><title>x</title></head><body>{EVIL}</body></html>"
    with staged(
        backend,
        acme_rows,
        env="demo",
        oidc_issuer="http://localhost/demo/idp",
        oidc_client_id="countersign",
        oidc_client_secret="a secret of the tests only",
    ) as demo:
        demo.desk.run(seeding.load, cast.seed_document("http://localhost/demo/idp"), now=utcnow())
        with demo.desk.database.transaction() as session:
            session.add(
                Mail(
                    tenant_id=cast.TENANT,
                    id="m1",
                    address=f"{EVIL}@x.example",
                    subject=EVIL,
                    text=WORDS,
                    html=raw,
                    stream_id="s",
                    sent_at=utcnow(),
                )
            )
        client = demo.client("rita")
        assert isinstance(client, HouseClient)
        for path in ("/demo/mailbox", "/demo/mailbox/m1", "/demo/mailbox/m1?as=text"):
            check(client.get(path).text, path)
        frame = ask(client, "/demo/mailbox/m1/html", "GET")
        # Even a mail that were nothing but code could not run any.
        assert "<script>" in frame.text
        policy = frame.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "allow-scripts" not in policy
        assert "sandbox" in policy
        assert "unsafe" not in policy


def test_the_text_of_a_mail_links_only_to_the_web() -> None:
    for part in mailbox.parts(WORDS, "http://localhost"):
        assert not part.href or re.match(r"https?://", part.href)
        assert '"' not in part.href
        assert "<" not in part.href


def check(html: str, where: str) -> None:
    """Nothing of what was written has become markup, and no template was evaluated."""
    for trace in ("<script>alert", "<img src=x", "<svg onload", 'onmouseover="alert', "49{0}"):
        assert trace not in html, f"{where}: {trace}"
    assert not re.search(r'href="\s*(javascript|data):', html, re.IGNORECASE), where


def spoil(stage: Stage) -> None:
    """Put markup into every text of the database."""
    for table, columns in TEXTS.items():
        for column in columns:
            text = EVIL[:119] if column == "sku" else EVIL
            stage.sql(f"UPDATE {table} SET {column} = :text", text=text)  # noqa: S608
    for table, columns in FOLDED.items():
        for column in columns:
            for (document,) in stage.sql(f"SELECT DISTINCT {column} FROM {table}"):  # noqa: S608
                stage.sql(
                    f"UPDATE {table} SET {column} = :new WHERE {column} = :old",  # noqa: S608
                    new=json.dumps(spoiled(json.loads(str(document)))),
                    old=document,
                )


def spoiled(value: object, key: str = "") -> object:
    """The document with markup in every text that people read."""
    if isinstance(value, dict):
        return {name: spoiled(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [spoiled(one, key) for one in value]
    return value if key in CODES or not isinstance(value, str) else EVIL


def play(stage: Stage) -> None:
    """Requests with markup in everything that is said, in every state."""
    desk, now = stage.desk, utcnow()
    line = replace(DRILL, name=EVIL, sku=EVIL[:119], product_id="")
    details = spoiled(DETAILS)
    assert isinstance(details, dict)
    for name in ("pending", "asked", "approved", "declined", "ordered"):
        cart_id = desk.run(create, RITA, name=EVIL, lines=[line], now=now)
        asked = cart(cart_id, comment=WORDS, details=details, delivery_window=WINDOW)
        stage.ids[name] = desk.ask(RITA, asked, now=now)
    ids = stage.ids
    desk.say(BOB, ids["asked"], Action.ASK, WORDS, now=now)
    desk.say(RITA, ids["asked"], Action.COMMENT, WORDS, now=now)
    changed = Terms(details={**details, "shipping": None}, delivery_window=None)
    desk.change(RITA, ids["pending"], changed, now=now)
    desk.approve(ids["approved"], note=WORDS)
    desk.decline(ids["declined"], note=WORDS)
    desk.approve(ids["ordered"], note=WORDS, place_order=True)
    desk.withdraw(desk.ask(RITA, quote("Q1"), now=now), now=now)
    desk.ask(RITA, quote("Q2", ADA, comment=WORDS), now=now)
    ids["order"] = desk.approval(ids["ordered"]).order_id or ""


def written(stage: Stage) -> Iterator[Letter]:
    """Every mail that waits."""
    with stage.scene(), stage.app.app_context():
        while claimed := stage.desk.run(delivery.claim, limit=1000, now=utcnow()):
            for message in claimed:
                yield mailer.write(message)
                stage.desk.run(delivery.sent, message, now=utcnow())
