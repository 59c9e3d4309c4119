"""Whatever is sent to a form or an address: a clear answer, no fault, and nothing typed is lost."""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote_from_bytes, quote_plus

import pytest
from werkzeug.test import TestResponse

from tests.security.stage import Stage, ask
from webapp.carts.parsing import visible

URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Form:
    """A form with a valid example; `typed` are the fields with words of a person."""

    name: str
    person: str
    path: str
    fields: dict[str, str]
    typed: tuple[str, ...] = ()
    status: int = 303

    def __str__(self) -> str:
        return self.name


ROWS = {
    "name": "Tools",
    "lines-0-sku": "DR-18V",
    "lines-0-name": "",
    "lines-0-quantity": "1",
    "lines-0-price": "",
    "lines-0-tax": "",
    "lines-0-line_id": "",
    "lines-1-sku": "",
    "lines-1-name": "Shelf",
    "lines-1-quantity": "2",
    "lines-1-price": "49.90",
    "lines-1-tax": "19%",
    "lines-1-line_id": "",
}
TYPED_ROWS = ("name", "lines-0-sku", *(name for name in ROWS if name[:7] == "lines-1"))[:-1]
TEXT = {"name": "Tools", "step": "check", "checked": "", "text": "DR-18V;1", "tax": ""}
TERMS = {
    "shipping_address": "le1-shipping",
    "billing_address": "le1-billing",
    "shipping_method": "zone-de/standard",
    "payment_method": "none/invoice",
    "window": "",
    "day": "",
}
HAND_OVER = {"version": "1", "verdict": "needs_approval", "step": ""}
FORMS = (
    Form("comment", "rita", "/approvals/{pending}/comments", {"text": "Hello"}, ("text",)),
    Form("answer", "rita", "/approvals/{asked}/answers", {"text": "Blue"}, ("text",)),
    Form(
        "question",
        "bob",
        "/approvals/{pending}/questions",
        {"step": "asked", "revision": "1", "note": "Why?"},
        ("note",),
    ),
    Form(
        "approval",
        "bob",
        "/approvals/{pending}/decision",
        {"step": "order", "revision": "1", "note": "Fine"},
    ),
    Form(
        "decline",
        "bob",
        "/approvals/{pending}/decision",
        {"step": "declined", "revision": "1", "note": "No"},
        ("note",),
    ),
    Form(
        "withdrawal",
        "rita",
        "/approvals/{pending}/withdrawal",
        {"step": "withdrawn", "revision": "1"},
    ),
    Form("order", "rita", "/approvals/{approved}/order", {}),
    Form("resubmission", "rita", "/approvals/{declined}/resubmission", {}),
    Form(
        "terms",
        "rita",
        "/approvals/{pending}/details",
        {"revision": "1", **TERMS},
        ("day",),
    ),
    Form("new cart", "rita", "/carts/new", ROWS, TYPED_ROWS),
    Form(
        "edited cart", "rita", "/carts/c500-rita/edit", {"version": "1", **ROWS}, ("lines-1-price",)
    ),
    Form("import", "rita", "/carts/import", TEXT, ("name", "text", "tax"), 200),
    Form(
        "lines",
        "rita",
        "/carts/c500-rita/lines",
        {"version": "1", **TEXT},
        ("text",),
        200,
    ),
    Form("deletion", "rita", "/carts/c500-rita/deletion", {"version": "1"}),
    Form(
        "checkout",
        "rita",
        "/carts/c500-rita/checkout",
        {**TERMS, **HAND_OVER, "approver": "bob", "comment": "please"},
        ("comment", "day"),
    ),
    Form(
        "checkout alone",
        "bob",
        "/carts/c500-bob/checkout",
        {**TERMS, **HAND_OVER, "verdict": "alone"},
    ),
    Form(
        "quote",
        "rita",
        "/quotes/Q1/checkout",
        {**HAND_OVER, "approver": "ada", "comment": "please"},
    ),
    Form(
        "newcomer",
        "ada",
        "/company/people",
        {
            "email": "new@acme.example",
            "first_name": "New",
            "last_name": "One",
            "role": "B2B_BUYER",
        },
        ("email", "first_name", "last_name"),
    ),
    Form("role", "ada", "/company/people/rob/role", {"role": "B2B_BUYER", "seen": "B2B_REQUESTER"}),
    Form("activity", "ada", "/company/people/rob/activity", {"active": "no"}),
    Form("source", "ada", "/company/people/ben/source", {}),
    Form(
        "limit",
        "ada",
        "/company/limit",
        {
            "limit-kind": "limited",
            "limit-amount": "2000",
            "limit-currency": "EUR",
            "limit-version": "1",
            "limit-step": "",
        },
        ("limit-amount", "limit-currency"),
    ),
    Form(
        "group",
        "ada",
        "/company/group",
        {"group-people": "ada", "group-version": "1", "group-step": ""},
    ),
    Form("company choice", "rita", "/company-choice", {"company_id": "le1"}),
    Form(
        "preferences",
        "rita",
        "/account/preferences",
        {"language": "de", "time_zone": "Europe/Berlin", "theme": "dark"},
    ),
    Form(
        "key",
        "rita",
        "/account/keys/new",
        {"name": "report", "access": "read", "days": "30"},
        ("name",),
        status=201,
    ),
    Form("end of a key", "rita", "/account/keys/{key}/revocation", {}),
    Form(
        "client",
        "ada",
        "/account/clients/new",
        {"name": "books", "reads_company": "y", "reads_orders": "y"},
        ("name",),
        status=201,
    ),
    Form("end of a client", "ada", "/account/clients/{api_client}/revocation", {}),
    Form("end of a session", "rita", "/account/sessions/{session}/end", {}),
    Form("end of other sessions", "rita", "/account/sessions/others/end", {}),
    Form("sign-in", "rita", "/sign-in", {"next": "/inbox", "switch": ""}, status=302),
    Form("tenant choice", "rita", "/sign-in/choice", {"tenant_id": "acme"}),
    Form("sign-out", "rita", "/sign-out", {"everywhere": ""}),
)

