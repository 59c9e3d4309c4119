"""History is append-only, and whoever rewrites it past the desk is found out (R30, law 6)."""

import hashlib
import json
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from tests.support.cast import BOB, NOW, RITA, TENANT, Desk
from webapp.approvals.domain import Action
from webapp.ledger import queries
from webapp.ledger.domain import GENESIS, canonical, content_digest, entry_hash
from webapp.ledger.service import Break, Entry, Head, append, verify

STREAM = "stream-1"
START = Head(tenant_id=TENANT, stream_id=STREAM)


def entry(action: str, text: str = "", **rest: Any) -> Entry:
    return Entry(
        action=action, revision=1, actor_id="rita", actor_name="Rita Roe", text=text, **rest
    )


def write(desk: Desk, *entries: Entry, head: Head = START) -> Head:
    for number, one in enumerate(entries):
        head = desk.run(append, head, one, now=NOW + timedelta(minutes=number))
    return head


def three(desk: Desk) -> Head:
    return write(desk, entry("SUBMIT", "please"), entry("COMMENT", "soon?"), entry("WITHDRAW"))


def check(desk: Desk, head: Head) -> Break | None:
    return desk.run(verify, head)


def unlock(desk: Desk) -> None:
    """Somebody with the rights of the owner takes the guards of the table away."""
    if desk.database.bind.dialect.name == "postgresql":
        desk.sql("ALTER TABLE ledger_entries DISABLE TRIGGER USER")
        return
    for name in ("keep", "seal", "add"):
        desk.sql(f"DROP TRIGGER ledger_entries_{name}")


def test_an_empty_history_leads_to_its_beginning(desk: Desk) -> None:
    assert check(desk, START) is None
    assert (START.length, START.hash) == (0, "0" * 64)


def test_an_unbroken_history_leads_to_its_head(desk: Desk) -> None:
    head = three(desk)
    assert (head.length, len(head.hash)) == (3, 64)
    assert check(desk, head) is None


def test_every_entry_seals_the_one_before_it(desk: Desk) -> None:
    head = three(desk)
    with desk.database.reading() as session:
        rows = list(queries.rows(session, TENANT, STREAM))
    assert [row.previous for row in rows] == [GENESIS, rows[0].hash, rows[1].hash]
    assert rows[2].hash == head.hash
    assert len({row.salt for row in rows}) == 3


def test_events_tell_what_was_written(desk: Desk) -> None:
    write(
        desk,
        entry("COMMENT", "soon?", data={"n": 1}, for_id="bob", for_name="Bob Buyer"),
        Entry(action="EXPIRE", revision=2, actor_id=None, actor_name="Countersign"),
    )
    with desk.database.reading() as session:
        first, second = queries.events(session, TENANT, STREAM)
    assert (first.sequence, first.action, first.revision, first.at) == (1, "COMMENT", 1, NOW)
    assert (first.actor_id, first.actor_name, first.for_name) == ("rita", "Rita Roe", "Bob Buyer")
    assert (first.text, first.data) == ("soon?", {"n": 1})
    assert (second.actor_id, second.actor_name, second.revision) == (None, "Countersign", 2)
    assert (second.text, second.for_name, second.data) == ("", "", {})


@pytest.mark.parametrize(
    "text", ["Grüße 👍🏽", '"quoted" \\ {braces}', "two\nlines", "' OR 1=1 --"]
)
def test_words_come_back_as_they_were_said(desk: Desk, text: str) -> None:
    head = write(desk, entry("COMMENT", text))
    with desk.database.reading() as session:
        assert queries.events(session, TENANT, STREAM)[0].text == text
    assert check(desk, head) is None


def test_histories_do_not_mix(desk: Desk) -> None:
    other = Head(tenant_id=TENANT, stream_id="stream-2")
    head, other_head = three(desk), write(desk, entry("SUBMIT"), head=other)
    assert (check(desk, head), check(desk, other_head)) == (None, None)
    with desk.database.reading() as session:
        assert len(queries.events(session, TENANT, STREAM)) == 3
        assert len(queries.events(session, "other", STREAM)) == 0
        assert queries.tenants(session) == [TENANT]
        assert {name for name, _ in queries.entries(session, TENANT)} == {STREAM, "stream-2"}


