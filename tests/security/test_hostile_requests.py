"""Requests that no page makes: other bodies, other addresses, broken cursors, false ways back."""

import json
from itertools import cycle
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.security.forms import FORMS, Form
from tests.security.stage import Stage, ask
from tests.security.test_hostile_input import WORDS, encoded, is_ours, send
from tests.support.app import HTMX
from tests.support.examples import examples
from webapp.kernel.paging import encode_cursor

CLEAR = {200, 201, 302, 303, 400, 401, 403, 404, 405, 409, 413, 415, 422}
COMMENT = FORMS[0]
JSON = ("null", "[]", "[1, 2]", '"text"', "1e999", "{", '{"text": 5}', '{"text": {"a": []}}',
        '{"text": null}', '{"text": "\\ud800"}', "[" * 5_000, "{}" * 3)  # fmt: skip
LISTS = ("/inbox", "/requests", "/carts", "/quotes", "/orders", "/company?view=waiting")
CURSORS = (
    "x", "%00", "%ff", "=" * 50, "W10", "e30", "bnVsbA", "A" * 100_000, "%F0%9F%98%80",
    encode_cursor("2026-01-01T00:00:00+00:00"),
    encode_cursor("not a moment", "id"),
    encode_cursor("0001-01-01T00:00:00+23:59", "id"),
    encode_cursor("9999-12-31T23:59:59-23:59", "id"),
    encode_cursor("2026-01-01T00:00:00", "id"),
    encode_cursor("2026-01-01T00:00:00+00:00", "\x00"),
    encode_cursor("2026-01-01T00:00:00+00:00", "\ud800"),
    encode_cursor("2026-01-01T00:00:00+00:00", "'; DROP TABLE approvals; --"),
    encode_cursor("2026-01-01T00:00:00+00:00", "x" * 10_000),
)  # fmt: skip
ELSEWHERE = (
    "//evil.example", "///evil.example", "////evil.example", "http:evil.example",
    "http://evil.example", "https:/evil.example", "HTTPS://evil.example", "/\\evil.example",
    "\\\\evil.example", "/\\/evil.example", "\t//evil.example", "/\t/evil.example",
    "/\n/evil.example", " //evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "data:text/html,x", "/\r\nLocation: //evil.example", "\x00//evil.example", "evil.example",
    "//evil.example/%2f..", "/\x0b/evil.example", "//localhost@evil.example", "?", "//",
    "/" + "x" * 10_000, "http://localhost.evil.example", "\u2215\u2215evil.example",
    "//[::1", "http://[", "/[::1", "//[evil.example]:x", "http://evil.example:x",
)  # fmt: skip
IDS = (
    "x" * 300, "%0a", "a%0ab", "%0d%0aSet-Cookie:x=1", "%00", "..", "%2e%2e", "%2e%2e%2f%2e%2e",
    "..%2f..%2fetc%2fpasswd", "a%2fb", "%5c", "%ff%fe", "%ed%a0%80", "%F0%9F%98%80", "'", "%22",
    "%3Cscript%3E", "{pending}%00", "{pending}%20", "%20{pending}", "{pending}/", "-1", "0", "NaN",
    "%25s", "%7B%7B7*7%7D%7D", ";", "1;DROP%20TABLE", "*", "%2A", "%C2%85",
)  # fmt: skip
PLACES = (
    "/approvals/%s", "/approvals/%s/details", "/carts/%s", "/carts/%s/edit", "/carts/%s/lines",
    "/carts/%s/deletion", "/carts/%s/checkout", "/quotes/%s", "/quotes/%s/checkout", "/orders/%s",
    "/company/people/%s", "/company/requests/%s",
)  # fmt: skip


@pytest.mark.parametrize("body", JSON)
def test_json_is_no_form(stage: Stage, body: str) -> None:
    for form, content_type in zip(FORMS[::6], cycle(["application/json", "application/x+json"])):
        assert send(stage, form, body, content_type).status_code == 400, form


@pytest.mark.parametrize("content_type", [
    "text/plain", "application/xml", "image/png", "", "x", "application/octet-stream",
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x",
    "application/x-www-form-urlencoded; charset=utf-7",
])  # fmt: skip
def test_another_type_of_body_is_told_apart(stage: Stage, content_type: str) -> None:
    for form in FORMS[::3]:
        assert send(stage, form, encoded(form.fields), content_type).status_code in CLEAR, form


@pytest.mark.parametrize("form", [form for form in FORMS if form.fields], ids=str)
def test_a_file_does_not_take_the_place_of_text(stage: Stage, form: Form) -> None:
    for field in form.fields:
        reply = send(stage, form, *multipart(form.fields, file=field))
        assert reply.status_code == 400, field


