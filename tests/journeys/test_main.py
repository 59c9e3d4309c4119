"""From a cart to an order: submitted, asked, answered, approved and placed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from tests.journeys.conftest import Sit
from tests.journeys.keyboard import KeyboardSeat
from tests.journeys.seat import Seat
from tests.support.desk import Desk
from webapp.approvals import queries
from webapp.orders.terms import Terms

pytestmark = pytest.mark.journey

WHY = "1,500.00 EUR is 500.00 over Hafen Logistik GmbH’s limit of 1,000.00, so "
TOTAL = "1,524.90 EUR"
NEED = "The team starts on Monday and the old ones are worn out."
QUESTION = "Do we need all four drills?"
ANSWER = "Three would do, but four come in one box."


@dataclass(frozen=True)
class Cast:
    """Who asks whom, and how they work their browsers."""

    requester: str
    first: str
    approver: str
    approver_first: str
    approver_name: str
    kind: type[Seat] = Seat


def test_a_cart_becomes_an_order(desk: Desk, sit: Sit) -> None:
    rita = Cast("rita", "Rita", "ada", "Ada", "Ada Admin")

    _from_cart_to_order(desk, sit, rita)


@pytest.mark.postgres
def test_a_cart_becomes_an_order_on_postgresql(postgres_desk: Desk, sit: Sit) -> None:
    rita = Cast("rita", "Rita", "ada", "Ada", "Ada Admin")

    _from_cart_to_order(postgres_desk, sit, rita)


def test_a_cart_becomes_an_order_without_javascript(desk: Desk, sit: Sit) -> None:
    rob = Cast("rob", "Rob", "ada", "Ada", "Ada Admin")

    _from_cart_to_order(desk, sit, rob, java_script_enabled=False)


def test_a_cart_becomes_an_order_with_the_keyboard_alone(desk: Desk, sit: Sit) -> None:
    rita = Cast("rita", "Rita", "alan", "Alan", "Alan Archer", KeyboardSeat)

    _from_cart_to_order(desk, sit, rita)


def _from_cart_to_order(desk: Desk, sit: Sit, cast: Cast, **options: Any) -> None:
    cart = desk.cart(cast.requester)
    requester = sit(desk, cast.requester, to=f"/carts/{cart}", kind=cast.kind, **options)
    _submit(requester, cast, **options)
    approval_id = requester.here
    chosen = _terms(desk, approval_id)

    approver = _arrives_by_mail(desk, sit, cast, approval_id, **options)
    _ask(approver, cast)
    _answer(desk, requester, cast, approval_id)
    _approve(approver, cast, approval_id)

    _order_is_right(desk, approver, approval_id, chosen)
    _requester_learns(desk, requester, cast, approval_id)


def _submit(requester: Seat, cast: Cast, *, java_script_enabled: bool = True) -> None:
    requester.reads(WHY + "you need an admin’s approval.")
    requester.follow("Ask for approval")
    requester.heading("Ask for approval")
    requester.date("Delivery date if you like", _monday())
    requester.pick("Delivery window", "8 to 12 o'clock")
    requester.pick("Ship", "Express, next working day, 24.90 EUR")
    requester.pick("Pay", "Invoice, 30 days")
    requester.choose(cast.approver_name)
    requester.write("What should they know? if you like", NEED)
    if not java_script_enabled:
        requester.press("Show the preview")
    preview = requester.page.get_by_role("region", name=f"What {cast.approver_first} will see")
    preview.get_by_text(f"asks for {TOTAL}").wait_for()
    preview.get_by_text(NEED).wait_for()
    requester.press("Ask for approval")
    requester.heading(f"You ask for {TOTAL}")
    requester.is_told(f"{cast.approver_first} is asked, and gets a mail.")
    requester.reads(WHY + "you need an admin’s approval.", NEED, f"{cast.approver_name}’s turn")


def _arrives_by_mail(desk: Desk, sit: Sit, cast: Cast, approval_id: str, **options: Any) -> Seat:
    about = f"/approvals/{approval_id}"
    mail = desk.mail(f"{cast.approver}@acme.example", about=about, subject=f"asks for {TOTAL}")
    assert WHY + "an admin must approve." in " ".join(mail.text.split())
    assert NEED in mail.text
    link = next(link for link in mail.links if link.endswith(about))
    approver: Seat = sit(desk, cast.approver, to=link, kind=cast.kind, **options)
    assert approver.path == about, "the way through the sign-in lost where the link led"
    return approver


def _ask(approver: Seat, cast: Cast) -> None:
    approver.reads(f"asks for {TOTAL}", WHY + "an admin must approve.", "Express", NEED)
    approver.press("Ask a question")
    approver.write(f"Your question to {cast.first}", QUESTION)
    approver.press("Send the question")
    approver.is_told(f"Your question is sent. It is {cast.first}’s turn now.")
    approver.reads(QUESTION, f"{cast.first}’s turn to answer")


def _answer(desk: Desk, requester: Seat, cast: Cast, approval_id: str) -> None:
    about = f"/approvals/{approval_id}"
    desk.mail(f"{cast.requester}@acme.example", about=about, subject="asks you about request")
    requester.open("/requests")
    requester.reads(QUESTION, "Your turn: answer a question")
    requester.open(about)
    requester.write(f"Your answer to {cast.approver_first}", ANSWER)
    requester.press("Answer")
    requester.is_told(f"Your answer is sent. It is {cast.approver_first}’s turn now.")
    requester.reads(ANSWER)


def _approve(approver: Seat, cast: Cast, approval_id: str) -> None:
    approver.open(f"/approvals/{approval_id}")
    approver.reads(ANSWER, "Your turn")
    approver.press(f"Approve {TOTAL}")
    approver.reads("The order is placed from exactly this. A decision is final.")
    approver.write(f"Comment for {cast.first} if you like", "Fine, four it is.")
    approver.press("Approve and place the order")
    approver.is_told(f"You approved {TOTAL} for {cast.first}, and the order")
    approver.reads("Order", "placed", "Fine, four it is.")


def _order_is_right(desk: Desk, approver: Seat, approval_id: str, chosen: Terms) -> None:
    order = desk.order_of(approval_id)
    sums = (order.net_minor, order.tax_minor, order.shipping_minor, order.total_minor)
    assert sums == (125000, 25000, 2490, 152490)
    assert order.details == chosen.details
    assert order.delivery_window == chosen.delivery_window
    assert chosen.delivery_window is not None
    approver.follow("See the order")
    approver.reads(TOTAL, "Cordless drill 18 V", "From exactly what was approved.", "Invoice")
    assert approver.here == order.id


def _requester_learns(desk: Desk, requester: Seat, cast: Cast, approval_id: str) -> None:
    about, to = f"/approvals/{approval_id}", f"{cast.requester}@acme.example"
    mail = desk.mail(to, about=about, subject=f"{cast.approver_name} approved request")
    assert "Fine, four it is." in mail.text
    requester.open("/requests?box=decided")
    requester.reads(f"{cast.approver_name} approved")
    requester.open("/orders")
    requester.reads(desk.order_of(approval_id).id)


def _terms(desk: Desk, approval_id: str) -> Terms:
    """What was chosen, as it was frozen at the submission."""
    row = desk.approval(approval_id)
    with desk.database.reading() as session:
        current = queries.revision(session, row)
    return Terms(details=current.details, delivery_window=current.delivery_window)


def _monday() -> date:
    """A Monday of next week or the week after; windows are offered on working days."""
    today = date.today()
    return today + timedelta(days=14 - today.weekday())