def test_the_last_words_of_many_histories_are_found_at_once(desk: Desk) -> None:
    write(desk, entry("ASK", "first?"), entry("ASK", "second?"), entry("COMMENT", "hm"))
    write(desk, entry("COMMENT", "hm"), head=Head(tenant_id=TENANT, stream_id="stream-2"))
    with desk.database.reading() as session:
        found = queries.latest(session, TENANT, [STREAM, "stream-2", "none"], "ASK")
    assert {stream: event.text for stream, event in found.items()} == {STREAM: "second?"}


def test_the_latest_entries_come_newest_first(desk: Desk) -> None:
    three(desk)
    with desk.database.reading() as session:
        found = queries.last_events(session, TENANT, STREAM, limit=2)
    assert [event.action for event in found] == ["WITHDRAW", "COMMENT"]


def test_a_history_without_a_row_of_its_own_knows_its_end(desk: Desk) -> None:
    with desk.database.reading() as session:
        assert queries.head_of_stream(session, TENANT, STREAM) == (0, GENESIS)
    head = three(desk)
    with desk.database.reading() as session:
        assert queries.head_of_stream(session, TENANT, STREAM) == (3, head.hash)


def test_two_writers_behind_one_head_cannot_fork_the_chain(desk: Desk) -> None:
    head = write(desk, entry("SUBMIT"))
    after = write(desk, entry("APPROVE"), head=head)
    with pytest.raises(IntegrityError):
        write(desk, entry("DECLINE"), head=head)
    assert check(desk, after) is None


# what somebody does to the table, and what is said about which entry
TAMPERED = [
    (
        "UPDATE ledger_entries SET content = replace(content, 'soon', 'later') WHERE sequence = 2",
        2,
        "its content was changed",
    ),
    (
        "UPDATE ledger_entries SET salt = 'abc' WHERE sequence = 1",
        1,
        "its content was changed",
    ),
    (
        "UPDATE ledger_entries SET action = 'APPROVE' WHERE sequence = 3",
        3,
        "its hash does not match what it states",
    ),
    (
        "UPDATE ledger_entries SET actor_id = 'bob' WHERE sequence = 2",
        2,
        "its hash does not match what it states",
    ),
    (
        "UPDATE ledger_entries SET actor_id = NULL WHERE sequence = 2",
        2,
        "its hash does not match what it states",
    ),
    (
        "UPDATE ledger_entries SET for_id = 'bob' WHERE sequence = 2",
        2,
        "its hash does not match what it states",
    ),
    (
        "UPDATE ledger_entries SET revision = 2 WHERE sequence = 3",
        3,
        "its hash does not match what it states",
    ),
    (
        "UPDATE ledger_entries SET at = '2026-03-01 00:00:00.000000' WHERE sequence = 1",
        1,
        "its hash does not match what it states",
    ),
    (
        "UPDATE ledger_entries SET hash = digest WHERE sequence = 2",
        2,
        "its hash does not match what it states",
    ),
    (
        "UPDATE ledger_entries SET previous = digest WHERE sequence = 2",
        2,
        "it does not follow the entry before it",
    ),
    (
        "UPDATE ledger_entries SET content = NULL, salt = NULL, digest = hash WHERE sequence = 2",
        2,
        "its hash does not match what it states",
    ),
    ("DELETE FROM ledger_entries WHERE sequence = 1", 1, "entry 1 is missing"),
    ("DELETE FROM ledger_entries WHERE sequence = 2", 2, "entry 2 is missing"),
    (
        "DELETE FROM ledger_entries WHERE sequence = 3",
        3,
        "the row counts 3 entries, the chain has 2",
    ),
    ("DELETE FROM ledger_entries", 1, "the row counts 3 entries, the chain has 0"),
]


