"""Requests find another approver: one by one, when somebody goes, and what a change would mean."""

import re
from typing import Any

import pytest

from tests.company.test_views import limit, own, value, words
from tests.support.app import As
from tests.support.cast import ADA, ALAN, NOW, RITA, ROB, Desk, cart
from webapp.approvals.reassignment import reassign
from webapp.approvals.submission import Submission
from webapp.identity import administration, queries
from webapp.identity.domain import Actor, Role
from webapp.kernel.clock import utcnow


def ask(desk: Desk, actor: Actor, what: Submission | None = None) -> str:
    """A request whose time is not over yet."""
    return desk.ask(actor, what, now=utcnow())


def chosen(to: str, seen: str = "bob") -> dict[str, str]:
    return {"approver": to, "seen": seen}


def test_an_admin_hands_a_request_over(as_: As, desk: Desk) -> None:
    asked = ask(desk, RITA)
    ada = as_("ada")
    page = ada.get(f"/company/requests/{asked}")
    assert "Who decides instead of Bob Buyer?" in words(page)
    assert value(page, "seen") == "bob"
    told = ada.post(
        f"/company/requests/{asked}/approver", data=chosen("ben"), follow_redirects=True
    )
    assert "Ben Baker decides request" in words(told)
    assert "You handed the request over from Bob Buyer to Ben Baker" in words(told)
    assert desk.approval(asked).approver_id == "ben"
    assert as_("bob").get(f"/approvals/{asked}").status_code == 404
    assert as_("ben").get(f"/approvals/{asked}").status_code == 200


