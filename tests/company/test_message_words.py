"""Every letter of the desk has a name on the page of messages, and every fault its words."""

from pathlib import Path

import pytest

from webapp.company.message_words import TOPICS, fault_in_words
from webapp.webhooks.domain import Outcome

LETTERS = Path(__file__).parents[2] / "templates" / "emails"


def test_every_letter_has_a_name() -> None:
    letters = {one.stem for one in LETTERS.glob("[a-z]*.txt")}
    assert letters == set(TOPICS)


@pytest.mark.parametrize(
    ("noted", "values"),
    [
        (Outcome(status=503).in_words(), {"status": "503"}),
        (Outcome(status=302).in_words(), {"status": "302"}),
        (Outcome(status=None).in_words(), {}),
        ("The connection failed: Connection refused.", {"why": "Connection refused."}),
        ("It took longer than 20 seconds.", {"seconds": "20"}),
    ],
)
def test_what_the_desk_noted_can_be_translated(noted: str, values: dict[str, str]) -> None:
    told = fault_in_words(noted)
    assert told.plain() == noted
    assert dict(told.params) == values
    assert "{fault}" not in told.text


def test_what_another_server_said_stays_as_it_is() -> None:
    assert fault_in_words("550 {nobody} here").plain() == "550 {nobody} here"
