"""What was decided on, as a digest in the history: goods and terms of each revision (R30)."""

import hashlib
import secrets
from typing import Any

from webapp.ledger.domain import canonical, content_digest
from webapp.orders.terms import Terms


def seal(snapshot: Any, terms: Terms, words: Any) -> dict[str, str]:
    """The digests of a revision; names and addresses stand in the terms, so these have a salt."""
    salt = secrets.token_hex(16)
    return {
        "goods": hashlib.sha256(goods(snapshot).encode()).hexdigest(),
        "terms": content_digest(salt, conditions(terms.details, terms.delivery_window, words)),
        "salt": salt,
    }


def goods(snapshot: Any) -> str:
    """The text of the goods that is hashed."""
    return canonical(snapshot).decode()


def conditions(details: Any, window: Any, words: Any) -> str:
    """The text of delivery and payment that is hashed; `words` are the site's names for them."""
    return canonical({"details": details, "delivery_window": window, "words": words}).decode()
