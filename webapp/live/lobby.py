"""Open pages that wait for news inside one web process, each in a thread that sleeps.

A sleeping thread costs memory and no time: a page is answered when something happens and need not
ask again and again.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import contextmanager, suppress
from random import uniform
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from webapp.live.board import REFRESH, Board, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

# Seconds at most; shorter than what any proxy grants an answer.
PATIENCE = 15.0
# A browser opens no more connections to one desk; whoever comes beyond has left an older page.
_EACH = 6


class Lobby:
    """Lets as many pages wait at the same time as there are `seats`; the others are answered."""

    def __init__(self, board: Board) -> None:
        self.seats = 0
        self._board = board
        self._lock = Lock()
        self._waiting: dict[Reader, set[Event]] = defaultdict(set)
        self._sessions: dict[str, list[Event]] = defaultdict(list)
        self._taken = 0
        self._is_watched = False
        board.tell = self._call

    def wait(self, session_id: str, reader: Reader, since: int) -> bool:
        """Whether there is news for a page of this moment: at once, or as soon as there is.

        Raises what the board raises.
        """
        with self._seat(session_id, reader) as called:
            # Asked after the seat is taken, so that nothing happens in between.
            if self._board.has_news(reader, since):
                return True
            if called is None:
                return False
            # Pages that came at the same time, after a start, do not come together again.
            called.wait(PATIENCE * uniform(0.7, 1.0))  # noqa: S311 - no secret
        return self._board.has_news(reader, since)

    def close(self) -> None:
        """Answer everybody, and let nobody wait any more."""
        with self._lock:
            self.seats = 0
            for waiting in self._waiting.values():
                for called in waiting:
                    called.set()

    @contextmanager
    def _seat(self, session_id: str, reader: Reader) -> "Iterator[Event | None]":
        called = self._sit(session_id, reader)
        try:
            yield called
        finally:
            if called is not None:
                self._leave(session_id, reader, called)

    def _sit(self, session_id: str, reader: Reader) -> Event | None:
        with self._lock:
            mine = self._sessions[session_id] if self.seats else []
            if len(mine) >= _EACH:
                mine.pop(0).set()
            if self._taken >= self.seats:
                return None
            called = Event()
            mine.append(called)
            self._waiting[reader].add(called)
            self._taken += 1
            if not self._is_watched:
                self._is_watched = True
                Thread(target=self._watch, name="live", daemon=True).start()
            return called

    def _leave(self, session_id: str, reader: Reader, called: Event) -> None:
        with self._lock:
            self._taken -= 1
            self._waiting[reader].discard(called)
            if not self._waiting[reader]:
                del self._waiting[reader]
            with suppress(ValueError):
                self._sessions[session_id].remove(called)
            if not self._sessions[session_id]:
                del self._sessions[session_id]

    def _call(self, readers: Iterable[Reader]) -> None:
        with self._lock:
            for reader in readers:
                for called in self._waiting.get(reader, ()):
                    called.set()

    def _watch(self) -> None:
        """Look again and again while somebody waits; a database that is away comes back."""
        pause = Event()
        while True:
            pause.wait(REFRESH / 1000)
            with suppress(SQLAlchemyError):
                self._board.refresh()
            with self._lock:
                if not self._taken:
                    self._is_watched = False
                    return
