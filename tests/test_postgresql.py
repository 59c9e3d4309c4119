"""What goes along with a later statement counts, or is refused, as if it had gone alone."""

from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.db import GOES_ALONG, Database

_MAKE = text("CREATE TABLE seen (word TEXT PRIMARY KEY)")
_ADD = text("INSERT INTO seen VALUES (:word)")
_STREAM = text("SELECT word FROM seen ORDER BY word").execution_options(yield_per=1)


@pytest.fixture
def seen(own_database: Database) -> Database:
    """A desk with a table of words, each of them once, and one word in it."""
    with own_database.transaction() as session:
        session.execute(_MAKE)
        add(session, "first")
    return own_database


def add(session: Session, *several: str) -> None:
    for word in several:
        session.execute(_ADD.execution_options(**{GOES_ALONG: True}), {"word": word})


def fail_after_adding(session: Session, word: str) -> None:
    session.execute(text("DELETE FROM seen"))
    add(session, word)
    raise LookupError


def words(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(_STREAM))


def test_what_goes_along_is_committed_in_its_order(seen: Database) -> None:
    with seen.transaction() as session:
        add(session, "second", "third")
        assert session.scalar(text("SELECT count(*) FROM seen")) == 3
        add(session, "fourth")
    assert words(seen) == ["first", "fourth", "second", "third"]


def test_a_refusal_undoes_everything_even_when_it_comes_with_the_commit(seen: Database) -> None:
    with pytest.raises(IntegrityError), seen.transaction() as session:
        add(session, "second", "first")
    with seen.transaction() as session:
        add(session, "third")
    assert words(seen) == ["first", "third"]


def test_a_refusal_is_undone_when_something_else_fails_first(seen: Database) -> None:
    with pytest.raises(LookupError), seen.transaction() as session:
        fail_after_adding(session, "second")
    assert words(seen) == ["first"]


def test_a_savepoint_undoes_what_it_was_refused_and_no_more(seen: Database) -> None:
    with seen.transaction() as session:
        add(session, "second")
        with pytest.raises(IntegrityError), session.begin_nested():
            add(session, "third", "first")
        add(session, "fourth")
    assert words(seen) == ["first", "fourth", "second"]


def test_what_cannot_go_along_comes_after_what_did(seen: Database) -> None:
    with seen.transaction() as session:
        add(session, "second")
        assert list(session.scalars(_STREAM)) == ["first", "second"]
        add(session, "third")
        session.execute(_ADD, [{"word": "fourth"}, {"word": "fifth"}])
    assert words(seen) == ["fifth", "first", "fourth", "second", "third"]


def test_a_state_of_its_own_is_begun_once(seen: Database) -> None:
    def level(session: Session) -> Any:
        asked: dict[str, Any] = {"isolation_level": "SERIALIZABLE"}
        connection: Connection = session.connection(execution_options=asked)
        return connection.scalar(text("SELECT count(*) FROM seen"))

    with seen.transaction() as session:
        assert level(session) == 1
        add(session, "second")
    assert words(seen) == ["first", "second"]
