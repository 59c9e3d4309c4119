"""Whoever rewrites history is found, with the database's own notes or with what left (R30)."""

from datetime import timedelta

import pytest

from tests.audit.conftest import House
from tests.support.cast import BOB, LATER, RITA, ROB, cart
from webapp.approvals.domain import Action


def two_requests(house: House) -> tuple[str, str]:
    """Rita's with three entries and Rob's with one."""
    first = house.desk.ask()
    house.desk.say(BOB, first, Action.ASK, "Why six?")
    house.desk.say(RITA, first, Action.ANSWER, "One broke.")
    return first, house.desk.ask(ROB, cart("c500-rob"))


def test_a_whole_history_is_proven_without_any_checkpoint(house: House) -> None:
    two_requests(house)
    assert house.prove() == ["acme: 2 chains, every entry fits.", "The history is whole."]


def test_checkpoints_are_made_carried_and_proven(house: House) -> None:
    two_requests(house)
    first = house.seal()
    assert (first.statement.number, first.statement.streams, first.statement.changed) == (1, 2, 2)
    second = house.seal(now=LATER + timedelta(days=1))
    assert (second.statement.number, second.statement.changed) == (2, 0)
    assert second.statement.previous == first.statement.hash
    assert second.statement.digest == first.statement.digest
    said = house.prove(sealed=house.file(first))
    assert said[-1].startswith("acme: all 2 histories are as checkpoint 1 saw them at 2026-03-0")


def test_a_request_that_goes_on_still_fits_an_older_checkpoint(house: House) -> None:
    first, _ = two_requests(house)
    sealed = house.seal()
    house.desk.approve(first)
    house.prove(sealed=house.file(sealed))
    grown = house.seal(now=LATER + timedelta(days=1))
    assert (grown.statement.changed, grown.statement.streams) == (1, 2)
    house.prove(sealed=house.file(sealed))
    house.prove(since=house.file(sealed))


def test_only_one_request_can_be_proven(house: House) -> None:
    first, second = two_requests(house)
    assert house.prove(approval=first) == [f"The history of {first} is whole: 3 entries, all fit."]
    house.unlock()
    house.desk.sql("UPDATE ledger_entries SET action = 'X' WHERE stream_id = :s", s=second)
    house.prove(approval=first)
    assert f"acme, {second}, entry 1" in house.doubt(approval=second)
    assert house.doubt(approval="nowhere") == "There is no such request."


TAMPERED = {
    "words": (
        "UPDATE ledger_entries SET content = replace(content, 'Why', 'How') "
        "WHERE stream_id = :s AND sequence = 2",
        "entry 2: its content was changed.",
    ),
    "deed": (
        "UPDATE ledger_entries SET action = 'APPROVE' WHERE stream_id = :s AND sequence = 3",
        "entry 3: its hash does not match what it states.",
    ),
    "first gone": (
        "DELETE FROM ledger_entries WHERE stream_id = :s AND sequence = 1",
        "entry 1: entry 1 is missing.",
    ),
    "middle gone": (
        "DELETE FROM ledger_entries WHERE stream_id = :s AND sequence = 2",
        "entry 2: entry 2 is missing.",
    ),
    "last gone": (
        "DELETE FROM ledger_entries WHERE stream_id = :s AND sequence = 3",
        "entry 3: the row counts 3 entries, the chain has 2.",
    ),
    "all gone": (
        "DELETE FROM ledger_entries WHERE stream_id = :s",
        "entry 1: the row counts 3 entries, the chain has 0.",
    ),
    "one more": (
        "INSERT INTO ledger_entries SELECT tenant_id, stream_id, 4, action, revision, at, "
        "actor_id, for_id, content, salt, digest, hash, digest FROM ledger_entries "
        "WHERE stream_id = :s AND sequence = 3",
        "entry 4: its hash does not match what it states.",
    ),
    "row cut short": (
        "UPDATE approvals SET ledger_length = 2 WHERE id = :s",
        "entry 3: the row counts 2 entries, the chain has 3.",
    ),
    "row disowns": (
        "UPDATE approvals SET ledger_head = 'f' WHERE id = :s",
        "entry 3: the row names another last hash.",
    ),
}


@pytest.mark.parametrize("kind", TAMPERED)
@pytest.mark.parametrize("sealed", [False, True])
def test_the_first_entry_that_does_not_fit_is_named(house: House, kind: str, sealed: bool) -> None:
    first, _ = two_requests(house)
    statement, problem = TAMPERED[kind]
    if sealed:
        house.seal()
    house.unlock()
    house.desk.sql(statement, s=first)
    doubt = house.doubt()
    assert doubt.startswith(f"acme, {first}, entry ")
    if not sealed:
        assert doubt == f"acme, {first}, {problem}"


def test_entries_that_changed_places_are_named(house: House) -> None:
    first, _ = two_requests(house)
    house.unlock()
    for old, new in ((2, 9), (3, 2), (9, 3)):
        house.desk.sql(
            "UPDATE ledger_entries SET sequence = :new WHERE stream_id = :s AND sequence = :old",
            new=new,
            old=old,
            s=first,
        )
    assert house.doubt() == f"acme, {first}, entry 2: it does not follow the entry before it."


