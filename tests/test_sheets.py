"""Lists as files for spreadsheets."""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.app import As
from tests.support.cast import ADA, BOB, NOW, RITA, ROB, Desk, cart, desk
from webapp.approvals import sheet_views
from webapp.approvals.domain import Action
from webapp.approvals.service import Decision
from webapp.carts import quote_views
from webapp.carts import views as cart_views
from webapp.company import message_views
from webapp.company import sheet_views as company_sheet_views
from webapp.identity import administration
from webapp.identity.domain import Role
from webapp.identity.policy import Newcomer
from webapp.kernel.clock import utcnow
from webapp.kernel.money import Money
from webapp.sheets import Cell, sheet

__all__ = ["desk"]

WEBHOOK = {
    "url": "https://hooks.example.com/in",
    "description": "",
    "event_types": "order.created",
    "is_active": "y",
    "version": "0",
}


def written(app: Flask, *cells: Cell) -> str:
    """The one row of a file with these cells, as it stands there."""
    with app.test_request_context():
        answer = sheet("test", ["Head"], [cells])
        return "".join(map(str, answer.response)).split("\r\n", 1)[1]


def rows(reply: TestResponse) -> list[dict[str, str]]:
    """The rows of a file, by the words of its head."""
    assert reply.status_code == 200, reply.text
    text = reply.get_data().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Bolts", "Bolts"),
        ('5" bolts, long', '"5"" bolts, long"'),
        ("two\nlines", '"two\nlines"'),
        ("=SUM(A1)", "'=SUM(A1)"),
        ("+49 251", "'+49 251"),
        ("-1", "'-1"),
        ("@here", "'@here"),
        ("\tx", "'\tx"),
        ("\r=1", '"\'\r=1"'),
        ("Größe", "Größe"),
        (-1, "-1"),
        (None, '""'),
        (Decimal("1E+3"), "1000"),
        (Money(148000, "EUR"), "1480.00"),
        (Money(1480, "JPY"), "1480"),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 9, 0, 1, 5, tzinfo=UTC), "2026-03-02T10:00:01+01:00"),
    ],
)
def test_a_cell_is_plain_and_never_a_formula(app: Flask, cell: Cell, text: str) -> None:
    assert written(app, cell) == f"{text}\r\n"


def test_a_file_has_a_name_a_day_and_says_what_it_is(as_: As) -> None:
    reply = as_("ada").get("/orders.csv")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    disposition = reply.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="countersign-orders-20')
    assert reply.is_streamed
    assert rows(reply) == []


def test_the_inbox_is_kept_whole_and_as_it_is_narrowed(
    as_: As, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_views, "READ_AT_ONCE", 1)
    now = utcnow()
    desk.ask(RITA, now=now)
    desk.ask(ROB, cart("c500-rob"), now=now + timedelta(seconds=1))
    bob = as_("bob")
    first, second = rows(bob.get("/inbox.csv"))
    assert (first["Requester"], second["Requester"]) == ("Rita Roe", "Rob Reed")
    assert (first["Status"], first["Whose turn"]) == ("Pending", "Bob Buyer")
    assert (first["Total"], first["Currency"]) == ("510.00", "EUR")
    assert (first["Compared with the limit"], first["Limit"]) == ("500.00", "1000.00")
    assert datetime.fromisoformat(first["Asked"]).utcoffset() is not None
    (only,) = rows(bob.get("/inbox.csv?q=Reed"))
    assert only["Requester"] == "Rob Reed"
    assert rows(bob.get("/inbox.csv?box=decided")) == []
    assert rows(as_("ben").get("/inbox.csv?box=all")) == []


def test_ones_own_requests_are_kept(as_: As, desk: Desk) -> None:
    desk.decline(desk.ask(RITA))
    (own,) = rows(as_("rita").get("/requests.csv?box=all"))
    assert (own["Status"], own["Decided by"], own["Whose turn"]) == ("Declined", "Bob Buyer", "")
    assert rows(as_("rob").get("/requests.csv?box=all")) == []


def test_orders_are_kept(as_: As, desk: Desk) -> None:
    asked = desk.ask(RITA)
    desk.approve(asked, place_order=True)
    (order,) = rows(as_("rita").get("/orders.csv"))
    assert order["Order"] == desk.approval(asked).order_id
    assert (order["Total"], order["Placed by"]) == ("510.00", "Bob Buyer")


def test_open_carts_and_quotes_are_kept(
    as_: As, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cart_views, "READ_AT_ONCE", 1)
    monkeypatch.setattr(quote_views, "READ_AT_ONCE", 1)
    desk.sql("UPDATE carts SET name = '=1+1' WHERE id = 'c500-rita'")
    rita = as_("rita")
    carts = {one["Cart"]: one for one in rows(rita.get("/carts.csv"))}
    named = carts["'=1+1"]
    assert (named["Net"], named["Total"], named["Currency"]) == ("416.67", "500.00", "EUR")
    assert named["Number of items"].isdigit()
    assert len(carts) > 1
    found = rows(rita.get("/quotes.csv"))
    assert {"Q1"} <= {one["Quote"] for one in found}
    assert all(datetime.fromisoformat(one["Offered"]).utcoffset() is not None for one in found)
    assert rows(as_("gus").get("/quotes.csv")) == []


