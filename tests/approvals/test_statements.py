"""How often pages ask the database, however much is on them."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.approvals.test_listing import copies
from tests.support.app import HTMX, As, make_app, sign_in, statements
from tests.support.cast import BOB, LATER, RITA, Desk
from tests.support.databases import Backend
from webapp.approvals.domain import Action
from webapp.kernel.clock import utcnow

# Who looks, at which page, and how often it asks the database.
PAGES = (
    ("rita", "/requests", 4),
    ("rita", "/requests?box=decided", 3),
    ("rita", "/requests?box=all", 4),
    ("rita", "/carts", 12),
    ("rita", "/carts/c500-rita", 12),
    ("rita", "/orders", 3),
    ("bob", "/quotes", 8),
    ("ada", "/company", 11),
    ("ada", "/account", 10),
)


@pytest.mark.parametrize("box", ["turn", "waiting", "decided", "all"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_inbox_asks_three_times(as_: As, desk: Desk, box: str, headers: dict[str, str]) -> None:
    copies(desk, 25)
    [request_id] = [row[0] for row in desk.sql("SELECT id FROM approvals WHERE number = 1001")]
    desk.say(BOB, request_id, Action.ASK, "Why?", now=LATER)
    desk.say(RITA, request_id, Action.ANSWER, "Because.", now=LATER)
    bob = as_("bob")
    for count in (4, 3):
        with statements(bob.application) as counted:
            assert bob.get(f"/inbox?box={box}", headers=headers).status_code == 200
        # Who is there; what stands around the list; the list. What filters offer only for the first
        # one who looks at these requests.
        assert len(counted.seen) == count, counted.seen


@pytest.mark.parametrize("who", ["bob", "rita"])
def test_a_request_asks_four_times(as_: As, desk: Desk, who: str) -> None:
    copies(desk, 3)
    [request_id] = [row[0] for row in desk.sql("SELECT id FROM approvals WHERE number = 1001")]
    for _ in range(3):
        desk.say(BOB, request_id, Action.ASK, "Why?", now=LATER)
        desk.say(RITA, request_id, Action.ANSWER, "Because.", now=LATER)
    client = as_(who)
    with statements(client.application) as counted:
        assert client.get(f"/approvals/{request_id}").status_code == 200
    # Who is there; the request, with what is beside it and waits; its history; who may decide it.
    # Whoever asked is told how long it usually takes.
    assert len(counted.seen) == (4 if who == "bob" else 5), counted.seen


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page[1])
def test_a_page_asks_no_more_than_it_did(as_: As, desk: Desk, page: tuple[str, str, int]) -> None:
    who, path, most = page
    copies(desk, 25)
    client = as_(who)
    client.get(path)
    with statements(client.application) as counted:
        assert client.get(path).status_code == 200
    assert len(counted.seen) <= most, counted.seen


def test_the_people_of_a_company_are_read_once_for_a_page_and_only_where_they_stand(
    as_: As, desk: Desk
) -> None:
    asked, ada = desk.ask(), as_("ada")
    pages = {f"/company?view={view}": 1 for view in ("people", "rules", "waiting", "requests")}
    pages |= {
        f"/company/{rest}": 1 for rest in ("people/bob", "people/bob/departure", "people.csv")
    }
    pages |= {f"/company/requests/{asked}": 1, "/company/figures.csv": 0}
    pages |= {f"/company?view={view}": 0 for view in ("figures", "changes")}
    pages |= {f"/company/{rest}": 0 for rest in ("messages", "webhooks", "reasons")}
    for path, times in pages.items():
        with statements(ada.application) as counted:
            assert ada.get(path).status_code == 200, path
        assert len(listing_people(counted.seen)) == times, (path, counted.seen)
    rule = {"limit-kind": "unlimited", "limit-version": "1", "limit-step": "preview"}
    with statements(ada.application) as counted:
        assert "What it would mean" in ada.post("/company/limit", data=rule).text
    assert len(listing_people(counted.seen)) == 1, counted.seen
    # Who decides nothing represents nobody, so nobody is offered as their deputy.
    rita = as_("rita")
    with statements(rita.application) as counted:
        assert rita.get("/account").status_code == 200
    assert listing_people(counted.seen) == []


def listing_people(seen: list[str]) -> list[str]:
    """The statements that read all people of a company by name."""
    return [one for one in seen if re.search(r"FROM memberships JOIN people.*LIMIT", one, re.S)]


def test_a_decision_asks_five_times_and_writes_three_rows(as_: As, desk: Desk) -> None:
    made, bob = desk.ask(now=utcnow()), as_("bob")
    with statements(bob.application) as counted:
        press(bob, made)
    # Who is there; the request with its company and its people; history, row, and the mail.
    assert len(counted.seen) == 5, counted.seen
    written = [one for one in counted.seen if re.match("INSERT|UPDATE|DELETE", one)]
    assert [one.split()[1 if "UPDATE" in one else 2] for one in written] == [
        "ledger_entries", "approvals", "outbox_messages",
    ]  # fmt: skip


def test_a_decision_goes_to_postgresql_and_back_four_times(
    own_desk: Desk, backend: Backend, tmp_path: Path
) -> None:
    if backend.name != "postgresql":
        return
    made, bob = own_desk.ask(now=utcnow()), sign_in(make_app(own_desk.database), "bob")
    bind = own_desk.database.bind
    assert isinstance(bind, Engine)
    with (tmp_path / "trace").open("w+") as file, bind.connect() as connection:
        traced = connection.connection.dbapi_connection
        assert traced is not None
        traced.pgconn.trace(file.fileno())
        connection.close()
        press(bob, made)
        traced.pgconn.untrace()
    trips = re.findall(r"\tF\t\d+\t(?:Query|Sync)\b", Path(file.name).read_text())
    # Who is there; BEGIN and the request with its people; history and row; the mail and COMMIT.
    assert len(trips) == 4


def test_what_was_done_is_told_once_and_to_nobody_else(as_: As, desk: Desk) -> None:
    made, bob, ben = desk.ask(now=utcnow()), as_("bob"), as_("ben")
    press(bob, made)
    cookie = bob.get_cookie("countersign-said")
    assert cookie is not None
    for value in (cookie.value, cookie.value[:-1]):
        ben.set_cookie("countersign-said", value)
        assert "You approved" not in ben.get("/inbox").text
    with statements(bob.application) as counted:
        assert "You approved" in bob.get("/inbox").text
    assert not [one for one in counted.seen if "UPDATE" in one], "reading writes nothing"
    assert bob.get_cookie("countersign-said") is None
    assert "You approved" not in bob.get("/inbox").text


def press(client: FlaskClient, approval_id: str) -> None:
    """Approve on the second press."""
    data = {"step": "approved", "revision": "1"}
    assert client.post(f"/approvals/{approval_id}/decision", data=data).status_code == 303
