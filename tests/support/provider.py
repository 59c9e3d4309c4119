"""An OpenID provider on loopback that tells the truth, or any lie that a test asks for."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from werkzeug.wrappers import Request, Response

from tests.support.threads import serving

CLIENT_ID, SECRET = "countersign-tests", "a secret of the tests only"
Change = Callable[[dict[str, Any]], None]

_OURS = RSAKey.generate_key(2048, {"kid": "ours", "use": "sig", "alg": "RS256"})
_STRANGE = RSAKey.generate_key(2048, {"kid": "ours", "use": "sig", "alg": "RS256"})
_SECOND = RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"})
_KEYS = {"ours": _OURS, "strange": _STRANGE, "second": _SECOND}


@dataclass
class Answers:
    """What the provider says next; a test changes what it wants to be wrong."""

    subject: str = "sub-rita"
    email: str = "rita@acme.example"
    email_verified: bool = True
    discovery: Change = lambda _document: None
    claims: Change = lambda _claims: None
    answer: Change = lambda _answer: None
    userinfo: Change = lambda _claims: None
    key: str = "ours"
    algorithm: str = "RS256"
    kid: str | None = "ours"
    published: tuple[str, ...] = ("ours",)
    status: int = 200
    seen: list[str] = field(default_factory=list)
    verifiers: list[str] = field(default_factory=list)
    access_tokens: list[str] = field(default_factory=lambda: ["an access token"])


class Provider:
    """The provider; `answers` is fresh for every test."""

    def __init__(self) -> None:
        self.answers = Answers()
        self.issuer = ""
        self.nonces: dict[str, str] = {}
        self.challenges: dict[str, str] = {}

    def authorize(self, url: str, code: str = "code-1") -> dict[str, str]:
        """What the browser would bring back to the desk from this authorization address."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.nonces[code] = query.get("nonce", "")
        self.challenges[code] = query.get("code_challenge", "")
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def access_token(self, *, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """An access token that is a JWT, with other claims; one that is None is left out.

        The `alg` of the header may be a lie too: `none`, or HS256 with the public key.
        """
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": self.answers.subject,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "scope": "openid email",
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        head = {"alg": "RS256", "kid": "ours", "typ": "at+jwt", **(header or {})}
        if head["alg"] == "none":
            token = f"{_encoded(head)}.{_encoded(claims)}."
        elif head["alg"] == "HS256":
            signed = f"{_encoded(head)}.{_encoded(claims)}"
            mac = hmac.digest(_OURS.as_pem(private=False), signed.encode(), "sha256")
            token = f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
        else:
            token = jwt.encode(head, claims, _KEYS[self.answers.key])
        self.answers.access_tokens.append(token)
        return token

    def answer(self, request: Request) -> Response:
        """The provider's own pages."""
        self.answers.seen.append(request.path)
        if self.answers.status != 200:
            return Response("away", status=self.answers.status)
        pages = {
            "/.well-known/openid-configuration": self._discovery,
            "/jwks": self._keys,
            "/token": self._token,
            "/userinfo": self._userinfo,
        }
        page = pages.get(request.path)
        return page(request) if page else Response(status=404)

    def _discovery(self, _request: Request) -> Response:
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/logout",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": True,
        }
        self.answers.discovery(document)
        return _json(document)

    def _keys(self, _request: Request) -> Response:
        published = KeySet([_KEYS[name] for name in self.answers.published])
        return _json(published.as_dict(private=False))

    def _token(self, request: Request) -> Response:
        code = request.form.get("code", "")
        verifier = request.form.get("code_verifier", "")
        self.answers.verifiers.append(verifier)
        if code not in self.nonces or _challenge(verifier) != self.challenges[code]:
            return _json({"error": "invalid_grant"}, 400)
        claims = self._claims(code)
        answer: dict[str, Any] = {
            "access_token": "an access token",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self._sign(claims),
        }
        self.answers.answer(answer)
        return _json(answer)

    def _userinfo(self, request: Request) -> Response:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if sent not in self.answers.access_tokens:
            return Response(status=401)
        claims: dict[str, Any] = {
            "sub": self.answers.subject,
            "email": self.answers.email,
            "email_verified": self.answers.email_verified,
        }
        self.answers.userinfo(claims)
        return _json(claims)

    def _claims(self, code: str) -> dict[str, Any]:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": self.answers.subject,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": self.nonces.pop(code),
            "email": self.answers.email,
            "email_verified": self.answers.email_verified,
        }
        self.answers.claims(claims)
        return claims

    def _sign(self, claims: dict[str, Any]) -> str:
        header: dict[str, Any] = {"alg": self.answers.algorithm}
        if self.answers.kid:
            header["kid"] = self.answers.kid
        if self.answers.algorithm == "none":
            return f"{_encoded(header)}.{_encoded(claims)}."
        if self.answers.algorithm == "HS256":
            return jwt.encode(header, claims, OctKey.import_key(SECRET), algorithms=["HS256"])
        return jwt.encode(header, claims, _KEYS[self.answers.key])


@contextmanager
def running() -> Iterator[Provider]:
    """The provider on a free port of loopback."""
    provider = Provider()
    application = Request.application(provider.answer)
    with serving(application) as server:
        provider.issuer = f"http://127.0.0.1:{server.port}"
        yield provider


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _encoded(document: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def _json(document: Any, status: int = 200) -> Response:
    return Response(json.dumps(document), status=status, mimetype="application/json")
