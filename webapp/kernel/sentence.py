"""Sentences that carry their numbers and names, so that every refusal and reason can be translated.

A rule answers in a `Sentence`: an English text with `{name}` placeholders and `*emphasis*`, beside
the values that belong there. The edge (`webapp.i18n.say`) looks the text up in the reader's
catalogue and prints money and dates in the reader's locale; rules stay free of both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(text: str) -> str:  # noqa: N802 - the conventional name that message extraction looks for
    """Mark a text for the message catalogues and return it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Sentence:
    """A translatable text and the values of its placeholders."""

    text: str
    params: Mapping[str, object] = field(default_factory=dict)

    def plain(self) -> str:
        """The English sentence without emphasis marks, for logs, the API and tests."""
        return self.text.replace("*", "").format(**self.params)

    def __str__(self) -> str:
        return self.plain()


def sentence(text: str, /, **params: object) -> Sentence:
    """A sentence from its text and the values of its placeholders."""
    return Sentence(text, params)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes or no, with a stable code and the reason in words; true when the answer is yes."""

    allowed: bool
    code: str
    reason: Sentence | None = None

    def __bool__(self) -> bool:
        return self.allowed


YES = Verdict(True, "yes")


def yes(code: str, text: str, /, **params: object) -> Verdict:
    """A permission that says why it is given."""
    return Verdict(True, code, Sentence(text, params))


def no(code: str, text: str, /, **params: object) -> Verdict:
    """A refusal with its reason in words."""
    return Verdict(False, code, Sentence(text, params))
