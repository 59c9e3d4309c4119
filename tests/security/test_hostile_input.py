"""Whatever is sent to a form or an address: a clear answer, no fault, and nothing typed is lost."""

import io
import re
from html import unescape
from urllib.parse import quote_from_bytes, quote_plus

import pytest
from werkzeug.test import TestResponse

from tests.security.forms import FORMS, Form
from tests.security.stage import Stage, ask
from webapp.carts.parsing import visible

URLENCODED = "application/x-www-form-urlencoded"


# Addresses with what they read, from forms that only ask.
FILTERS = {
    "box": "all",
    "q": "drill",
    "person": "rita",
    "low": "100",
    "high": "900",
    "currency": "EUR",
    "since": "2026-01-01",
    "until": "2026-12-31",
    "site": "main",
    "after": "",
}
ADDRESSES = (
    Form("inbox", "bob", "/inbox", FILTERS, ("q", "low", "since")),
    Form(
        "row of the inbox",
        "bob",
        "/inbox",
        {"open": "{pending}", "revision": "1", "key": "d", "closed": ""},
        ("revision",),
    ),
    Form("inbox as a file", "bob", "/inbox.csv", FILTERS, ("q", "after")),
    Form("requests", "rita", "/requests", FILTERS, ("q", "high", "until")),
    Form(
        "selected requests",
        "bob",
        "/inbox/selection",
        {"selected": "{pending}:1", "action": "decline"},
        ("selected",),
    ),
    Form("outcome", "bob", "/inbox/selection/outcome", {"selected": "{pending}:1"}),
    Form("page of a request", "rita", "/approvals/{pending}", {"line": ""}, ("line",)),
    Form(
        "company",
        "ada",
        "/company",
        {"view": "requests", "q": "x", "status": "PENDING", "requester": "rita", "after": ""},
        ("q", "requester"),
    ),
    Form("people as a file", "ada", "/company/people.csv", {"q": "x"}, ("q",)),
    Form("carts", "rita", "/carts", {"after": ""}, ("after",)),
    Form("quotes", "rita", "/quotes", {"after": ""}, ("after",)),
    Form("orders", "rita", "/orders", {"after": ""}, ("after",)),
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
TWICE = "twice"
# The databases differ in what they refuse; the rest never gets so far as to tell them apart.
DIFFERENT = {"NUL", "controls", "10,000 characters", "64 bits", "32 bits", "forty nines", "emoji"}
# What only a page writes into its form; who changes that gets an answer, but needs no advice.
UNSEEN = re.compile(r"(.*-)?(revision|version|step|checked|verdict|seen|line_id|line)")
WORDS = ("error-summary", "problem-message", "field-error", 'class="notice')
# Enough for fields that nobody types into.
ROUGH = {"NUL", "100 kB", "markup", "no number", "64 bits", "32 bits", "emoji", "lone surrogate"}
CLEAR = {200, 201, 204, 302, 303, 403, 404, 409, 413, 422}
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
        check(send(stage, form, f"{field}=1&{once}"), form, field, "1", case=TWICE)
        after = send(stage, form, f"{once}&{field}=1")
        check(after, form, field, form.fields[field], case=TWICE)
    check(send(stage, form, ""), form, "", "")


@pytest.mark.parametrize("form", ADDRESSES, ids=str)
def test_an_address_may_ask_for_anything(stage: Stage, form: Form) -> None:
    for case, sent in CASES.items():
        if stage.is_second and case not in DIFFERENT:
            continue
        for field in form.fields:
            if field not in form.typed and case not in ROUGH:
                continue
            query = with_ids(stage, encoded({**form.fields, field: ""}, **{field: sent}))
            with stage.scene():
                path = f"{stage.path(form.path)}?{query}"
                reply = ask(stage.client(form.person), path, method="GET")
                check(reply, form, "", "", case=f"{field} {case}")


@pytest.mark.parametrize("case", CASES)
def test_a_file_may_be_called_anything(stage: Stage, case: str) -> None:
    """And hold anything, whatever its name promises."""
    if stage.is_second and case not in DIFFERENT:
        return
    form = Form("attachment", "rita", "/approvals/{pending}/attachments", {})
    name = VALUES[case] if case in VALUES else BYTES[case].decode("latin-1")
    data = name.encode("utf-8", "surrogatepass")
    for called, held in ((f"{name}.pdf", b"%PDF-1.7\n%%EOF"), ("plan.pdf", data), (name, data)):
        with stage.scene():
            sent = {"file": (io.BytesIO(held), called)}
            path = stage.path(form.path)
            reply = ask(stage.client(form.person), path, data=sent)
            check(reply, form, "file", called, case=case)


def with_ids(stage: Stage, body: str) -> str:
    """The body with the ids of this desk where it names them in braces."""
    for name, each in stage.ids.items():
        body = body.replace(quote_plus(f"{{{name}}}"), each)
    return body


def send(stage: Stage, form: Form, body: str, content_type: str = URLENCODED) -> TestResponse:
    """Send this body as the person of the form; what follows is undone."""
    with stage.scene():
        client = stage.client(form.person)
        body = with_ids(stage, body)
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
    # What a page sends by itself has no reader.
    if reply.status_code in {409, 413, 422} and form.status != 204 and not UNSEEN.fullmatch(field):
        assert says_why(reply), where
    if reply.status_code == 422 and field in form.typed:
        shown = typed_in(reply, field)
        # A field of days shows all that was sent in its name.
        is_among = case == TWICE and squeezed(text) in shown.split()
        assert is_among or shown in {squeezed(text), squeezed(visible(text))}, where


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
