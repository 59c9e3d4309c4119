"""The refusals of rules and use cases; one table at each edge turns them into an answer."""

from collections.abc import Mapping

from webapp.kernel.sentence import N_, Sentence, Verdict


class DomainError(Exception):
    """A refusal with a stable code, a sentence for the person, and the fields it is about."""

    def __init__(
        self,
        sentence: Sentence,
        *,
        code: str,
        fields: Mapping[str, Sentence] | None = None,
    ) -> None:
        super().__init__(sentence.plain())
        self.sentence = sentence
        self.code = code
        self.fields = dict(fields or {})


class NotFound(DomainError):
    """It does not exist, or it is not yours; nobody can tell which (law 4)."""


class Forbidden(DomainError):
    """The person may not do this; the sentence says why and who can."""


class Conflict(DomainError):
    """The world moved: finished, changed meanwhile, or there already."""


class Invalid(DomainError):
    """The input cannot be used; `fields` names what is wrong with which field."""


def require(verdict: Verdict) -> None:
    """Return when the verdict is yes, otherwise raise `Forbidden` with its reason."""
    if not verdict.allowed:
        raise Forbidden(verdict.reason or Sentence(N_("You may not do this.")), code=verdict.code)
