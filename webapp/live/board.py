"""What one web process knows about whose requests changed lately, kept in its memory.

However many people ask, the database is asked at most once in `REFRESH` milliseconds for all of
them. Moments are milliseconds since 1970, by the clock of the machine.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from webapp.kernel.clock import utcnow

REFRESH = 300
# A change carries the moment at which its transaction began, and may be committed later than this
# by so much: SQLite's writers wait for each other up to ten seconds.
OVERLAP = 15_000
# What a process looks back at when it starts, so that a restart makes nobody fetch a page again.
LOOK_BACK = 120_000
# Whoever was away for longer is told in any case.
KEPT = 600_000
# How often sessions are asked whether they still live.
CHECK = 20_000


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom something changes: a person, or the admins of a company."""

    tenant_id: str
    person_id: str | None = None
    company_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of something (`mark` names both, once and for all), and whose pages show it."""

    mark: str
    tenant_id: str
    people: tuple[str, ...]
    company_id: str | None = None

    @property
    def readers(self) -> list[Reader]:
        """Everybody who is to hear of it."""
        people = [Reader(self.tenant_id, person_id=one) for one in self.people]
        return [*people, Reader(self.tenant_id, company_id=self.company_id)]


class Board:
    """Who is looking, and for whom something changed since when.

    `look` gives the changes since a moment and may repeat itself; `alive` says which of these
    sessions still live, and `ahead` by how much the clock of changes is ahead of the machine's.
    """

    def __init__(
        self,
        look: Callable[[datetime], Iterable[Change]],
        alive: Callable[[Collection[str]], Collection[str]],
        *,
        ahead: Callable[[], timedelta] = timedelta,
    ) -> None:
        self._look, self._alive, self._ahead = look, alive, ahead
        self._lock = Lock()
        self._readers: dict[str, tuple[Reader, ...]] = {}
        self._changed: dict[Reader, int] = {}
        self._marks: dict[tuple[str, str], int] = {}
        self._looked = self._known_from = self._checked = 0
        self.tell: Callable[[Iterable[Reader]], None] = lambda _readers: None
        """Called with those for whom something has changed, as soon as that is known."""

    def admit(self, session_id: str, readers: tuple[Reader, ...]) -> None:
        """Remember as whom this session reads: its person, and the company of an admin."""
        self._readers[session_id] = readers

    def readers(self, session_id: str) -> tuple[Reader, ...]:
        """As whom this session reads; nobody where that has to be found out (again)."""
        return self._readers.get(session_id, ())

    def has_news(self, reader: Reader, since: int) -> bool:
        """Whether a page that was read after this moment may show what is no longer true.

        Raises what `look` and `alive` raise; others are answered meanwhile from what is known.
        """
        self.refresh()
        # Another process may be ahead of what this one has looked at.
        since = min(since, self._looked)
        return since < self._known_from or self._changed.get(reader, 0) >= since

    def refresh(self) -> None:
        """Look at what has changed, unless that was done just now; raises like `has_news`."""
        now = self._now()
        if 0 <= now - self._looked < REFRESH or not self._lock.acquire(blocking=False):
            return
        try:
            self._read(now)
            if now - self._checked > CHECK:
                self._check(now)
        finally:
            self._lock.release()

    def _read(self, now: int) -> None:
        if now < self._looked:
            self._begin_anew()
        is_behind = now - self._looked > LOOK_BACK
        begin = now - LOOK_BACK if is_behind else self._looked - OVERLAP
        found = list(self._look(datetime.fromtimestamp(begin / 1000, UTC)))
        # They were committed before this moment, and after the last look.
        seen_at = self._now()
        new = [change for change in found if (change.tenant_id, change.mark) not in self._marks]
        for change in new:
            self._marks[change.tenant_id, change.mark] = seen_at
            self._changed |= dict.fromkeys(change.readers, seen_at)
        if is_behind:
            self._known_from = begin + OVERLAP
        self._looked = now
        self.tell(reader for change in new for reader in change.readers)

    def _check(self, now: int) -> None:
        """Forget sessions that have ended, and changes that everybody knows."""
        asked = list(self._readers)
        for session_id in set(asked) - set(self._alive(asked)):
            self._readers.pop(session_id, None)
        self._known_from = max(self._known_from, now - KEPT)
        self._changed = {key: at for key, at in self._changed.items() if at > now - KEPT}
        self._marks = {key: at for key, at in self._marks.items() if at > now - 2 * LOOK_BACK}
        self._checked = now

    def _begin_anew(self) -> None:
        """The clock went back: what was known then is still to come, or never will."""
        self._looked = self._known_from = self._checked = 0
        self._changed, self._marks = {}, {}

    def _now(self) -> int:
        return int((utcnow() + self._ahead()).timestamp() * 1000)
