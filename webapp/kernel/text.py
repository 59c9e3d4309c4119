"""What people type, made safe to store and to show on both databases; nothing is lost."""

import unicodedata

from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import N_, sentence

# What stands, with a number, where the name of somebody stood who was erased (R59).
ERASED_PERSON = N_("Erased person")
_KEPT_CONTROLS = frozenset("\n\t")


def clean(text: str | None) -> str:
    """The text stripped, with line ends as newlines.

    Raises `Invalid` (code `bad_text`) for NUL, lone surrogates and other control characters, which
    PostgreSQL refuses and browsers do not show.
    """
    normal = (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(_is_unprintable(character) for character in normal):
        raise Invalid(
            sentence(
                N_("The text holds a character that cannot be stored. Type it again without it.")
            ),
            code="bad_text",
        )
    return normal


def _is_unprintable(character: str) -> bool:
    return character not in _KEPT_CONTROLS and unicodedata.category(character) in ("Cc", "Cs")
