"""Somebody is forgotten, and what was decided stays proven (R59)."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from tests.audit.conftest import House
from tests.support.app import As, Rows, make_app
from tests.support.cast import BOB, LATER, NOW, RITA, ROB, TENANT, Desk, cart, details, fill
from tests.test_cli import Program
from webapp.approvals import around, attachments
from webapp.approvals.domain import Action
from webapp.approvals.files import Folder
from webapp.approvals.queries import Side
from webapp.approvals.timeline import tell
from webapp.audit import personal
from webapp.audit.erasing import Erased, erase
from webapp.audit.evidence import evidence
from webapp.audit.offline import check
from webapp.db import Base, Database, make_engine
from webapp.identity.domain import Actor
from webapp.identity.jobs import forget_sessions
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Conflict, NotFound
from webapp.orders.terms import Terms

WORDS = ("for the quay, please", "six of them, as ever")


def attach(house: House, actor: Actor, made: str) -> Path:
    """A file of theirs at the request."""
    folder = Folder(house.folder / "files")
    kept = folder.take(BytesIO(b"%PDF-1.7 drawing"), "Drawing of Rita Roe.pdf")
    house.desk.run(attachments.attach, actor, made, kept, folder=folder, now=LATER)
    return folder.find(kept.file)


def lived(house: House) -> str:
    """Rita asked, talked, changed, attached, and ordered what Bob had approved."""
    made = house.desk.ask(what=cart("c500-rita", comment=WORDS[0]))
    house.desk.say(BOB, made, Action.ASK, "why as many as six?")
    house.desk.say(RITA, made, Action.ANSWER, WORDS[1])
    house.desk.change(RITA, made, Terms(details=details(paymentMethods=[]), delivery_window=None))
    attach(house, RITA, made)
    house.desk.approve(made, seen_revision=2, note="well argued")
    house.desk.order(made)
    return made


def left(house: House, person_id: str) -> None:
    """Their company let them go."""
    house.desk.sql(
        "UPDATE memberships SET active = :no WHERE person_id = :id", no=False, id=person_id
    )


def forget(house: House, person_id: str = "rita") -> Erased:
    return house.desk.run(erase, TENANT, person_id, now=LATER)


def everything(house: House) -> str:
    """The whole database, as text."""
    with house.desk.database.reading() as session:
        return "\n".join(
            f"{table.name}: {row}"
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        )


def test_nothing_of_them_is_left_and_the_history_is_whole(house: House) -> None:
    made = lived(house)
    before = house.seal()
    left(house, "rita")
    assert all(one in everything(house) for one in ("Rita Roe", "rita@acme.example", *WORDS))
    done = forget(house)
    found = everything(house)
    # Not three letters alone: salts and hashes may hold them by chance.
    said = ("nroe", "\\nroe", "quay")  # as they stand among the words that a request is found by
    for one in ("Rita Roe", "'Roe'", '"Roe"', "rita@acme.example", "Drawing", *WORDS, *said):
        assert one not in found
    assert done.label == "Erased person 1"
    assert len(done.files) == 1
    assert "well argued" in found
    assert "why as many as six?" in found
    assert house.desk.approval(made).requester_last_name == "1"
    assert house.prove()[-1] == "The history is whole."
    assert len(house.prove(sealed=house.file(before))) == 3
    assert len(house.prove(since=house.file(before))) == 3


def test_evidence_still_holds_and_says_what_is_erased(house: House) -> None:
    made = lived(house)
    house.seal()
    left(house, "rita")
    forget(house)
    report = check(house.desk.run(evidence, TENANT, made, house.key, now=LATER).encode())
    assert report.problem == ""
    told = "\n".join(report.lines())
    assert "SUBMIT by rita, revision 1 (names and words are erased or withheld)" in told
    assert "APPROVE by Bob Buyer, revision 2: well argued" in told
    assert "what revision 2 held: its digest is erased" in told


def test_the_one_who_decided_is_forgotten_and_the_words_of_the_other_stay(house: House) -> None:
    made = lived(house)
    left(house, "bob")
    forget(house, "bob")
    found = everything(house)
    for one in ("Bob Buyer", "bob@acme.example", "well argued", "why as many as six?"):
        assert one not in found
    assert all(one in found for one in WORDS)
    assert house.desk.approval(made).decided_by_name == "Erased person 1"
    assert house.desk.approval(made).comment == WORDS[0]
    assert house.desk.broken(made) is None


def test_what_others_wrote_about_them_is_counted_and_stays(house: House) -> None:
    made = house.desk.ask(ROB, cart("c500-rob"))
    house.desk.say(ROB, made, Action.COMMENT, "Rita Roe knows why")
    left(house, "rita")
    done = forget(house)
    assert done.stays["entries in which others mention them in words of their own"] == 1
    assert "Rita Roe knows why" in everything(house)


def test_the_company_reads_that_somebody_was_erased_and_not_who(house: House) -> None:
    left(house, "rita")
    forget(house)
    ((action, actor, content),) = house.desk.sql(
        "SELECT action, actor_id, content FROM ledger_entries WHERE stream_id = 'company:le1'"
    )
    assert (action, actor) == ("ERASE", None)
    assert '"by":"operator"' in content
    assert "rita" not in content


def test_no_list_offers_them_by_name_any_more(house: House) -> None:
    lived(house)
    for name in ("Rita Roe", "Erased person 1"):
        with house.desk.database.looking() as session:
            assert around.offer(session, BOB, Side.APPROVER).people == {"rita": name}
        if name == "Rita Roe":
            left(house, "rita")
            forget(house)


def test_twice_is_harmless_and_the_next_one_gets_another_number(house: House) -> None:
    left(house, "rita")
    left(house, "rob")
    assert forget(house).was_before is False
    before = everything(house)
    again = forget(house)
    assert (again.was_before, again.label) == (True, "Erased person 1")
    assert everything(house) == before
    assert forget(house, "rob").label == "Erased person 2"


@pytest.mark.parametrize(
    ("person_id", "code", "remedy"),
    [
        ("rita", "still_active", "End that first"),
        ("olga", "last_admin", "Make somebody else an admin"),
    ],
)
def test_who_still_acts_is_not_erased(house: House, person_id: str, code: str, remedy: str) -> None:
    with pytest.raises(Conflict, match=remedy) as refused:
        forget(house, person_id)
    assert refused.value.code == code


@pytest.mark.parametrize("person_id", ["rita", "bob"])
def test_what_is_pending_comes_first(house: House, person_id: str) -> None:
    made = house.desk.ask()
    left(house, person_id)
    number = house.desk.approval(made).number
    with pytest.raises(Conflict, match=f"not decided yet: {number}") as refused:
        forget(house, person_id)
    assert refused.value.code == "still_pending"


def test_nobody_is_nobody(house: House) -> None:
    with pytest.raises(NotFound):
        forget(house, "nobody")


def test_every_table_has_its_place_in_what_erasing_knows() -> None:
    named, parts = ({one[0] for one in some} for some in (personal.NAMED, personal.PARTS))
    known = {*personal.owned(), *named, *parts}
    assert known | personal.NOBODYS == set(Base.metadata.tables)
    assert not known & personal.NOBODYS


def test_pages_tell_of_what_was_erased(house: House) -> None:
    made = lived(house)
    left(house, "rita")
    forget(house)
    told = house.desk.history(made)[0]
    assert told.is_erased
    assert tell([told], reader_id="bob")[0].sentence.plain() == (
        "Somebody asked (erased) for approval. Names and words were erased."
    )


def test_the_command_previews_asks_and_removes_the_files(tmp_path: Path, acme_rows: Rows) -> None:
    countersign = Program(tmp_path).upgraded()
    engine = make_engine(countersign.url)
    house = House(Desk(fill(Database(engine), acme_rows)), tmp_path)
    made = house.desk.ask()
    file = attach(house, RITA, made)
    house.desk.approve(made)
    assert "still act for Hafen" in countersign("erase", TENANT, "rita").stderr
    left(house, "rita")
    shown = countersign("erase", TENANT, "rita", "--dry-run")
    assert "1  attached files" in shown.stdout
    assert "Nothing was changed." in shown.stdout
    assert "Rita Roe" in everything(house)
    # Nobody types anything here, which is another id.
    assert countersign("erase", TENANT, "rita").exit_code == 1
    assert file.exists()
    assert countersign("erase", TENANT, "rita", "--yes").exit_code == 0
    assert not file.exists()
    assert "Rita Roe" not in everything(house)
    assert "erased before" in countersign("erase", TENANT, "rita", "--yes").stdout
    engine.dispose()


def test_their_requests_are_shown_with_a_label_in_the_language_of_the_reader(
    as_: As, desk: Desk
) -> None:
    made = desk.ask(now=utcnow())
    desk.decline(made)
    desk.sql("UPDATE memberships SET active = :no WHERE person_id = :id", no=False, id="rita")
    desk.run(erase, TENANT, "rita", now=utcnow())
    page = as_("bob").get(f"/approvals/{made}").text
    assert "Erased person 1" in page
    assert "Names and words were erased." in page
    desk.sql("UPDATE people SET language = 'de' WHERE id = 'bob'")
    page = as_("bob").get(f"/approvals/{made}").text
    assert "Gelöschte Person 1" in page
    assert "Erased" not in page
    for path in ("/inbox", "/requests", "/inbox?box=decided"):
        assert as_("bob").get(path).status_code == 200
    files = f"/approvals/{made}/decision.pdf", "/inbox.csv?box=decided"
    paper, sheet = (as_("bob").get(path).get_data() for path in files)
    (first, *_) = PdfReader(BytesIO(paper)).pages
    for text in (first.extract_text(), sheet.decode()):
        assert "Gelöschte Person 1" in text
        assert "Erased" not in text
    admin = as_("ada", "le1")
    for path in (
        "/company",
        f"/company/requests/{made}",
        "/company/people.csv",
        f"/approvals/{made}/evidence.pdf",
    ):
        assert admin.get(path).status_code == 200, path


def test_the_worker_removes_sessions_that_ended(as_: As, acme: Database) -> None:
    as_("bob").get("/inbox")
    with make_app(acme).app_context():
        assert forget_sessions(utcnow()) == 0
        assert forget_sessions(utcnow() + timedelta(days=400)) >= 1
        assert forget_sessions(utcnow() + timedelta(days=400)) == 0


def kept_elsewhere() -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows with Rita in them of what no request makes."""
    mine = {"tenant_id": TENANT, "person_id": "rita"}
    times = {"created_at": LATER, "expires_at": LATER}
    yield "identities", mine | {"issuer": "https://idp", "subject": "rita.roe"}
    yield "sessions", mine | times | {
        "id_hash": "1", "data": {}, "user_agent": "Roe", "seen_at": LATER,
    }  # fmt: skip
    yield "tokens", mine | times | {
        "token_hash": "2", "family_id": "f", "session_id": "s", "origin": "PASSWORD",
        "name": "Rita Roe's laptop", "kind": "KEY", "holder": "CUSTOMER", "scopes": [],
    }  # fmt: skip
    answer = {"fingerprint": "f", "attempt": "a", "locked_until": LATER, "status": 200}
    body = '{"requestor": {"firstName": "Rita", "email": "rita@acme.example"}, "comment": "words"}'
    for number, owner in enumerate(("rita", "bob")):
        yield "idempotency_keys", times | answer | {
            "tenant_id": TENANT, "person_id": owner, "key": str(number), "headers": {},
            "body": body,
        }  # fmt: skip
    yield "absences", {
        "tenant_id": TENANT, "id": "away", "company_id": "le1", "owner_id": "rita",
        "deputy_id": "bob", "first_day": LATER.date(), "last_day": LATER.date(),
        "starts_at": NOW, "ends_at": LATER,
    }  # fmt: skip
    yield "mailbox_mails", {
        "tenant_id": TENANT, "id": "m", "recipient_id": "bob", "address": "bob@acme.example",
        "subject": "Rita Roe is away", "text": "rita@acme.example", "html": "<b>Rita Roe</b>",
        "stream_id": "other", "sent_at": LATER,
    }  # fmt: skip
    yield "company_addresses", {
        "tenant_id": TENANT, "company_id": "le1", "id": "new", "position": 90, "kind": "BILLING",
        "address": {"contactName": "Roe, Rita", "people": [{"first": "Rita", "last": "Roe"}]},
    }  # fmt: skip


def test_what_stands_outside_of_requests_goes_too(house: House) -> None:
    with house.desk.database.transaction() as session:
        for name, values in kept_elsewhere():
            session.execute(Base.metadata.tables[name].insert().values(values))
    left(house, "rita")
    done = forget(house)
    found = everything(house)
    for one in ("Roe", "roe", "'Rita'", "rita@acme.example", '"comment": "words"'):
        assert one not in found
    assert done.gone["browser sessions"] == 1
    assert done.gone["tokens and keys of the API"] == 1
    assert done.gone["answers kept for repeated calls"] == 2
    assert "Erased person 1 is away" in found
