"""What clients send to ask for tokens: a login, query parameters, and the form of RFC 6749."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, NoReturn
from urllib.parse import unquote_plus

from flask import abort, request
from pydantic import StringConstraints

from webapp.emporix import token_refusals
from webapp.emporix.reading import Body, refuse, unusable_text

LONGEST_TOKEN = 16_000
_LONGEST = 1000
_FORM = "application/x-www-form-urlencoded"
_GRANT = "client_credentials"
_TENANT = "tenant="


class Login(Body):
    """E-mail address and password of a customer."""

    email: Annotated[str, StringConstraints(max_length=320)]
    password: Annotated[str, StringConstraints(max_length=_LONGEST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a program asks for with its id and secret; `scopes` empty for all that it may have."""

    client_id: str
    secret: str
    tenant_id: str | None = None
    company_id: str | None = None
    scopes: tuple[str, ...] = ()


def asked(*names: str, most: int = _LONGEST) -> str | None:
    """The first of these query parameters that has a value; raises `Invalid` for what none has."""
    for name in names:
        text = request.args.get(name, "")
        why = unusable_text(text) or (f"has up to {most} characters" if len(text) > most else None)
        if why:
            refuse({name: why})
        if text:
            return text
    return None


def required(*names: str, most: int = _LONGEST) -> str:
    """The same, where there has to be one; raises `Invalid` that names the first."""
    text = asked(*names, most=most)
    if text is None:
        refuse({names[0]: "is missing"})
    return text


def read_grant() -> Grant:
    """The request of RFC 6749, section 4.4; aborts with its errors."""
    if request.mimetype != _FORM:
        _refuse("invalid_request", f"Send the request as {_FORM}.")
    form = {name: _single(name) for name in request.form}
    if not form.get("grant_type"):
        _refuse("invalid_request", "The parameter grant_type is missing.")
    if form["grant_type"] != _GRANT:
        _refuse("unsupported_grant_type", f"The only grant_type is {_GRANT}.")
    client_id, secret = _credentials(form)
    words = form.get("scope", "").split()
    named = [word.removeprefix(_TENANT) for word in words if word.startswith(_TENANT)]
    return Grant(
        client_id=client_id,
        secret=secret,
        tenant_id=form.get("tenant") or form.get("hybris-tenant") or next(iter(named), None),
        company_id=form.get("legalEntityId") or None,
        scopes=tuple(word for word in words if not word.startswith(_TENANT)),
    )


def _single(name: str) -> str:
    """A parameter of the form, which may be there once only (RFC 6749, section 3.2)."""
    texts = request.form.getlist(name)
    if len(texts) > 1:
        _refuse("invalid_request", "A parameter is there more than once.")
    if unusable_text(texts[0]) or len(texts[0]) > _LONGEST:
        _refuse("invalid_request", "A parameter is too long, or holds what is no text.")
    return texts[0]


def _credentials(form: dict[str, str]) -> tuple[str, str]:
    """Id and secret of the form or of the header (RFC 6749, section 2.3.1), but not of both."""
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith("basic "):
        if not form.get("client_id"):
            _refuse("invalid_request", "The parameter client_id is missing.")
        return form["client_id"], form.get("client_secret", "")
    if form.get("client_secret"):
        _refuse("invalid_request", "The client shows its secret twice.")
    client_id, secret = _basic(header[len("basic ") :])
    if form.get("client_id", client_id) != client_id:
        _refuse("invalid_request", "Header and form name different clients.")
    return client_id, secret


def _basic(encoded: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        text = ""
    client_id, colon, secret = (unquote_plus(part) for part in text.partition(":"))
    if not colon or not client_id or unusable_text(client_id) or len(text) > _LONGEST:
        abort(token_refusals.invalid_client())
    return client_id, secret


def _refuse(error: str, description: str) -> NoReturn:
    abort(token_refusals.oauth_error(400, error, description))
