"""The provider of the tests with a page on which people sign in, as a browser needs it."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from tests.support.provider import Provider
from tests.support.threads import serving

HEADING = "Who are you?"
PEOPLE = ("ada", "alan", "bob", "ben", "rita", "rob", "mia", "olga", "gus", "rex", "carl")

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Acme sign-in</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>:focus-visible {{ outline: 2px solid }}</style></head>
<body><main><h1>{heading}</h1><form method="post" action="{action}">{buttons}</form></main></body>
</html>"""
_BUTTON = '<button name="person" value="{person}">{person}</button>'


class SignInPage(Provider):
    """Signs in whoever is pressed; each code stands for one person and works once."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, str] = {}

    def answer(self, request: Request) -> Response:
        """The pages for browsers, beside those for the desk."""
        if request.path == "/authorize":
            return self._authorize(request)
        if request.path == "/logout":
            return _go(request.args["post_logout_redirect_uri"], state=request.args["state"])
        return super().answer(request)

    def _authorize(self, request: Request) -> Response:
        person = request.form.get("person")
        if person is None:
            return _page(request.full_path)
        code = secrets.token_urlsafe(16)
        self.people[code] = person
        return _go(request.args["redirect_uri"], **self.authorize(request.url, code))

    def _claims(self, code: str) -> dict[str, Any]:
        person = self.people.pop(code)
        who = {"sub": f"sub-{person}", "email": f"{person}@acme.example"}
        return super()._claims(code) | who | {"auth_time": int(time.time())}


@contextmanager
def signing_in() -> Iterator[SignInPage]:
    """The provider on a free port of loopback."""
    provider = SignInPage()
    application = Request.application(provider.answer)
    with serving(application) as server:
        provider.issuer = f"http://127.0.0.1:{server.port}"
        yield provider


def _page(action: str) -> Response:
    buttons = "".join(_BUTTON.format(person=person) for person in PEOPLE)
    page = _PAGE.format(heading=HEADING, action=escape(action), buttons=buttons)
    return Response(page, mimetype="text/html")


def _go(address: str, **query: str) -> Response:
    return Response(status=303, headers={"Location": f"{address}?{urlencode(query)}"})
