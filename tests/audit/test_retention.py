"""Words that are kept no longer go by themselves, and what was decided stays (R59)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.audit.conftest import House
from tests.audit.test_erasing import WORDS, everything, lived
from tests.support.app import make_app
from tests.support.cast import LATER, RITA, ROB, TENANT, Desk, cart
from webapp.approvals import attachments
from webapp.audit.evidence import evidence
from webapp.audit.jobs import Forgetter
from webapp.audit.offline import check
from webapp.audit.retention import forget_words, months_before
from webapp.db import Database


def forget(house: House, *, days: int = 1, limit: int = 50) -> int:
    """Erase what was decided before so many days after the decisions of the tests."""
    moment = LATER + timedelta(days=days)
    return house.desk.run(forget_words, before=moment, now=moment, limit=limit)


def test_words_and_files_go_and_amounts_people_and_decisions_stay(house: House) -> None:
    made = lived(house)
    before = house.seal()
    assert forget(house) == 1
    found = everything(house)
    row = house.desk.approval(made)
    assert (row.comment, row.approver_comment) == (None, None)
    assert (row.requester_last_name, row.decided_by_name) == ("Roe", "Bob Buyer")
    assert (row.status, row.total_minor) == ("APPROVED", 51000)
    ledger = "\n".join(one for one in found.splitlines() if one.startswith("ledger_entries"))
    for one in (*WORDS, "well argued", "why as many as six?", "Drawing"):
        assert one not in ledger
    assert "quay" not in found, "what a request is found by"
    with house.desk.database.reading() as session:
        assert attachments.attached(session, row) == []
    assert house.prove()[-1] == "The history is whole."
    assert len(house.prove(sealed=house.file(before))) == 3
    report = check(house.desk.run(evidence, TENANT, made, house.key, now=LATER).encode())
    assert report.problem == ""
    assert "ORDER by Rita Roe" in "\n".join(report.lines())


def test_what_is_younger_or_pending_keeps_its_words(house: House) -> None:
    made = lived(house)
    open_ = house.desk.ask(ROB, cart("c500-rob", comment="not decided"))
    assert forget(house, days=-1) == 0
    assert house.desk.approval(made).comment == WORDS[0]
    assert forget(house) == 1
    assert house.desk.approval(open_).comment == "not decided"
    assert house.desk.history(open_)[0].text == "not decided"


def test_it_goes_on_where_it_stopped(house: House) -> None:
    for actor in (RITA, ROB):
        house.desk.decline(house.desk.ask(actor, cart(f"c500-{actor.person_id}")))
    assert [forget(house, limit=1) for _ in range(3)] == [1, 1, 0]


def test_months_are_those_of_the_calendar() -> None:
    assert months_before(datetime(2026, 3, 31, tzinfo=UTC), 1) == datetime(2026, 2, 28, tzinfo=UTC)
    assert months_before(datetime(2026, 1, 5, tzinfo=UTC), 14) == datetime(2024, 11, 5, tzinfo=UTC)


def test_the_worker_does_so_when_the_settings_say_it(acme: Database, tmp_path: Path) -> None:
    desk = Desk(acme)
    made = desk.ask()
    desk.decline(made)
    much_later = LATER + timedelta(days=100)
    with make_app(acme).app_context():
        assert Forgetter()(much_later) == 0
    with make_app(acme, keep_words_months=3).app_context():
        forgetter = Forgetter()
        assert forgetter(LATER + timedelta(days=80)) == 0
        assert forgetter(LATER + timedelta(days=80, minutes=30)) == 0
        assert forgetter(much_later) == 1
        assert forgetter(much_later + timedelta(hours=2)) == 0
    assert desk.approval(made).approver_comment is None
