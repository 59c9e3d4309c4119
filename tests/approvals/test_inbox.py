"""The inbox as a page: narrowed, searched, and told what to do next."""

from datetime import timedelta

import pytest

from tests.approvals.test_listing import copies
from tests.support.app import HTMX, As
from tests.support.cast import BOB, RITA, WINDOW, Desk, cart, details
from webapp.approvals.domain import Action
from webapp.kernel.clock import utcnow
from webapp.orders.terms import Terms

DRILL = "Cordless drill 18 V"
EXPRESS = {**details()["shipping"], "methodId": "express", "methodName": "Express", "amount": 24.9}


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
    copies(desk, 25)
    page = as_("bob").get("/inbox?low=100").text
    assert "/inbox?box=turn&amp;low=100&amp;after=" in page


def test_an_answer_and_a_change_are_news(as_: As, desk: Desk, request_id: str) -> None:
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


def press(step: str, note: str = "", revision: int = 1, **more: str) -> dict[str, str]:
    return {"step": step, "note": note, "revision": str(revision), **more}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_row_opens_in_its_place(as_: As, request_id: str, headers: dict[str, str]) -> None:
    page = as_("bob").get(f"/inbox?open={request_id}&revision=1", headers=headers).text
    assert 'id="open-row"' in page
    assert DRILL in page
    assert "Approve 510.00 EUR" in page
    assert "You decide on revision 1." in page


@pytest.mark.parametrize("who", ["ada", "rob", "olga", "carl", "rita"])
def test_a_row_of_somebody_else_does_not_exist(as_: As, request_id: str, who: str) -> None:
    client = as_(who)
    assert client.get(f"/inbox?open={request_id}").status_code == 404
    for place in ("decision", "questions", "comments"):
        answer = client.post(f"/inbox/{request_id}/{place}", data=press("approved", "no"))
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("a", "510.00 EUR</span> for Rita Roe?"),
        ("d", "Why do you decline?"),
        ("q", "What do you want to know?"),
        ("c", "Comment for Rita"),
        ("z", "You decide on revision 1."),
    ],
)
def test_a_letter_opens_the_row_one_press_further(
    as_: As, desk: Desk, request_id: str, *, key: str, words: str
) -> None:
    page = as_("bob").get(f"/inbox?open={request_id}&key={key}&revision=1", headers=HTMX).text
    assert words in page
    assert desk.approval(request_id).status == "PENDING"


def test_a_decided_row_leaves_and_the_next_one_has_the_focus(as_: As, desk: Desk) -> None:
    first = desk.ask(now=utcnow() - timedelta(hours=2))
    second = desk.ask(what=cart("c1000-rita"), now=utcnow() - timedelta(hours=1))
    bob = as_("bob")
    answer = bob.post(
        f"/inbox/{first}/decision?box=turn",
        data=press("order", "fine", next=second),
        headers=HTMX,
    )
    assert desk.approval(first).order_id
    assert "You approved 510.00 EUR for Rita" in answer.headers["HX-Trigger"]
    assert f'id="request-{first}"' not in answer.text
    link = answer.text.split(f'id="request-{second}-name"')[1].split(">")[0]
    assert "data-focus" in link
    assert "One request waits for you" in answer.text
    answer = bob.post(f"/inbox/{second}/decision", data=press("declined", "no"), headers=HTMX)
    assert "Everything that was asked of you is decided." in answer.text


def test_without_htmx_the_list_comes_again_as_it_was_narrowed(
    as_: As, desk: Desk, request_id: str
) -> None:
    answer = as_("bob").post(
        f"/inbox/{request_id}/questions?box=turn&q=drill", data=press("asked", "Why?")
    )
    assert (answer.status_code, answer.location) == (303, "/inbox?box=turn&q=drill")
    assert desk.approval(request_id).turn == "REQUESTER"
    assert desk.told(request_id)[-1] == ("asked", "rita")


def test_a_comment_leaves_the_row_where_it_is(as_: As, desk: Desk, request_id: str) -> None:
    answer = as_("bob").post(
        f"/inbox/{request_id}/comments", data=press("asked", "Soon."), headers=HTMX
    )
    assert "Your comment is sent to Rita." in answer.headers["HX-Trigger"]
    assert f'id="request-{request_id}"' in answer.text
    assert "HX-Reswap" not in answer.headers
    assert desk.actions(request_id)[-1] == "COMMENT"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_row_that_changed_shows_what_and_keeps_the_words(
    as_: As, desk: Desk, request_id: str, headers: dict[str, str]
) -> None:
    desk.change(
        RITA,
        request_id,
        Terms(details=details(shipping=EXPRESS), delivery_window=WINDOW),
        now=utcnow(),
    )
    bob = as_("bob")
    url = f"/inbox/{request_id}/decision"
    answer = bob.post(url, data=press("order", "my words"), headers=headers)
    assert answer.status_code == 409
    assert "Rita Roe changed this after you opened it." in answer.text
    assert "my words" in answer.text
    assert desk.approval(request_id).status == "PENDING"
    opened = bob.get(f"/inbox?open={request_id}&revision=1&key=a", headers=headers)
    assert "Rita Roe changed this after you opened it." in opened.text
    answer = bob.post(url, data=press("seen", "my words", 2), headers=headers)
    assert "You decide on revision 2." in answer.text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_row_that_somebody_decided_says_how_it_stands(
    as_: As, desk: Desk, request_id: str, headers: dict[str, str]
) -> None:
    desk.withdraw(request_id, now=utcnow())
    answer = as_("bob").post(
        f"/inbox/{request_id}/decision", data=press("declined", "my words"), headers=headers
    )
    assert answer.status_code == 409
    assert "my words" in answer.text
    assert "withdr" in answer.text


@pytest.mark.parametrize(
    ("place", "step", "note"),
    [
        ("decision", "declined", " "),
        ("questions", "asked", ""),
        ("comments", "asked", ""),
        ("decision", "order", "x" * 4001),
        ("decision", "order", "nul\0"),
        ("decision", "nonsense", ""),
    ],
)
def test_a_press_without_its_words_is_refused_in_the_row(
    as_: As, desk: Desk, request_id: str, *, place: str, step: str, note: str
) -> None:
    answer = as_("bob").post(f"/inbox/{request_id}/{place}", data=press(step, note), headers=HTMX)
    assert answer.status_code == 422
    assert 'id="open-row"' in answer.text
    assert desk.actions(request_id) == ["SUBMIT"]
