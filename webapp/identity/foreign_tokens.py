"""Access tokens that the identity provider gave out itself, taken by the API as they are (R40).

They are JWTs: signed with one of the provider's keys, by nothing but asymmetric algorithms, made by
exactly this issuer for exactly this audience, and no ID tokens, which say who somebody is and not
what may be done for them. Opaque tokens cannot be taken, since nobody says whom they are meant for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, cast

from flask import current_app
from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry
from sqlalchemy.orm import Session

from webapp.config import Settings
from webapp.identity import oidc, proofs, queries, scopes, service, tokens
from webapp.identity.bearers import Bearer, Subject, TokenRefused, bearer_of
from webapp.identity.domain import Account, Claims, Holder, Origin, Role
from webapp.identity.oidc import SignInFailed
from webapp.identity.session_store import hash_of
from webapp.identity.sessions import limits
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Forbidden

_LONGEST = 16_000
_LONGEST_SUBJECT = 255
_LONGEST_LIFE = timedelta(days=366)
_LEEWAY = 60
_RENEWED_AFTER = timedelta(hours=1)
_ASKED_AGAIN_AFTER = timedelta(minutes=1)
_TRIED_AGAIN_AFTER = timedelta(seconds=5)
# RFC 9068, section 2.1: such a token says of itself that it is one.
_SAYS_SO = frozenset({"at+jwt", "application/at+jwt"})
_KINDS = _SAYS_SO | {"jwt", "application/jwt", ""}
# What ID tokens hold and access tokens do not, and what Keycloak calls the others of its tokens.
_OF_ID_TOKENS = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})
_OTHER_KINDS = frozenset({"ID", "Refresh", "Offline", "Logout"})
_REFUSED_BY_PROVIDER = frozenset({401, 403})


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignToken:
    """A token whose signature and audience are right; `scopes` are those of ours that it names."""

    text: str
    claims: Claims
    content: Mapping[str, Any]
    scopes: tuple[str, ...]
    session_id: str
    expires_at: datetime


def looks_like_one(token: str) -> bool:
    """Whether this is written like a JWT, which our own tokens never are."""
    return token.count(".") == 2


def read(token: str, settings: Settings, *, now: datetime) -> ForeignToken:
    """The token, if the provider made it for us and its time is not over.

    Raises:
        TokenRefused: it is anything else.
        SignInFailed: the provider does not answer, so nobody can tell.
    """
    if not oidc.is_configured() or not looks_like_one(token) or len(token) > _LONGEST:
        raise TokenRefused
    header, content = _verified(token, now=now)
    _check(content, settings, now=now)
    if not _is_access_token(header, content):
        raise TokenRefused
    claims = oidc.claims_of(content, settings)
    _check_storable(claims)
    end = min(content["exp"], (now + _LONGEST_LIFE).timestamp())
    return ForeignToken(
        text=token,
        claims=claims,
        content=content,
        scopes=_our_scopes(content),
        session_id=_session_id(content),
        expires_at=datetime.fromtimestamp(int(end), UTC),
    )


def ask_more(token: ForeignToken, settings: Settings) -> ForeignToken:
    """The token with what the provider's userinfo adds: some keep the e-mail out of tokens.

    Raises:
        TokenRefused: the provider takes the token no more.
        SignInFailed: the provider does not answer.
    """
    try:
        info = oidc.user_info(token.text)
    except SignInFailed as failed:
        response = getattr(failed.__cause__, "response", None)
        if getattr(response, "status_code", None) in _REFUSED_BY_PROVIDER:
            raise TokenRefused from failed
        raise
    if info and info.get("sub") != token.claims.subject:
        raise TokenRefused
    told = {name: info[name] for name in ("email", "email_verified") if name in info}
    claims = oidc.claims_of({**token.content, **told}, settings)
    _check_storable(claims)
    return replace(token, claims=claims)


def find(session: Session, tenant_id: str, token: ForeignToken) -> Account | None:
    """Whom of the tenant the token speaks for, by the rule of sign-in (R32); None for nobody.

    Raises:
        TokenRefused: somebody who is switched off, or a token that was logged out here.
    """
    found = queries.accounts(session, token.claims)
    account = next((one for one in found if one.tenant_id == tenant_id), None)
    if tokens.is_denied(session, token.text) or (account is not None and not account.active):
        raise TokenRefused
    return account


def bind(session: Session, token: ForeignToken, account: Account) -> None:
    """Bind the subject to the person at the first token, as at the first sign-in.

    Raises:
        TokenRefused: it was bound to somebody else meanwhile.
    """
    try:
        service.enter(session, token.claims, account)
    except Forbidden:
        raise TokenRefused from None


def subject_of(tenant_id: str, person_id: str, token: ForeignToken) -> Subject:
    """Whom the token speaks for: the person, in no company, with the scopes that it names."""
    return Subject(
        tenant_id=tenant_id,
        holder=Holder.CUSTOMER,
        origin=Origin.PROVIDER,
        session_id=token.session_id,
        person_id=person_id,
        scopes=token.scopes,
    )


def sender(
    session: Session, account: Account, token: ForeignToken, settings: Settings, *, now: datetime
) -> Bearer:
    """Who sends a request with this token; raises `TokenRefused` when they have gone.

    When and how they signed in is what the token says (RFC 9068, section 2.2.1).
    """
    subject = subject_of(account.tenant_id, account.person_id, token)
    found = bearer_of(session, subject, expires_at=token.expires_at)
    known, proof = limits(settings), proofs.proof(*proofs.told(token.content, now=now))
    signed_in = proofs.signed_in(proof, fresh=known.fresh, levels=known.levels)
    return replace(found, actor=found.actor and replace(found.actor, signed_in=signed_in))


def deny(session: Session, sender: Bearer, token: str, *, now: datetime) -> None:
    """Take the token that a person sends no more here; at the provider it stays what it is."""
    subject = Subject(
        tenant_id=sender.tenant_id,
        holder=sender.holder,
        origin=Origin.PROVIDER,
        session_id=sender.session_id,
        person_id=sender.actor.person_id if sender.actor else None,
    )
    tokens.deny(session, subject, token, now=now, until=sender.expires_at or now)


class _Keys:
    """The provider's keys as this process knows them; one thread asks at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._keys: KeySet | None = None
        self._loaded_at: datetime | None = None
        self._asked_at: datetime | None = None

    def known(self, now: datetime) -> KeySet:
        """The keys, not older than an hour while the provider answers."""
        with self._lock:
            if self._keys is None:
                if not _is_past(self._asked_at, _TRIED_AGAIN_AFTER, now):
                    raise SignInFailed("the provider did not answer a moment ago", away=True)
                return self._ask(now)
            is_old = _is_past(self._loaded_at, _RENEWED_AFTER, now)
            may_ask = is_old and _is_past(self._asked_at, _ASKED_AGAIN_AFTER, now)
            return self._ask(now) if may_ask else self._keys

    def newer(self, now: datetime) -> KeySet | None:
        """The keys of now, or None when the provider was asked within the last minute."""
        with self._lock:
            may_ask = _is_past(self._asked_at, _ASKED_AGAIN_AFTER, now)
            return self._ask(now) if may_ask else None

    def _ask(self, now: datetime) -> KeySet:
        try:
            self._keys, self._loaded_at = oidc.key_set(afresh=True), now
        except SignInFailed:
            if self._keys is None:
                raise
        finally:
            # Afterwards, since waiting for a provider that hangs takes a while by itself.
            self._asked_at = utcnow()
        return self._keys


