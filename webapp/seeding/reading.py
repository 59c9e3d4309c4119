"""Reading a seed file: JSON in UTF-8, exact numbers, and no key twice in one object."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from webapp.seeding.domain import Problem, Refused, place, printable

_DEEPEST = 50


class _Doubled(dict[str, Any]):
    """An object in which a key stands twice; JSON would silently keep the last."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        keys = [key for key, _ in pairs]
        self.twice = sorted({key for key in keys if keys.count(key) > 1})


def read_file(path: Path) -> Any:
    """The documents of a file.

    Raises `Refused` with the line and column of what is not JSON, and `OSError` when it cannot
    be opened.
    """
    raw = path.read_bytes()
    try:
        return read_text(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Refused([Problem(f"line {line}", "is not UTF-8")]) from None


def read_text(text: str) -> Any:
    """The documents of a text; raises `Refused`."""
    try:
        document = json.loads(
            text, object_pairs_hook=_object, parse_float=Decimal, parse_constant=_refuse
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused([Problem(where, f"is not JSON: {error.msg}")]) from None
    except (ValueError, RecursionError) as error:
        # Numbers of thousands of digits, Infinity, or brackets without end.
        words = printable(str(error).partition(":")[0])
        raise Refused([Problem(place(), f"cannot be read: {words}")]) from None
    nested = isinstance(document, dict | list)
    if problems := _doubled(document, (), _DEEPEST) if nested else []:
        raise Refused(problems)
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else _Doubled(pairs)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")


def _doubled(value: Any, steps: tuple[str | int, ...], depth: int) -> list[Problem]:
    if depth == 0:
        return [Problem(place(*steps), "is nested too deeply")]
    found = []
    if isinstance(value, _Doubled):
        found = [Problem(place(*steps, key), "this key stands here twice") for key in value.twice]
    for step, child in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(child, dict | list):
            found += _doubled(child, (*steps, step), depth - 1)
    return found
