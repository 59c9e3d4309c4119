"""Secrets that must be read again: sealed with a key that is derived from the desk's secret key.

AES-256-GCM, bound to the endpoint they belong to: a sealed secret that is copied into another row
does not open.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
_PURPOSE = b"countersign webhook secrets 1"


class Unreadable(Exception):
    """The secret was sealed with another key: the desk's secret key was changed."""


class Vault:
    """Seals and opens with one key."""

    def __init__(self, secret_key: str) -> None:
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
        self._cipher = AESGCM(derive.derive(secret_key.encode()))

    def seal(self, secret: str, owner: str) -> str:
        """The secret of this owner as a text that says nothing without the key."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._cipher.encrypt(nonce, secret.encode(), owner.encode())
        return urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, owner: str) -> str:
        """The secret that was sealed for this owner; raises `Unreadable`."""
        try:
            raw = urlsafe_b64decode(sealed)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], owner.encode()).decode()
        except (InvalidTag, ValueError):
            raise Unreadable(
                "The signing secret cannot be read with this desk's secret key; make a new one."
            ) from None
