"""What a template is told, as JSON and back: money, sentences and moments survive the wait."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from webapp.kernel.money import Money
from webapp.kernel.sentence import Sentence

# A mapping that holds one of these keys alone stands for a value that JSON does not know.
_MONEY, _SENTENCE, _MAP = "$money", "$sentence", "$map"
_MOMENT, _DATE = "$moment", "$date"
_MARKS = frozenset({_MONEY, _SENTENCE, _MOMENT, _DATE, _MAP})


def encode(value: object) -> Any:
    """The value as JSON can hold it.

    Raises `TypeError` for anything but None, bool, int, str, Money, Sentence, a date, an
    aware datetime, and lists and dictionaries of these.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Money():
            return {_MONEY: [value.minor, value.currency]}
        case Sentence():
            return {_SENTENCE: [value.text, encode(dict(value.params))]}
        case date():
            return _encode_date(value)
        case Mapping():
            return _encode_mapping(value)
        case list() | tuple():
            return [encode(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot wait in the outbox")


def decode(document: Any) -> Any:
    """The value that `encode` was given."""
    if isinstance(document, list):
        return [decode(item) for item in document]
    if not isinstance(document, dict):
        return document
    if len(document) == 1:
        [(mark, content)] = document.items()
        if mark in _MARKS:
            return _decode_marked(mark, content)
    return {key: decode(item) for key, item in document.items()}


def _encode_mapping(value: Mapping[Any, object]) -> dict[str, Any]:
    if not all(isinstance(key, str) for key in value):
        raise TypeError("the keys of what waits in the outbox are texts")
    encoded = {key: encode(item) for key, item in value.items()}
    return {_MAP: encoded} if len(encoded) == 1 and encoded.keys() <= _MARKS else encoded


def _encode_date(value: date) -> dict[str, str]:
    if not isinstance(value, datetime):
        return {_DATE: value.isoformat()}
    if value.tzinfo is None:
        raise TypeError("a moment without a time zone cannot wait in the outbox")
    return {_MOMENT: value.isoformat()}


def _decode_marked(mark: str, content: Any) -> Any:
    if mark == _MONEY:
        return Money(*content)
    if mark == _SENTENCE:
        text, params = content
        return Sentence(text, decode(params))
    if mark == _MOMENT:
        return datetime.fromisoformat(content)
    if mark == _DATE:
        return date.fromisoformat(content)
    return {key: decode(item) for key, item in content.items()}
