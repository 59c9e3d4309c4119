"""Pieces of pages, written once for as long as they would read the same.

A template says what a piece is made of, and so whatever changes is another piece, here and in every
other process, and nothing has to be told that it changed:

    {% call once("tabs", box, counts) %}...{% endcall %}

Language, time zone and the root of the addresses always count. Tests write every piece anew and
compare, so that one which depends on something else does not go unnoticed.
"""

from collections.abc import Callable, Hashable
from datetime import datetime
from threading import Lock

from flask import Flask, request

from webapp.reader import reader

# The name of what templates call.
ONCE = "once"
# So many letters are kept in all; the largest piece, the page of a request, has some 40,000.
_MOST = 4_000_000
_MINUTE, _HOUR = 60, 3600


def init_app(app: Flask, *, keeps: bool = True) -> None:
    """Give templates `once`; without keeping, what is edited meanwhile shows at once."""
    app.jinja_env.globals[ONCE] = Fragments(_MOST if keeps else 0).once


def far(at: datetime, now: datetime) -> int:
    """How far a moment is from now, in the steps in which words tell it: minutes, then hours."""
    seconds = int((at - now).total_seconds())
    distance = abs(seconds)
    steps = distance // _MINUTE if distance < _HOUR else distance // _HOUR * _HOUR
    return steps if seconds > 0 else -steps


class Fragments:
    """The pieces that one application has written; the oldest give way to new ones."""

    def __init__(self, most: int = _MOST) -> None:
        self._room = most
        self._kept: dict[Hashable, str] = {}
        self._changing = Lock()

    def once(self, *made_of: Hashable, caller: Callable[[], str]) -> str:
        """What the caller writes, or what it wrote for a piece that is made of the same."""
        key = (reader(), request.script_root, *made_of)
        found = self._kept.get(key)
        return self._keep(key, caller()) if found is None else found

    def _keep(self, key: Hashable, piece: str) -> str:
        with self._changing:
            if key not in self._kept:
                self._kept[key] = piece
                self._room -= len(piece)
            while self._room < 0:
                self._room += len(self._kept.pop(next(iter(self._kept))))
        return piece
