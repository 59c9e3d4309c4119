"""The story as the desk tells it afterwards, on both databases."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import text

from tests.demo.conftest import Told
from tests.support.app import sign_in
from webapp.approvals import listing
from webapp.approvals.domain import Status
from webapp.approvals.queries import Box, Side
from webapp.carts import queries as carts
from webapp.demo import cast
from webapp.demo.past import FINISHED
from webapp.demo.present import INVENTED, PENDING
from webapp.ledger import service as ledger
from webapp.ledger.service import Head


def test_there_are_requests_in_every_state(told: Told) -> None:
    states = Counter(row[0] for row in _rows(told, "SELECT status FROM approvals"))
    assert set(states) == set(Status)
    assert states[Status.PENDING] == len(PENDING)
    assert states.total() == len(FINISHED) + len(PENDING) >= 40
    assert states[Status.DECLINED] >= 5
    assert states[Status.CLOSED] >= 2
    assert states[Status.EXPIRED] >= 2
    assert told.requests.keys() == {request.key for request in INVENTED.requests}


def test_seven_requests_wait_for_ada_one_for_hours_and_one_until_tomorrow(told: Told) -> None:
    with told.database.reading() as session:
        ada = cast.actor(session, "ada", "logistik")
        waiting = listing.listing(session, ada, Side.APPROVER, Box.TURN).items
        asked = listing.listing(session, ada, Side.APPROVER, Box.WAITING).items
    left = [row.expires_at - told.now for row in waiting]
    assert len(waiting) == 7
    assert timedelta(hours=5) < left[0] < timedelta(hours=6)
    assert timedelta(days=1) < left[1] < timedelta(days=2)
    assert all(length > timedelta(days=2) for length in left[2:])
    assert len(asked) == 3


def test_one_person_is_away_and_another_decides_for_them(told: Told) -> None:
    ada = sign_in(told.app, "ada", "logistik", tenant_id=cast.TENANT)
    inbox = ada.get("/inbox").text
    assert inbox.count("for Claus Meyer") == 1
    page = ada.get(f"/approvals/{told.requests['p06']}").text
    assert "You decide for Claus Meyer, who is away until" in page
    decided = ada.get(f"/approvals/{told.requests['r36']}").text
    assert "Ada Lindqvist, for Claus Meyer" in decided
    waits = ada.get("/company?view=waiting").text
    assert "represented by Ada Lindqvist" in waits


def test_there_is_one_of_everything_that_can_be_shown(told: Told) -> None:
    ada = sign_in(told.app, "ada", "logistik", tenant_id=cast.TENANT)
    handed_over = ada.get(f"/company/requests/{told.requests['r35']}").text
    assert "handed the request over from Bob Harms to Claus Meyer" in handed_over
    assert "has not signed in yet" in ada.get("/company").text
    request = ada.get(f"/approvals/{told.requests['p11']}").text
    assert "Does the charger of truck 2 not fit this one?" in request
    [file] = _rows(told, "SELECT id FROM attachments")
    paper = ada.get(f"/approvals/{told.requests['p11']}/attachments/{file[0]}")
    assert paper.data.startswith(b"%PDF-1.4")
    assert paper.data.rstrip().endswith(b"%%EOF")
    assert (
        "changed this since you last looked" in ada.get(f"/approvals/{told.requests['p10']}").text
    )
    ines = sign_in(told.app, "ines", "logistik", tenant_id=cast.TENANT)
    [again] = _rows(told, "SELECT id FROM carts WHERE resubmits_id IS NOT NULL AND status = 'OPEN'")
    assert "Please come back with the floor plan." in ines.get(f"/carts/{again[0]}/edit").text


def test_one_question_waits_for_rita(told: Told) -> None:
    with told.database.reading() as session:
        rita = cast.actor(session, "rita", "logistik")
        [question] = listing.listing(session, rita, Side.REQUESTER, Box.TURN).items
    assert question.id == told.requests["p14"]
    assert question.approver_first_name == "Ada"


def test_rita_has_a_cart_over_the_limit_and_bob_one_below_it(told: Told) -> None:
    from webapp.checkout import queries as checkout

    with told.database.reading() as session:
        rita = cast.actor(session, "rita", "logistik")
        cart = carts.get(session, rita, "b01")
        assert cart.totals.gross.amount > 1000
        assert not checkout.verdict(session, rita, cart.resource)
        bob = cast.actor(session, "bob", "logistik")
        assert checkout.verdict(session, bob, carts.get(session, bob, "b03").resource)
        assert not checkout.verdict(session, bob, carts.get(session, bob, "b04").resource)


def test_there_are_quotes_to_order_submitted_and_accepted(told: Told) -> None:
    states = {row[0] for row in _rows(told, "SELECT status FROM quotes")}
    assert {"OPEN", "ACCEPTED", "EXPIRED", "AWAITING"} <= states
    [row] = _rows(told, "SELECT status FROM approvals WHERE resource_type = 'QUOTE'", pending=True)
    assert row[0] == Status.PENDING


def test_orders_were_placed_by_approval_and_alone(told: Told) -> None:
    rows = _rows(told, "SELECT approval_id FROM orders")
    assert len([row for row in rows if row[0]]) >= 20
    assert len([row for row in rows if not row[0]]) >= 3


def test_every_declined_request_says_why(told: Told) -> None:
    reasons = _rows(told, "SELECT approver_comment FROM approvals WHERE status = 'DECLINED'")
    assert all(row[0] for row in reasons)


def test_the_history_of_every_request_is_whole(told: Told) -> None:
    rows = _rows(told, "SELECT id, ledger_length, ledger_head FROM approvals")
    assert len(rows) == len(INVENTED.requests)
    with told.database.reading() as session:
        for stream_id, length, end in rows:
            head = Head(tenant_id=cast.TENANT, stream_id=stream_id, length=int(length), hash=end)
            assert ledger.verify(session, head) is None


def test_every_mail_was_delivered_when_it_was_written(told: Told) -> None:
    assert _rows(told, "SELECT id FROM outbox_messages WHERE status <> 'SENT'") == []
    messages = _rows(told, "SELECT id FROM outbox_messages")
    mails = _rows(told, "SELECT id FROM mailbox_mails")
    assert len(mails) == len(messages) > 80
    late = "SELECT id FROM mailbox_mails WHERE sent_at > :now"
    with told.database.reading() as session:
        assert session.execute(text(late), {"now": told.now}).all() == []


def test_pages_show_the_story(told: Told) -> None:
    ada = sign_in(told.app, "ada", "logistik", tenant_id=cast.TENANT)
    inbox = ada.get("/inbox")
    assert "Rita Brandt" in inbox.text
    request = ada.get(f"/approvals/{told.requests['p03']}")
    assert "Four, the line uses one a week." in request.text


def _rows(told: Told, query: str, *, pending: bool = False) -> list[tuple[str, ...]]:
    if pending:
        query += " AND status = 'PENDING'"
    with told.database.reading() as session:
        return [tuple(row) for row in session.execute(text(query))]
