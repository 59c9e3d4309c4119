"""The demo's OpenID provider: a real login whose people are invented. Never in production.

Authorization code with PKCE (S256, also for confidential clients), discovery, keys, userinfo and
RP-initiated logout. Nobody stays signed in here: every sign-in is a new choice, so the provider
needs no cookie of its own and cannot get in the way of the desk's session.
"""

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import AuthorizationCodeGrant, ClientMixin, InvalidRequestError
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from authlib.oauth2.rfc6750 import BearerTokenGenerator, BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode, UserInfo
from authlib.oidc.core.grants.util import is_openid_scope
from authlib.oidc.rpinitiated import EndSessionEndpoint, EndSessionRequest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from webapp.demo.grants import Code, Grants, Token, digest

SCOPES = ("openid", "profile", "email")
ALGORITHM = "RS256"
TOKEN_SECONDS = 600

Claims = Mapping[str, Any]
FindPerson = Callable[[str], Claims | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client(ClientMixin):
    """The one program that may send people here: the desk itself."""

    client_id: str
    secret_digest: str
    redirect_uris: frozenset[str]
    post_logout_redirect_uris: frozenset[str]

    @property
    def client_metadata(self) -> dict[str, list[str]]:
        """What the logout endpoint asks for."""
        return {"post_logout_redirect_uris": sorted(self.post_logout_redirect_uris)}

    def get_client_id(self) -> str:
        """The public name of the client."""
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        """None is guessed: a request names its address."""
        return ""

    def get_allowed_scope(self, scope: Any) -> str:
        """The asked scopes that exist here."""
        return " ".join(name for name in str(scope or "").split() if name in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether the address is registered, character for character."""
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether this is the client's secret, in constant time."""
        return hmac.compare_digest(self.secret_digest, digest(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """A confidential client shows its secret, in the header or in the form."""
        return method in AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS

    def check_response_type(self, response_type: str) -> bool:
        """Only codes are given out."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Only codes are taken."""
        return grant_type == "authorization_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What the routes of the provider need; Authlib's server and protector have no types."""

    issuer: str
    server: Any
    protector: Any
    keys: KeySet
    find_person: FindPerson

    def discovery(self) -> dict[str, Any]:
        """The document at `/.well-known/openid-configuration`."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks.json",
            "end_session_endpoint": f"{self.issuer}/logout",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["sub", "name", "given_name", "family_name", "email"],
            "authorization_response_iss_parameter_supported": True,
        }

    def public_keys(self) -> dict[str, Any]:
        """The document at `jwks_uri`: public parts only."""
        return dict(self.keys.as_dict(private=False))


def make_provider(
    *, issuer: str, client: Client, key: RSAKey, find_person: FindPerson, grants: Grants
) -> Provider:
    """A provider for one client; `find_person` gives the claims of a subject, or None."""

    def save_token(token: dict[str, Any], request: Any) -> None:
        grants.keep_token(
            token["access_token"],
            Token(
                subject=request.user["sub"],
                scope=token.get("scope", ""),
                expires_at=time.time() + token["expires_in"],
            ),
            code=request.authorization_code,
        )

    server = AuthorizationServer(
        query_client=lambda wanted: client if wanted == client.client_id else None,
        save_token=save_token,
    )
    server.register_client_auth_method("client_secret_basic", _read_secret)
    server.load_config({"OAUTH2_SCOPES_SUPPORTED": SCOPES})
    server.register_token_generator("default", _access_tokens(issuer, key))
    keys = KeySet([key])
    server.register_grant(
        _code_grant(grants, find_person),
        [_open_id(issuer, key, grants)(require_nonce=True), _ForcedChallenge(required=True)],
    )
    server.register_endpoint(_end_session(keys))
    server.register_extension(_issuer_parameter(issuer))
    protector = ResourceProtector()
    protector.register_token_validator(_token_validator(grants))
    return Provider(
        issuer=issuer, server=server, protector=protector, keys=keys, find_person=find_person
    )


def _read_secret(query_client: Callable[[str], Client | None], request: Any) -> Client | None:
    """HTTP Basic as RFC 6749 (2.3.1) has it: both parts form-encoded, which Authlib leaves out."""
    pair = [unquote_plus(part or "") for part in extract_basic_authorization(request.headers)]
    client = query_client(pair[0])
    return client if client and client.check_client_secret(pair[1]) else None


def _access_tokens(issuer: str, key: RSAKey) -> BearerTokenGenerator:
    """Access tokens as JWTs of RFC 9068, so that the API of the desk can take them."""

    def write(*, client: ClientMixin, grant_type: str, user: Any, scope: str) -> str:
        now = int(time.time())
        claims = {
            "iss": issuer,
            "sub": user["sub"],
            "aud": client.get_client_id(),
            "client_id": client.get_client_id(),
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": secrets.token_urlsafe(16),
            "scope": scope,
        }
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": "at+jwt"}, claims, key)

    return BearerTokenGenerator(write, expires_generator=lambda *_: TOKEN_SECONDS)


class _ForcedChallenge(CodeChallenge):
    """PKCE for everybody: Authlib asks only public clients for it, and takes `plain`."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - the name and type are Authlib's

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError(
                "A 'code_challenge' with method S256 is required.", redirect_uri=redirect_uri
            )
        super().validate_code_challenge(grant, redirect_uri)


def _code_grant(grants: Grants, find_person: FindPerson) -> type[AuthorizationCodeGrant]:
    class CodeGrant(AuthorizationCodeGrant):
        def save_authorization_code(self, code: str, request: Any) -> None:
            data = request.payload.data
            grants.keep_code(
                code,
                Code(
                    client_id=request.client.get_client_id(),
                    subject=request.user["sub"],
                    redirect_uri=request.payload.redirect_uri,
                    scope=request.scope,
                    nonce=data.get("nonce"),
                    code_challenge=data["code_challenge"],
                    code_challenge_method="S256",
                ),
            )

        def query_authorization_code(self, code: str, client: ClientMixin) -> Code | None:
            # Taken out at once, so that of two exchanges at the same moment one is refused.
            found = grants.take_code(code)
            return found if found and found.client_id == client.get_client_id() else None

        def delete_authorization_code(self, authorization_code: Code) -> None:
            """It is used up already."""

        def authenticate_user(self, authorization_code: Code) -> Claims | None:
            return find_person(authorization_code.subject)

    return CodeGrant


def _open_id(issuer: str, key: RSAKey, grants: Grants) -> type[OpenIDCode]:
    class OpenID(OpenIDCode):
        def __call__(self, grant: Any) -> None:
            super().__call__(grant)
            grant.register_hook("after_validate_authorization_request_payload", _needs_openid)

        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return grants.knows_nonce(nonce)

        def resolve_client_private_key(self, client: ClientMixin) -> RSAKey:
            return key

        def get_client_algorithm(self, client: ClientMixin) -> str:
            return ALGORITHM

        def get_client_claims(self, client: ClientMixin) -> dict[str, Any]:
            # One audience as plain text: with a list the logout endpoint cannot find the client.
            return {"iss": issuer, "aud": client.get_client_id()}

        def get_encode_header(self, client: ClientMixin) -> dict[str, Any]:
            return {"alg": ALGORITHM, "kid": key.kid}

        def generate_user_info(self, user: Claims, scope: str) -> UserInfo:
            return UserInfo(claims_in_scope(user, scope))

    return OpenID


def _needs_openid(grant: Any, redirect_uri: str) -> None:
    if not is_openid_scope(grant.request.payload.scope):
        raise InvalidRequestError("The scope 'openid' is required.", redirect_uri=redirect_uri)


def claims_in_scope(claims: Claims, scope: str) -> dict[str, Any]:
    """The subject, and what the scopes `profile` and `email` add."""
    wanted = {"sub"}
    if "profile" in scope.split():
        wanted |= {"name", "given_name", "family_name", "locale", "zoneinfo"}
    if "email" in scope.split():
        wanted |= {"email", "email_verified"}
    return {name: value for name, value in claims.items() if name in wanted}


def _end_session(keys: KeySet) -> type[EndSessionEndpoint]:
    class EndSession(EndSessionEndpoint):
        def get_server_jwks(self) -> KeySet:
            return keys

        def get_algorithms(self) -> list[str]:
            return [ALGORITHM]

        def end_session(self, end_session_request: EndSessionRequest) -> None:
            """Nobody stays signed in here: every sign-in is a new choice."""

    return EndSession


def _issuer_parameter(issuer: str) -> IssuerParameter:
    class Issuer(IssuerParameter):
        def get_issuer(self) -> str:
            return issuer

    return Issuer()


def _token_validator(grants: Grants) -> BearerTokenValidator:
    class Validator(BearerTokenValidator):
        def authenticate_token(self, token_string: str) -> Token | None:
            return grants.find_token(token_string)

    return Validator()
