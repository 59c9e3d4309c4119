"""Sentences with numbers and names, verdicts, and the refusals that carry them."""

import pytest

from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, require
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, YES, Sentence, Verdict, no, sentence, yes


def test_marking_a_text_leaves_it_as_it_is() -> None:
    assert N_("Hello {name}") == "Hello {name}"


@pytest.mark.parametrize(
    ("text", "params", "plain"),
    [
        ("Nothing to fill in.", {}, "Nothing to fill in."),
        ("{name} decides.", {"name": "Bob"}, "Bob decides."),
        ("*{name}* decides.", {"name": "Bob"}, "Bob decides."),
        ("{a}{b}{a}", {"a": 1, "b": "-"}, "1-1"),
        ("{total} is {total:bare}", {"total": Money(148000, "EUR")}, "1,480.00 EUR is 1,480.00"),
        ("{name}", {"name": "{text} {0} %s *"}, "{text} {0} %s *"),
    ],
)
def test_a_sentence_reads_as_plain_english(
    text: str, params: dict[str, object], plain: str
) -> None:
    made = sentence(text, **params)
    assert made.plain() == plain
    assert str(made) == plain


def test_a_parameter_may_be_called_text() -> None:
    assert sentence("You said: {text}", text="no").plain() == "You said: no"


def test_yes_and_no_are_true_and_false() -> None:
    assert YES
    assert yes("alone", "You may.")
    assert not no("role", "You may not.")


def test_a_verdict_keeps_its_code_and_its_reason() -> None:
    verdict = no("role", "{name} may not.", name="Rob")
    assert (verdict.allowed, verdict.code) == (False, "role")
    assert verdict.reason == Sentence("{name} may not.", {"name": "Rob"})
    assert yes("alone", "{name} may.", name="Ada").reason == sentence("{name} may.", name="Ada")
    assert (YES.code, YES.reason) == ("yes", None)


@pytest.mark.parametrize("kind", [NotFound, Forbidden, Conflict, Invalid])
def test_a_refusal_is_its_sentence_with_a_code(kind: type[DomainError]) -> None:
    refusal = kind(sentence("*{name}* may not.", name="Rob"), code="role")
    assert str(refusal) == "Rob may not."
    assert refusal.sentence == sentence("*{name}* may not.", name="Rob")
    assert (refusal.code, refusal.fields) == ("role", {})


def test_bad_input_names_its_fields() -> None:
    why = sentence("Write a few words first.")
    assert Invalid(why, code="no_text", fields={"text": why}).fields == {"text": why}


def test_what_is_allowed_passes() -> None:
    require(YES)
    require(yes("alone", "You may."))


def test_what_is_not_allowed_is_forbidden_with_its_reason() -> None:
    with pytest.raises(Forbidden, match=r"^Only Rita may do this\.$") as refused:
        require(no("not_requester", "Only {name} may do this.", name="Rita"))
    assert refused.value.code == "not_requester"


def test_a_refusal_without_words_still_says_something() -> None:
    with pytest.raises(Forbidden, match=r"^You may not do this\.$") as refused:
        require(Verdict(False, "odd"))
    assert refused.value.code == "odd"
