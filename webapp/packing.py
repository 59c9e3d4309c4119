"""Answers of the application packed for their way: with Brotli or gzip, whatever the browser takes.

Static files were packed when they were built (`webapp.assets`); pages are packed here, quickly
rather than as small as possible. Only what belongs to one's own session is on a page, and a
browser sends that session's cookie with no request of another site but a visit (SameSite), so
nobody can have pages with guesses of theirs packed over and over to measure a secret in them.
"""

import gzip

import brotli
from flask import Flask, Response, request

# Below this an answer fits into the packets that it takes anyway.
_LEAST = 1024
_QUALITY = {"br": 5, "gzip": 6}
_TYPES = frozenset({"text/html", "text/plain", "text/csv", "application/json"})


def init_app(app: Flask) -> None:
    """Pack every answer that gains by it."""
    app.after_request(pack)


def pack(response: Response) -> Response:
    """The answer in the first encoding that the browser takes."""
    if response.mimetype not in _TYPES or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    encoding = request.accept_encodings.best_match(_QUALITY)
    data = response.get_data()
    if encoding and len(data) >= _LEAST and "Content-Encoding" not in response.headers:
        response.set_data(_packed(data, encoding))
        response.headers["Content-Encoding"] = encoding
    return response


def _packed(data: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(data, quality=_QUALITY["br"]))
    return gzip.compress(data, compresslevel=_QUALITY["gzip"], mtime=0)
