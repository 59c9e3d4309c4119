"""docs/webhooks.md says what is sent."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine

from tests.support.cast import ADA, BOB, LATER, NOW, TENANT, Desk
from tests.webhooks.conftest import SET_UP, Round
from tests.webhooks.receiver import Receiver
from webapp.audit.carrying import Places, carry
from webapp.audit.jobs import checkpoint
from webapp.kernel.errors import Invalid
from webapp.ledger.keys import KeyFolder
from webapp.ledger.statements import read_file
from webapp.webhooks import sending, service
from webapp.webhooks.domain import MOST_ENDPOINTS, PATIENCE, PLAN, EventType
from webapp.webhooks.publishing import ping
from webapp.webhooks.service import Shown

Seal = Callable[[], tuple[Shown, Path]]
PAGE = Path(__file__).parents[2].joinpath("docs/webhooks.md").read_text("utf-8")
EXAMPLES = {
    one["type"]: one for one in map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
}


def shape(value: Any) -> Any:
    """The names of the fields, in order, whatever stands in them."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    return None


@pytest.fixture
def seal(desk: Desk, receiver: Receiver, tmp_path: Path) -> Seal:
    """Seals the history, and tells a webhook of the operator; its endpoint, and a folder."""

    def sealed() -> tuple[Shown, Path]:
        draft = service.Draft(url=receiver.url, event_types=[EventType.SEALED])
        shown = desk.run(service.add, TENANT, draft, SET_UP, company_id=None, now=NOW)
        checkpoint(desk.database, TENANT, KeyFolder(tmp_path).make(), now=LATER)
        carry(desk.database, TENANT, Places((tmp_path,), ()), now=LATER)
        return shown, tmp_path

    return sealed


def test_the_examples_have_the_fields_that_are_sent(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round, *, seal: Seal
) -> None:
    ap = desk.ask()
    desk.approve(ap, BOB)
    desk.order(ap, BOB)
    desk.run(ping, hook.endpoint, now=run.clock())
    seal()
    run.until_quiet()
    sent = {one["type"]: one for one in map(json.loads, receiver.bodies)}
    for type_, example in EXAMPLES.items():
        assert shape(sent[type_]) == shape(example)
    approved, ordered = EXAMPLES["approval.approved"]["data"], EXAMPLES["order.created"]["data"]
    assert sent["approval.approved"]["data"] == {**approved, "approval": ap}
    own = {"approval": ap, "order": desk.approval(ap).order_id}
    assert sent["order.created"]["data"] == {**ordered, **own}


def test_a_checkpoint_arrives_as_the_file_that_proves_the_history(
    desk: Desk, hook: Shown, receiver: Receiver, run: Round, *, seal: Seal
) -> None:
    desk.ask()
    run.until_quiet()
    before = len(receiver.bodies)
    auditor, folder = seal()
    run.until_quiet()
    # The webhook of the company hears nothing of it.
    assert len(receiver.bodies) == before + 1
    with time_machine.travel(LATER, tick=False):
        told = receiver.verify(auditor.secret)["data"]
    assert isinstance(told, dict)
    [kept] = folder.glob(told["file"])
    assert kept.read_text("utf-8") == told["content"]
    assert read_file(kept).is_sound()


def test_a_company_is_told_of_no_checkpoints(desk: Desk) -> None:
    draft = service.Draft(url="http://127.0.0.1/", event_types=[EventType.SEALED])
    with pytest.raises(Invalid) as refused:
        desk.run(service.add_own, ADA, draft, SET_UP, now=NOW)
    assert refused.value.fields.keys() == {"event_types"}


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
