"""Passwords and client secrets of a seed file: only their Argon2 hash is kept."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def hashed(secret: str) -> str:
    """The Argon2id hash, with its own salt and the library's recommended cost."""
    return _HASHER.hash(secret)


def matches(hash_: str | None, secret: str) -> bool:
    """Whether the stored hash is of this secret; hashes of other kinds never match."""
    try:
        return hash_ is not None and _HASHER.verify(hash_, secret)
    except (VerificationError, InvalidHashError):
        return False
