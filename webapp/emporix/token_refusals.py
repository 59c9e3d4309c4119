"""Refusals of those who ask for tokens: wrong credentials, and the errors of RFC 6749."""

from typing import Any

from flask import Response, jsonify


def fault(words: str, code: str) -> Response:
    """401 for wrong credentials, in the shape of every 401 of the reference service."""
    response = jsonify({"fault": _fault(words, code)})
    response.status_code = 401
    return response


def oauth_error(status: int, error: str, description: str) -> Response:
    """An error of RFC 6749, section 5.2."""
    response = jsonify({"error": error, "error_description": description})
    response.status_code = status
    return response


def invalid_client() -> Response:
    """401: no such client, a wrong secret, or an id of several tenants; nobody is told which."""
    words = "Client id or secret are wrong, or several tenants use this id: then name the tenant."
    body = {
        "error": "invalid_client",
        "error_description": words,
        "fault": _fault("Invalid client credentials", "oauth.v2.InvalidClientCredentials"),
    }
    response = jsonify(body)
    response.status_code = 401
    response.headers["WWW-Authenticate"] = 'Basic realm="tokens", charset="UTF-8"'
    return response


def _fault(words: str, code: str) -> dict[str, Any]:
    return {"faultstring": words, "detail": {"errorcode": code}}