@pytest.mark.parametrize(
    ("data", "status", "told"),
    [
        ({}, 422, "Choose who decides instead."),
        (chosen("x\x00y"), 422, "cannot be stored"),
        (chosen("rob"), 403, "only admins and buyers"),
        (chosen("gus"), 403, "They do not belong to Hafen Logistik GmbH."),
        (chosen("ben", seen="alan"), 409, "was handed over meanwhile: Bob Buyer decides it now."),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(
    as_: As, desk: Desk, *, data: dict[str, str], status: int, told: str
) -> None:
    asked = ask(desk, RITA)
    reply = as_("ada").post(f"/company/requests/{asked}/approver", data=data)
    assert reply.status_code == status
    assert told in words(reply)
    assert desk.approval(asked).approver_id == "bob"


def test_where_nobody_else_may_decide_the_page_says_so(as_: As, desk: Desk) -> None:
    asked = ask(desk, ROB, cart("c1500-rob", ALAN))
    desk.sql("UPDATE memberships SET role = 'B2B_BUYER' WHERE id = 'ca-ada-le1'")
    page = words(as_("alan").get("/company?view=waiting"))
    assert "1,5" in page
    shown = words(as_("alan").get(f"/company/requests/{asked}"))
    assert "Open your request" in shown
    assert "Nobody else here may decide on this." in shown


def test_what_has_ended_cannot_be_handed_over(as_: As, desk: Desk) -> None:
    asked = ask(desk, RITA)
    desk.approve(asked)
    ada = as_("ada")
    assert "Hand it over" not in words(ada.get(f"/company/requests/{asked}"))
    reply = ada.post(f"/company/requests/{asked}/approver", data=chosen("ben"))
    assert reply.status_code == 409
    assert "Bob Buyer has approved this request." in words(reply)


def test_requests_of_other_companies_cannot_be_handed_over(as_: As, desk: Desk) -> None:
    asked = ask(desk, RITA)
    reply = as_("olga").post(f"/company/requests/{asked}/approver", data=chosen("olga"))
    assert reply.status_code == 404


def test_whoever_goes_hands_over_what_waits_for_them(as_: As, desk: Desk) -> None:
    own(desk, "bob")
    first, second = ask(desk, RITA), ask(desk, ROB, cart("c500-rob"))
    ada = as_("ada")
    page = ada.get("/company/people/bob/departure")
    assert "2 requests wait for Bob to decide." in words(page)
    assert re.search(rf'<select[^>]*name="to-{first}"', page.text)
    data = {f"to-{first}": "ben", f"to-{second}": ""}
    told = ada.post("/company/people/bob/departure", data=data)
    assert "Bob Buyer does not act for the company any more" in words(told)
    assert "Ben Baker decides now." in words(told)
    assert "Left as it is: it needs an approver." in words(told)
    assert desk.approval(first).approver_id == "ben"
    assert desk.approval(second).approver_id == "bob"
    assert "One request needs an approver" in words(ada.get("/company?view=waiting"))
    assert ("taken_over", "bob") in desk.told(first)


def test_each_request_is_judged_by_itself_when_somebody_goes(as_: As, desk: Desk) -> None:
    own(desk, "bob")
    first, second = ask(desk, RITA), ask(desk, ROB, cart("c500-rob"))
    data = {f"to-{first}": "rob", f"to-{second}": "alan"}
    told = words(as_("ada").post("/company/people/bob/departure", data=data))
    assert "Rob cannot approve this" in told
    assert "Alan Archer decides now." in told
    assert desk.approval(first).approver_id == "bob"
    assert desk.approval(second).approver_id == "alan"


def test_a_request_goes_to_who_has_the_least_to_decide(as_: As, desk: Desk) -> None:
    own(desk, "bob")
    asked = ask(desk, RITA)
    ask(desk, ROB, cart("c500-rob", ADA))
    page = as_("ada").get("/company/people/bob/departure").text
    select = page.split(f'name="to-{asked}"')[1].split("</select>")[0]
    assert re.findall(r'value="(\w+)" selected', select) == ["alan"]


def test_who_may_not_go_hands_nothing_over(as_: As, desk: Desk) -> None:
    asked = ask(desk, RITA)
    ada = as_("ada")
    page = ada.get("/company/people/bob/departure")
    assert "comes from the import" in words(page)
    reply = ada.post("/company/people/bob/departure", data={f"to-{asked}": "ben"})
    assert reply.status_code == 403
    assert desk.approval(asked).approver_id == "bob"


def test_whoever_goes_with_nothing_waiting_just_goes(as_: As, desk: Desk) -> None:
    own(desk, "ben")
    ada = as_("ada")
    assert "Nothing waits for Ben to decide." in words(ada.get("/company/people/ben/departure"))
    told = ada.post("/company/people/ben/departure", follow_redirects=True)
    assert "Ben Baker does not act for the company any more." in words(told)


def test_another_role_shows_first_what_it_would_mean(as_: As, desk: Desk) -> None:
    own(desk, "bob")
    asked = ask(desk, RITA)
    data = {"role": "B2B_REQUESTER", "seen": "B2B_BUYER", "step": "preview"}
    reply = as_("ada").post("/company/people/bob/role", data=data)
    assert reply.status_code == 200
    page = words(reply)
    assert "What it would mean One request would need an approver." in page
    assert "Ada Admin, Alan Archer or Ben Baker could take over." in page
    assert f"/company/requests/{asked}" in reply.text
    assert re.search(r'value="B2B_REQUESTER"[^>]* checked', reply.text)
    with desk.database.reading() as session:
        found = queries.member(session, "acme", "le1", "bob")
    assert found is not None
    assert found.role is Role.BUYER


@pytest.mark.parametrize(
    ("path", "data", "told"),
    [
        ("limit", limit(amount="100", step="preview"), "One request would need an approver."),
        ("limit", limit(amount="900", step="preview"), "For what waits now it changes nothing."),
        (
            "group",
            {"group-people": ["rob"], "group-version": "1", "group-step": "preview"},
            "Could decide on more of what waits: Rob Reed (1 request).",
        ),
    ],
)
def test_limit_and_group_show_what_they_would_mean_for_what_waits(
    as_: As, desk: Desk, *, path: str, data: dict[str, Any], told: str
) -> None:
    ask(desk, RITA)
    assert told in words(as_("ada").post(f"/company/{path}", data=data))


def test_a_change_that_gives_requests_an_approver_says_so(as_: As, desk: Desk) -> None:
    own(desk, "bob")
    ask(desk, RITA)
    desk.run(administration.change_role, ALAN, "bob", Role.REQUESTER, seen=Role.BUYER, now=NOW)
    data = {"role": "B2B_BUYER", "seen": "B2B_REQUESTER", "step": "preview"}
    page = words(as_("ada").post("/company/people/bob/role", data=data))
    assert "One request that needs an approver now would have one again." in page
    assert "Could decide on more of what waits: Bob Buyer (1 request)." in page


def test_what_was_handed_over_meanwhile_is_said_in_the_result(as_: As, desk: Desk) -> None:
    own(desk, "bob")
    asked = ask(desk, RITA)
    ada = as_("ada")
    ada.get("/company/people/bob/departure")
    desk.run(reassign, ALAN, asked, "ben", seen="bob", now=utcnow())
    told = ada.post(
        "/company/people/bob/departure", data={f"to-{asked}": "alan"}, follow_redirects=True
    )
    assert "Bob Buyer does not act for the company any more." in words(told)
    assert desk.approval(asked).approver_id == "ben"
