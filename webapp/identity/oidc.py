"""Signing in with OpenID Connect: Authlib's client, with the checks that it leaves to its users."""

import secrets
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote_plus

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.flask_client.apps import FlaskOAuth2App
from flask import Flask, Response, current_app, request
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from webapp.config import Settings
from webapp.identity import proofs
from webapp.identity.domain import Claims

NAME = "oidc"
# Asymmetric only: with HS256 or `none` whoever knows the client could write tokens.
ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA", "Ed25519"})
_TIMEOUT = 5
# How far the clocks of provider and desk may be apart, in seconds.
_LEEWAY = 60


class SignInFailed(Exception):
    """The provider's answer cannot be used; `reason` is for the log, the page says what to do."""

    def __init__(self, reason: str, *, away: bool = False, cancelled: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.away = away
        self.cancelled = cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A verified answer: who it is, and the ID token to show the provider at sign-out.

    `proven_at` (seconds since 1970) and `level` are its `auth_time` and `acr`, where it has them.
    """

    claims: Claims
    id_token: str
    proven_at: int | None = None
    level: str = ""


class StrictApp(FlaskOAuth2App):
    """A client that trusts only the configured issuer and asymmetric signatures."""

    def load_server_metadata(self) -> dict[str, Any]:
        """The provider's description, checked once and kept for the life of the process."""
        metadata: dict[str, Any] = super().load_server_metadata()
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        usable = [name for name in offered if name in ALGORITHMS]
        if metadata.get("issuer") != metadata["expected_issuer"] or not usable:
            # Asked again at the next sign-in: somebody may have put it right by then.
            metadata.pop("_loaded_at", None)
            raise SignInFailed(
                f"the provider calls itself {metadata.get('issuer')!r} and signs with {offered}"
            )
        metadata["id_token_signing_alg_values_supported"] = usable
        return metadata


def init_app(app: Flask, settings: Settings) -> None:
    """Register the provider, if one is set."""
    if not settings.oidc_issuer:
        return
    oauth = OAuth(app)
    oauth.register(  # type: ignore[no-untyped-call]
        NAME,
        client_cls=StrictApp,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret or None,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": settings.oidc_scopes,
            "code_challenge_method": "S256",
            "default_timeout": _TIMEOUT,
            "token_endpoint_auth_method": _show_secret if settings.oidc_client_secret else "none",
        },
        expected_issuer=settings.oidc_issuer,
    )
    app.extensions["countersign.oidc"] = oauth


def is_configured() -> bool:
    """Whether anybody can sign in here."""
    return "countersign.oidc" in current_app.extensions


def start(
    callback: str, *, choose_account: bool = False, again: Settings | None = None
) -> Response:
    """The redirect to the provider; state, nonce and PKCE verifier wait in the session.

    With `again` the person has to prove anew who they are, in one of the ways of these settings.

    Raises:
        SignInFailed: the provider cannot be reached or describes itself as somebody else.
    """
    more = {"prompt": "login"} if choose_account or again else {}
    if again:
        more["max_age"] = str(again.fresh_sign_in_minutes * 60)
        if again.oidc_acr_values:
            more["acr_values"] = again.oidc_acr_values
    return cast("Response", _guarded(lambda: _client().authorize_redirect(callback, **more)))


def finish(settings: Settings, *, since: int | None = None, now: datetime) -> SignIn:
    """The verified answer of the provider in this request.

    With `since` (seconds since 1970) it has to say that the person proved who they are after that,
    in one of the ways of the settings (R53).

    Raises:
        SignInFailed: it is forged, replayed, stale, meant for somebody else, or an error.
    """
    _check_issuer_parameter(settings)
    options = {name: {"essential": True} for name in ("sub", "exp", "iat")} | {
        "iss": {"essential": True, "value": settings.oidc_issuer},
        "aud": {"essential": True, "value": settings.oidc_client_id},
    }
    token = _guarded(lambda: _client().authorize_access_token(claims_options=options))
    user = token.get("userinfo")
    if not user:
        raise SignInFailed("the answer holds no ID token")
    wanted = {"email", *([settings.oidc_groups_claim] if settings.oidc_roles_file else [])}
    claims = claims_of({**_asked_for(token, user, wanted), **user}, settings)
    proven_at, level = proofs.told(user, now=now)
    if since is not None:
        _check_proof(proven_at, level, since=since, levels=settings.oidc_acr_values.split())
    return SignIn(claims=claims, id_token=token["id_token"], proven_at=proven_at, level=level)


def claims_of(user: Mapping[str, Any], settings: Settings) -> Claims:
    """What verified claims of the provider say about somebody (R32)."""
    email = _trusted_email(user, trust=settings.oidc_trust_email)
    return Claims(
        issuer=settings.oidc_issuer,
        subject=str(user["sub"]),
        email=email,
        has_unverified_email=bool(user.get("email")) and not email,
        groups=_groups(user.get(settings.oidc_groups_claim)),
    )