def _is_past(moment: datetime | None, span: timedelta, now: datetime) -> bool:
    return moment is None or abs(now - moment) >= span


def _keys() -> _Keys:
    return cast("_Keys", current_app.extensions.setdefault("countersign.oidc.keys", _Keys()))


def _verified(token: str, *, now: datetime) -> tuple[Mapping[str, Any], dict[str, Any]]:
    keys = _keys()
    try:
        return _decoded(token, keys.known(now))
    except (InvalidKeyIdError, BadSignatureError) as error:
        newer = keys.newer(now)
        if newer is None:
            raise TokenRefused from error
    try:
        return _decoded(token, newer)
    except (InvalidKeyIdError, BadSignatureError) as error:
        raise TokenRefused from error


def _decoded(token: str, keys: KeySet) -> tuple[Mapping[str, Any], dict[str, Any]]:
    registry = JWSRegistry(algorithms=sorted(oidc.ALGORITHMS), strict_check_header=False)
    try:
        decoded = jwt.decode(token, keys, registry=registry)
    except (InvalidKeyIdError, BadSignatureError):
        raise
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise TokenRefused from error
    return decoded.header, decoded.claims


def _check(content: dict[str, Any], settings: Settings, *, now: datetime) -> None:
    audience = settings.oidc_api_audience or settings.oidc_client_id
    rules = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY,
        iss={"essential": True, "value": settings.oidc_issuer},
        aud={"essential": True, "value": audience},
        sub={"essential": True},
        exp={"essential": True},
    )
    try:
        rules.validate(content)
    except ExpiredTokenError as error:
        raise TokenRefused(is_expired=True) from error
    except (JoseError, ValueError, TypeError) as error:
        raise TokenRefused from error


def _is_access_token(header: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    kind = str(header.get("typ") or "").lower()
    if kind in _SAYS_SO:
        return True
    if kind not in _KINDS or content.get("typ") in _OTHER_KINDS or _OF_ID_TOKENS & content.keys():
        return False
    # An ID token without a nonce still names no scope.
    return "scope" in content or "scp" in content


def _check_storable(claims: Claims) -> None:
    """Databases take no NUL and no halves of characters, nor a subject longer than its column."""
    text = claims.subject + claims.email
    is_text = text.isprintable() and text.encode("utf-8", "replace").decode() == text
    if not is_text or len(claims.subject) > _LONGEST_SUBJECT:
        raise TokenRefused


def _our_scopes(content: Mapping[str, Any]) -> tuple[str, ...]:
    named = content.get("scope") or content.get("scp") or ""
    words = named.split() if isinstance(named, str) else list(named)
    ours = scopes.of_customer(Role.ADMIN)
    return tuple(word for word in words if isinstance(word, str) and word in ours)


def _session_id(content: Mapping[str, Any]) -> str:
    parts = (content["iss"], content["sub"], content.get("sid", ""))
    return "provider-" + hash_of("\n".join(map(str, parts)))[:24]
