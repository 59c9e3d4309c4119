"""Pages of lists: `pageNumber` from 1 on, `pageSize`, and `X-Total-Count` for who asks for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify, request

from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import sentence

_USUAL = 60
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that is asked for."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many entries stand before it."""
        return (self.number - 1) * self.size


def asked_window(
    args: Mapping[str, str] | None = None, *, largest: int, usual: int = _USUAL
) -> Window:
    """What `pageNumber` and `pageSize` say, of this request unless other parameters are given.

    Raises `Invalid` (code `paging`) with the field.
    """
    args = request.args if args is None else args
    size = _asked(args, "pageSize", min(usual, largest), largest)
    return Window(_asked(args, "pageNumber", 1, None), size)


def reply(documents: list[Any], total: int) -> Response:
    """The list, with the count of all its pages in the header for clients that ask for it."""
    response = jsonify(documents)
    if request.headers.get("X-Total-Count", "").lower() == "true":
        response.headers["X-Total-Count"] = str(total)
    return response


def _asked(args: Mapping[str, str], name: str, usual: int, largest: int | None) -> int:
    text = args.get(name)
    if text is None:
        return usual
    number = int(text) if _NUMBER.fullmatch(text) else 0
    if number < 1 or (largest is not None and number > largest):
        most = "" if largest is None else f" to {largest}"
        why = sentence("has to be a whole number from 1{most}", most=most)
        message = sentence("{name} {why}.", name=name, why=why.plain())
        raise Invalid(message, code="paging", fields={name: why})
    return number
