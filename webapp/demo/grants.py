"""What the demo's provider gave out: codes and tokens, only as SHA-256.

They live in the memory of the process, behind a lock: the demo is one process with threads, codes
last a minute, and after a restart people choose again.
"""

import hashlib
import time
from dataclasses import dataclass, field
from threading import Lock

CODE_SECONDS = 60
_REMEMBER_SECONDS = 600


def digest(secret: str) -> str:
    """SHA-256 in hex, the only form in which a secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code: who chose, for which client, and what proves the client."""

    client_id: str
    subject: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    auth_time: int = field(default_factory=lambda: int(time.time()))

    def get_redirect_uri(self) -> str:
        """The address that the code was sent to."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """The scopes that were granted."""
        return self.scope

    def get_nonce(self) -> str | None:
        """The number that ties the ID token to the browser's session."""
        return self.nonce

    def get_auth_time(self) -> int:
        """When the person chose, in seconds."""
        return self.auth_time

    def get_acr(self) -> None:
        """No class of strength: nobody proves anything in a demo."""

    def get_amr(self) -> None:
        """No method either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token for the userinfo endpoint."""

    subject: str
    scope: str
    expires_at: float

    def get_scope(self) -> str:
        """The scopes that were granted."""
        return self.scope

    def is_expired(self) -> bool:
        """Whether its time is over."""
        return time.time() >= self.expires_at

    def is_revoked(self) -> bool:
        """Revoked tokens are forgotten, so none that is found is one."""
        return False


@dataclass(slots=True)
class _Given:
    code: Code
    until: float
    used: bool = False
    tokens: list[str] = field(default_factory=list)


class Grants:
    """Codes that work once and tokens that expire, safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._codes: dict[str, _Given] = {}
        self._tokens: dict[str, Token] = {}

    def keep_code(self, secret: str, code: Code) -> None:
        """Remember a code for a minute."""
        with self._lock:
            self._forget_old()
            self._codes[digest(secret)] = _Given(code, time.time() + CODE_SECONDS)

    def take_code(self, secret: str) -> Code | None:
        """The code, once; a second try revokes what the first one brought (RFC 6749, 4.1.2)."""
        with self._lock:
            given = self._codes.get(digest(secret))
            if given is None or given.until <= time.time():
                return None
            if given.used:
                for token in given.tokens:
                    self._tokens.pop(token, None)
                return None
            given.used = True
            return given.code

    def knows_nonce(self, nonce: str) -> bool:
        """Whether a code was given out for this nonce lately."""
        with self._lock:
            return any(given.code.nonce == nonce for given in self._codes.values())

    def keep_token(self, secret: str, token: Token, *, code: Code) -> None:
        """Remember an access token, and which code it came from."""
        with self._lock:
            self._tokens[digest(secret)] = token
            for given in self._codes.values():
                if given.code is code:
                    given.tokens.append(digest(secret))

    def find_token(self, secret: str) -> Token | None:
        """The token, expired or not, or None."""
        with self._lock:
            return self._tokens.get(digest(secret))

    def _forget_old(self) -> None:
        # Used codes are remembered longer than they work, so that a replay is noticed.
        now = time.time()
        for name, given in list(self._codes.items()):
            if given.until + _REMEMBER_SECONDS <= now:
                del self._codes[name]
        for name, token in list(self._tokens.items()):
            if token.expires_at <= now:
                del self._tokens[name]
