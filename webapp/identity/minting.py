"""Ids and secrets of keys and clients: the same form, sent once more, shows the same ones (R64).

A form brings what only it has, the desk a key of its own, and both together give id and secret.
Neither of what the form brought nor of the secret is anything kept, so that whoever has the
database, and even the desk's key, cannot make the secret again.
"""

import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from webapp.kernel.clock import SENT_AGAIN
from webapp.kernel.errors import Conflict
from webapp.kernel.ids import new_id
from webapp.kernel.sentence import N_, sentence

_ID = 12
_SECRET = 32
_PURPOSE = b"countersign credentials 1"


@dataclass(frozen=True, slots=True)
class Minted:
    """24 hexadecimal characters for an id, and a secret of 256 bits."""

    id: str
    secret: str


def fresh() -> Minted:
    """An id and a secret that nothing brings forth again."""
    return Minted(new_id(), secrets.token_urlsafe(_SECRET))


def mint(secret_key: str, *meant: object) -> Minted:
    """The id and the secret of one form: who sends it, what only it has, and what it says.

    Whatever differs, by one character or by its sender, gives others.
    """
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret_key.encode())
    made = hmac.digest(key, json.dumps(meant).encode(), "sha512")
    secret = urlsafe_b64encode(made[_ID : _ID + _SECRET]).decode().rstrip("=")
    return Minted(made[:_ID].hex(), secret)


def require_just_made(created_at: datetime, *, is_over: bool = False, now: datetime) -> None:
    """Return when a form that made this may be answered once more with what it made.

    Raises `Conflict` (`made_before`) later, or when it was ended since.
    """
    if is_over or now - created_at >= SENT_AGAIN:
        raise Conflict(
            sentence(
                N_(
                    "This form made one already, and its secret was shown then. If you have not "
                    "copied it, end that one and open the form afresh."
                )
            ),
            code="made_before",
        )
