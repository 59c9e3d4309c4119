"""Passwords and client secrets of a seed file: only their Argon2 hash is kept."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from webapp.identity.passwords import hashed, matches


@dataclass(frozen=True, slots=True)
class Hashes:
    """Remembers hashes, so that the slow work is done before anybody has to wait for the database.

    With `makes` false nothing is hashed, as in a dry run, which only has to know what would change.
    """

    makes: bool = True
    _made: dict[tuple[Hashable, str], str] = field(default_factory=dict)
    _compared: dict[tuple[str, str], bool] = field(default_factory=dict)

    def hash_for(self, owner: Hashable, secret: str) -> str:
        """The hash of the owner's secret."""
        if not self.makes:
            return ""
        if (owner, secret) not in self._made:
            self._made[owner, secret] = hashed(secret)
        return self._made[owner, secret]

    def match(self, hash_: str | None, secret: str) -> bool:
        """Whether the stored hash is of this secret."""
        if hash_ is None:
            return False
        if (hash_, secret) not in self._compared:
            self._compared[hash_, secret] = matches(hash_, secret)
        return self._compared[hash_, secret]
