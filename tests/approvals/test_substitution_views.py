"""Pages, API and company around somebody who is away (R52)."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.emporix.conftest import Api, ApiClient, api  # noqa: F401 - fixture
from tests.support.app import As, HouseClient
from tests.support.cast import RITA, Desk, cart
from webapp.identity.models import Absence
from webapp.kernel.clock import utcnow

TODAY = date.today()


def plan(client: HouseClient, deputy: str = "ben", **changes: Any) -> Any:
    days = {"first_day": TODAY + timedelta(days=1), "last_day": TODAY + timedelta(days=5)}
    data = {"deputy": deputy, **days, **changes}
    return client.post("/account/absences/new", data={k: str(v) for k, v in data.items()})


def leave_now(client: HouseClient, deputy: str = "ben") -> Any:
    return plan(client, deputy, first_day=TODAY + timedelta(days=0))


@pytest.fixture
def asked(desk: Desk, acme: object) -> str:
    return desk.ask(RITA, cart("c500-rita"), now=utcnow())


def test_an_absence_is_planned_shown_and_called_off(as_: As) -> None:
    bob = as_("bob")
    assert 'href="/account/absences/new"' in bob.get("/account").text
    form = bob.get("/account/absences/new").text
    assert "Ben Baker" in form
    assert "Rita Roe" not in form
    assert plan(bob).status_code == 303
    page = bob.get("/account").text
    assert "Ben Baker decides" in page
    assert "You decide for Bob Buyer." in as_("ben").get("/account").text
    end = page.split('action="/account/absences/')[1].split('"')[0]
    assert bob.post(f"/account/absences/{end}").status_code == 303
    assert "Ben Baker decides" not in bob.get("/account").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"first_day": ""}, "Choose the first day"),
        ({"last_day": "soon"}, "Not a valid date"),
        ({"deputy": "rita"}, "Not a valid choice"),
        ({"deputy": ""}, "Choose who decides meanwhile"),
        ({"last_day": TODAY}, "The last day is before the first one"),
        ({"first_day": TODAY - timedelta(days=3)}, "This day is over"),
        ({"last_day": "9999-12-31"}, "at most a year"),
        ({"first_day": "0001-01-01"}, "This day is over"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    as_: As, changes: dict[str, Any], words: str
) -> None:
    reply = plan(as_("bob"), **changes)
    assert reply.status_code == 422
    assert words in reply.text


def test_who_approves_nothing_is_not_offered_it(as_: As) -> None:
    rita = as_("rita")
    assert "/account/absences/new" not in rita.get("/account").text
    assert rita.get("/account/absences/new").status_code == 403


def test_a_deputy_who_lost_the_role_is_shown_to_the_owner(as_: As, desk: Desk) -> None:
    bob = as_("bob")
    plan(bob)
    desk.sql("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE person_id = 'ben'")
    assert "Ben Baker may not approve anything here." in bob.get("/account").text


def test_a_deputy_who_is_away_too_is_shown_to_the_owner(as_: As) -> None:
    bob = as_("bob")
    plan(bob)
    assert plan(as_("ben"), "ada").status_code == 303
    assert "does not decide for you." in bob.get("/account").text


def test_an_admin_plans_for_somebody_and_ends_it(as_: As) -> None:
    ada = as_("ada")
    assert "/company/people/bob/absences/new" in ada.get("/company/people/bob").text
    days = {"first_day": str(TODAY + timedelta(days=1)), "last_day": str(TODAY + timedelta(days=2))}
    reply = ada.post("/company/people/bob/absences/new", data={**days, "deputy": "ben"})
    assert reply.location.endswith("/company/people/bob")
    page = ada.get("/company/people/bob").text
    assert "Ben Baker decides" in page
    assert "Bob Buyer</strong>" not in ada.get("/company?view=changes").text
    assert "had Bob Buyer represented by Ben Baker" in ada.get("/company?view=changes").text
    end = page.split('action="/account/absences/')[1].split('"')[0]
    assert ada.post(f"/account/absences/{end}").location.endswith("/company/people/bob")


def test_the_deputy_finds_it_in_the_inbox_decides_and_everybody_reads_it(
    as_: As, asked: str
) -> None:
    bob, ben, rita = as_("bob"), as_("ben"), as_("rita")
    assert "Rita Roe" not in ben.get("/inbox").text
    assert ben.get(f"/approvals/{asked}").status_code == 404
    leave_now(bob)
    inbox = ben.get("/inbox").text
    assert "Rita Roe" in inbox
    assert "for Bob Buyer" in inbox
    assert "You decide for Bob Buyer, who is away until" in ben.get(f"/approvals/{asked}").text
    assert "Ben Baker decides meanwhile" in rita.get(f"/approvals/{asked}").text
    assert "You are away until" in bob.get(f"/approvals/{asked}").text
    data = {"step": "order", "revision": "1", "note": ""}
    assert ben.post(f"/approvals/{asked}/decision", data=data).status_code == 303
    for reader in (bob, ben, rita):
        page = reader.get(f"/approvals/{asked}").text
        assert "Ben Baker, for Bob Buyer" in page
    assert "approved revision 1</strong>" not in page
    assert "for Bob Buyer" in ben.get("/inbox?box=decided").text
    late = bob.post(f"/approvals/{asked}/decision", data={"step": "approved", "revision": "1"})
    assert late.status_code == 409
    assert "Ben Baker has approved this request for Bob Buyer." in late.text


def test_the_api_lets_the_deputy_list_read_and_decide(as_: As, api: Api, asked: str) -> None:  # noqa: F811
    ben: ApiClient = api("ben")
    path = f"/approval/acme/approvals/{asked}"
    assert ben.get(path).status_code == 404
    leave_now(as_("bob"))
    assert [one["id"] for one in ben.get("/approval/acme/approvals").get_json()] == [asked]
    body = [{"op": "replace", "path": "/status", "value": "DECLINED"}]
    body.append({"op": "add", "path": "/approverComment", "value": "Too dear"})
    reply = ben.patch(path, data=json.dumps(body), content_type="application/json")
    assert reply.status_code == 204
    document = api("rita").get(path).get_json()
    assert (document["status"], document["approver"]["userId"]) == ("DECLINED", "bob")
    assert document["decidedBy"] == {"userId": "ben", "name": "Ben Baker"}
    assert "decidedBy" in api("bob").get(path).get_json()


def test_the_api_names_nobody_else_as_the_decider(api: Api, desk: Desk, asked: str) -> None:  # noqa: F811
    assert "decidedBy" not in api("bob").get(f"/approval/acme/approvals/{asked}").get_json()
    desk.withdraw(asked, now=utcnow())
    assert "decidedBy" not in api("bob").get(f"/approval/acme/approvals/{asked}").get_json()


def test_the_picker_and_the_company_page_say_who_decides_meanwhile(as_: As, asked: str) -> None:
    leave_now(as_("bob"))
    told = "represented by Ben Baker."
    assert told in as_("rita").get("/carts/c1000-rita/checkout").text
    ada = as_("ada")
    assert ada.get("/company?view=waiting").text.count(told) == 2
    assert told in ada.get("/company").text
    assert told in ada.get(f"/company/requests/{asked}").text


def test_handing_over_to_somebody_who_is_away_says_so(as_: As, asked: str) -> None:
    leave_now(as_("alan"), "ben")
    ada, path = as_("ada"), f"/company/requests/{asked}"
    assert "Admin. Away until" in ada.get(path).text
    ada.post(f"{path}/approver", data={"approver": "alan", "seen": "bob"})
    page = ada.get(path).text
    assert "Alan Archer decides request" in page
    assert "everybody is told. Away until" in page
    # The deputy of whoever decides by now finds it at once, and the one before does not.
    assert "for Alan Archer" in as_("ben").get("/inbox").text


def test_who_goes_is_shown_with_those_whom_they_represent(as_: As, desk: Desk, asked: str) -> None:
    leave_now(as_("bob"))
    ada = as_("ada")
    ada.post("/company/people/ben/source")
    assert "One absence would be without a deputy." in ada.get("/company/people/ben/departure").text
    preview = {"role": "B2B_REQUESTER", "seen": "B2B_BUYER", "step": "preview"}
    page = ada.post("/company/people/ben/role", data=preview).text
    assert "One absence would be without a deputy." in page
    assert ada.post("/company/people/ben/departure").status_code == 303
    page = ada.get("/company?view=waiting").text
    assert "One absence has no deputy any more" in page
    assert "Ben Baker is not active any more." in page
    assert "deputy missing" in as_("bob").get("/account").text
    assert "may not decide on this one" in as_("rita").get(f"/approvals/{asked}").text


def test_a_deputy_changes_delivery_on_the_page_for_it(as_: As, asked: str) -> None:
    ben = as_("ben")
    assert ben.get(f"/approvals/{asked}/details").status_code == 404
    leave_now(as_("bob"))
    assert ben.get(f"/approvals/{asked}/details").status_code == 200


def test_a_page_that_was_open_when_the_absence_ended_decides_nothing(
    as_: As, desk: Desk, asked: str
) -> None:
    leave_now(as_("bob"))
    ben = as_("ben")
    assert "You decide for Bob Buyer" in ben.get(f"/approvals/{asked}").text
    with desk.database.transaction() as session:
        now = utcnow()
        session.execute(update(Absence).values(starts_at=now - timedelta(days=1), ends_at=now))
    data = {"step": "order", "revision": "1", "note": "Fine."}
    reply = ben.post(f"/approvals/{asked}/decision", data=data)
    assert reply.status_code == 404
    assert "You do not represent Bob Buyer any more" in reply.text
    assert desk.actions(asked) == ["SUBMIT"]
    assert "Rita Roe" not in ben.get("/inbox").text


def test_the_api_says_who_is_away_beside_whom_to_ask(as_: As, api: Api) -> None:  # noqa: F811
    body = {"resourceType": "CART", "resourceId": "c1000-rita", "action": "CHECKOUT"}
    rita: ApiClient = api("rita")
    path = "/approval/acme/search/users"
    assert all(len(one) == 3 for one in rita.post(path, json=body).get_json())
    leave_now(as_("bob"))
    found = {one["userId"]: one for one in rita.post(path, json=body).get_json()}
    assert found["bob"]["representedBy"] == {"userId": "ben", "name": "Ben Baker"}
    assert found["bob"]["awayUntil"] == str(TODAY + timedelta(days=5))
    assert "awayUntil" not in found["ben"]


def test_a_shop_of_the_deputy_orders_what_waits(as_: As, api: Api, desk: Desk, asked: str) -> None:  # noqa: F811
    leave_now(as_("bob"))
    ben: ApiClient = api("ben")
    body = {"resourceType": "CART", "resourceId": "c500-rita", "action": "CHECKOUT"}
    answer = ben.post("/approval/acme/approval/permitted", json=body).get_json()
    assert (answer["permitted"], answer["approvalId"]) == (True, asked)
