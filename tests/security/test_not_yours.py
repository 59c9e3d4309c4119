"""What is somebody else's is answered exactly like what does not exist: same words, same work.

The work is compared by the statements that the database is sent, since a wall clock is not stable.
The reference service's own codes for a colleague's cart or quote are no part of this (R24).
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.emporix.conftest import ApiClient
from tests.security.stage import Stage, ask
from tests.security.test_access import FORMS
from tests.security.test_races import program_of
from tests.support.app import HTMX, Counted
from webapp.kernel.ids import new_id

# Rita's things, as Olga of another company asks for them: method, address, form.
PAGES = [
    ("GET", "/approvals/{pending}", "-"),
    ("GET", "/approvals/{approved}", "-"),
    ("GET", "/approvals/{pending}/decision.pdf", "-"),
    ("POST", "/approvals/{pending}/decision", "approve"),
    ("POST", "/approvals/{pending}/decision", "decline"),
    ("POST", "/approvals/{asked}/comments", "words"),
    ("POST", "/approvals/{asked}/answers", "words"),
    ("POST", "/approvals/{pending}/questions", "ask"),
    ("POST", "/approvals/{pending}/withdrawal", "withdraw"),
    ("POST", "/approvals/{pending}/looks", "look"),
    ("POST", "/approvals/{approved}/order", "-"),
    ("POST", "/approvals/{declined}/resubmission", "-"),
    ("GET", "/carts/{pending_cart}", "-"),
    ("POST", "/carts/{pending_cart}/deletion", "delete"),
    ("GET", "/quotes/Q1", "-"),
    ("GET", "/orders/{order}", "-"),
    ("POST", "/account/sessions/{session}/end", "-"),
    ("POST", "/account/keys/{key}/revocation", "-"),
]
APPROVE = [{"op": "replace", "path": "/status", "value": "APPROVED"}]
CALLS = [
    ("GET", "/approval/acme/approvals/{pending}", None),
    ("GET", "/approval/acme/approvals/{ordered}", None),
    ("PATCH", "/approval/acme/approvals/{pending}", APPROVE),
    ("DELETE", "/approval/acme/approvals/{pending}", None),
    ("GET", "/order-v2/acme/orders/{order}", None),
    ("GET", "/cart/acme/carts/{pending_cart}", None),
]


@pytest.mark.parametrize(("method", "pattern", "form"), PAGES)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_pages_say_and_do_the_same(
    stage: Stage, *, method: str, pattern: str, form: str, headers: dict[str, str]
) -> None:
    def visit(path: str) -> TestResponse:
        request: dict[str, Any] = {"headers": headers}
        if method == "POST":
            request |= {
                "data": FORMS[form],
                "content_type": "application/x-www-form-urlencoded",
            }
        return ask(client, path, method, **request)

    with stage.scene():
        client = stage.client("olga")
        check(stage, pattern, visit)


@pytest.mark.parametrize(("method", "pattern", "body"), CALLS)
def test_the_api_says_and_does_the_same(stage: Stage, method: str, pattern: str, body: Any) -> None:
    with stage.scene():
        olga: ApiClient = program_of(stage.app, "olga", "le2")
        check(stage, pattern, lambda path: olga.call(method, path, json=body))


def check(stage: Stage, pattern: str, visit: Callable[[str], TestResponse]) -> None:
    """Ask for what is somebody else's, and for what never was."""
    theirs, unknown = stage.path(pattern), unknown_path(pattern)
    visit(theirs)
    found = [answer(stage, path, visit) for path in (theirs, unknown)]
    assert found[0][0] == 404
    assert found[0] == found[1]


def unknown_path(pattern: str) -> str:
    """The same address with an id that was never given out."""
    invented = {"session": "0" * 64, "key": f"key-{new_id()}"}
    path = re.sub(r"\{(\w+)\}", lambda name: invented.get(name[1], new_id()), pattern)
    return path.replace("/Q1", "/Q9")


def answer(stage: Stage, path: str, visit: Callable[[str], TestResponse]) -> tuple[Any, ...]:
    """Status, headers and body without the id and what is new in every answer; the statements."""
    with Counted(stage.app) as counted:
        reply = visit(path)
    text = re.sub(r'(csrf_token" value=|X-CSRFToken&#34;: |X-CSRFToken": )\S+', r"\1", reply.text)
    for part in sorted(filter(None, path.split("/")), key=len, reverse=True)[:1]:
        text = text.replace(part, "ID")
    headers = {k: v for k, v in reply.headers if k not in {"X-Request-ID", "Content-Length"}}
    return reply.status_code, headers, text.replace("Q1", "Q9"), counted.seen
