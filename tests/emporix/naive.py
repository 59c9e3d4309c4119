"""Lists of approvals filtered and sorted by hand, from what programs read; slow and plain."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

MOMENTS = ("expiryDate", "metadata.createdAt", "metadata.modifiedAt", "metadata.updatedAt")
FREE = ("details.", "resource.deliveryWindow.")


@dataclass(frozen=True)
class Value:
    """A value of a query, in quotation marks or not."""

    text: str
    quoted: bool = False

    def __str__(self) -> str:
        return (
            '"' + self.text.replace("\\", "\\\\").replace('"', '\\"') + '"'
            if self.quoted
            else self.text
        )

    @property
    def number(self) -> Decimal | None:
        plain = re.fullmatch(r"[+-]?\d+(\.\d+)?", self.text, re.ASCII)
        return Decimal(self.text) if plain and not self.quoted else None


def nodes(document: Any, path: str) -> list[Any]:
    found = [document]
    for name in path.split("."):
        found = [
            each[name]
            for one in found
            for each in (one if isinstance(one, list) else [one])
            if isinstance(each, dict) and name in each
        ]
    return found


def scalars(document: Any, path: str) -> list[Any]:
    return [value for value in _flat(nodes(document, path)) if not isinstance(value, dict | list)]


def equal(path: str, *wanted: Value) -> Callable[[Any], bool]:
    return lambda document: any(
        _related(path, found, "=", value) for found in scalars(document, path) for value in wanted
    )


def related(path: str, *bounds: tuple[str, Value]) -> Callable[[Any], bool]:
    return lambda document: any(
        all(_related(path, found, how, value) for how, value in bounds)
        for found in scalars(document, path)
    )


def like(path: str, pattern: str) -> Callable[[Any], bool]:
    if path in MOMENTS:
        return lambda document: False
    return lambda document: any(
        isinstance(found, str) and re.search(pattern, found, re.IGNORECASE)
        for found in scalars(document, path)
    )


def exists(path: str) -> Callable[[Any], bool]:
    return lambda document: bool(nodes(document, path))


def missing(path: str) -> Callable[[Any], bool]:
    return lambda document: not nodes(document, path)


def null(path: str) -> Callable[[Any], bool]:
    return lambda document: not nodes(document, path) or None in scalars(document, path)


def ordered(documents: list[Any], sorting: list[tuple[str, bool]]) -> list[str]:
    """The ids in order; what has no value comes last, and the id decides in the end."""

    def compare(left: Any, right: Any) -> int:
        for path, is_descending in sorting:
            one, two = (_key(each, path, is_descending) for each in (left, right))
            if one == two:
                continue
            if one is None or two is None:
                return 1 if one is None else -1
            return (-1 if one < two else 1) * (-1 if is_descending else 1)
        by_id = -1 if left["id"] < right["id"] else 1
        return -by_id if sorting[-1][1] else by_id

    return [each["id"] for each in sorted(documents, key=cmp_to_key(compare))]


def _flat(values: list[Any], levels: int = 2) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list) and levels:
            yield from _flat(value, levels - 1)
        else:
            yield value


def _related(path: str, found: Any, how: str, value: Value) -> bool:
    if path in MOMENTS:
        wanted = _moment(value.text)
        return wanted is not None and _holds(_moment(found), how, wanted)
    if isinstance(found, bool):
        return how == "=" and not value.quoted and value.text == str(found).lower()
    if isinstance(found, int | float):
        return value.number is not None and _holds(Decimal(repr(found)), how, value.number)
    if found is None or (path.startswith(FREE) and how != "=" and value.number is not None):
        return False
    return _holds(found, how, value.text)


def _holds(one: Any, how: str, two: Any) -> bool:
    tests = {"=": one == two, "<": one < two, ">": one > two, "<=": one <= two, ">=": one >= two}
    return bool(tests[how])


def _moment(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _key(document: Any, path: str, is_descending: bool) -> Any:
    found = [value for value in scalars(document, path) if value is not None]
    if not found:
        return None
    if path.startswith(FREE):
        found = found[:1]
    keys = [_rank(value) for value in found]
    return max(keys) if is_descending else min(keys)


def _rank(value: Any) -> tuple[int, float, str]:
    if isinstance(value, bool):
        return 2, 0, str(value).lower()
    return (2, 0, value) if isinstance(value, str) else (1, float(value), "")