MARKUP = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""
# What every database refuses in its own way, and what everybody should have thought of.
VALUES = {
    "nothing": "",
    "blank": " \t\r\n ",
    "NUL": "a\x00b",
    "controls": "a\x01\x08\x1b[31m\x7f\x9fb",
    "10,000 characters": "x" * 10_000,
    "100 kB": "y" * 100_000,
    "right to left": "\u202egpj.exe\u2066",
    "markup": MARKUP,
    "SQL": "x'; DROP TABLE approvals; --",
    "template": "{{ 7 * 7 }} {0.__class__} %(x)s *{name}*",
    "infinity": "1e999",
    "no number": "NaN",
    "below zero": "-1",
    "fraction": "0.001",
    "forty nines": "9" * 40,
    "64 bits": str(2**63),
    "32 bits": str(2**31),
    "thousands of digits": "9" * 5_000,
    "other digits": "\u0661\u0662",
    "many marks": "a" + "\u0301" * 500,
    "emoji": "\U0001f469\u200d\U0001f680",
}
# What no form of a page can produce: bytes that are no text.
BYTES = {
    "invalid UTF-8": b"a\xff\xfeb",
    "lone surrogate": b"a\xed\xa0\x80b",
    "overlong": b"a\xc0\xafb",
}
# The databases differ in what they refuse; the rest never gets so far as to tell them apart.
DIFFERENT = {"NUL", "controls", "10,000 characters", "64 bits", "32 bits", "forty nines", "emoji"}
# What only a page writes into its form; who changes that gets an answer, but needs no advice.
UNSEEN = re.compile(r"(.*-)?(revision|version|step|checked|verdict|seen|line_id)")
WORDS = ("error-summary", "problem-message", "field-error", 'class="notice')
# Enough for fields that nobody types into.
ROUGH = {"NUL", "100 kB", "markup", "no number", "64 bits", "32 bits", "emoji", "lone surrogate"}
CLEAR = {200, 201, 302, 303, 403, 404, 409, 413, 422}
CASES = {name: quote_plus(text) for name, text in VALUES.items()} | {
    name: quote_from_bytes(data) for name, data in BYTES.items()
}


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_the_example_is_valid(stage: Stage, form: Form) -> None:
    assert send(stage, form, encoded(form.fields)).status_code == form.status


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_each_field_may_hold_anything(stage: Stage, form: Form) -> None:
    for case, sent in CASES.items():
        if stage.is_second and case not in DIFFERENT:
            continue
        text = VALUES[case] if case in VALUES else quote_from_bytes(BYTES[case])
        for field in form.fields or ("surplus",):
            if field in form.typed or case in ROUGH:
                body = encoded({**form.fields, field: ""}, **{field: sent})
                check(send(stage, form, body), form, field, text, case=case)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_fields_may_be_missing_or_repeated(stage: Stage, form: Form) -> None:
    for field in form.fields:
        rest = {name: text for name, text in form.fields.items() if name != field}
        check(send(stage, form, encoded(rest)), form, field, "")
        once = encoded(form.fields)
        check(send(stage, form, f"{field}=1&{once}"), form, field, "1")
        check(send(stage, form, f"{once}&{field}=1"), form, field, form.fields[field])
    check(send(stage, form, ""), form, "", "")


