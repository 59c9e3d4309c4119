"""Lists of requests: in order, page by page, and counted (R2)."""

import base64
import json
from datetime import datetime, timedelta

import pytest

from tests.support.cast import ADA, BOB, LATER, NOW, RITA, Desk, cart
from webapp.approvals import listing, service
from webapp.approvals.models import Approval
from webapp.approvals.queries import COUNTED, PAGE_SIZE, Box, Side, Summary
from webapp.identity.domain import Actor
from webapp.kernel.errors import Invalid
from webapp.kernel.money import Money


def copies(desk: Desk, count: int) -> None:
    """As many more requests like Rita's, three at each moment, the first as old as hers."""
    desk.ask()
    columns = [column.name for column in Approval.__table__.columns]
    chosen = ", ".join(
        {"id": ":id", "number": ":number", "resource_id": ":id", "created_at": ":at",
         "turn_since": ":at"}.get(name, name)
        for name in columns
    )  # fmt: skip
    original = desk.sql("SELECT id FROM approvals")[0][0]
    for number in range(count):
        at = NOW + timedelta(minutes=number // 3)
        stored: object = at
        if desk.database.bind.dialect.name == "sqlite":
            stored = at.strftime("%Y-%m-%d %H:%M:%S.%f")
        desk.sql(
            f"INSERT INTO approvals ({', '.join(columns)}) "  # noqa: S608 - names of the table
            f"SELECT {chosen} FROM approvals WHERE id = :original",
            id=f"r{number:03}",
            number=2000 + number,
            at=stored,
            original=original,
        )


def pages(desk: Desk, actor: Actor, side: Side, box: Box) -> list[list[Summary]]:
    found: list[list[Summary]] = []
    cursor: str | None = None
    with desk.database.reading() as session:
        while True:
            page = listing.listing(session, actor, side, box, cursor=cursor)
            found.append(list(page.items))
            cursor = page.next_cursor
            if cursor is None:
                return found


@pytest.mark.parametrize(
    ("actor", "side", "box", "oldest_first"),
    [
        (BOB, Side.APPROVER, Box.TURN, True),
        (RITA, Side.REQUESTER, Box.WAITING, True),
        (BOB, Side.APPROVER, Box.ALL, False),
        (RITA, Side.REQUESTER, Box.OPEN, False),
    ],
)
def test_paging_shows_every_request_once_and_in_order(
    desk: Desk, actor: Actor, side: Side, box: Box, *, oldest_first: bool
) -> None:
    copies(desk, 2 * PAGE_SIZE)
    found = pages(desk, actor, side, box)
    assert [len(page) for page in found] == [PAGE_SIZE, PAGE_SIZE, 1]
    keys = [(row.created_at, row.id) for page in found for row in page]
    assert keys == sorted(set(keys), reverse=not oldest_first)


def test_what_was_decided_last_comes_first(desk: Desk) -> None:
    first = desk.ask()
    second = desk.ask(RITA, cart("c1000-rita"), now=NOW + timedelta(hours=1))
    desk.run(service.withdraw, RITA, second, now=LATER)
    desk.run(service.withdraw, RITA, first, now=LATER + timedelta(seconds=1))
    [page] = pages(desk, RITA, Side.REQUESTER, Box.DECIDED)
    assert [row.id for row in page] == [first, second]
    [page] = pages(desk, RITA, Side.REQUESTER, Box.ALL)
    assert [row.id for row in page] == [second, first]


@pytest.mark.parametrize("more", [0, 1])
def test_a_full_page_leads_on_only_if_there_is_more(desk: Desk, more: int) -> None:
    copies(desk, PAGE_SIZE - 1 + more)
    found = pages(desk, BOB, Side.APPROVER, Box.TURN)
    assert [len(page) for page in found] == [PAGE_SIZE, 1][: 1 + more]


def test_counting_stops_where_nobody_counts_any_more(desk: Desk) -> None:
    copies(desk, COUNTED + 1)
    with desk.database.reading() as session:
        assert listing.count(session, BOB, Side.APPROVER, Box.TURN) == COUNTED
        assert listing.count(session, BOB, Side.APPROVER, Box.DECIDED) == 0
        assert listing.count(session, ADA, Side.APPROVER, Box.ALL) == 0


def test_a_row_says_what_the_request_says(desk: Desk) -> None:
    made = desk.ask()
    [[row]] = pages(desk, BOB, Side.APPROVER, Box.TURN)
    assert (row.id, row.number, row.status, row.turn) == (made, 1001, "PENDING", "APPROVER")
    assert (row.requester_name, row.approver_name) == ("Rita Roe", "Bob Buyer")
    assert row.total == Money(51000, "EUR")
    assert str(row.reason.sentence()) == (
        "Rita may not place orders alone, so an admin or a buyer must approve."
    )


def cursor(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.parametrize(
    "broken",
    [
        "x",
        cursor("a"),
        cursor("not a moment", "id"),
        cursor(NOW.isoformat(), 7),
        cursor(NOW.isoformat(), "nul\0"),
        cursor(NOW.isoformat(), "\ud800"),
        cursor("0001-01-01T00:00:00+14:00", "id"),
        cursor("9999-12-31T23:59:59-14:00", "id"),
    ],
)
def test_a_broken_cursor_is_refused_in_words(desk: Desk, broken: str) -> None:
    with desk.database.reading() as session, pytest.raises(Invalid) as refused:
        listing.listing(session, BOB, Side.APPROVER, Box.TURN, cursor=broken)
    assert refused.value.code == "bad_cursor"


@pytest.mark.parametrize("moment", [datetime.min, datetime.max, NOW])
def test_a_cursor_at_the_end_of_time_is_only_an_empty_or_a_full_page(
    desk: Desk, moment: datetime
) -> None:
    desk.ask()
    with desk.database.reading() as session:
        for box in Box:
            at = cursor(moment.isoformat(), "' OR 1=1 --")
            assert len(listing.listing(session, BOB, Side.APPROVER, box, cursor=at).items) <= 1
