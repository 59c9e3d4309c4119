"""Calls from browsers of other origins: shops that are on the list may make them (section 3.9)."""

from flask import Flask, Response, make_response, request

from webapp.extensions import settings
from webapp.web import called_api

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
# What the real clients send along.
_ALLOWED = (
    "Accept, Accept-Language, Authorization, Content-Language, Content-Type, Emporix-Tenant, "
    "Idempotency-Key, If-Match, If-None-Match, saas-token, session-id, X-Total-Count, X-Version"
)
_EXPOSED = (
    "ETag, Idempotent-Replayed, Location, Retry-After, Version, WWW-Authenticate, X-Total-Count"
)
_REMEMBERED = "600"


def init_app(app: Flask) -> None:
    """Answer preflights, and name the origin in every answer of the API."""
    app.before_request(answer_preflight)
    app.after_request(add_headers)


def answer_preflight() -> Response | None:
    """204 for what a browser asks before the call itself; nobody is asked who they are."""
    if request.method != "OPTIONS" or called_api() is None:
        return None
    if "Access-Control-Request-Method" not in request.headers:
        return None
    response = make_response("", 204)
    if _is_allowed():
        response.headers["Access-Control-Allow-Methods"] = _METHODS
        response.headers["Access-Control-Allow-Headers"] = _ALLOWED
        response.headers["Access-Control-Max-Age"] = _REMEMBERED
    return response


def add_headers(response: Response) -> Response:
    """Let the page of an allowed origin read the answer; tokens are sent by hand, never cookies."""
    if called_api() is None:
        return response
    response.vary.add("Origin")
    # An API has no use for being opened as a page, but is meant to be read from elsewhere.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if _is_allowed():
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    return response


def _is_allowed() -> bool:
    return request.headers.get("Origin", "") in settings().cors_origin_list
