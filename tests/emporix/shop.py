"""A shop's own code, as far as the replays of real clients share it."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "{0}-Secret-2026"
URN = "urn:yaas:saasag:caasproduct:product:acme;"


class Shop:
    """One browser or program: sends what it is told, and fails loudly where a shop would."""

    def __init__(self, app: Flask) -> None:
        self.client = FlaskClient(app)
        self.token = ""
        self.headers: dict[str, str] = {}

    def call(self, method: str, path: str, *, expect: int = 200, **options: Any) -> TestResponse:
        """Send with the current token; the status has to be the expected one."""
        headers = {**self.headers, **options.pop("headers", {})}
        token = options.pop("token", self.token)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        reply = self.client.open(path, method=method, headers=headers, **options)
        assert reply.status_code == expect, f"{method} {path}: {reply.status} {reply.text[:400]}"
        return reply

    def json(self, method: str, path: str, **options: Any) -> Any:
        """The body of the answer."""
        return self.call(method, path, **options).get_json()
