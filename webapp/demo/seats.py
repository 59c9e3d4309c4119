"""Two seats in one window: each has a part of the addresses, and with it a session of its own.

Everything below `/seat/left` and `/seat/right` is the desk itself, told by WSGI that it lives
there. The session cookie bears the name of the seat, so that two people are signed in side by side;
pages of a seat may be framed by this desk, and by nobody else.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Response, request

from webapp.extensions import settings, settings_of
from webapp.headers import content_security_policy
from webapp.identity.sessions import SEAT

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

SEATS = ("left", "right")
_PREFIX = "/seat/"
# What names an address to which a browser goes on.
_LEADING = ("Location", "HX-Redirect", "HX-Push-Url")


def init_app(app: Flask) -> None:
    """Let pages of a seat be framed by this desk, and what they lead to stay in the seat."""
    policy = content_security_policy(settings_of(app).oidc_origin)

    def let_frame(response: Response) -> Response:
        if seat():
            headers = response.headers
            said = headers.get("Content-Security-Policy", policy)
            headers["Content-Security-Policy"] = said.replace(
                "frame-ancestors 'none'", "frame-ancestors 'self'"
            )
            headers["X-Frame-Options"] = "SAMEORIGIN"
            headers.extend({name: _stay(headers.pop(name)) for name in _LEADING if name in headers})
        return response

    app.after_request(let_frame)


def wrap(application: "WSGIApplication") -> "WSGIApplication":
    """The application, also below the address of each seat."""

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        place, slash, rest = environ["PATH_INFO"].removeprefix(_PREFIX).partition("/")
        if environ["PATH_INFO"].startswith(_PREFIX) and place in SEATS and slash:
            environ = {
                **environ,
                "SCRIPT_NAME": f"{environ.get('SCRIPT_NAME', '')}{_PREFIX}{place}",
                "PATH_INFO": f"/{rest}",
                SEAT: place,
            }
        return application(environ, start)

    return answer


def seat() -> str:
    """The seat that this request comes from; empty where it is the desk by itself."""
    return str(request.environ.get(SEAT, ""))


def addresses(base_url: str, path: str) -> frozenset[str]:
    """This page of the desk, by itself and in each seat."""
    return frozenset(f"{base_url}{seat}{path}" for seat in ("", *map(_PREFIX.__add__, SEATS)))


def _stay(url: str) -> str:
    """An address of the desk or of its provider as that of this seat; others as they are."""
    root, own = request.root_path, settings().base_url
    if url.startswith(f"{own}/demo/"):
        return f"{own}{root}{url.removeprefix(own)}"
    is_local = url.startswith("/") and not url.startswith(("//", f"{root}/"))
    return f"{root}{url}" if is_local else url
