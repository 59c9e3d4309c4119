"""The first day as people meet it: offered where they begin, put away, found under Help."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from tests.support.app import As
from webapp.db import Database

TABLES = ("approvals", "outbox_messages", "orders", "carts", "ledger_entries")


@pytest.mark.parametrize(
    ("person", "place", "part"),
    [
        ("bob", "/inbox", "approver"),
        ("rita", "/requests", "requester"),
        ("ada", "/company", "admin"),
    ],
)
def test_an_introduction_is_offered_where_one_begins_until_it_is_put_away(
    as_: As, person: str, place: str, part: str
) -> None:
    client = as_(person)
    assert f'href="/help/{part}"' in client.get(place).text
    assert client.get(f"/help/{part}").status_code == 200
    answer = client.post(f"/help/{part}/put-away")
    assert answer.location == place
    assert "You find it again under Help." in client.get(place).text
    assert f'href="/help/{part}"' not in client.get(place).text
    assert f'href="/help/{part}"' in client.get("/help").text


def test_what_is_put_away_is_so_for_oneself_alone(as_: As) -> None:
    as_("bob").post("/help/approver/put-away")
    assert 'href="/help/approver"' in as_("ada").get("/inbox").text


def test_an_introduction_says_where_mail_goes_and_when_requests_expire(as_: As) -> None:
    page = as_("bob").get("/help/approver").text
    assert "bob@acme.example" in page
    assert "expires after 30 days" in page
    assert 'href="/account/absences/new"' in page


@pytest.mark.parametrize(
    ("step", "note", "expected"),
    [
        ("approve", "", (200, "A decision is final.")),
        ("approved", "Fine.", (200, "On a real request the order is placed now")),
        ("declined", "Too dear.", (200, "gets the cart back with your words")),
        ("declined", " ", (422, "Write a few words first.")),
        ("asked", "How many?", (200, "It would be Robin’s turn now")),
        ("declined", "x" * 4001, (422, "Shorten the text")),
    ],
)
def test_the_practice_answers_as_a_real_request_and_writes_nothing(
    practise: Callable[[str, str], tuple[int, str]], step: str, note: str, expected: tuple[int, str]
) -> None:
    status, page = practise(step, note)
    assert status == expected[0]
    assert expected[1] in page
    assert "Nothing here is real" in page
    assert note.strip()[:100] in page


def test_the_practice_has_the_keys_of_a_real_request(as_: As) -> None:
    page = as_("bob").get("/help/practice").text
    assert all(f'data-key="{key}"' in page for key in "adqc")


@pytest.fixture
def practise(as_: As, acme: Database) -> Callable[[str, str], tuple[int, str]]:
    """Bob presses something on the practice request; nothing is written by it."""

    def press(step: str, note: str) -> tuple[int, str]:
        client, before = as_("bob"), counts(acme)
        answer = client.post("/help/practice", data={"step": step, "note": note})
        assert counts(acme) == before
        return answer.status_code, answer.text.replace("\u00a0", " ")

    return press


def counts(database: Database) -> list[int]:
    """How many rows there are of everything that a decision writes."""
    with database.reading() as session:
        return [session.scalar(text(f"SELECT count(*) FROM {one}")) or 0 for one in TABLES]  # noqa: S608