@pytest.mark.parametrize(("statement", "sequence", "problem"), TAMPERED)
def test_what_was_tampered_with_is_named(
    desk: Desk, statement: str, sequence: int, problem: str
) -> None:
    head = three(desk)
    unlock(desk)
    desk.sql(statement)
    found = check(desk, head)
    assert found == Break(tenant_id=TENANT, stream_id=STREAM, sequence=sequence, problem=problem)


def test_two_entries_that_changed_places_are_noticed(desk: Desk) -> None:
    head = three(desk)
    unlock(desk)
    for old, new in ((2, 9), (3, 2), (9, 3)):
        desk.sql(
            "UPDATE ledger_entries SET sequence = :new WHERE sequence = :old", new=new, old=old
        )
    found = check(desk, head)
    assert found is not None
    assert (found.sequence, found.problem) == (2, "it does not follow the entry before it")


def test_a_history_moved_to_another_request_is_noticed(desk: Desk) -> None:
    head = three(desk)
    unlock(desk)
    desk.sql("UPDATE ledger_entries SET stream_id = 'stream-2'")
    moved = Head(tenant_id=TENANT, stream_id="stream-2", length=3, hash=head.hash)
    found = check(desk, moved)
    assert found is not None
    assert (found.sequence, found.problem) == (1, "its hash does not match what it states")


def test_a_history_that_was_written_anew_does_not_lead_to_the_old_head(desk: Desk) -> None:
    head = three(desk)
    unlock(desk)
    desk.sql("DELETE FROM ledger_entries")
    three(desk)
    found = check(desk, head)
    assert found is not None
    assert (found.sequence, found.problem) == (3, "the row names another last hash")


def test_an_entry_too_many_is_noticed(desk: Desk) -> None:
    head = three(desk)
    write(desk, entry("APPROVE"), head=head)
    found = check(desk, head)
    assert found is not None
    assert (found.sequence, found.problem) == (5, "the row counts 3 entries, the chain has 4")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("ledger_length = 1", "the row counts 1 entries, the chain has 2"),
        ("ledger_length = 3", "the row counts 3 entries, the chain has 2"),
        (f"ledger_head = '{'a' * 64}'", "the row names another last hash"),
    ],
)
def test_a_request_that_disowns_its_history_is_noticed(
    desk: Desk, change: str, problem: str
) -> None:
    made = desk.ask()
    desk.approve(made)
    assert desk.broken(made) is None
    desk.sql(f"UPDATE approvals SET {change}")  # noqa: S608 - a constant of this file
    found = desk.broken(made)
    assert found is not None
    assert (found.stream_id, found.problem) == (made, problem)


def test_words_can_be_erased_by_law_without_breaking_the_chain(desk: Desk) -> None:
    made = desk.ask()
    desk.say(BOB, made, Action.ASK, "Why?")
    desk.say(RITA, made, Action.ANSWER, "It is private.")
    desk.sql("UPDATE ledger_entries SET content = NULL, salt = NULL WHERE sequence = 3")
    assert desk.broken(made) is None
    last = desk.history(made)[-1]
    assert (last.action, last.actor_id) == ("ANSWER", "rita")
    assert (last.actor_name, last.text, last.for_name, last.data) == ("", "", "", {})