def send(stage: Stage, form: Form, body: str, content_type: str = URLENCODED) -> TestResponse:
    """Send this body as the person of the form; what follows is undone."""
    with stage.scene():
        client = stage.client(form.person)
        return ask(client, stage.path(form.path), data=body, content_type=content_type)


def encoded(fields: dict[str, str], **changed: str) -> str:
    """The body of a form; `changed` are encoded already."""
    return "&".join(
        f"{name}={changed[name] if name in changed else quote_plus(text)}"
        for name, text in fields.items()
    )


def check(reply: TestResponse, form: Form, field: str, text: str, *, case: str = "") -> None:
    """A clear answer that keeps what was typed, and shows nothing as markup."""
    where = f"{form}: {field} {case} -> {reply.status_code}"
    assert reply.status_code in CLEAR, where
    assert MARKUP not in reply.text, where
    assert "<img src=x" not in reply.text, where
    if reply.status_code in {302, 303}:
        assert is_ours(reply.location), f"{where} {reply.location}"
    if reply.status_code in {409, 413, 422} and not UNSEEN.fullmatch(field):
        assert says_why(reply), where
    if reply.status_code == 422 and field in form.typed:
        assert typed_in(reply, field) in {squeezed(text), squeezed(visible(text))}, where


def is_ours(location: str) -> bool:
    """Whether it leads to a page of the desk, or to its provider to sign in."""
    return bool(re.match(r"/[^/\\]|/$", location)) or "/authorize?" in location


def says_why(reply: TestResponse) -> bool:
    """Whether the page has words about what is wrong."""
    return any(mark in reply.text for mark in WORDS)


def squeezed(text: str) -> str:
    """The text with white space made alike."""
    return " ".join(text.split())


def typed_in(reply: TestResponse, field: str) -> str:
    """What stands in the field of this name, with white space made alike."""
    area = re.search(rf'<textarea[^>]* name="{re.escape(field)}"[^>]*>([^<]*)</', reply.text)
    tag = re.search(rf'<input[^>]* name="{re.escape(field)}"[^>]*>', reply.text)
    value = re.search(r' value="([^"]*)"', tag[0]) if tag else None
    found = area[1] if area else value[1] if value else ""
    return squeezed(unescape(found))
