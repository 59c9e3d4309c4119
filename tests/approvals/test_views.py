"""The pages of requests, as plain forms and as htmx sends them."""

from datetime import timedelta

import pytest

from tests.approvals.test_listing import copies
from tests.support.app import HTMX, As
from tests.support.cast import ADA, BEN, BOB, RITA, WINDOW, Desk, cart, details, quote
from webapp.approvals.domain import Action, Status
from webapp.carts.domain import ResourceType
from webapp.checkout.service import order_alone
from webapp.kernel.clock import utcnow
from webapp.orders.terms import Terms

EXPRESS = {**details()["shipping"], "methodId": "express", "methodName": "Express", "amount": 24.9}


@pytest.fixture
def request_id(desk: Desk) -> str:
    """Rita's request to Bob, just made."""
    return desk.ask(now=utcnow())


def chosen(**changes: str) -> dict[str, str]:
    """The form of delivery and payment with everything left as it is, but for the changes."""
    kept = ("shipping_address", "billing_address", "shipping_method", "payment_method", "window")
    return {"revision": "1", "day": "", **dict.fromkeys(kept, ""), **changes}


def decision(step: str, note: str = "", revision: int = 1) -> dict[str, str]:
    return {"step": step, "note": note, "revision": str(revision)}


def test_the_inbox_says_who_asks_why_for_how_much_and_until_when(as_: As, request_id: str) -> None:
    page = as_("bob").get("/inbox").text
    assert "One request waits for you" in page
    assert "Rita Roe" in page
    assert "Cordless drill 18 V, Bit set, 40 pieces" in page
    assert "Rita may not place orders alone, so an admin or a buyer must approve." in page
    assert '<span class="money-amount">510.00</span>' in page
    assert f"/approvals/{request_id}" in page
    assert "Expires in 29 days" in page


def test_an_inbox_without_requests_says_that_all_is_done(as_: As) -> None:
    page = as_("bob").get("/inbox").text
    assert "Nothing waits for you" in page
    assert "Everything that was asked of you is decided." in page


def test_the_page_tells_the_story_to_both_sides(as_: As, request_id: str) -> None:
    bob = as_("bob").get(f"/approvals/{request_id}").text
    assert "Rita Roe asks for" in bob
    assert "500.00 EUR of it counts against the limit" in bob
    rita = as_("rita").get(f"/approvals/{request_id}").text
    assert "You ask for" in rita
    assert "You may not place orders alone" in rita
    assert "Bob Buyer’s turn" in rita
    for words in (
        "510.00 EUR",
        "DR-18V",
        "166.67",
        "20%",
        "Hafenweg 7",
        "Invoice, 30 days",
        "please",
    ):
        assert words in bob
        assert words in rita


@pytest.mark.parametrize("who", ["ada", "rob", "olga", "carl"])
def test_for_everybody_else_there_is_no_such_page(as_: As, request_id: str, who: str) -> None:
    client = as_(who)
    assert client.get(f"/approvals/{request_id}").status_code == 404
    assert client.post(f"/approvals/{request_id}/decision", data=decision("order")).status_code in (
        403,
        404,
    )


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("approve", "510.00 EUR</span> for Rita Roe?"),
        ("decline", "Why do you decline?"),
        ("ask", "What do you want to know?"),
    ],
)
def test_the_first_press_only_asks_to_confirm(
    desk: Desk, as_: As, request_id: str, *, step: str, words: str
) -> None:
    bob = as_("bob")
    for headers in ({}, HTMX):
        reply = bob.post(
            f"/approvals/{request_id}/decision",
            data=decision(step, "my words"),
            headers=headers,
        )
        assert reply.status_code == 200
        assert words in reply.text
        assert "my words" in reply.text
    assert desk.approval(request_id).version == 1


def test_the_second_press_approves_and_places_the_order(
    desk: Desk, as_: As, request_id: str
) -> None:
    bob = as_("bob")
    reply = bob.post(
        f"/approvals/{request_id}/decision", data=decision("order", "fine"), follow_redirects=True
    )
    row = desk.approval(request_id)
    assert (row.status, row.decided_by_id, row.approver_comment) == (Status.APPROVED, "bob", "fine")
    assert row.order_id is not None
    assert (
        f"You approved 510.00 EUR for Rita, and the order {row.order_id} is placed." in reply.text
    )
    assert bob.get(f"/orders/{row.order_id}").status_code == 200
    assert as_("rita").get(f"/orders/{row.order_id}").status_code == 200


