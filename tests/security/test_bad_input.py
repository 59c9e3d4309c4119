"""What goes wrong on ordinary days: a clear message, and nothing is lost."""

import io
import re
from html import unescape
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.security.stage import Stage
from tests.support.app import HTMX, HouseClient
from tests.support.provider import Answers, Provider

WORDS = "Two printers for the packing line.\nThe old ones <jam> every day; please & thanks."
NUL = "Two printers\x00 for the packing line."
MARKED = "Two printers\ufffd for the packing line."
LONG = "word " * 2_000
ADDRESS = {
    "shipping_address": "le1-shipping",
    "billing_address": "le1-billing",
    "shipping_method": "zone-de/standard",
    "payment_method": "none/invoice",
    "window": "",
    "day": "",
}
Place = tuple[str, str, str, dict[str, Any]]
# Everywhere that somebody writes to somebody: who, where, the field, and what else is sent.
WRITING: dict[str, Place] = {
    "comment": ("rita", "/approvals/{pending}/comments", "text", {}),
    "answer": ("rita", "/approvals/{asked}/answers", "text", {}),
    "question": ("bob", "/approvals/{pending}/questions", "note", {"step": "asked", "revision": 1}),
    "decline": ("bob", "/approvals/{pending}/decision", "note",
                {"step": "declined", "revision": 1}),
    "approval": ("bob", "/approvals/{pending}/decision", "note", {"step": "order", "revision": 1}),
    "submission": ("rita", "/carts/c500-rita/checkout", "comment", {**ADDRESS, "approver": "bob"}),
    "quote": ("rita", "/quotes/Q1/checkout", "comment", {"approver": "ada"}),
}  # fmt: skip
# Texts of one line, which are kept shorter.
NAMES: dict[str, Place] = {
    "cart": ("rita", "/carts/new", "name", {"lines-0-sku": "DR-18V", "lines-0-quantity": "1"}),
    "imported cart": ("rita", "/carts/import", "name", {"text": "DR-18V;1", "step": "check"}),
    "newcomer": ("ada", "/company/people", "first_name",
                 {"email": "new@acme.example", "last_name": "One", "role": "B2B_BUYER"}),
}  # fmt: skip
# An amount, and whether it can be a quantity, a price in EUR, and a limit in EUR.
AMOUNTS = {
    "1e999": (False, False, False),
    "1e3": (False, False, False),
    "NaN": (False, False, False),
    "inf": (False, False, False),
    "-1": (False, False, False),
    "0": (False, True, True),
    "0.001": (True, True, False),
    "0.0000001": (False, False, False),
    "9" * 40: (False, False, False),
    "1" * 19: (False, False, False),
    "12,5": (True, True, True),
    "1.2.3": (False, False, False),
    "0x10": (False, False, False),
    "\u0661": (False, False, False),
    "1_000": (False, False, False),
    "": (False, False, False),
}


@pytest.mark.parametrize("path", ["/carts/nowhere", "/carts/nowhere/edit", "/carts/nowhere/lines",
                                  "/carts/nowhere/deletion", "/carts/nowhere/checkout",
                                  "/quotes/nowhere", "/orders/nowhere", "/approvals/nowhere",
                                  "/approvals/nowhere/details"])  # fmt: skip
def test_an_unknown_cart_is_not_there(stage: Stage, path: str) -> None:
    with stage.scene():
        page = client(stage, "rita").get(path)
        assert page.status_code == 404
        assert "There is no such" in page.text
        assert 'href="/"' in page.text
        part = client(stage, "rita").get(path, headers=HTMX)
    assert part.status_code == 404
    assert part.headers["HX-Retarget"] == "#alert", "words for the reader, who stays on the page"


@pytest.mark.parametrize("path", ["/carts/c500-bob", "/carts/c500-olga", "/carts/c500-carl",
                                  "/quotes/Q3", "/approvals/{elsewhere}"])  # fmt: skip
def test_a_foreign_id_is_not_there_either(stage: Stage, path: str) -> None:
    with stage.scene():
        theirs = client(stage, "rita").get(stage.path(path))
        nothing = client(stage, "rita").get(f"/{path.split('/')[1]}/nowhere")
    assert theirs.status_code == 404
    assert theirs.data == nothing.data