def sign_out_url(settings: Settings, *, id_token: str | None, back: str) -> str | None:
    """Where the provider ends its own session, or None when it offers that not."""
    if not is_configured() or id_token is None:
        return None
    try:
        answer = _client().create_logout_url(
            post_logout_redirect_uri=back,
            id_token_hint=id_token,
            client_id=settings.oidc_client_id,
            state=secrets.token_urlsafe(12),
        )
    except (
        OAuthError,
        JoseError,
        SignInFailed,
        requests.RequestException,
        RuntimeError,
        ValueError,
    ):
        # Leaving here must always work; the provider's own session is its own business then.
        return None
    return str(answer["url"])


def probe(settings: Settings) -> str:
    """Fetch the provider's description and keys afresh; returns its authorization endpoint.

    Raises:
        SignInFailed: with the reason.
    """
    client = _client()
    metadata = _guarded(client.load_server_metadata)
    _guarded(lambda: client.fetch_jwk_set(force=True))
    return str(metadata.get("authorization_endpoint"))


def key_set(*, afresh: bool = False) -> KeySet:
    """The public keys of the provider: those that this process knows, or those of now.

    Raises:
        SignInFailed: the provider cannot be reached, or describes itself as somebody else.
    """
    keys: KeySet = _guarded(lambda: KeySet.import_key_set(_client().fetch_jwk_set(force=afresh)))
    return keys


def user_info(access_token: str) -> Mapping[str, Any]:
    """What the provider tells the holder of an access token about themselves.

    Raises:
        SignInFailed: it takes the token no more, cannot be reached, or tells nothing.
    """
    if not _guarded(_client().load_server_metadata).get("userinfo_endpoint"):
        return {}
    token = {"access_token": access_token, "token_type": "Bearer"}
    info: Mapping[str, Any] = _guarded(lambda: _client().userinfo(token=token))
    return info


def _show_secret(
    client: Any, _method: str, uri: str, headers: dict[str, str], body: Any
) -> tuple[str, dict[str, str], Any]:
    """HTTP Basic as RFC 6749 (2.3.1) has it: both parts form-encoded, which Authlib leaves out."""
    pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return uri, headers, body


def _client() -> Any:
    if not is_configured():
        raise SignInFailed("no provider is set", away=True)
    return current_app.extensions["countersign.oidc"].create_client(NAME)


def _guarded(call: Any) -> Any:
    """Whatever goes wrong between us and the provider becomes one refusal."""
    try:
        return call()
    except OAuthError as error:
        cancelled = error.error in {"access_denied", "login_required", "consent_required"}
        raise SignInFailed(f"{error.error}: {error.description}", cancelled=cancelled) from error
    except JoseError as error:
        raise SignInFailed(f"ID token: {error}") from error
    except requests.RequestException as error:
        raise SignInFailed(f"provider: {type(error).__name__}", away=True) from error
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise SignInFailed(f"not understood: {type(error).__name__}: {error}") from error


def _check_issuer_parameter(settings: Settings) -> None:
    """RFC 9207: an answer says which provider gave it; errors may leave it out."""
    given = request.args.get("iss")
    if given is not None and given != settings.oidc_issuer:
        raise SignInFailed(f"the answer comes from {given!r}")
    if given is None and "error" not in request.args:
        metadata = _guarded(_client().load_server_metadata)
        if metadata.get("authorization_response_iss_parameter_supported"):
            raise SignInFailed("the answer does not say which provider it comes from")


def _groups(given: Any) -> tuple[str, ...]:
    """The names in a claim that holds one or many; anything else names none."""
    names = given if isinstance(given, list) else [given]
    return tuple(one for one in names if isinstance(one, str))


def _asked_for(
    token: Mapping[str, Any], user: Mapping[str, Any], wanted: Collection[str]
) -> Mapping[str, Any]:
    """What the provider tells only when it is asked: some keep all but the subject for that."""
    client = _client()
    if user.keys() >= set(wanted) or not _guarded(client.load_server_metadata).get(
        "userinfo_endpoint"
    ):
        return {}
    info: Mapping[str, Any] = _guarded(lambda: client.userinfo(token=token))
    if info.get("sub") != user["sub"]:
        raise SignInFailed("the provider tells of somebody else than it signed")
    return {name: info[name] for name in ("email_verified", *wanted) if name in info}


def _check_proof(at: int | None, level: str, *, since: int, levels: list[str]) -> None:
    if at is None or at < since - _LEEWAY:
        raise SignInFailed(f"asked to sign in again, the provider says it was at {at}")
    if levels and level not in levels:
        raise SignInFailed(f"asked for one of {levels}, the provider says {level!r}")


def _trusted_email(user: Mapping[str, Any], *, trust: bool) -> str:
    verified = user.get("email_verified") in (True, "true")
    email = user.get("email")
    return email.strip().lower() if isinstance(email, str) and (verified or trust) else ""