def test_the_requests_of_a_company_are_kept_as_they_are_narrowed(as_: As, desk: Desk) -> None:
    desk.approve(desk.ask(RITA))
    desk.ask(ROB, cart("c500-rob"))
    ada = as_("ada")
    assert len(rows(ada.get("/company/requests.csv"))) == 2
    (pending,) = rows(ada.get("/company/requests.csv?status=PENDING&approver=bob"))
    assert pending["Requester"] == "Rob Reed"
    assert as_("bob").get("/company/requests.csv").status_code == 403
    assert rows(as_("olga").get("/company/requests.csv")) == []


def test_the_people_of_a_company_are_kept_without_formulas(as_: As, desk: Desk) -> None:
    newcomer = Newcomer(
        email="x@acme.example", first_name="=HYPERLINK(1)", last_name="X", role=Role.BUYER
    )
    desk.run(administration.add_member, ADA, newcomer, now=NOW)
    desk.ask(RITA)
    found = {one["E-mail address"]: one for one in rows(as_("ada").get("/company/people.csv"))}
    assert found["x@acme.example"]["Name"] == "'=HYPERLINK(1) X"
    bob = found["bob@acme.example"]
    assert (bob["Role"], bob["Active"], bob["Requests that wait for them"]) == ("Buyer", "yes", "1")
    (rita,) = rows(as_("ada").get("/company/people.csv?q=rita"))
    assert rita["Name"] == "Rita Roe"


def test_changes_and_figures_of_a_company_are_kept_whole(
    as_: As, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company_sheet_views, "READ_AT_ONCE", 1)
    for version, limit in enumerate((Money(150000, "EUR"), None), 1):
        desk.run(administration.set_limit, ADA, limit, seen_version=version, now=NOW)
    last, first = rows(as_("ada").get("/company/changes.csv"))
    assert first["What happened"] == "Ada Admin raised the limit from 1,000.00 to 1,500.00 EUR"
    assert last["What happened"] == "Ada Admin removed the limit of 1,500.00 EUR"
    assert datetime.fromisoformat(first["When"]).utcoffset() is not None
    decision = Decision(action=Action.DECLINE, note="no")
    desk.decide(BOB, desk.ask(RITA, now=utcnow()), decision, now=utcnow())
    months = rows(as_("ada").get("/company/figures.csv"))
    assert len(months) == 12
    assert (months[-1]["Decided"], months[-1]["Declined"]) == ("1", "1")
    assert (months[0]["Decided"], months[0]["Median in minutes"]) == ("0", "")


def test_messages_and_webhooks_are_kept_with_what_became_of_them(
    as_: As, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_views, "READ_AT_ONCE", 1)
    desk.ask(RITA)
    ada = as_("ada")
    ada.post("/company/webhooks/new", data=WEBHOOK)
    (hook,) = rows(ada.get("/company/webhooks.csv"))
    assert (hook["Address"], hook["Events"]) == (WEBHOOK["url"], "order.created")
    assert "whsec" not in str(hook)
    [(hook_id,)] = desk.sql("SELECT id FROM webhook_endpoints")
    ada.post(f"/company/webhooks/{hook_id}/tests")
    fault = "It answered 503."
    desk.sql("UPDATE outbox_messages SET last_error = :fault", fault=fault)
    desk.sql("UPDATE people SET language = 'de' WHERE id = 'ada'")
    (sent,) = rows(ada.get(f"/company/webhooks/{hook_id}/deliveries.csv"))
    assert (sent["Ereignis"], sent["Letzter Fehler"]) == ("ping", "Antwort: 503.")
    assert as_("olga").get(f"/company/webhooks/{hook_id}/deliveries.csv").status_code == 404
    kept = rows(ada.get("/company/messages.csv"))
    assert {one["Was"] for one in kept} == {"Eine Anfrage zum Entscheiden", "ping"}
    (mail,) = rows(ada.get("/company/messages.csv?kind=mail"))
    assert (mail["An"], mail["Zustand"]) == ("bob@acme.example", "Wartet")
    assert rows(ada.get("/company/messages.csv?box=sent")) == []


def test_the_head_is_in_the_language_of_the_reader(as_: As, desk: Desk) -> None:
    desk.sql("UPDATE people SET language = 'de' WHERE id = 'ada'")
    head = as_("ada").get("/orders.csv").get_data().decode("utf-8-sig").split("\r\n")[0]
    assert head.split(",")[1] == "Status"
    assert "Währung" in head


@pytest.mark.parametrize(
    ("person", "page", "link"),
    [
        ("bob", "/inbox?q=roe", "/inbox.csv?box=turn&amp;q=roe"),
        ("rita", "/requests?box=all", "/requests.csv?box=all"),
        ("rita", "/carts", "/carts.csv"),
        ("rita", "/quotes", "/quotes.csv"),
        ("ada", "/company?q=roe", "/company/people.csv?q=roe"),
        ("ada", "/company?view=requests&status=PENDING", "/company/requests.csv?status=PENDING"),
        ("ada", "/company?view=waiting", "/company/requests.csv?status=PENDING"),
        ("ada", "/company/messages?kind=mail", "/company/messages.csv?box=waiting&amp;kind=mail"),
    ],
)
def test_a_list_links_to_its_file(
    as_: As, desk: Desk, *, person: str, page: str, link: str
) -> None:
    desk.ask(RITA, now=utcnow())
    assert f'href="{link}"' in as_(person).get(page).text
