"""Reading what clients send: JSON that every database can keep, and models that say what is wrong.

The rule for all of it stands here, so that no field has to think of NUL characters, halves of
surrogate pairs or numbers that are none (RFC 8259, section 8.2).
"""

import json
from collections.abc import Iterator
from typing import Any, NoReturn, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError

from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import Sentence, sentence

_DEEPEST = 40
_MOST_DIGITS = 40
# U+0000 is what PostgreSQL cannot keep; a lone surrogate is no text at all.
_UNUSABLE = "\x00"

M = TypeVar("M", bound="Body")


class Body(BaseModel):
    """The body of a request: what it does not name is left alone, and types are not guessed."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


def read(model: type[M]) -> M:
    """The body of this request as a model; raises `Invalid` that names each field."""
    document = read_json()
    if not isinstance(document, dict):
        refuse({"body": "has to be a JSON object"})
    return parse(model, document)


def parse(model: type[M], document: dict[str, Any]) -> M:
    """A document as a model; raises `Invalid` that names each field."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        refuse(
            {
                ".".join(map(str, problem["loc"])) or "body": _words(problem)
                for problem in error.errors()
            }
        )


def read_json() -> Any:
    """The body of this request as JSON; raises `Invalid` for what is none or cannot be kept."""
    try:
        document = json.loads(
            request.get_data(as_text=False).decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_int=_whole,
        )
    except RecursionError:
        refuse({"body": "is nested too deeply"})
    except (UnicodeDecodeError, ValueError):
        refuse({"body": "is not JSON in UTF-8"})
    problem = next(_unusable(document, "", 0), None)
    if problem is not None:
        refuse({problem[0] or "body": problem[1]})
    return document


def refuse(problems: dict[str, str]) -> NoReturn:
    """Raise `Invalid` (code `body`) for these fields; each problem completes "field: ..."."""
    words: dict[str, Sentence] = {
        field: sentence("{why}", why=why) for field, why in problems.items()
    }
    first = next(iter(problems))
    message = sentence("Problem with validation: {field} {why}.", field=first, why=problems[first])
    raise Invalid(message, code="body", fields=words)


def unusable_text(text: str) -> str | None:
    """Why this text cannot be kept, or None."""
    if _UNUSABLE in text:
        return "holds the character U+0000"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "holds half of a surrogate pair"
    return None


def _words(problem: Any) -> str:
    if problem["type"] == "missing" or problem["input"] is None:
        return "cannot be null"
    text = str(problem["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError
    return int(digits)


def _unusable(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        yield path, "is nested too deeply"
    elif isinstance(value, str):
        if why := unusable_text(value):
            yield path, why
    elif isinstance(value, float):
        if value in (float("inf"), float("-inf")):
            yield path, "is too large a number"
    elif isinstance(value, dict):
        for key, inner in value.items():
            if unusable_text(key):
                yield path, "has a name that cannot be kept"
            yield from _unusable(inner, f"{path}.{key}".lstrip("."), depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unusable(inner, f"{path}.{index}".lstrip("."), depth + 1)
