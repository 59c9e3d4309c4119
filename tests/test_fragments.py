"""Pieces of pages: kept by what they are made of, and not without end."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from flask import Flask

from webapp import fragments, i18n
from webapp.fragments import ONCE, Fragments
from webapp.reader import reading_as


@pytest.fixture(autouse=True)
def request_of_somebody() -> Iterator[Flask]:
    app = Flask("webapp")
    i18n.init_app(app)
    with app.test_request_context():
        yield app


def test_a_piece_is_written_once_for_the_same() -> None:
    pieces, number = Fragments(), count()

    def write(*made_of: object) -> str:
        return pieces.once(*made_of, caller=lambda: str(next(number)))

    assert [write("a", 1), write("a", 2), write("a", 1), write("b", 1)] == ["0", "1", "0", "2"]
    with reading_as("de", "Europe/Berlin"):
        assert write("a", 1) == "3"
    with reading_as("en", "America/Lima"):
        assert write("a", 1) == "4"
    assert write("a", 1) == "0"


def test_the_oldest_piece_gives_way_to_a_new_one() -> None:
    pieces, written = Fragments(most=10), []

    def write(name: str) -> str:
        written.append(name)
        return name * 5

    for name in ("a", "b", "a", "c", "b", "a"):
        assert pieces.once(name, caller=lambda name=name: write(name)) == name * 5  # type: ignore[misc]
    assert written == ["a", "b", "c", "a"]


def test_nothing_is_kept_where_templates_are_edited(request_of_somebody: Flask) -> None:
    number = count()
    fragments.init_app(request_of_somebody, keeps=False)
    once: Any = request_of_somebody.jinja_env.globals[ONCE]
    assert [once("a", caller=lambda: str(next(number))) for _ in range(2)] == ["0", "1"]
