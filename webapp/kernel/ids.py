"""Identifiers: opaque, unguessable, ordered by time where that helps an index."""

import re
import secrets
import time

# Crockford's alphabet leaves out I, L, O and U, so that a code survives being read out on the
# phone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NEW_ID = re.compile(r"[0-9a-f]{24}")
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,66}")


def new_id() -> str:
    """24 lower-case hexadecimal characters: eight of time, sixteen of chance."""
    return f"{int(time.time()):08x}{secrets.token_hex(8)}"


def is_new_id(text: str) -> bool:
    """Whether this looks like what `new_id` makes."""
    return _NEW_ID.fullmatch(text) is not None


def new_code(length: int = 8) -> str:
    """A short code that people can read to each other."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def is_client_id(text: str) -> bool:
    """Whether a client may choose this id: 1 to 66 letters, digits, `_` and `-` (R8)."""
    return _CLIENT_ID.fullmatch(text) is not None