@pytest.mark.parametrize(("content", "told"), [
    (b"", "Paste lines or choose a file"),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200), ""),
    (b"PK\x03\x04\x14\x00\x06\x00" + bytes(300), ""),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", ""),
    (b'sku;quantity\nDR-18V;"1\nBS-040;2\n', "quotation mark opens here and is never closed"),
    (b"sku;quantity\nDR-18V;many\n", "Line 2"),
    (b"sku;quantity\nNO-SUCH;1\n", "is not on the product list"),
    (b"name;surname;born\nAda;Admin;1815\n", "Line"),
    (b"DR-18V;1;2;3;4;5;6;7\n", "has 8 columns"),
    (b"sku;quantity\n" + b"DR-18V;1\n" * 2_001, "A cart can hold"),
    (b"sku;quantity;price\nX;1;1e999\n", "Line 2"),
    (b"sku;quantity\nDR-18V;1\x00\n", "cannot be stored"),
    (b"<html><body>Sign in</body></html>", ""),
])  # fmt: skip
def test_a_wrong_file_says_which_line(stage: Stage, content: bytes, told: str) -> None:
    """What could be read of it stands in the text field, to be put right there."""
    with stage.scene():
        reply = client(stage, "rita").post(
            "/carts/import",
            data={"step": "check", "name": "Tools", "file": (io.BytesIO(content), "cart.csv")},
            content_type="multipart/form-data",
        )
        assert reply.status_code == 422
        assert told in words(reply)
        assert field(reply, "name") == "Tools"
        assert "error" in reply.text
        if content.startswith(b"sku") and len(content) < 1_000:
            assert field(reply, "text").startswith("sku;quantity")
        assert carts(stage) == carts_at_first(stage)


def test_a_stale_cart_form_keeps_its_rows(stage: Stage) -> None:
    rows = {"name": "Tools", "version": "1", "lines-0-sku": "DR-18V", "lines-0-quantity": "7"}
    with stage.scene():
        rita = client(stage, "rita")
        assert rita.post("/carts/c500-rita/edit", data=rows).status_code == 303
        reply = rita.post("/carts/c500-rita/edit", data={**rows, "lines-0-quantity": "9"})
        assert reply.status_code == 409
        assert field(reply, "lines-0-quantity") == "9"
        assert 'class="notice' in reply.text


@pytest.mark.parametrize("step", ["approved", "order", "declined"])
def test_a_stale_decision_keeps_its_words(stage: Stage, step: str) -> None:
    with stage.scene():
        terms = {**ADDRESS, "revision": "1", "shipping_method": "zone-de/express"}
        changed = client(stage, "rita").post(stage.path("/approvals/{pending}/details"), data=terms)
        assert changed.status_code == 303
        form = {"step": step, "revision": "1", "note": WORDS}
        for headers in ({}, HTMX):
            reply = client(stage, "bob").post(
                stage.path("/approvals/{pending}/decision"), data=form, headers=headers
            )
            assert reply.status_code == 409
            assert "changed this after you opened it" in words(reply)
            assert field(reply, "note") == WORDS
        assert stage.desk.approval(stage.ids["pending"]).status == "PENDING"


@pytest.mark.parametrize("step", ["approved", "declined"])
def test_a_decision_on_what_is_over_keeps_its_words(stage: Stage, step: str) -> None:
    with stage.scene():
        form = {"step": step, "revision": "1", "note": WORDS}
        reply = client(stage, "bob").post(stage.path("/approvals/{declined}/decision"), data=form)
        assert reply.status_code == 409
        assert "Bob Buyer has declined this request" in words(reply)
        assert field(reply, "note") == WORDS


@pytest.mark.parametrize("kind", WRITING)
def test_a_form_whose_token_is_stale_keeps_its_words(stage: Stage, kind: str) -> None:
    person, path, name, rest = WRITING[kind]
    with stage.scene():
        somebody = client(stage, person)
        reply = somebody.post(
            stage.path(path), data={**rest, name: WORDS}, headers={"X-CSRFToken": "old"}
        )
        assert reply.status_code == 419
        assert "What you typed is still here" in words(reply)
        assert field(reply, name) == WORDS
        again = dict(inputs(reply))
        somebody.environ_base.pop("countersign.csrf")
        assert somebody.post(stage.path(path), data=again).status_code == 303


@pytest.mark.parametrize("kind", WRITING)
def test_a_session_that_ends_while_typing_loses_no_word(
    stage: Stage, issuer: Provider, kind: str
) -> None:
    """Sign in again, see it, send it with one press."""
    person, path, name, rest = WRITING[kind]
    issuer.answers = Answers(subject=f"sub-{person}", email=f"{person}@acme.example")
    with stage.scene():
        somebody = client(stage, person)
        stage.sql("UPDATE sessions SET expires_at = '2020-01-01 00:00:00+00:00'")
        late = somebody.post(stage.path(path), data={**rest, name: WORDS})
        assert late.status_code == 401
        assert "What you typed is kept" in words(late)
        started = somebody.post("/sign-in", data={"next": field(late, "next")})
        back = somebody.get("/auth/callback", query_string=issuer.authorize(started.location))
        assert back.location == "/continue"
        page = somebody.get("/continue")
        assert field(page, name) == WORDS
        somebody.environ_base.pop("countersign.csrf")
        assert somebody.post(stage.path(path), data=dict(inputs(page))).status_code == 303


