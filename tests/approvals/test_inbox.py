"""The inbox as a page: narrowed, searched, and told what to do next."""

from datetime import timedelta

import pytest

from tests.support.app import HTMX, As
from tests.support.cast import RITA, Desk, cart
from webapp.kernel.clock import utcnow

DRILL = "Cordless drill 18 V"


@pytest.fixture
def request_id(desk: Desk) -> str:
    """Rita's request to Bob, just made."""
    return desk.ask(now=utcnow())


def test_what_is_looked_for_stands_in_the_address_and_on_the_page(as_: As, request_id: str) -> None:
    page = as_("bob").get("/inbox?q=drill&low=100&box=turn").text
    assert "One request matches" in page
    assert f"/approvals/{request_id}" in page
    assert 'value="drill"' in page
    assert "from 100.00 EUR" in page
    assert 'href="/inbox?box=turn&amp;low=100"' in page, "each filter can be taken away"
    assert 'href="/inbox?box=waiting&amp;q=drill&amp;low=100"' in page, "tabs keep them"


def test_nothing_found_is_told_apart_from_nothing_left(as_: As, request_id: str) -> None:
    bob = as_("bob")
    page = bob.get("/inbox?q=olive").text
    assert "Nothing that waits for you matches what you look for." in page
    assert 'href="/inbox?box=all&amp;q=olive"' in page
    assert "One request waits for you" in page
    assert "Everything that was asked of you is decided." not in page
    assert "Everything that was asked of you is decided." in as_("ben").get("/inbox").text


def test_what_is_no_amount_and_no_date_is_said_beside_it(as_: As, request_id: str) -> None:
    page = as_("bob").get("/inbox?low=many&since=never").text
    assert "“many” is not a number" in page
    assert "“never” is no date." in page
    assert f"/approvals/{request_id}" in page


def test_a_changed_filter_brings_the_list_and_the_address(as_: As, request_id: str) -> None:
    answer = as_("bob").get("/inbox?box=turn&q=&low=100&status=", headers=HTMX)
    assert answer.headers["HX-Push-Url"] == "/inbox?box=turn&low=100"
    assert answer.text.lstrip().startswith('<section id="inbox-list"')
    assert 'id="inbox-tabs"' in answer.text
    assert "<h1" not in answer.text


def test_paging_keeps_what_is_looked_for(as_: As, desk: Desk) -> None:
    from tests.approvals.test_listing import copies

    copies(desk, 25)
    page = as_("bob").get("/inbox?low=100").text
    assert "/inbox?box=turn&amp;low=100&amp;after=" in page


def test_an_answer_and_a_change_are_news(as_: As, desk: Desk, request_id: str) -> None:
    from tests.support.cast import BOB
    from webapp.approvals.domain import Action

    desk.say(BOB, request_id, Action.ASK, "Why?", now=utcnow())
    assert "Rita’s turn" in as_("bob").get("/inbox?box=all").text
    desk.say(RITA, request_id, Action.ANSWER, "Because.", now=utcnow())
    assert "Rita answered your question" in as_("bob").get("/inbox").text


def test_time_turns_amber_and_then_red(as_: As, desk: Desk) -> None:
    for cart_id, left in (("c500-rita", timedelta(hours=5)), ("c1000-rita", timedelta(hours=40))):
        desk.ask(what=cart(cart_id), now=utcnow() - timedelta(days=30) + left)
    page = as_("bob").get("/inbox").text
    assert "status-hours" in page
    assert "status-soon" in page


def test_own_requests_are_narrowed_the_same_way(as_: As, request_id: str) -> None:
    rita = as_("rita")
    page = rita.get("/requests?q=drill").text
    assert DRILL in page
    assert "One request matches" in page
    page = rita.get("/requests?person=ada").text
    assert DRILL not in page
    assert "Nothing that is open matches what you look for." in page
    answer = rita.get("/requests?q=drill&low=", headers=HTMX)
    assert answer.headers["HX-Push-Url"] == "/requests?box=open&q=drill"


@pytest.mark.parametrize("path", ["/inbox", "/requests"])
@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=%ed%a0%80", "low=NaN", "high=1e999", "since=99999-01-01", "person=%00",
     "currency=XXX&low=5", "currency=%00&low=5", "status=GONE", "site=" + "x" * 5000,
     "low=-5", "until=9999-12-31", "q=" + "a+" * 300, "q=" + "%5C" * 80],
)  # fmt: skip
def test_odd_filters_are_no_accident(as_: As, request_id: str, path: str, query: str) -> None:
    assert as_("bob").get(f"{path}?{query}").status_code == 200
