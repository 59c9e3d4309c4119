"""Passwords and client secrets: only their Argon2 hash is kept."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

_HASHER = PasswordHasher()


def hashed(secret: str) -> str:
    """The Argon2id hash, with its own salt and the library's recommended cost."""
    return _HASHER.hash(secret)


def matches(hash_: str | None, secret: str) -> bool:
    """Whether the stored hash is of this secret; hashes of other kinds never match.

    Without a hash the same work is done in vain, so that nobody can tell by the time it takes
    whether there is an account.
    """
    try:
        _HASHER.verify(hash_ or _NOBODYS, secret)
    except (VerificationError, InvalidHashError):
        return False
    return hash_ is not None


# Of no password at all, and as much work as any other: what counts are the numbers in front.
_NOBODYS = (
    f"$argon2id$v={ARGON2_VERSION}$m={_HASHER.memory_cost},t={_HASHER.time_cost},"
    f"p={_HASHER.parallelism}${'A' * 22}${'A' * 43}"
)
