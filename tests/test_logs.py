"""What is written while the desk runs."""

import json
import re
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from webapp import logs
from webapp.db import Database


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave the configuration of logging as it was."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_machines_read_json(capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", json=True)
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger().exception("request", path="/inbox")
    line = json.loads(capfd.readouterr().err)
    assert (line["event"], line["path"], line["level"]) == ("request", "/inbox", "error")
    assert "ValueError: broken" in line["exception"]


def test_people_read_lines_without_colours_in_a_file(capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", json=False)
    structlog.get_logger().info("request", path="/inbox")
    line = capfd.readouterr().err
    assert "path=/inbox" in line
    assert "\x1b" not in line


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x9b31m", "\r", "\n", "\u202e", "\x07"])
def test_nothing_that_was_asked_for_steers_the_terminal(
    capfd: pytest.CaptureFixture[str], sign: str
) -> None:
    logs.configure("info", json=False)
    structlog.get_logger().info("request", path=f"/x{sign}y")
    line = capfd.readouterr().err
    assert line.endswith("\n")
    assert line[:-1].isprintable()


def test_a_traceback_shows_no_values(capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", json=False)
    secret = "hunter2"
    try:
        int(secret[:0])
    except ValueError:
        structlog.get_logger().exception("request")
    shown = capfd.readouterr().err
    assert "ValueError" in shown
    assert "hunter2" not in shown.replace('secret = "hunter2"', "")


def test_less_than_the_level_is_not_written(capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure("warning", json=True)
    structlog.get_logger().info("request")
    assert capfd.readouterr().err == ""


def test_a_row_that_was_refused_is_not_shown(
    capfd: pytest.CaptureFixture[str], database: Database
) -> None:
    logs.configure("info", json=True)
    words = {"word": "between\n\nus"}
    try:
        with database.transaction() as session:
            session.execute(text("CREATE TABLE said (word TEXT, n INTEGER CHECK (n > 1))"))
            session.execute(text("INSERT INTO said VALUES (:word, 0)"), words)
    except IntegrityError:
        structlog.get_logger().exception("unexpected")
    told = capfd.readouterr().err
    assert "INSERT INTO said" in told
    assert not {"between", "us"} & set(re.findall(r"\w+", told))
