"""What the components are shown with: invented requests, and when to use each macro.

The page is for those who build the desk, so its own words are English, like those of the reference
for programs.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace as Sample
from typing import Any

from webapp.design import uses
from webapp.kernel.money import Money
from webapp.kernel.sentence import Sentence
from webapp.orders.details import Address, DetailsView, Payment

USES = uses.USES
# What takes hold of the whole screen is shown on a page of its own.
STATES = {
    "bar": "A panel that is a bar at the bottom under 1024 px",
    "sheet": "A panel that rises as a sheet under 1024 px",
    "selection": "Rows that are selected, and the bar that says so",
    "status": "What just happened, at the bottom of the screen",
    "refused": "A refused form",
    "problems": "A refused form whose lines are wrong",
}

TYPE = (
    ("text-40", "Sign-in"),
    ("text-32", "The headline that tells a request"),
    ("text-26", "The headline of a page"),
    ("text-17-strong", "A section, a total"),
    ("text-17", "The sentence why something is here"),
    ("text-15", "Text, and names in rows"),
    ("text-14", "Buttons, labels, navigation"),
    ("text-13", "Dates and notes; nothing that matters is smaller"),
)
SPACES = ("s-1", "s-2", "s-3", "s-4", "s-5", "s-6", "s-8", "s-10", "s-12", "s-18")

BUTTONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Approve 1,480.00 EUR", {"kind": "primary"}),
    ("Decline", {"kind": "danger"}),
    ("Ask a question", {}),
    ("Go back", {"kind": "quiet"}),
    ("Edit", {"icon": "pencil"}),
    ("Decline", {"key": "D"}),
    ("Save", {"size": "small"}),
    ("Order 1,480.00 EUR", {"kind": "primary", "size": "large"}),
    ("Approve", {"kind": "primary", "attrs": {"disabled": True}}),
    ("Ask a question", {"attrs": {"disabled": True}}),
    ("Sending", {"attrs": {"disabled": True, "aria-busy": "true"}}),
)
STATUSES = (
    ("you", "Your turn"),
    ("waiting", "Waiting for Ada"),
    ("soon", "Expires tomorrow"),
    ("hours", "Expires in 3 hours"),
    ("approved", "Approved"),
    ("declined", "Declined"),
    ("changed", "Changed"),
    ("ordered", "Ordered"),
    ("withdrawn", "Withdrawn"),
    ("expired", "Expired"),
    ("closed", "Closed"),
)
ICONS = "pencil clock alarm-clock circle-check circle-x arrow-left-right package undo-2".split()
NOTICES = (
    ("info", "Claus Meyer is away until Tuesday; Bob Harms decides for him."),
    ("warn", "This request expires within hours."),
    ("bad", "The order could not be placed. Nothing was charged."),
    ("good", "The order is placed."),
    ("changed", "Rita changed the cart after you opened it."),
)
SIGNATURES = (
    ("done", "Rita asked for approval"),
    ("you", "Your decision"),
    ("waiting", "Ada’s turn"),
    ("next", "The order is placed"),
    ("good", "Approved"),
    ("bad", "Declined"),
)
TABS = (
    {"text": "Your turn", "href": "/design#use-tabs", "count": "7", "current": True},
    {"text": "Waiting for others", "href": "/design#use-tabs", "count": "0"},
    {"text": "Decided", "href": "/design#use-tabs"},
)
CHIPS = (Sample(text="Rita Brandt", href="/design#use-filter_chips"),)
OPTIONS = (
    {"value": "ada", "name": "Ada Lindqvist", "note": "Admin. You asked her last."},
    {"value": "bob", "name": "Bob Harms", "note": "Buyer."},
    {
        "value": "rita",
        "name": "Rita Brandt",
        "note": "Nobody decides on a request of their own.",
        "disabled": True,
    },
)
ITEMS = (
    Sample(
        name="Thermal labels, 100 × 150 mm",
        sku="LB-100",
        quantity="4",
        unit_price="250.00",
        tax="19 %",
        net="1,000.00",
    ),
    Sample(
        name="Hand scanner",
        sku="SC-20",
        quantity="1",
        unit_price="243.70",
        tax="19 %",
        net="243.70",
        note="instead of 260.00",
    ),
)
PASTED: tuple[dict[str, Any], ...] = (
    {"number": 1, "cells": ["LB-100", "Thermal labels", "4"]},
    {"number": 2, "cells": ["SC-20", "Hand scanner", "many"], "problem": "“many” is no number."},
)
PHRASES = ("Please use the goods of the framework contract.", "The budget of this month is spent.")
CHANGES = (("Thermal labels", "5", "4"), ("Hand scanner", "", "1"))
DELIVERY = Sample(day=None, slot="", payment="Invoice, 30 days")
DETAILS = DetailsView(
    shipping_address=Address(name="Hafen Logistik", lines=("Kai 7", "20457 Hamburg"), phone=""),
    billing_address=None,
    shipping_id="standard",
    shipping_name="Standard",
    shipping=Money(900, "EUR"),
    payment=Payment(provider="invoice", method="invoice"),
)
TOTAL, LIMIT = Money(148000, "EUR"), Money(100000, "EUR")
SMALL, NO_LIMIT = Money(42000, "EUR"), None
OTHER_LIMIT = Money(100000, "CHF")
PROBLEMS = (("#quantity", "Line 2: “many” is no number."), (None, "A cart needs a line."))
MOVED = Sample(code="cart_changed", sentence=Sentence("Rita changed this cart meanwhile."))
COMPANIES = (
    Sample(id="le1", name="Hafen Logistik", current=True),
    Sample(id="le2", name="Hafen Technik", current=False),
)
LINE = Sample(
    line_id="1",
    name="Hand scanner",
    sku="SC-20",
    quantity=1,
    unit_price=Decimal(260),
    new_unit_price=None,
    tax_rate="0.19",
    totals=Sample(net=Money(26000, "EUR")),
)
SNAPSHOT = Sample(
    lines=[LINE],
    currency="EUR",
    totals=Sample(net=Money(26000, "EUR"), tax=Money(4940, "EUR"), gross=Money(30940, "EUR")),
)
BARS = tuple(
    Sample(
        value=value,
        x=24 + 110 * at,
        y=148 - 12 * value,
        width=60,
        height=12 * value,
        middle=54 + 110 * at,
    )
    for at, value in enumerate((4, 9, 6))
)
MONTHS = ("Sep", "Oct", "Nov")
_BOB = Sample(name="Bob Harms")
_DAYS = {"first_day": date(2026, 12, 21), "last_day": date(2027, 1, 4)}
EFFECT = Sample(
    is_cut=False,
    bereft=[Sample(owner_id="claus", owner_name="Claus Meyer", **_DAYS)],
    means=Sample(
        is_none=False,
        stranded=[],
        rescued=[Sample(number=2041)],
        gains=[Sample(member=_BOB, count=3)],
        losses=[],
    ),
)
NO_EFFECT = Sample(
    is_cut=True,
    bereft=[],
    means=Sample(is_none=True, stranded=[], rescued=[], gains=[], losses=[]),
)
PEOPLE: tuple[list[Sample], ...] = ([], [_BOB], [_BOB] * 5)
ABSENCES = Sample(
    planned=[
        Sample(
            away=Sample(id="1", deputy_name="Bob Harms", **_DAYS), is_current=True, problem=None
        ),
        Sample(
            away=Sample(id="2", deputy_name="Bob Harms", **_DAYS),
            is_current=False,
            problem=Sentence("Bob is away himself in these days."),
        ),
    ],
    entrusted=[Sample(owner_name="Claus Meyer", **_DAYS)],
    may_plan=True,
)
ON_BEHALF = Sample(approver_id="claus", approver_name="Claus Meyer", requester_id="rita")
READER = Sample(person_id="ada")
ATTACHED = Sample(
    name="Offer of the supplier.pdf",
    media_type="application/pdf",
    shown_size=(Decimal("1.4"), "MB"),
    by_name="Rita Brandt",
    at=datetime(2026, 11, 17, 9, 12, tzinfo=UTC),
)
STATES_OF_ORDER = (("CREATED", "Placed"), ("COMPLETED", "Completed"), ("DECLINED", "Declined"))
FILTERED = Sample(
    box="all", filter=Sample(typed={"low": "many"}, problems={"low": "Give an amount."})
)
FILTER_OPTIONS = Sample(
    person=[("rita", "Rita Brandt"), ("marek", "Marek Nowak")],
    status=[("APPROVED", "Approved"), ("DECLINED", "Declined")],
    currency=[("EUR", "EUR"), ("CHF", "CHF")],
    site=[("main", "main")],
)


def moments(now: datetime) -> Sample:
    """Times around `now`, and how near the end is urgent, for what is shown with a time."""
    return Sample(
        now=now,
        then=now - timedelta(hours=3),
        before=now - timedelta(days=2),
        late=now + timedelta(hours=3),
        soon=now + timedelta(hours=20),
        far=now + timedelta(days=6),
        hours=timedelta(hours=6),
        day=timedelta(days=1),
    )


def state_of(value: str, label: str) -> Sample:
    """A status as orders and quotes have it."""
    return Sample(value=value, label=label)
