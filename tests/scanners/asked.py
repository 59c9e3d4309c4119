"""What sqlmap is given: every form and every address with something to fill in, as requests."""

import json
from collections.abc import Iterator
from urllib.parse import quote_plus, urlsplit

from tests.scanners.target import Target
from tests.security.forms import FORMS, Form
from tests.security.test_hostile_input import ADDRESSES

# These would end the sessions that the others are sent with.
_ENDING = {"sign-out", "end of a session", "end of other sessions"}
# The queries of the API that become SQL, and bodies whose words do.
_LISTS = "/approval/acme/approvals?pageNumber=1&pageSize=5&sort=status:asc&q=status:PENDING"
_BODIES = (
    ("POST", "/approval/acme/approval/permitted", {"resourceType": "CART", "resourceId": "c"}),
    ("POST", "/approval/acme/search/users", {"resourceType": "CART", "resourceId": "c500-rita"}),
    ("POST", "/approval/acme/approvals", {"resourceType": "CART", "resourceId": "c500-rita",
                                          "action": "CHECKOUT", "approver": {"userId": "bob"}}),
    ("POST", "/cart/acme/carts", {"siteCode": "main", "currency": "EUR", "type": "shopping"}),
    ("POST", "/checkout/acme/checkouts/order", {"cartId": "c500-rita"}),
)  # fmt: skip
_QUERIES = (
    _LISTS,
    "/approval/acme/approvals/{pending}?expand=x",
    "/cart/acme/carts?siteCode=main&currency=EUR&type=shopping",
    "/order-v2/acme/orders?pageNumber=1&pageSize=5&sort=created:desc&q=status:CREATED",
    "/quote/acme/quotes?pageNumber=1&pageSize=5&q=status:OPEN",
    "/product/acme/products?pageNumber=1&pageSize=5&q=name:drill",
)
_RULE = "=" * 54


def log_of(target: Target) -> str:
    """All requests in the form of a proxy's log."""
    requests = [*_of_pages(target), *_of_the_api(target)]
    return "".join(f"{_RULE}\n{target.url}\n{_RULE}\n{one}\n{_RULE}\n\n\n" for one in requests)


def _of_pages(target: Target) -> Iterator[str]:
    for form in ADDRESSES:
        path = f"{form.path}?{_encoded(target, form)}"
        cookie = {"Cookie": target.cookies[form.person]}
        yield _request(target, f"GET {path}", {**cookie, "HX-Request": "true"})
    for form in FORMS:
        if form.name not in _ENDING and form.fields:
            headers = {
                "Cookie": target.cookies[form.person],
                "X-CSRFToken": target.form_token,
                "Content-Type": "application/x-www-form-urlencoded",
            }
            yield _request(target, f"POST {form.path}", headers, _encoded(target, form))


def _of_the_api(target: Target) -> Iterator[str]:
    headers = {"Authorization": f"Bearer {target.api_token}"}
    for path in _QUERIES:
        yield _request(target, f"GET {path}", headers)
    for method, path, body in _BODIES:
        json_headers = {**headers, "Content-Type": "application/json"}
        yield _request(target, f"{method} {path}", json_headers, json.dumps(body))


def _encoded(target: Target, form: Form) -> str:
    filled = {name: _filled(target, text) for name, text in form.fields.items()}
    return "&".join(f"{name}={quote_plus(text)}" for name, text in filled.items())


def _filled(target: Target, text: str) -> str:
    for name, known in target.ids.items():
        text = text.replace(f"{{{name}}}", known)
    return text


def _request(target: Target, what: str, headers: dict[str, str], body: str = "") -> str:
    lines = [f"{_filled(target, what)} HTTP/1.1", f"Host: {urlsplit(target.url).netloc}"]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    return "\n".join([*lines, "", body] if body else lines)
