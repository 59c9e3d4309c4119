"""docs/webhooks.md says what is sent."""

import json
import re
from pathlib import Path
from typing import Any

from tests.support.cast import BOB, Desk
from tests.webhooks.conftest import Round
from tests.webhooks.receiver import Receiver
from webapp.webhooks import sending
from webapp.webhooks.domain import MOST_ENDPOINTS, PATIENCE, PLAN, EventType
from webapp.webhooks.publishing import ping
from webapp.webhooks.service import Shown

PAGE = Path(__file__).parents[2].joinpath("docs/webhooks.md").read_text("utf-8")
EXAMPLES = {
    one["type"]: one for one in map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
}


def shape(value: Any) -> Any:
    """The names of the fields, in order, whatever stands in them."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    return None


def test_the_examples_have_the_fields_that_are_sent(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    ap = desk.ask()
    desk.approve(ap, BOB)
    desk.order(ap, BOB)
    desk.run(ping, hook.endpoint, now=run.clock())
    run.until_quiet()
    sent = {one["type"]: one for one in map(json.loads, receiver.bodies)}
    for type_, example in EXAMPLES.items():
        assert shape(sent[type_]) == shape(example)
    approved, ordered = EXAMPLES["approval.approved"]["data"], EXAMPLES["order.created"]["data"]
    assert sent["approval.approved"]["data"] == {**approved, "approval": ap}
    own = {"approval": ap, "order": desk.approval(ap).order_id}
    assert sent["order.created"]["data"] == {**ordered, **own}


def test_nothing_that_is_sent_names_people_or_repeats_their_words(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round
) -> None:
    ap = desk.ask()
    desk.decline(ap, note="far too many")
    run.until_quiet()
    for body in receiver.bodies:
        for words in ("Rita", "Roe", "Bob", "please", "far too many", "@"):
            assert words not in body


def test_every_event_stands_in_the_table() -> None:
    listed = re.findall(r"^\| `([a-z.]+)` \|", PAGE, re.MULTILINE)
    assert listed == [*map(str, EventType), "ping"]


def test_the_times_are_those_of_the_program() -> None:
    assert PLAN.attempts == 10
    assert "is tried ten times" in PAGE
    assert f"within **{sending.TIMEOUT:g} seconds**" in PAGE
    assert PATIENCE.days == 5
    assert "taken nothing for **five days**" in PAGE
    assert MOST_ENDPOINTS == 20
    assert "has up to twenty" in PAGE
