"""What a process knows of changes, with the clock in the hands of the test."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

import pytest

from webapp.live import board
from webapp.live.board import KEPT, LOOK_BACK, OVERLAP, Board, Change, Reader

BOB, RITA = Reader("acme", person_id="bob"), Reader("acme", person_id="rita")
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class World:
    """A database of changes, each with the moment its transaction began, and a clock."""

    def __init__(self) -> None:
        self.now = NINE
        self.changes: list[tuple[datetime, Change]] = []
        self.living = {"s1", "s2"}
        self.looks: list[datetime] = []
        self.broken = False
        self.board = Board(self.look, lambda ids: self.living & set(ids))

    def look(self, since: datetime) -> Iterable[Change]:
        self.looks.append(since)
        if self.broken:
            raise ConnectionError
        return [change for at, change in self.changes if at > since]

    def alive(self, session_ids: Collection[str]) -> Collection[str]:
        return self.living & set(session_ids)

    def change(self, mark: str, *people: str, began: timedelta = timedelta()) -> None:
        self.changes.append((self.now - began, Change(mark, "acme", people)))

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    @property
    def moment(self) -> int:
        return int(self.now.timestamp() * 1000)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(board, "utcnow", lambda: world.now)
    return world


def test_who_is_concerned_hears_of_a_change_and_nobody_else(world: World) -> None:
    opened = world.moment
    assert not world.board.has_news(BOB, opened)
    world.later(seconds=1)
    world.change("r1 2", "rita")
    world.later(seconds=1)
    assert world.board.has_news(RITA, opened)
    assert not world.board.has_news(BOB, opened)
    assert not world.board.has_news(Reader("other", person_id="rita"), opened)


def test_a_page_that_was_fetched_since_is_not_told_again(world: World) -> None:
    opened = world.moment
    world.change("r1 2", "rita")
    world.later(seconds=1)
    assert world.board.has_news(RITA, opened)
    world.later(seconds=1)
    fetched = world.moment
    world.later(seconds=1)
    assert not world.board.has_news(RITA, fetched)


def test_what_is_committed_late_is_told_nevertheless(world: World) -> None:
    world.board.has_news(RITA, world.moment)
    world.later(seconds=10)
    opened = world.moment
    assert not world.board.has_news(RITA, opened)
    world.later(seconds=1)
    world.change("r1 2", "rita", began=timedelta(milliseconds=OVERLAP - 1500))
    assert world.board.has_news(RITA, opened)


def test_a_thousand_questions_are_one_look(world: World) -> None:
    for _ in range(1000):
        world.board.has_news(BOB, world.moment)
    assert len(world.looks) == 1
    world.later(milliseconds=board.REFRESH)
    world.board.has_news(BOB, world.moment)
    assert len(world.looks) == 2


def test_a_process_that_starts_knows_what_happened_shortly_before(world: World) -> None:
    opened = world.moment
    world.later(seconds=30)
    world.change("r1 2", "rita")
    world.later(seconds=30)
    assert world.board.has_news(RITA, opened)
    assert not world.board.has_news(BOB, opened)


def test_a_laptop_that_slept_is_told_whatever_happened(world: World) -> None:
    opened = world.moment
    world.board.has_news(BOB, opened)
    world.later(milliseconds=KEPT + 1000)
    assert world.board.has_news(BOB, opened)
    assert not world.board.has_news(BOB, world.moment)


def test_a_page_without_a_moment_is_told(world: World) -> None:
    assert world.board.has_news(BOB, 0)


def test_a_process_whose_clock_is_behind_still_tells(world: World) -> None:
    ahead = world.moment + 2000
    world.board.has_news(RITA, ahead)
    world.later(milliseconds=500)
    world.change("r1 2", "rita")
    assert world.board.has_news(RITA, ahead)


def test_nothing_is_missed_while_the_database_was_away(world: World) -> None:
    opened = world.moment
    world.board.has_news(RITA, opened)
    world.broken = True
    world.later(seconds=1)
    world.change("r1 2", "rita")
    for _ in range(3):
        with pytest.raises(ConnectionError):
            world.board.has_news(RITA, opened)
        world.later(seconds=10)
    world.broken = False
    assert world.board.has_news(RITA, opened)


def test_a_long_silence_is_looked_back_at_only_so_far(world: World) -> None:
    world.board.has_news(RITA, world.moment)
    world.later(hours=8)
    world.board.has_news(RITA, world.moment)
    assert world.looks[-1] == world.now - timedelta(milliseconds=LOOK_BACK)


def test_sessions_that_ended_have_to_be_found_out_again(world: World) -> None:
    world.board.admit("s1", (BOB,))
    world.board.admit("s2", (RITA,))
    world.living = {"s2"}
    assert world.board.readers("s1") == (BOB,)
    world.later(seconds=30)
    world.board.has_news(RITA, world.moment)
    assert world.board.readers("s1") == ()
    assert world.board.readers("s2") == (RITA,)
