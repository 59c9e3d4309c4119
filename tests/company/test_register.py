"""All requests of a company as its admins look them up."""

import re
from html import unescape

import pytest

from tests.company.test_views import words
from tests.support.app import As, statements
from tests.support.cast import ADA, ALAN, BOB, LATER, NOW, OLGA, RITA, ROB, Desk, cart
from webapp.approvals.register import Search, read_search, register
from webapp.identity.domain import Actor


def found(desk: Desk, actor: Actor = ADA, /, **search: str) -> list[str]:
    with desk.database.reading() as session:
        return [one.id for one in register(session, actor, read_search(search)).items]


@pytest.fixture
def asked(desk: Desk) -> dict[str, str]:
    """Rita asked Bob and was approved; Rob asks Alan, later."""
    first = desk.ask(RITA, now=NOW)
    desk.approve(first)
    return {"rita": first, "rob": desk.ask(ROB, cart("c500-rob", ALAN), now=LATER)}


def test_an_admin_sees_all_requests_newest_first_and_nobody_else_any(
    desk: Desk, asked: dict[str, str]
) -> None:
    assert found(desk) == [asked["rob"], asked["rita"]]
    assert found(desk, BOB) == []
    assert found(desk, OLGA) == []


@pytest.mark.parametrize(
    ("search", "who"),
    [
        ({"status": "APPROVED"}, ["rita"]),
        ({"status": "PENDING"}, ["rob"]),
        ({"status": "NONSENSE"}, ["rob", "rita"]),
        ({"requester": "rob"}, ["rob"]),
        ({"approver": "bob"}, ["rita"]),
        ({"approver": "nobody"}, []),
        ({"q": "REED"}, ["rob"]),
        ({"q": "alan rob"}, ["rob"]),
        ({"q": "alan rita"}, []),
        ({"q": "dr-18v", "status": "APPROVED"}, ["rita"]),
        ({"q": "please"}, []),
        ({"q": "100%"}, []),
        ({"q": "x\x00\ud800"}, []),
        ({"q": "9" * 300}, []),
    ],
)
def test_it_is_narrowed_by_state_people_and_words(
    desk: Desk, asked: dict[str, str], search: dict[str, str], who: list[str]
) -> None:
    assert found(desk, **search) == [asked[name] for name in who]


def test_a_request_is_found_by_its_number(desk: Desk, asked: dict[str, str]) -> None:
    number = desk.approval(asked["rob"]).number
    assert found(desk, q=str(number)) == found(desk, q=f"#{number}") == [asked["rob"]]


def test_the_next_page_goes_on_where_the_last_one_ended(desk: Desk, asked: dict[str, str]) -> None:
    with desk.database.reading() as session:
        page = register(session, ADA, Search(), size=1)
        rest = register(session, ADA, Search(), size=1, cursor=page.next_cursor)
    assert [one.id for one in [*page.items, *rest.items]] == [asked["rob"], asked["rita"]]
    assert rest.next_cursor is None


@pytest.mark.usefixtures("asked")
def test_the_page_says_what_it_is_narrowed_to(as_: As) -> None:
    ada = as_("ada")
    page = ada.get("/company?view=requests&status=APPROVED&approver=bob&q=rita")
    assert "Only “rita”, Approved, decided by Bob Buyer." in words(page)
    assert "Rita Roe" in words(page)
    assert re.search(r'<option value="bob" selected>Bob Buyer</option>', page.text)
    nothing = words(ada.get("/company?view=requests&requester=gone"))
    assert "No request of this company matches what you look for." in nothing
    assert "asked by somebody who is not here any more" in nothing


@pytest.mark.usefixtures("asked")
def test_further_pages_keep_what_was_looked_for(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "webapp.approvals.register.register.__kwdefaults__", {"cursor": None, "size": 1}
    )
    page = as_("ada").get("/company?view=requests&q=roe+or").text
    assert "Show more" not in page
    page = as_("ada").get("/company?view=requests&q=18V").text
    link = re.search(r'href="([^"]*after=[^"]*)"', page)
    assert link is not None
    assert "q=18V" in unescape(link.group(1))


def test_a_company_in_which_nobody_asked_says_so(as_: As) -> None:
    page = words(as_("olga").get("/company?view=requests"))
    assert "Nobody of this company has asked for anything yet." in page


def test_a_longer_list_needs_no_more_queries(as_: As, desk: Desk) -> None:
    ada = as_("ada")
    desk.ask(RITA)
    with statements(ada.application) as few:
        ada.get("/company?view=requests")
    desk.ask(ROB, cart("c500-rob"))
    with statements(ada.application) as more:
        ada.get("/company?view=requests")
    assert len(more.seen) == len(few.seen)
