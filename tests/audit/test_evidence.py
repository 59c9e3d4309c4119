"""One file proves one request, without the desk (R30)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.audit.conftest import House
from tests.support.cast import ADA, BEN, BOB, LATER, OLGA, RITA, TENANT, details
from webapp.approvals.domain import Action
from webapp.audit.evidence import evidence, evidence_for
from webapp.audit.offline import as_text, check
from webapp.kernel.errors import NotFound
from webapp.orders.terms import Terms


def decided(house: House) -> str:
    """Asked, changed and approved."""
    made = house.desk.ask()
    house.desk.say(BOB, made, Action.ASK, "Grüße, why six?")
    terms = Terms(details=details(paymentMethods=[]), delivery_window=None)
    house.desk.change(RITA, made, terms)
    house.desk.approve(made, seen_revision=2)
    return made


def written(house: House, made: str, *, signed: bool = True) -> str:
    key = house.key if signed else None
    return house.desk.run(evidence, TENANT, made, key, now=LATER)


def test_a_file_tells_and_proves_what_was_asked_and_decided(house: House) -> None:
    made = decided(house)
    house.seal()
    report = check(written(house, made).encode(), house.key.public)
    assert report.problem == ""
    told = "\n".join(report.lines())
    assert "APPROVE by Bob Buyer, revision 2" in told
    assert "Grüße, why six?" in told
    assert "Revision 1 held these goods and these terms." in report.proven
    assert "Revision 2 held these goods and these terms." in report.proven
    assert any("are in checkpoint 1 of acme" in one for one in report.proven)
    assert any("made this file, every byte" in one for one in report.proven)


def test_what_came_after_the_checkpoint_is_said_to_be_open(house: House) -> None:
    made = house.desk.ask()
    house.seal()
    house.desk.approve(made)
    report = check(written(house, made).encode())
    assert report.problem == ""
    assert "when entries 2 to 2 were written." in report.open
    assert any("give it with --key" in one for one in report.open)


def test_without_key_and_checkpoint_the_file_says_how_little_it_proves(house: House) -> None:
    report = check(written(house, decided(house), signed=False).encode())
    assert report.problem == ""
    assert any("anybody may have" in one for one in report.open)
    assert any("no checkpoint covers it" in one for one in report.open)


def test_a_changed_byte_anywhere_is_found(house: House) -> None:
    made = decided(house)
    house.seal()
    content = written(house, made).encode()
    assert check(content, house.key.public).problem == ""
    for place in range(0, len(content), 7):
        changed = bytearray(content)
        changed[place] ^= 1
        assert check(bytes(changed), house.key.public).problem, content[place - 20 : place + 20]
    assert check(content + b" ").problem
    assert check(content[:-1]).problem


def resigned(house: House, text: str, change: Any) -> bytes:
    """The file with a change that the desk itself signed."""
    from webapp.ledger.domain import canonical

    body = json.loads(text)["evidence"]
    change(body)
    return as_text({"evidence": body, "signature": house.key.sign(canonical(body))}).encode()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda b: b["entries"].pop(1), "Entry 2: it does not follow"),
        (lambda b: b["entries"].pop(), "another end of its history"),
        (lambda b: b["entries"][1].update(action="X"), "Entry 2: its hash"),
        (lambda b: b["entries"][1].update(salt="x"), "Entry 2: its content was changed"),
        (lambda b: b["revisions"][0].update(goods="{}"), "not the goods"),
        (lambda b: b["revisions"][1].update(terms="{}"), "not the terms"),
        (lambda b: b["checkpoint"]["path"].append(["left", "00" * 32]), "not in the checkpoint"),
        (lambda b: b["checkpoint"].update(head="0" * 64), "the checkpoint saw another one"),
        (lambda b: b["checkpoint"]["checkpoint"].update(streams=9), "is not signed"),
        (lambda b: b["request"].update(status="DECLINED"), "another outcome"),
        (lambda b: b["request"]["decided_by"].update(id="ada"), "another outcome"),
        (lambda b: b["request"]["requester"].update(id="rob"), "as the one who asked"),
        (lambda b: b["request"].update(order="7K3M9QTX"), "something else of an order"),
        (lambda b: b.pop("entries"), "or a part of it is missing"),
        (lambda b: b.update(format="other"), "not an evidence file"),
    ],
)
def test_a_desk_that_signs_something_else_is_found(house: House, change: Any, problem: str) -> None:
    made = decided(house)
    house.seal()
    assert problem in check(resigned(house, written(house, made), change)).problem


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"null\n", b"[" * 100_000])
def test_what_is_no_evidence_is_one_sentence(content: bytes) -> None:
    assert check(content).problem.endswith(".")


def test_the_file_of_another_desk_does_not_fit_the_key(house: House) -> None:
    made = decided(house)
    stranger = House(house.desk, house.folder / "stranger")
    assert "and not by" in check(written(house, made).encode(), stranger.key.public).problem
    unsigned = written(house, made, signed=False).encode()
    assert "is not signed" in check(unsigned, house.key.public).problem


def test_erased_words_leave_a_file_that_proves_the_rest(house: House) -> None:
    made = decided(house)
    house.seal(now=LATER + timedelta(hours=1))
    house.desk.sql("UPDATE ledger_entries SET content = NULL, salt = NULL WHERE sequence = 2")
    report = check(written(house, made).encode(), house.key.public)
    assert report.problem == ""
    assert any("names and words are erased or withheld" in one for one in report.told)
    assert any("the words of 1 entries" in one for one in report.open)
    house.prove()


def test_only_an_admin_and_whoever_decided_take_evidence_away(house: House) -> None:
    made = decided(house)
    for actor in (ADA, BOB):
        assert check(
            house.desk.run(evidence_for, actor, made, house.key, now=LATER).encode()
        ).proven
    for actor in (RITA, BEN, OLGA):
        with pytest.raises(NotFound):
            house.desk.run(evidence_for, actor, made, house.key, now=LATER)


def test_an_admin_who_looks_on_reads_no_conversation(house: House) -> None:
    made = decided(house)
    for actor, reads in ((ADA, False), (BOB, True)):
        text = house.desk.run(evidence_for, actor, made, house.key, now=LATER)
        assert ("why six?" in text) is reads
        assert check(text.encode(), house.key.public).problem == ""