@pytest.mark.parametrize("body", [
    b"", b"--edge", b"--edge\r\n", b"--edge--\r\n", b"\x00" * 100, b"--edge\r\n\r\nx\r\n--edge--",
    b'--edge\r\nContent-Disposition: form-data\r\n\r\nx\r\n--edge--\r\n',
    b'--edge\r\nContent-Disposition: form-data; name="te\x00xt"\r\n\r\nx\r\n--edge--\r\n',
    b'--edge\r\nContent-Disposition: form-data; name="text"\r\n\r\nx',
    b'--edge\r\nContent-Disposition: form-data; name="text"; filename="../../x"\r\n\r\nx\r\n'
    b"--edge--\r\n",
    b"--edge\r\n" + b"X-Header: y\r\n" * 1_000 + b"\r\nx\r\n--edge--\r\n",
])  # fmt: skip
def test_broken_parts_of_a_form_are_refused(stage: Stage, body: bytes) -> None:
    for form in (COMMENT, *(form for form in FORMS if form.name == "import")):
        with stage.scene():
            reply = ask(
                stage.client(form.person),
                stage.path(form.path),
                data=body,
                content_type="multipart/form-data; boundary=edge",
            )
        assert reply.status_code in CLEAR


@pytest.mark.parametrize("form", FORMS[::6], ids=str)
def test_what_is_too_much_is_told_so(stage: Stage, form: Form) -> None:
    """More than two megabytes, or more than five thousand fields."""
    large = send(stage, form, encoded({**form.fields, "surplus": "x" * 2_100_000}))
    assert large.status_code == 413
    assert "larger than this page takes" in large.text
    many = {f"field-{number}": "" for number in range(5_001)}
    for body in ((encoded(many),), multipart(many)):
        assert send(stage, form, *body).status_code in {400, 413}


def test_what_a_stranger_sends_is_no_larger(stage: Stage) -> None:
    reply = ask(
        stage.app.test_client(),
        stage.path(COMMENT.path),
        data=encoded({"text": "x" * 2_100_000}),
        content_type="application/x-www-form-urlencoded",
    )
    assert reply.status_code == 413


def test_many_rows_are_read_or_refused_in_good_time(stage: Stage) -> None:
    for form in (form for form in FORMS if form.name in {"new cart", "edited cart"}):
        rows = {f"lines-{number * 977}-sku": "DR-18V" for number in range(600)}
        reply = send(stage, form, encoded({"name": "", "version": "1", **rows}))
        assert reply.status_code == 422
        assert "Paste the lines as text" in reply.text


@pytest.mark.parametrize("cursor", CURSORS)
@pytest.mark.parametrize("place", LISTS)
def test_a_broken_cursor_leads_back_to_the_first_page(
    stage: Stage, place: str, cursor: str
) -> None:
    reply = get(stage, f"{place}{'&' if '?' in place else '?'}after={cursor}")
    assert reply.status_code in {200, 422}
    if reply.status_code == 422:
        assert "Start at the first page" in reply.text


@pytest.mark.parametrize("query", [
    "box=nonsense", "box=%00", "box=turn&box=all", "box[]=turn", "box=TURN", "view=nonsense",
    "q=%00", "q=%ff", "q=" + "x" * 20_000, "q=%25_", "%ff=%ff", "&&&===", "a" * 5_000,
    "&".join(["box=all"] * 3_000), "next=//evil.example", "state=x&code=y&iss=z", "error=%00",
    "error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E", "tenant_id=x",
])  # fmt: skip
def test_a_nonsensical_query_is_left_alone(stage: Stage, query: str) -> None:
    for place in (*LISTS[:-1], "/company", "/", "/account", "/carts/new", "/sign-in",
                  "/auth/callback", "/sign-in/choice", "/continue", "/healthz"):  # fmt: skip
        reply = get(stage, f"{place}?{query}")
        assert reply.status_code in CLEAR, place
        assert "<script>alert" not in reply.text
        assert "evil" not in reply.headers.get("Location", "") or place == "/carts"


@pytest.mark.parametrize("way", ELSEWHERE)
def test_no_way_back_leads_to_another_site(stage: Stage, way: str) -> None:
    signed_in = get(stage, f"/sign-in?next={quote(way)}")
    assert is_ours(signed_in.location), way
    assert signed_in.location in {"/", way} or signed_in.location.isascii()
    with stage.scene():
        page = ask(stage.app.test_client(), f"/sign-in?next={quote(way)}", "GET")
        assert page.status_code == 200
        assert 'name="next" value=""' in page.text or f'value="{way}"' in page.text
    for headers in ({"HX-Request": "true", "HX-Current-URL": way}, {"Referer": way}):
        reply = ask_as_stranger(stage, headers)
        for told in (reply.headers.get("HX-Redirect", "/"), reply.headers.get("Location", "/")):
            assert is_ours(told), f"{headers} {told}"
        assert "evil" not in reply.text


def test_a_way_for_htmx_is_written_as_an_address(stage: Stage) -> None:
    """Headers carry no other letters: a server would send bytes that are read as other ones."""
    with stage.scene():
        client = stage.client("ada")
        reply = ask(client, f"/sign-in?next={quote('/Łódź')}", "GET", headers=HTMX)
    assert reply.headers["HX-Redirect"] == quote("/Łódź")