def test_htmx_gets_the_request_the_counters_and_the_words_for_the_status_line(
    as_: As, request_id: str
) -> None:
    reply = as_("bob").post(
        f"/approvals/{request_id}/decision", data=decision("approved"), headers=HTMX
    )
    assert reply.headers["HX-Retarget"] == "#request"
    assert "You approved 510.00 EUR for Rita." in reply.headers["HX-Trigger"]
    assert '<span class="count" id="count-inbox" hx-swap-oob="true"></span>' in reply.text
    assert "<html" not in reply.text


def test_after_approve_only_either_side_places_the_order_once(
    desk: Desk, as_: As, request_id: str
) -> None:
    as_("bob").post(f"/approvals/{request_id}/decision", data=decision("approved"))
    rita = as_("rita")
    assert "Place the order for 510.00 EUR" in rita.get(f"/approvals/{request_id}").text
    assert rita.post(f"/approvals/{request_id}/order").status_code == 303
    again = as_("bob").post(f"/approvals/{request_id}/order")
    assert again.status_code == 409
    assert str(desk.approval(request_id).order_id) in again.text
    assert len(desk.orders()) == 1


def test_declining_needs_a_reason_and_keeps_what_was_typed(
    desk: Desk, as_: As, request_id: str
) -> None:
    bob = as_("bob")
    reply = bob.post(f"/approvals/{request_id}/decision", data=decision("declined", "  "))
    assert reply.status_code == 422
    assert "Say why, so that Rita can act on it." in reply.text
    assert desk.approval(request_id).status == Status.PENDING
    bob.post(f"/approvals/{request_id}/decision", data=decision("declined", "Too many drills."))
    assert desk.approval(request_id).status == Status.DECLINED
    page = as_("rita").get(f"/approvals/{request_id}").text
    assert "Too many drills." in page
    assert "Edit and resubmit" in page


def test_a_question_passes_the_turn_and_the_answer_passes_it_back(
    desk: Desk, as_: As, request_id: str
) -> None:
    bob, rita = as_("bob"), as_("rita")
    bob.post(f"/approvals/{request_id}/questions", data=decision("asked", "What for?"))
    assert "It is Rita’s turn" in bob.get(f"/approvals/{request_id}").text
    listed = rita.get("/requests").text
    assert "One question waits for your answer" in listed
    assert "What for?" in listed
    rita.post(f"/approvals/{request_id}/answers", data={"text": "For the new team."})
    page = bob.get(f"/approvals/{request_id}").text
    assert "It is your turn" in page
    assert "For the new team." in page
    assert desk.actions(request_id) == [Action.SUBMIT, Action.ASK, Action.ANSWER]


@pytest.mark.parametrize(("path", "step"), [("decision", "declined"), ("questions", "asked")])
def test_words_that_are_too_long_are_refused_and_kept(
    desk: Desk, as_: As, request_id: str, *, path: str, step: str
) -> None:
    words = "many drills " * 500
    reply = as_("bob").post(f"/approvals/{request_id}/{path}", data=decision(step, words))
    assert reply.status_code == 422
    assert words.strip() in reply.text
    assert desk.approval(request_id).version == 1


def test_a_question_can_be_thought_better_of(desk: Desk, as_: As, request_id: str) -> None:
    reply = as_("bob").post(f"/approvals/{request_id}/questions", data=decision("ready", "Why?"))
    assert reply.status_code == 200
    assert "Approve" in reply.text
    assert desk.actions(request_id) == [Action.SUBMIT]


def test_an_empty_question_is_refused(desk: Desk, as_: As, request_id: str) -> None:
    reply = as_("bob").post(f"/approvals/{request_id}/questions", data=decision("asked", " "))
    assert reply.status_code == 422
    assert "Write a few words first." in reply.text
    assert desk.approval(request_id).version == 1


def test_a_comment_is_shown_to_both_and_an_empty_one_refused(
    desk: Desk, as_: As, request_id: str
) -> None:
    bob = as_("bob")
    url = f"/approvals/{request_id}/comments"
    assert bob.post(url, data={"text": ""}).status_code == 422
    assert bob.post(url, data={"text": "a" * 4001}).status_code == 422
    assert (
        bob.post(url, data={"text": "Looks <b>good</b>, see https://example.org"}).status_code
        == 303
    )
    page = as_("rita").get(f"/approvals/{request_id}").text
    assert "Looks &lt;b&gt;good&lt;/b&gt;" in page
    assert 'href="https://example.org"' in page
    assert desk.approval(request_id).revision == 1


