"""Pages that wait inside one process: who is called, who has to go, what a broken database does."""

import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy.exc import SQLAlchemyError

from webapp.kernel.clock import utcnow
from webapp.live import board, lobby
from webapp.live.board import Board, Change, Reader
from webapp.live.lobby import Lobby

BOB, RITA = Reader("acme", person_id="bob"), Reader("acme", person_id="rita")


class House:
    """A lobby with ten seats over changes that a test makes."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.is_broken = False
        self.looks = 0
        self.lobby = Lobby(Board(self.look, lambda ids: ids))
        self.lobby.seats = 10
        self.pool = ThreadPoolExecutor(20)

    def look(self, _since: datetime) -> Iterable[Change]:
        self.looks += 1
        if self.is_broken:
            raise SQLAlchemyError
        return list(self.changes)

    def open(self, session_id: str, reader: Reader) -> "Future[bool]":
        moment = int(utcnow().timestamp() * 1000)
        page = self.pool.submit(self.lobby.wait, session_id, reader, moment)
        time.sleep(0.05)
        return page


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(board, "REFRESH", 10)
    monkeypatch.setattr(lobby, "REFRESH", 20)
    monkeypatch.setattr(lobby, "PATIENCE", 5.0)
    return House()


def test_only_those_are_called_whom_it_concerns(house: House) -> None:
    bob, rita = house.open("s1", BOB), house.open("s2", RITA)
    house.changes.append(Change("r1 2", "acme", ("rita",)))
    assert rita.result(2) is True
    time.sleep(0.1)
    assert not bob.done()


def test_nobody_waits_for_ever(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lobby, "PATIENCE", 0.1)
    assert house.open("s1", BOB).result(2) is False


def test_a_seventh_page_of_one_session_sends_the_first_one_away(house: House) -> None:
    pages = [house.open("s1", BOB) for _ in range(7)]
    assert pages[0].result(2) is False
    time.sleep(0.1)
    assert not any(page.done() for page in pages[1:])


def test_without_a_seat_the_answer_comes_at_once(house: House) -> None:
    house.lobby.seats = 1
    first = house.open("s1", BOB)
    assert house.open("s2", RITA).result(1) is False
    assert not first.done()


def test_a_server_that_stops_sends_everybody_away(house: House) -> None:
    pages = [house.open("s1", BOB), house.open("s2", RITA)]
    house.lobby.close()
    assert [page.result(2) for page in pages] == [False, False]
    assert house.open("s1", BOB).result(1) is False


def test_a_database_that_is_away_for_a_moment_calls_nobody(house: House) -> None:
    bob = house.open("s1", BOB)
    house.is_broken = True
    time.sleep(0.2)
    assert not bob.done()
    house.is_broken = False
    house.changes.append(Change("r1 2", "acme", ("bob",)))
    assert bob.result(2) is True


def test_nothing_is_looked_at_when_nobody_waits(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lobby, "PATIENCE", 0.1)
    house.open("s1", BOB).result(2)
    time.sleep(0.2)
    looks = house.looks
    time.sleep(0.2)
    assert house.looks == looks