REFUSED = [
    "UPDATE ledger_entries SET content = 'x' WHERE sequence = 2",
    "UPDATE ledger_entries SET content = NULL WHERE sequence = 2",
    "UPDATE ledger_entries SET salt = NULL WHERE sequence = 2",
    "UPDATE ledger_entries SET content = NULL, salt = NULL, action = 'X' WHERE sequence = 2",
    "UPDATE ledger_entries SET content = NULL, salt = NULL, actor_id = NULL WHERE sequence = 2",
    "UPDATE ledger_entries SET content = NULL, salt = NULL, for_id = 'bob' WHERE sequence = 2",
    "UPDATE ledger_entries SET content = NULL, salt = NULL, hash = digest WHERE sequence = 2",
    "UPDATE ledger_entries SET at = at WHERE sequence = 1",
    "UPDATE ledger_entries SET sequence = 7 WHERE sequence = 3",
    "DELETE FROM ledger_entries WHERE sequence = 3",
    "DELETE FROM ledger_entries",
    "INSERT INTO ledger_entries SELECT * FROM ledger_entries WHERE sequence = 2",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_itself_lets_nobody_rewrite_history(desk: Desk, statement: str) -> None:
    head = three(desk)
    with pytest.raises(IntegrityError):
        desk.sql(statement)
    assert check(desk, head) is None


def test_replacing_or_emptying_is_refused_as_well(desk: Desk) -> None:
    head = three(desk)
    statement = (
        "TRUNCATE ledger_entries"
        if desk.database.bind.dialect.name == "postgresql"
        else "INSERT OR REPLACE INTO ledger_entries SELECT * FROM ledger_entries"
    )
    with pytest.raises(IntegrityError, match="history is append-only"):
        desk.sql(statement)
    assert check(desk, head) is None


@pytest.mark.parametrize("sequence", [0, -1])
def test_entries_are_counted_from_one(desk: Desk, sequence: int) -> None:
    with pytest.raises(IntegrityError):
        desk.run(append, Head(tenant_id=TENANT, stream_id=STREAM, length=sequence - 1),
                 entry("SUBMIT"), now=NOW)  # fmt: skip


def test_one_document_has_one_serialisation() -> None:
    assert canonical({"b": 1, "a": "ü"}) == '{"a":"ü","b":1}'.encode()


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers()))
def test_the_order_of_keys_does_not_matter(document: dict[str, int]) -> None:
    turned = dict(reversed(document.items()))
    assert canonical(document) == canonical(turned)
    assert json.loads(canonical(document)) == document


def test_a_digest_is_that_of_salt_and_content() -> None:
    expected = hashlib.sha256(b"salt\ncontent").hexdigest()
    assert content_digest("salt", "content") == expected
    assert content_digest("other", "content") != expected


STATED: dict[str, Any] = {
    "tenant_id": "acme",
    "stream_id": "s",
    "sequence": 1,
    "action": "SUBMIT",
    "revision": 1,
    "at": datetime(2026, 3, 2, 9, tzinfo=UTC),
    "actor_id": "rita",
    "for_id": None,
    "digest": "d",
    "previous": GENESIS,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tenant_id", "other"),
        ("stream_id", "t"),
        ("sequence", 2),
        ("action", "EXPIRE"),
        ("revision", 2),
        ("at", datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)),
        ("actor_id", None),
        ("for_id", "bob"),
        ("digest", "e"),
        ("previous", "1" * 64),
    ],
)
def test_a_hash_covers_everything_that_an_entry_states(name: str, value: object) -> None:
    assert entry_hash(**{**STATED, name: value}) != entry_hash(**STATED)


def test_a_hash_depends_on_no_zone_of_a_moment_or_of_a_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, there = entry_hash(**STATED), STATED["at"].astimezone(timezone(timedelta(hours=5)))
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        found = entry_hash(**STATED), entry_hash(**{**STATED, "at": there})
    time.tzset()
    assert found == (here, here)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_hashed_is_the_canonical_form_of_any_text(text: str) -> None:
    stated = {**STATED, "action": text, "tenant_id": text[::-1]}
    document = {
        "tenant": text[::-1], "stream": "s", "sequence": 1, "action": text, "revision": 1,
        "at": "2026-03-02T09:00:00.000000+00:00", "actor": "rita", "for": None, "content": "d",
        "previous": GENESIS,
    }  # fmt: skip
    assert entry_hash(**stated) == hashlib.sha256(canonical(document)).hexdigest()


def test_the_hash_is_pinned_so_that_old_histories_still_verify() -> None:
    document = (
        '{"action":"SUBMIT","actor":"rita","at":"2026-03-02T09:00:00.000000+00:00",'
        '"content":"d","for":null,"previous":"' + GENESIS + '","revision":1,"sequence":1,'
        '"stream":"s","tenant":"acme"}'
    )
    assert entry_hash(**STATED) == hashlib.sha256(document.encode()).hexdigest()
