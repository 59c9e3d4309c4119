"""Lists of requests narrowed to what somebody looks for, on both databases."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from tests.support.cast import ADA, BEN, BOB, LATER, NOW, RITA, Desk, cart
from webapp.approvals import around, finding, listing
from webapp.approvals.amending import amend
from webapp.approvals.domain import Amendment, Status
from webapp.approvals.filters import EVERYTHING, Filter, Wanted, read
from webapp.approvals.queries import Box, Side
from webapp.approvals.reassignment import reassign
from webapp.identity.domain import Actor
from webapp.kernel.money import Money

BERLIN = ZoneInfo("Europe/Berlin")


def understood(**typed: str) -> Filter:
    return read(typed, zone=BERLIN, mark=".", currency="EUR")


def found(desk: Desk, wanted: Wanted, *, box: Box = Box.ALL) -> list[str]:
    with desk.database.reading() as session:
        page = listing.listing(session, BOB, Side.APPROVER, box, wanted=wanted)
        assert listing.count(session, BOB, Side.APPROVER, box, wanted=wanted) == len(page.items)
        return [row.id for row in page.items]


@pytest.mark.parametrize(
    "words",
    [
        *("1001", "#1001", "rita", "ROE", "drill", "BIT rita", "dr-18v", "please", "cordless 18"),
        *("rill", "leas", "18", "1001 drill", "r", "a b c d"),
    ],
)
def test_words_are_found_in_numbers_people_items_and_comments(desk: Desk, words: str) -> None:
    made = desk.ask()
    assert found(desk, understood(q=words).wanted) == [made]


@pytest.mark.parametrize(
    "words",
    [
        *("1002", "100", "olga", "drill olga", "drilled", "%", "_", "/", ".*", "\\", '"', "["),
        *("99999999999", "ri%ll", "dri_l", "o'drill", "%s", ":words", "' OR 1 = 1"),
    ],
)
def test_words_that_stand_nowhere_find_nothing(desk: Desk, words: str) -> None:
    desk.ask()
    assert found(desk, understood(q=words).wanted) == []


def test_postgresql_plans_for_the_words_that_are_looked_for(desk: Desk) -> None:
    if desk.database.bind.dialect.name != "postgresql":
        pytest.skip("SQLite looks the words up first.")
    kept = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%words LIKE%'")
    with desk.database.reading() as session:
        for _ in range(8):
            wanted = understood(q="drill").wanted
            listing.listing(session, BOB, Side.APPROVER, Box.ALL, wanted=wanted)
        assert session.scalar(kept) == 0, "a statement that is kept is planned for any words"


def test_capitals_and_ways_to_write_a_letter_make_no_difference(desk: Desk) -> None:
    made = desk.ask(what=cart("c500-rita", comment="Für die STRASSE, Bu\u0308ro 2 und „Dübel“"))
    for words in ("für", "FÜR", "straße", "büro", "Bu\u0308RO", "dübel", "„Dübel“"):
        assert found(desk, understood(q=words).wanted) == [made], words
    assert found(desk, understood(q="fur").wanted) == [], "an accent makes another letter"


def test_a_request_is_found_by_the_words_that_it_has_now(desk: Desk) -> None:
    made = desk.ask(what=cart("c500-rita", comment="before"))
    amendment = Amendment(comment="afterwards")
    desk.run(amend, RITA, made, amendment, seen_version=None, now=LATER)
    assert found(desk, understood(q="before").wanted) == []
    assert found(desk, understood(q="afterwards").wanted) == [made]
    desk.run(reassign, ADA, made, "ben", seen="bob", now=LATER)
    with desk.database.reading() as session:
        for words, ids in (("Baker", [made]), ("Buyer", [])):
            wanted = understood(q=words).wanted
            page = listing.listing(session, BEN, Side.APPROVER, Box.ALL, wanted=wanted)
            assert [row.id for row in page.items] == ids


@pytest.mark.parametrize("most", [0, 1])
def test_rare_words_and_common_ones_find_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(finding, "_FEW", most)
    made = desk.ask()
    for words in ("drill", "1001", "drill 1001", "nowhere", "1002"):
        ids = [] if words in ("nowhere", "1002") else [made]
        assert found(desk, understood(q=words).wanted) == ids, words


def test_amounts_are_order_totals_of_one_currency(desk: Desk) -> None:
    made = desk.ask()
    assert found(desk, Wanted(low=Money(51000, "EUR"), high=Money(51000, "EUR"))) == [made]
    assert found(desk, Wanted(low=Money(51001, "EUR"))) == []
    assert found(desk, Wanted(high=Money(50999, "EUR"))) == []
    assert found(desk, Wanted(low=Money(1, "CHF"))) == []
    assert found(desk, Wanted(high=Money(10**9, "CHF"))) == []


def test_status_person_shop_and_days_narrow_a_list(desk: Desk) -> None:
    first = desk.ask()
    second = desk.ask(RITA, cart("c1000-rita"), now=NOW + timedelta(hours=1))
    desk.decline(first, note="no")
    assert found(desk, Wanted(status=Status.DECLINED)) == [first]
    assert found(desk, Wanted(status=Status.PENDING)) == [second]
    assert found(desk, Wanted(status=Status.PENDING), box=Box.DECIDED) == []
    assert found(desk, Wanted(person_id="rita")) == [second, first]
    assert found(desk, Wanted(person_id="bob")) == [], "the other side is meant, not oneself"
    site = desk.approval(first).site_code
    assert found(desk, Wanted(site_code=site)) == [second, first]
    assert found(desk, Wanted(site_code="elsewhere")) == []
    assert found(desk, Wanted(since=NOW + timedelta(minutes=1))) == [second]
    assert found(desk, Wanted(until=NOW + timedelta(minutes=1))) == [first]
    assert found(desk, Wanted(since=LATER + timedelta(days=9))) == []


def test_a_list_offers_what_stands_in_it(desk: Desk) -> None:
    desk.ask()
    with desk.database.reading() as session:
        mine = around.offer(session, BOB, Side.APPROVER)
        theirs = around.offer(session, BOB, Side.REQUESTER)
    assert (mine.people, mine.currencies) == ({"rita": "Rita Roe"}, ("EUR",))
    assert (theirs.people, theirs.sites, theirs.currencies) == ({}, (), ())


def test_what_is_offered_follows_whom_a_request_is_handed_to(desk: Desk) -> None:
    made = desk.ask()
    assert offered(desk, RITA, Side.REQUESTER) == {"bob": "Bob Buyer"}
    desk.run(reassign, ADA, made, "ben", seen="bob", now=LATER)
    assert offered(desk, RITA, Side.REQUESTER) == {"ben": "Ben Baker"}
    assert offered(desk, BOB, Side.APPROVER) == {}
    desk.ask(RITA, cart("c1000-rita"))
    assert offered(desk, RITA, Side.REQUESTER) == {"ben": "Ben Baker", "bob": "Bob Buyer"}


def offered(desk: Desk, actor: Actor, side: Side) -> dict[str, str]:
    """Whom a list can be narrowed to, twice the same."""
    with desk.database.reading() as session:
        first, second = (around.offer(session, actor, side) for _ in range(2))
    assert first == second
    return first.people


def test_a_day_is_a_day_where_the_reader_is() -> None:
    wanted = understood(since="2026-07-01", until="2026-07-01").wanted
    assert wanted.since == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert wanted.until == datetime(2026, 7, 1, 22, tzinfo=UTC)


def test_amounts_are_read_as_the_reader_writes_them() -> None:
    assert understood(low="1,480.00").wanted.low == Money(148000, "EUR")
    assert understood(low="1.480,00").wanted.low == Money(148000, "EUR")
    german = read({"low": "1.480"}, zone=BERLIN, mark=",", currency="EUR")
    assert german.wanted.low == Money(148000, "EUR")
    assert understood(low="5", currency="chf").wanted.low == Money(500, "CHF")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("low", "many"),
        ("high", "9" * 13),
        ("since", "yesterday"),
        ("since", "0001-01-01"),
        ("until", "9999-12-31"),
        ("q", "x" * 81),
        ("q", "nul\0"),
        ("person", "\ud800"),
        ("site", "a\x1b"),
    ],
)
def test_what_cannot_be_understood_wants_nothing_and_is_said(name: str, text: str) -> None:
    asked = understood(**{name: text})
    assert asked.wanted == EVERYTHING
    assert set(asked.problems) == {name}
    assert asked.is_set


def test_an_address_without_one_thing_keeps_the_others() -> None:
    asked = understood(q="drill", low="5", currency="EUR", status="")
    assert asked.without("q") == {"low": "5", "currency": "EUR"}
    assert asked.without("low") == {"q": "drill"}, "a currency alone says nothing"
    assert not understood(currency="CHF").is_set