def test_a_decision_on_another_revision_shows_what_changed_and_loses_no_text(
    desk: Desk, as_: As, request_id: str
) -> None:
    desk.change(
        RITA,
        request_id,
        Terms(details=details(shipping=EXPRESS), delivery_window=None),
        now=utcnow(),
    )
    bob = as_("bob")
    url = f"/approvals/{request_id}/decision"
    stale = bob.post(url, data=decision("order", "Fine for the team."))
    assert stale.status_code == 409
    for words in (
        "changed this after you opened it",
        "Fine for the team.",
        "24.90 EUR",
        "10.00 EUR",
    ):
        assert words in stale.text
    assert desk.approval(request_id).status == Status.PENDING
    seen = bob.post(url, data=decision("seen", "Fine for the team.", revision=2))
    assert "Fine for the team." in seen.text
    assert "Approve 524.90 EUR" in seen.text
    assert bob.post(url, data=decision("order", revision=2)).status_code == 303


@pytest.mark.parametrize(
    ("step", "revision"), [("approve", 1), ("order", 1), ("seen", 2)], ids=["first", "last", "seen"]
)
def test_beside_the_panel_nothing_stands_that_is_no_longer_true(
    desk: Desk, as_: As, request_id: str, *, step: str, revision: int
) -> None:
    terms = Terms(details=details(shipping=EXPRESS), delivery_window=None)
    desk.change(RITA, request_id, terms, now=utcnow())
    reply = as_("bob").post(
        f"/approvals/{request_id}/decision", data=decision(step, revision=revision), headers=HTMX
    )
    assert reply.headers["HX-Retarget"] == "#request"
    assert "Rita Roe asks for" in reply.text
    assert "Express" in reply.text


def test_a_step_that_changes_nothing_draws_the_panel_only(as_: As, request_id: str) -> None:
    reply = as_("bob").post(
        f"/approvals/{request_id}/decision", data=decision("approve"), headers=HTMX
    )
    assert "HX-Retarget" not in reply.headers
    assert "Rita Roe asks for" not in reply.text


def test_a_comment_makes_no_page_stale(desk: Desk, as_: As, request_id: str) -> None:
    desk.say(RITA, request_id, Action.COMMENT, "By the way", now=utcnow())
    reply = as_("bob").post(f"/approvals/{request_id}/decision", data=decision("approved"))
    assert reply.status_code == 303


def test_the_second_window_sees_who_decided_and_keeps_its_words(
    desk: Desk, as_: As, request_id: str
) -> None:
    as_("bob").post(f"/approvals/{request_id}/decision", data=decision("approved"))
    late = as_("bob").post(f"/approvals/{request_id}/decision", data=decision("declined", "No!"))
    assert late.status_code == 409
    assert "Bob Buyer has approved this request." in late.text
    assert "No!" in late.text
    assert desk.actions(request_id).count(Action.DECLINE) == 0


def test_who_lost_the_right_to_decide_is_told_why(desk: Desk, as_: As, request_id: str) -> None:
    desk.sql("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE person_id = 'bob'")
    bob = as_("bob")
    page = bob.get(f"/approvals/{request_id}").text
    assert "You can no longer decide this one" in page
    assert "only admins and buyers of Hafen Logistik GmbH may" in page
    refused = bob.post(f"/approvals/{request_id}/decision", data=decision("order", "typed"))
    assert refused.status_code == 403
    assert "typed" in refused.text
    assert "Needs an approver" in as_("rita").get(f"/approvals/{request_id}").text


def test_withdrawing_takes_two_presses(desk: Desk, as_: As, request_id: str) -> None:
    rita = as_("rita")
    url = f"/approvals/{request_id}/withdrawal"
    assert "Withdraw this request?" in rita.post(url, data={"step": "withdraw"}).text
    assert desk.approval(request_id).status == Status.PENDING
    assert rita.post(url, data={"step": "withdrawn"}).status_code == 303
    assert desk.approval(request_id).status == Status.CLOSED
    assert "Rita Roe has withdrawn this request." in as_("bob").post(
        f"/approvals/{request_id}/decision", data=decision("order")
    ).get_data(as_text=True)


def test_resubmitting_leads_to_a_cart_with_the_same_goods(
    desk: Desk, as_: As, request_id: str
) -> None:
    desk.decline(request_id)
    rita = as_("rita")
    made = rita.post(f"/approvals/{request_id}/resubmission")
    assert made.status_code == 303
    assert "Cordless drill 18 V" in rita.get(made.headers["Location"]).text
    assert (
        rita.post(f"/approvals/{request_id}/resubmission").headers["Location"]
        == (made.headers["Location"])
    )
    assert "See the new cart" in rita.get("/requests?box=decided").text