def test_a_history_without_its_request_is_named(house: House) -> None:
    house.unlock()
    house.desk.sql(
        "INSERT INTO ledger_entries (tenant_id, stream_id, sequence, action, revision, at, digest,"
        " previous, hash) VALUES ('acme', 'forged', 1, 'APPROVE', 1, '2026-01-01', 'd', 'p', 'h')"
    )
    assert house.doubt().startswith("acme, forged, entry 1: ")


def test_a_chain_that_was_rewritten_with_its_head_fits_without_a_checkpoint(house: House) -> None:
    first, _ = two_requests(house)
    house.unlock()
    house.rewrite(first, old="Why six?", new="Fine.")
    house.prove()


@pytest.mark.parametrize("sealed_late", [False, True])
def test_a_chain_that_was_rewritten_with_its_head_contradicts_the_checkpoints(
    house: House, sealed_late: bool
) -> None:
    first, _ = two_requests(house)
    sealed = house.seal()
    if sealed_late:
        house.desk.approve(first)
    house.unlock()
    house.rewrite(first, old="Why six?", new="Fine.")
    expected = f"acme, {first}, entry 3: another one was sealed."
    assert house.doubt() == expected
    assert house.doubt(sealed=house.file(sealed)) == expected
    assert house.doubt(since=house.file(sealed)).startswith(f"acme, {first}, entry ")


def test_whoever_rewrites_the_notes_of_checkpoints_as_well_is_caught_by_any_that_left(
    house: House,
) -> None:
    first, _ = two_requests(house)
    early = house.seal()
    late = house.seal(now=LATER + timedelta(days=1))
    house.unlock()
    house.rewrite(first, old="Why six?", new="Fine.")
    house.rewrite_notes(first)
    assert "one of 2 histories is not the one that checkpoint 2 sealed" in house.doubt()
    house.desk.sql("DELETE FROM checkpoints")
    house.prove()
    for signed in (early, late):
        assert house.doubt(sealed=house.file(signed)) == (
            f"acme, {first}, entry 3: another one was sealed."
        )
    for heads in house.outside.glob("*.heads"):
        heads.unlink()
    assert "one of 2 histories is not the one that checkpoint 2 sealed" in house.doubt(
        sealed=house.file(late)
    )


def test_a_history_that_is_gone_with_everything_about_it_is_caught(house: House) -> None:
    _, second = two_requests(house)
    sealed = house.seal()
    house.unlock()
    for table, column in (
        ("ledger_entries", "stream_id"),
        ("checkpoint_heads", "stream_id"),
        ("approval_revisions", "approval_id"),
        ("approval_words", "approval_id"),
        ("approvals", "id"),
    ):
        house.desk.sql(f"DELETE FROM {table} WHERE {column} = :s", s=second)  # noqa: S608
    house.desk.sql("DELETE FROM checkpoints")
    house.prove()
    assert house.doubt(sealed=house.file(sealed)) == (
        f"acme, {second}, entry 1: it is missing, and was sealed."
    )


def test_a_rewritten_history_is_not_sealed_again(house: House) -> None:
    from webapp.ledger.sealing import Contradiction

    first, _ = two_requests(house)
    house.seal()
    house.unlock()
    house.rewrite(first, old="Why six?", new="Fine.")
    with pytest.raises(Contradiction, match=f"{first}, entry 3: another one was sealed"):
        house.seal(now=LATER + timedelta(days=1))


def test_a_checkpoint_of_another_key_is_not_believed(house: House) -> None:
    two_requests(house)
    file = house.file(house.seal())
    stranger = House(house.desk, house.folder / "stranger")
    public = stranger.keys.public_file(stranger.key.public.id)
    assert "which is not known" in house.doubt(sealed=file, key_file=public)
    own = house.keys.public_file(house.key.public.id)
    house.prove(sealed=file, key_file=own)


def test_a_checkpoint_that_was_edited_is_not_believed(house: House) -> None:
    two_requests(house)
    file = house.file(house.seal())
    file.write_text(file.read_text().replace('"streams": 2', '"streams": 3'))
    assert "its signature does not fit" in house.doubt(sealed=file)


def test_a_key_hands_over_to_the_next(house: House) -> None:
    two_requests(house)
    old = house.file(house.seal())
    house.key = house.keys.make()
    new = house.file(house.seal(now=LATER + timedelta(days=1)))
    house.prove(sealed=new)
    public = house.keys.public_file(house.key.public.id)
    house.prove(sealed=old, key_file=public)
    house.prove(sealed=new, key_file=public)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DELETE FROM checkpoints WHERE number = 1", "acme: checkpoint 1 is missing."),
        ("UPDATE checkpoints SET streams = 7 WHERE number = 1", "its signature does not fit"),
        ("UPDATE checkpoints SET previous = digest WHERE number = 2", "does not follow"),
        ("UPDATE checkpoints SET public_key = '{}' WHERE number = 2", "cannot be read"),
    ],
)
def test_the_stored_checkpoints_follow_each_other(
    house: House, statement: str, problem: str
) -> None:
    two_requests(house)
    house.seal()
    house.seal(now=LATER + timedelta(days=1))
    house.desk.sql(statement)
    assert problem in house.doubt()
