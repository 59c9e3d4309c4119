"""Who sends a request: told by one of our own tokens, or by one of the identity provider (R40)."""

from datetime import datetime
from typing import NoReturn

import structlog
from flask import Response, abort, request

from webapp.emporix import dialect
from webapp.extensions import db, settings
from webapp.identity import foreign_tokens, tokens
from webapp.identity.bearers import Bearer, TokenRefused
from webapp.identity.oidc import SignInFailed
from webapp.kernel.clock import utcnow

_SCHEME = "bearer "
_AWAY_SECONDS = "5"

log = structlog.get_logger()


def recognise(tenant_id: str) -> Bearer:
    """The sender of this request, with the scopes of now; aborts with 401 or 503."""
    token, now = sent_token(), utcnow()
    if not token:
        _refuse()
    try:
        if foreign_tokens.looks_like_one(token):
            return _foreign(tenant_id, token, now=now)
        with db.looking() as session:
            return tokens.authenticate(session, tenant_id, token, now=now)
    except TokenRefused as refused:
        _refuse(is_expired=refused.is_expired)
    except SignInFailed as failed:
        abort(provider_away(failed))


def sent_token() -> str:
    """The token in the header of this request, or nothing."""
    header = request.headers.get("Authorization", "")
    return header[len(_SCHEME) :].strip() if header.lower().startswith(_SCHEME) else ""


def provider_away(failed: SignInFailed) -> Response:
    """503: nobody can tell whether a token of the provider is good while it does not answer."""
    log.warning("api.provider_away", reason=failed.reason)
    response = dialect.answer(503, "The identity provider does not answer. Try again in seconds.")
    response.headers["Retry-After"] = _AWAY_SECONDS
    return response


def _foreign(tenant_id: str, token: str, *, now: datetime) -> Bearer:
    known = foreign_tokens.read(token, settings(), now=now)
    with db.reading() as session:
        account = foreign_tokens.find(session, tenant_id, known)
        if account is None:
            raise TokenRefused
        sender = foreign_tokens.sender(session, account, known, settings(), now=now)
    if not account.bound:
        with db.transaction() as session:
            foreign_tokens.bind(session, known, account)
    return sender


def _refuse(*, is_expired: bool = False) -> NoReturn:
    abort(dialect.fault(is_expired=is_expired))