def test_both_sides_change_delivery_and_the_other_one_reads_it(
    desk: Desk, as_: As, request_id: str
) -> None:
    rita = as_("rita")
    url = f"/approvals/{request_id}/details"
    assert "As it is" in rita.get(url).text
    form = chosen(shipping_method="zone-de/express")
    assert rita.post(url, data=form).status_code == 303
    row = desk.approval(request_id)
    assert (row.revision, row.total_minor) == (2, 52490)
    page = as_("bob").get(f"/approvals/{request_id}").text
    assert "changed how it is delivered or paid; this is revision 2" in page
    stale = as_("bob").post(url, data=form)
    assert stale.status_code == 409
    assert "changed while you were reading it" in stale.text


def test_a_delivery_window_needs_a_day_on_which_it_is_offered(as_: As, request_id: str) -> None:
    rita = as_("rita")
    url = f"/approvals/{request_id}/details"
    sunday = utcnow().date()
    sunday += timedelta(days=7 + (6 - sunday.weekday()))
    for day, words in (
        ("", "Choose a day for this delivery window."),
        (sunday.isoformat(), "This delivery window is not offered on that day of the week."),
        ("2020-01-06", "Choose today or a later day."),
    ):
        reply = rita.post(url, data=chosen(window="dw-morning/08-12", day=day))
        assert reply.status_code == 422
        assert words in reply.text


def test_the_terms_of_a_quote_are_not_changed_here(desk: Desk, as_: As) -> None:
    made = desk.ask(what=quote("Q1"), now=utcnow())
    assert as_("rita").get(f"/approvals/{made}/details").status_code == 403
    assert "Change delivery or payment" not in as_("rita").get("/requests").text


def test_shipping_that_is_not_on_the_price_list_is_named(desk: Desk, as_: As) -> None:
    odd = {**details()["shipping"], "amount": 3.0}
    made = desk.ask(what=cart("c500-rita", details=details(shipping=odd)), now=utcnow())
    assert "not from the price list" in as_("bob").get(f"/approvals/{made}").text


def test_a_later_price_list_changes_no_request_and_no_order(desk: Desk, as_: As) -> None:
    made = desk.ask(what=cart("c500-rita", delivery_window=WINDOW), now=utcnow())
    terms = Terms(details=details(), delivery_window=WINDOW)
    alone = desk.run(order_alone, BEN, ResourceType.CART, "c500-ben", terms=terms, now=utcnow())
    desk.sql(
        "UPDATE sites SET shipping_methods = '[]', delivery_windows = '[]', payment_methods = '[]'"
    )
    request, order = as_("bob").get(f"/approvals/{made}").text, as_("ben").get(f"/orders/{alone}")
    desk.approve(made, place_order=True)
    [later] = [one.id for one in desk.orders() if one.id != alone]
    for page in (request, order.text, as_("bob").get(f"/orders/{later}").text):
        assert "8 to 12 o&#39;clock" in page
        assert "Invoice, 30 days" in page
        assert "not from the price list" not in page


def test_next_and_previous_lead_through_what_waits(desk: Desk, as_: As) -> None:
    first = desk.ask(what=cart("c1500-rita", ADA), now=utcnow() - timedelta(days=2))
    second = desk.ask(what=cart("c500-rita", ADA), now=utcnow())
    ada = as_("ada")
    assert f"/approvals/{second}" in ada.get(f"/approvals/{first}").text
    assert f"/approvals/{first}" in ada.get(f"/approvals/{second}").text


def test_lists_have_pages_and_refuse_a_broken_address(desk: Desk, as_: As) -> None:
    copies(desk, 20)
    bob = as_("bob")
    page = bob.get("/inbox").text
    assert "21 requests wait for you" in page
    address = page.split("after=")[1].split('"')[0]
    assert bob.get(f"/inbox?box=turn&after={address}").text.count("data-row") == 1
    assert bob.get("/inbox?after=nonsense").status_code == 422
    assert bob.get("/inbox?box=nonsense").status_code == 200


def test_whom_it_is_up_to_stands_on_both_sides(desk: Desk, as_: As, request_id: str) -> None:
    desk.say(BOB, request_id, Action.ASK, "Why?", now=utcnow())
    assert "with Rita" in as_("bob").get("/inbox?box=waiting").text
    assert "Your turn: answer a question" in as_("rita").get("/requests").text


def test_a_request_whose_time_is_over_cannot_be_decided_even_before_that_is_noted(
    desk: Desk, as_: As
) -> None:
    made = desk.ask(now=utcnow() - timedelta(days=31))
    bob = as_("bob")
    page = bob.get(f"/approvals/{made}").text
    assert "This request has expired without a decision." in page
    assert 'value="approve"' not in page
    reply = bob.post(f"/approvals/{made}/decision", data=decision("order", "typed"))
    assert reply.status_code == 409
    assert "typed" in reply.text