@pytest.mark.parametrize("way", ELSEWHERE)
def test_a_stranger_comes_back_to_this_desk_only(stage: Stage, way: str) -> None:
    """The address asked for becomes the way back."""
    if not way.startswith("/"):
        way = f"/{way}"
    client = stage.app.test_client()
    reply = ask(client, "/", "GET", environ_overrides={"PATH_INFO": way.encode().decode("latin1")})
    assert reply.status_code in CLEAR | {308}
    location = reply.headers.get("Location", "/")
    assert is_ours(location.removeprefix("http://localhost")), location


@pytest.mark.parametrize("wild", IDS)
def test_an_id_may_be_anything(stage: Stage, wild: str) -> None:
    name = stage.path(wild)
    for place in PLACES:
        for method in ("GET", "POST") if "/details" in place else ("GET",):
            with stage.scene():
                client = stage.client("ada" if "company" in place else "rita")
                reply = ask(client, place % name, method)
            assert reply.status_code in {200, 303, 308, 404, 405, 409, 422}, place
            assert (
                reply.status_code != 200
                or name in {"..", "%2e%2e", "{pending}/"}
                or (name.strip("/") in stage.ids.values())
            )
            assert "Set-Cookie" not in reply.text
            assert "<script>" not in reply.text.replace('<script src="', "")


@pytest.mark.parametrize("header", [
    ("Cookie", "countersign=\x7f"), ("Cookie", "countersign=" + "x" * 20_000), ("Cookie", "=;;="),
    ("Cookie", 'countersign="\\000"'), ("Accept-Language", "x" * 10_000),
    ("Accept-Language", "de;q=nan, en;q=-1, *;q=1e999"), ("HX-Current-URL", "http://[::1"),
    ("HX-Current-URL", "\x7f"), ("Referer", "http://[::1"), ("Origin", "null"), ("Origin", "x"),
    ("User-Agent", "x" * 20_000), ("User-Agent", "\xff\xfe"), ("X-CSRFToken", "x" * 20_000),
    ("Content-Length", "-1"), ("Content-Length", "x"), ("HX-Request", "TRUE"),
    ("X-Requested-With", "x"), ("Range", "bytes=0-1"), ("If-None-Match", "*"),
    ("Transfer-Encoding", "chunked"), ("Expect", "x"),
])  # fmt: skip
def test_headers_may_be_anything(stage: Stage, header: tuple[str, str]) -> None:
    for method, path in (("GET", "/inbox"), ("POST", stage.path(COMMENT.path)), ("GET", "/sign-in"),
                         ("POST", "/sign-in"), ("GET", "/auth/callback")):  # fmt: skip
        for person in ("", "rita"):
            with stage.scene():
                client = stage.client(person) if person else stage.app.test_client()
                reply = ask(client, path, method, headers=dict([header]))
            assert reply.status_code in CLEAR | {419}, f"{method} {path}"


@settings(
    max_examples=examples(40),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    pairs=st.lists(
        st.tuples(st.sampled_from(["text", "note", "step", "revision", "lines-0-sku", "name"]),
                  st.text(max_size=80)),
        max_size=6,
    ),
    which=st.sampled_from([form for form in FORMS if form.typed]),
)  # fmt: skip
def test_any_pairs_are_answered(stage: Stage, pairs: list[tuple[str, str]], which: Form) -> None:
    body = "&".join(
        f"{quote(name)}={quote(text.encode('utf-8', 'surrogatepass'))}" for name, text in pairs
    )
    reply = send(stage, which, body)
    assert reply.status_code in CLEAR
    assert reply.status_code != 422 or any(mark in reply.text for mark in WORDS)


@settings(max_examples=examples(60), deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    values=st.lists(
        st.one_of(st.text(max_size=40), st.integers(), st.none(), st.floats()), max_size=3
    ),
    place=st.sampled_from(LISTS),
)
def test_any_cursor_is_answered(stage: Stage, values: list[Any], place: str) -> None:
    import base64

    packed = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    reply = get(stage, f"{place}{'&' if '?' in place else '?'}after={packed}")
    assert reply.status_code in {200, 422}


def get(stage: Stage, path: str) -> TestResponse:
    """Open a page as somebody who may open them all."""
    with stage.scene():
        return ask(stage.client("ada"), path, "GET")


def ask_as_stranger(stage: Stage, headers: dict[str, str]) -> TestResponse:
    """Send a form without a session."""
    clean = {name: text for name, text in headers.items() if not set(text) & set("\r\n\x00")}
    return ask(stage.app.test_client(), stage.path(COMMENT.path), headers=clean)


def multipart(fields: dict[str, str], file: str = "") -> tuple[str, str]:
    """A body in parts, one of them a file, and its type."""
    parts = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"'
        + ('; filename="x.txt"\r\n\r\nthe content of a file' if name == file else f"\r\n\r\n{text}")
        + "\r\n"
        for name, text in fields.items()
    )
    return f"{parts}--edge--\r\n", "multipart/form-data; boundary=edge"