@pytest.mark.parametrize("kind", [*WRITING, *NAMES])
def test_text_with_nul_is_refused_and_shown(stage: Stage, kind: str) -> None:
    person, path, name, rest = {**WRITING, **NAMES}[kind]
    for headers in ({}, HTMX):
        with stage.scene():
            reply = client(stage, person).post(
                stage.path(path), data={**rest, name: NUL}, headers=headers
            )
            assert reply.status_code == 422
            assert "cannot be stored" in words(reply)
            assert MARKED in {field(reply, name), *areas(reply)}


@pytest.mark.parametrize("kind", WRITING)
def test_ten_thousand_characters_are_refused_and_kept(stage: Stage, kind: str) -> None:
    person, path, name, rest = WRITING[kind]
    with stage.scene():
        reply = client(stage, person).post(stage.path(path), data={**rest, name: LONG})
        assert reply.status_code == 422
        assert "Shorten the text to 4,000 characters" in words(reply)
        assert LONG in {field(reply, name), *areas(reply)}


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_of_ten_thousand_characters_is_refused_and_kept(stage: Stage, kind: str) -> None:
    person, path, name, rest = NAMES[kind]
    with stage.scene():
        reply = client(stage, person).post(stage.path(path), data={**rest, name: LONG})
        assert reply.status_code == 422
        assert "Shorten the name" in words(reply)
        assert field(reply, name).strip() == LONG.strip()


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_that_is_none_is_named_where_it_stands(stage: Stage, amount: str) -> None:
    can_be_quantity, can_be_price, can_be_limit = AMOUNTS[amount]
    row = {"lines-0-name": "Shelf", "lines-0-quantity": "1", "lines-0-price": "1",
           "lines-0-tax": "19%"}  # fmt: skip
    limit = {"limit-kind": "limited", "limit-currency": "EUR", "limit-version": "1"}
    with stage.scene():
        rita, ada = client(stage, "rita"), client(stage, "ada")
        for name, accepted in (("quantity", can_be_quantity), ("price", can_be_price)):
            reply = rita.post("/carts/new", data={**row, f"lines-0-{name}": amount})
            is_named(reply, f"lines-0-{name}", amount, accepted=accepted)
            lines = f"name;quantity;price;tax\nShelf;{amount};1;19%\n"
            if name == "price":
                lines = f"name;quantity;price;tax\nShelf;1;{amount};19%\n"
            reply = rita.post("/carts/import", data={"text": lines, "step": "check"})
            assert reply.status_code == (200 if accepted else 422), f"{name} in text"
            assert field(reply, "text").splitlines() == lines.splitlines()
            assert accepted or "Line 2" in words(reply)
        reply = ada.post("/company/limit", data={**limit, "limit-amount": amount})
        is_named(reply, "limit-amount", amount, accepted=can_be_limit)


def is_named(reply: TestResponse, name: str, typed: str, *, accepted: bool) -> None:
    """Saved, or refused with words beside the field, which holds what was typed."""
    assert reply.status_code == (303 if accepted else 422), name
    if not accepted:
        assert field(reply, name) == typed
        assert f'href="#{name}"' in reply.text, "the summary leads to the field"
        tag = re.search(rf'<input[^>]* name="{name}"[^>]*>', reply.text)
        assert tag
        assert 'aria-invalid="true"' in tag[0]
        [place] = re.findall(r'aria-describedby="[^"]*?([\w-]+-error)"', tag[0])
        assert re.search(rf'id="{place}"[^>]*>.*?<span>[^<]+</span>', reply.text)


def client(stage: Stage, person: str) -> HouseClient:
    """Somebody whose pages are all looked at."""
    found = stage.client(person)
    assert isinstance(found, HouseClient)
    return found


def words(reply: TestResponse) -> str:
    """What stands on the page, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())


def areas(reply: TestResponse) -> list[str]:
    """What stands in the larger fields."""
    found = re.findall(r"<textarea[^>]*>\r?\n?([^<]*)</textarea>", reply.text)
    return [unescape(text).replace("\r\n", "\n") for text in found]


def inputs(reply: TestResponse) -> list[tuple[str, Any]]:
    """Every field of the page with what it holds."""
    found = []
    for tag in re.findall(r"<input [^>]*>", reply.text):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name:
            found.append((unescape(name[1]), unescape(value[1]) if value else ""))
    names = re.findall(r'<textarea[^>]* name="([^"]+)"', reply.text)
    return [*found, *zip(map(unescape, names), areas(reply), strict=True)]


def field(reply: TestResponse, name: str) -> str:
    """What the field of this name holds."""
    return str(dict(inputs(reply)).get(name, ""))


def carts(stage: Stage) -> int:
    """How many carts there are."""
    [(count,)] = stage.sql("SELECT count(*) FROM carts")
    return int(str(count))


def carts_at_first(stage: Stage) -> int:
    """How many there were before anybody did anything."""
    return 36 + sum(name.endswith("_cart") for name in stage.ids)
