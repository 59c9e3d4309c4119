"""Answers to those who ask for tokens, in the shapes of section 6.1 and of RFC 6749."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from webapp.identity.bearers import Bearer
from webapp.identity.tokens import Issued

_TYPE = "Bearer"
_IDLE_SECONDS = 120
# Clients of before 2023 read these names only.
_TWINS = {
    "access_token": "accessToken",
    "saas_token": "saasToken",
    "expires_in": "expiresIn",
    "refresh_token": "refreshToken",
    "refresh_token_expires_in": "refreshTokenExpiresIn",
}


def program(issued: Issued, scopes: Collection[str]) -> dict[str, Any]:
    """A token for a program, or for a person's own script; there is nothing to refresh it with."""
    return {
        "access_token": issued.access_token,
        "token_type": _TYPE,
        "expires_in": issued.expires_in,
        "session_idle_time": _IDLE_SECONDS,
        "refresh_token": "",
        "refresh_token_expires_in": 0,
        "scope": scope(issued.subject.tenant_id, scopes),
    }


def visitor(issued: Issued) -> dict[str, Any]:
    """Tokens for somebody who has not signed in; `sessionId` outlives them."""
    return {
        "token_type": _TYPE,
        "access_token": issued.access_token,
        "expires_in": issued.expires_in,
        "refresh_token": issued.refresh_token,
        "refresh_token_expires_in": issued.refresh_expires_in,
        "sessionId": issued.subject.session_id,
        "scope": scope(issued.subject.tenant_id, ()),
    }


def login(issued: Issued, saas_token: str) -> dict[str, Any]:
    """Tokens of a customer who signed in, in both spellings."""
    return _spelt_twice(
        {**_pair(issued), "saas_token": saas_token, "initialPassword": False},
    )


def refreshed(issued: Issued) -> dict[str, Any]:
    """The next tokens of a customer, in both spellings; never a saas token."""
    return _spelt_twice(_pair(issued))


def exchanged(
    issued: Issued, scopes: Collection[str], *, saas_token: str, subject_token: str
) -> dict[str, Any]:
    """Tokens of a customer for a token of their provider."""
    return {
        "subject_access_token": subject_token,
        **_pair(issued),
        "saas_token": saas_token,
        "session_idle_time": _IDLE_SECONDS,
        "scope": scope(issued.subject.tenant_id, scopes),
    }


def validated(sender: Bearer, *, now: datetime) -> dict[str, Any]:
    """What a customer's token says about itself."""
    left = 0 if sender.expires_at is None else int((sender.expires_at - now).total_seconds())
    shown = {
        "token_type": _TYPE,
        "expires_in": max(left, 0),
        "scope": scope(sender.tenant_id, sender.scopes),
        "sessionId": sender.session_id,
        "email": sender.actor.email if sender.actor else "",
    }
    return shown if sender.company_id is None else {**shown, "legalEntityId": sender.company_id}


def scope(tenant_id: str, scopes: Collection[str]) -> str:
    """The scopes in a line that ends with the tenant, as clients expect."""
    return " ".join([*sorted(scopes), f"tenant={tenant_id}"])


def _pair(issued: Issued) -> dict[str, Any]:
    return {
        "token_type": _TYPE,
        "access_token": issued.access_token,
        "expires_in": issued.expires_in,
        "refresh_token": issued.refresh_token,
        "refresh_token_expires_in": issued.refresh_expires_in,
        "session_id": issued.subject.session_id,
    }


def _spelt_twice(body: dict[str, Any]) -> dict[str, Any]:
    return body | {twin: body[name] for name, twin in _TWINS.items() if name in body}
