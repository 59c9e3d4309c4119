import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.app import As, statements
from tests.support.cast import ADA, ALAN, BOB, LATER, NOW, RITA, ROB, TENANT, Desk, cart
from webapp.approvals.domain import Action
from webapp.company.queries import usual_currency
from webapp.identity import administration, queries
from webapp.identity.domain import CompanyFacts, Member, Role
from webapp.identity.recording import open_place
from webapp.kernel.money import Money

CARA = {
    "email": "Cara@Acme.example",
    "first_name": "Cara",
    "last_name": "Klein",
    "role": "B2B_BUYER",
}


def words(reply: TestResponse) -> str:
    """What stands on the page, in one line."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", reply.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def value(reply: TestResponse, name: str) -> str:
    """What stands in the field of this name."""
    tag = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', reply.text)
    assert tag is not None, name
    found = re.search(r'value="([^"]*)"', tag.group())
    return unescape(found.group(1)) if found else ""


def member(desk: Desk, person_id: str) -> Member:
    with desk.database.reading() as session:
        found = queries.member(session, TENANT, "le1", person_id)
    assert found is not None
    return found


def company(desk: Desk) -> CompanyFacts:
    with desk.database.reading() as session:
        return queries.company(session, TENANT, "le1")


def own(desk: Desk, *person_ids: str) -> None:
    for person_id in person_ids:
        desk.run(administration.take_over, ADA, person_id, now=NOW)


def limit(**fields: Any) -> dict[str, Any]:
    """What the form of the limit sends."""
    form = {"kind": "limited", "amount": "2,000.00", "currency": "EUR", "version": "1", **fields}
    return {f"limit-{name}": text for name, text in form.items()}


@pytest.mark.parametrize(
    "path", ["", "?view=rules", "?view=waiting", "?view=changes", "/people/bob", "/requests/x"]
)
@pytest.mark.parametrize("person", ["bob", "rita", "gus", "carl"])
def test_the_pages_are_for_admins_and_say_so(as_: As, person: str, path: str) -> None:
    reply = as_(person).get(f"/company{path}")
    assert reply.status_code == 403
    told = "You act for no company here" if person == "carl" else "Only admins of"
    assert told in words(reply)


@pytest.mark.parametrize("path", ["people", "people/x/role", "people/x/activity",
                                  "people/x/departure", "people/x/source",
                                  "requests/x/approver", "limit", "group"])  # fmt: skip
def test_nobody_else_changes_anything(as_: As, desk: Desk, path: str) -> None:
    data = {**CARA, **limit(), "group-version": "1", "seen": "B2B_BUYER"}
    assert as_("bob").post(f"/company/{path}", data=data).status_code == 403
    assert as_("bob").post(f"/company/{path}", data={}).status_code == 403
    assert company(desk).limit == Money(100000, "EUR")


def test_people_are_shown_with_role_source_and_what_waits_for_them(as_: As, desk: Desk) -> None:
    desk.ask(RITA)
    own(desk, "rob")
    desk.run(administration.set_active, ADA, "rob", False, now=NOW)
    desk.run(administration.set_group, ADA, ["bob"], seen_version=1, now=NOW)
    page = words(as_("ada").get("/company"))
    assert "One request waits in this company." in page
    assert "Ada Admin (you) ada@acme.example Admin" in page
    assert "Bob Buyer bob@acme.example Buyer in the approval group 1 request Import" in page
    assert "Rob Reed rob@acme.example Requester Not active nothing This page" in page
    assert "Olga" not in page


def test_people_are_found_by_name_or_address(as_: As) -> None:
    page = words(as_("ada").get("/company?q=ro+ACME"))
    assert "Rita Roe rita@acme.example" in page
    assert "Bob Buyer" not in page
    nobody = as_("ada").get("/company?q=<zz>")
    assert "Nobody here has a name or an address with “<zz>” in it." in words(nobody)
    assert value(nobody, "q") == "<zz>"


def test_somebody_is_added_and_can_act_at_once(as_: As, desk: Desk) -> None:
    reply = as_("ada").post("/company/people", data=CARA, follow_redirects=True)
    assert reply.status_code == 200
    assert "Cara Klein belongs to the company now" in words(reply)
    assert "Cara Klein cara@acme.example Buyer has not signed in yet nothing This page" in words(
        reply
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email": "bob@acme.example"}, "Bob Buyer belongs to Hafen Logistik GmbH already."),
        ({"email": ""}, "Write the address they sign in with."),
        ({"email": "nonsense"}, "Write the address like name@company.example."),
        ({"email": f"{'x' * 300}@acme.example"}, "This address is too long for an e-mail."),
        ({"first_name": " "}, "Write their first name."),
        ({"last_name": "x" * 10_000}, "Shorten the name to 100 characters."),
        ({"last_name": "Kl\x00ein"}, "The text holds a character that cannot be stored."),
        ({"role": "KING"}, "Not a valid choice"),
        ({"role": ""}, "Choose what they are here."),
    ],
)
def test_a_newcomer_who_cannot_be_added_is_still_in_the_form(
    as_: As, changes: dict[str, str], told: str
) -> None:
    reply = as_("ada").post("/company/people", data={**CARA, **changes})
    assert reply.status_code == 422
    assert told in words(reply)
    kept = {**CARA, **changes}["email"]
    assert value(reply, "email") == kept


def test_the_page_of_a_person_shows_what_comes_from_the_import(as_: As, desk: Desk) -> None:
    ada = as_("ada")
    page = ada.get("/company/people/bob")
    assert "What Bob is here comes from the import of your company’s directory" in words(page)
    assert "/role" not in page.text
    told = ada.post("/company/people/bob/source", follow_redirects=True)
    assert "Bob Buyer is looked after here from now on" in words(told)
    assert 'action="/company/people/bob/role"' in told.text
    again = ada.post("/company/people/bob/source")
    assert again.status_code == 403
    assert "looked after on this page already" in words(again)


def test_what_the_provider_says_is_only_shown(as_: As, desk: Desk) -> None:
    desk.sql("UPDATE memberships SET source = 'CLAIMS' WHERE id = 'ca-bob-le1'")
    page = as_("ada").get("/company/people/bob")
    assert "comes from your identity provider at every sign-in" in words(page)
    assert "/source" not in page.text


@pytest.mark.parametrize("stranger", ["gus", "carl", "nobody"])
def test_people_of_other_companies_are_not_there(as_: As, stranger: str) -> None:
    ada = as_("ada")
    assert ada.get(f"/company/people/{stranger}").status_code == 404
    for what in ("role", "activity", "departure", "source"):
        data = {"role": "B2B_BUYER", "seen": "B2B_BUYER"}
        assert ada.post(f"/company/people/{stranger}/{what}", data=data).status_code == 404


def test_a_new_role_counts_at_the_next_click(as_: As, desk: Desk) -> None:
    own(desk, "bob")
    bob = as_("bob")
    assert bob.get("/company").status_code == 403
    data = {"role": "B2B_ADMIN", "seen": "B2B_BUYER"}
    told = as_("ada").post("/company/people/bob/role", data=data, follow_redirects=True)
    assert "Bob Buyer is an admin now." in words(told)
    assert bob.get("/company").status_code == 200


def test_a_role_that_was_changed_meanwhile_is_not_overwritten(as_: As, desk: Desk) -> None:
    own(desk, "bob")
    desk.run(administration.change_role, ALAN, "bob", Role.ADMIN, seen=Role.BUYER, now=NOW)
    data = {"role": "CONTACT", "seen": "B2B_BUYER"}
    reply = as_("ada").post("/company/people/bob/role", data=data)
    assert reply.status_code == 409
    assert "changed by somebody else while you were looking at it" in words(reply)
    assert value(reply, "seen") == "B2B_BUYER"
    assert member(desk, "bob").role is Role.ADMIN


@pytest.mark.parametrize("data", [{}, {"role": "KING", "seen": "B2B_BUYER"},
                                  {"role": "CONTACT", "seen": "KING"}])  # fmt: skip
def test_a_role_that_does_not_exist_is_refused(as_: As, desk: Desk, data: dict[str, str]) -> None:
    own(desk, "bob")
    assert as_("ada").post("/company/people/bob/role", data=data).status_code == 422
    assert member(desk, "bob").role is Role.BUYER


def test_an_admin_who_steps_down_leaves_the_page(as_: As, desk: Desk) -> None:
    own(desk, "ada", "alan")
    ada = as_("ada")
    data = {"role": "B2B_BUYER", "seen": "B2B_ADMIN"}
    reply = ada.post("/company/people/ada/role", data=data)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/")
    assert ada.get("/company").status_code == 403
    alone = as_("alan").get("/company/people/alan")
    assert "Alan is the only active admin." in words(alone)
    refused = as_("alan").post("/company/people/alan/role", data=data)
    assert refused.status_code == 403
    assert "Alan is the only active admin." in words(refused)
    assert as_("alan").post("/company/people/alan/departure").status_code == 403


def test_access_ends_at_the_next_click_and_begins_again(as_: As, desk: Desk) -> None:
    own(desk, "bob")
    ada, bob = as_("ada"), as_("bob", "le1")
    assert "Hafen Logistik" in words(bob.get("/account"))
    told = ada.post("/company/people/bob/departure", follow_redirects=True)
    assert "Bob Buyer does not act for the company any more." in words(told)
    assert "Hafen Logistik" not in words(bob.get("/account"))
    told = ada.post("/company/people/bob/activity", follow_redirects=True)
    assert "Bob Buyer acts for the company again." in words(told)


def test_an_account_that_is_off_cannot_be_switched_on_here(as_: As, desk: Desk) -> None:
    own(desk, "bob")
    desk.sql("UPDATE people SET active = :no WHERE id = 'bob'", no=False)
    page = words(as_("ada").get("/company/people/bob"))
    assert "The account of Bob is switched off for every company." in page


def test_the_limit_is_set_and_says_what_follows(as_: As, desk: Desk) -> None:
    ada = as_("ada")
    page = ada.get("/company?view=rules")
    assert "Buyers order alone up to 1,000.00 EUR ; above that an admin approves." in words(page)
    assert (value(page, "limit-amount"), value(page, "limit-version")) == ("1,000.00", "1")
    told = ada.post("/company/limit", data=limit(), follow_redirects=True)
    assert "The company limit is 2,000.00 EUR now." in words(told)
    assert company(desk).limit == Money(200000, "EUR")
    changes = words(ada.get("/company?view=changes"))
    assert "Ada Admin raised the limit from 1,000.00 to 2,000.00 EUR" in changes


def test_the_limit_says_what_counts_against_it(as_: As, desk: Desk) -> None:
    ada = as_("ada")
    assert "Goods with tax, without shipping" in words(ada.get("/company?view=rules"))
    desk.sql("UPDATE tenants SET settings = :net", net='{"limit_basis": "net"}')
    assert "Goods without tax and shipping" in words(ada.get("/company?view=rules"))


def test_no_limit_is_not_a_limit_of_zero(as_: As, desk: Desk) -> None:
    ada = as_("ada")
    data = limit(kind="unlimited", amount="", currency="")
    told = ada.post("/company/limit", data=data, follow_redirects=True)
    assert "The company has no limit now." in words(told)
    assert "There is no limit" in words(told)
    assert company(desk).limit is None
    ada.post("/company/limit", data=limit(amount="0", version="2"))
    assert company(desk).limit == Money(0, "EUR")


def test_the_limit_is_read_in_the_language_of_the_admin(as_: As, desk: Desk) -> None:
    desk.sql("UPDATE people SET language = 'de' WHERE id = 'ada'")
    ada = as_("ada")
    assert value(ada.get("/company?view=rules"), "limit-amount") == "1.000,00"
    ada.post("/company/limit", data=limit(amount="2.500,5"))
    assert company(desk).limit == Money(250050, "EUR")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"amount": "1e999"}, "“1e999” is not a number."),
        ({"amount": "NaN"}, "“NaN” is not a number."),
        ({"amount": "-1"}, "A limit cannot be below zero."),
        ({"amount": "0.001"}, "EUR has 2 decimals, so “0.001” cannot be a limit."),
        ({"amount": ""}, "Write an amount, or choose that there is no limit."),
        ({"amount": "9" * 10_000}, "Write a shorter number."),
        ({"currency": "EURO"}, "“EURO” is no currency in use."),
        ({"currency": "E" * 200}, "Write three letters, like EUR."),
        ({"amount": "12\x00"}, "The text holds a character that cannot be stored."),
        ({"kind": ""}, "Choose whether there is a limit."),
        ({"amount": "NaN", "step": "preview"}, "“NaN” is not a number."),
    ],
)
def test_a_limit_that_cannot_be_read_is_kept_as_typed(
    as_: As, desk: Desk, fields: dict[str, str], told: str
) -> None:
    reply = as_("ada").post("/company/limit", data=limit(**fields))
    assert reply.status_code == 422
    assert told in words(reply)
    for name in ("amount", "currency", "version"):
        typed = limit(**fields)[f"limit-{name}"].replace("\x00", "\ufffd")
        assert value(reply, f"limit-{name}") == typed
    assert company(desk).limit == Money(100000, "EUR")


def test_a_limit_shows_what_it_would_mean_before_it_is_set(as_: As, desk: Desk) -> None:
    reply = as_("ada").post("/company/limit", data=limit(amount="5000", step="preview"))
    assert reply.status_code == 200
    assert "What it would mean Buyers order alone up to 5,000.00 EUR" in words(reply)
    assert value(reply, "limit-amount") == "5000"
    assert company(desk).limit == Money(100000, "EUR")


def test_a_stale_page_overwrites_neither_limit_nor_group(as_: As, desk: Desk) -> None:
    desk.run(administration.set_limit, ALAN, Money(5, "EUR"), seen_version=1, now=NOW)
    for path, data in (
        ("limit", limit(amount="777")),
        ("group", {"group-people": ["bob"], "group-version": "1"}),
    ):
        reply = as_("ada").post(f"/company/{path}", data=data)
        assert reply.status_code == 409
        assert "Nothing is saved yet" in words(reply)
        assert value(reply, f"{path}-version") == "1"
    assert company(desk).limit == Money(5, "EUR")
    assert not company(desk).has_group


def test_the_group_is_chosen_and_emptied(as_: As, desk: Desk) -> None:
    ada = as_("ada")
    data = {"group-people": ["rita", "bob"], "group-version": "1"}
    told = ada.post("/company/group", data=data, follow_redirects=True)
    assert "The approval group decides from now on." in words(told)
    assert "Bob Buyer, Rita Roe decide on every request" in words(told)
    assert member(desk, "rita").in_group
    told = ada.post("/company/group", data={"group-version": "2"}, follow_redirects=True)
    assert "There is no approval group now" in words(told)
    assert not company(desk).has_group


def test_the_group_shows_what_it_would_mean_before_it_is_set(as_: As, desk: Desk) -> None:
    data = {"group-people": ["rita"], "group-version": "1", "group-step": "preview"}
    reply = as_("ada").post("/company/group", data=data)
    assert "Rita Roe alone decides on every request" in words(reply)
    assert "Nobody could approve what Rita asks for" in words(reply)
    assert re.search(r'value="rita"[^>]* checked', reply.text)
    assert not company(desk).has_group


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"group-people": ["bob", "gus"], "group-version": "1"}, "does not belong to Hafen"),
        ({"group-people": ["bob"], "group-version": "x"}, ""),
    ],
)
def test_a_group_that_cannot_be_is_refused(
    as_: As, desk: Desk, data: dict[str, Any], told: str
) -> None:
    reply = as_("ada").post("/company/group", data=data)
    assert reply.status_code == 422
    assert told in words(reply)
    assert re.search(r'value="bob"[^>]* checked', reply.text)
    assert not company(desk).has_group


def test_a_member_of_the_group_who_decides_nothing_any_more_is_named(as_: As, desk: Desk) -> None:
    desk.run(administration.set_group, ADA, ["bob", "rita"], seen_version=1, now=NOW)
    desk.sql("UPDATE memberships SET active = :no WHERE id = 'ca-bob-le1'", no=False)
    page = as_("ada").get("/company?view=rules")
    assert "Bob Buyer is not active, so decides nothing. Leaves the group" in words(page)
    assert re.search(r'value="bob"[^>]* disabled', page.text)


def test_what_waits_is_listed_and_leads_only_where_the_admin_may_look(as_: As, desk: Desk) -> None:
    other = desk.ask(RITA)
    mine = desk.ask(ROB, cart("c1500-rob", ADA))
    page = as_("ada").get("/company?view=waiting")
    assert f'href="/company/requests/{other}"' in page.text
    assert f'href="/approvals/{mine}"' in page.text
    assert f'href="/approvals/{other}"' not in page.text
    told = words(page)
    assert "with Bob" in told
    assert "Rita may not place orders alone, so an admin or a buyer must approve." in told
    assert "600.00 EUR" in told or "510.00 EUR" in told


def test_a_request_without_an_approver_says_why_and_who_could_take_over(
    as_: As, desk: Desk
) -> None:
    asked = desk.ask(RITA)
    desk.sql("UPDATE memberships SET active = :no WHERE id = 'ca-bob-le1'", no=False)
    ada = as_("ada")
    page = words(ada.get("/company?view=waiting"))
    assert "One request needs an approver" in page
    assert (
        "Bob is not active any more. Ada Admin, Alan Archer or Ben Baker could take over." in page
    )
    overview = words(ada.get(f"/company/requests/{asked}"))
    assert "This request needs an approver Bob is not active any more." in overview
    assert "Rita can also withdraw it and ask again." in overview


def test_the_queue_of_each_person_names_what_waits_longest(as_: As, desk: Desk) -> None:
    asked = desk.ask(RITA)
    desk.ask(ROB, cart("c500-rob"), now=LATER)
    page = as_("ada").get("/company?view=waiting")
    number = desk.approval(asked).number
    assert f"Whose move it is Person Requests Waiting longest BB Bob Buyer 2 Request {number}" in (
        words(page)
    )


def test_an_open_question_waits_for_whoever_asked(as_: As, desk: Desk) -> None:
    desk.say(BOB, desk.ask(RITA), Action.ASK, "Do we need this?")
    page = words(as_("ada").get("/company?view=waiting"))
    assert "with Rita" in page


def test_an_admin_looks_on_and_cannot_decide(as_: As, desk: Desk) -> None:
    asked = desk.ask(RITA)
    desk.say(BOB, asked, Action.COMMENT, "between the two of us")
    reply = as_("ada").get(f"/company/requests/{asked}")
    page = words(reply)
    assert "Rita Roe asks for" in page
    assert "You look on as an admin of the company." in page
    assert "Bob Buyer wrote" in page
    assert "between the two of us" not in page
    main = reply.text.split("<main", 1)[1].split("</main>", 1)[0]
    assert re.findall(r'<form[^>]*action="([^"]*)"', main) == [
        f"/company/requests/{asked}/approver"
    ]
    assert as_("ada").get(f"/approvals/{asked}").status_code == 404


def test_a_decided_request_can_still_be_looked_at(as_: As, desk: Desk) -> None:
    asked = desk.ask(ROB, cart("c500-rob", ADA))
    desk.approve(asked, ADA)
    page = words(as_("ada").get(f"/company/requests/{asked}"))
    assert "Ada Admin has approved this request." in page
    assert "Open your request" in page


def test_requests_of_other_companies_are_not_there(as_: As, desk: Desk) -> None:
    asked = desk.ask(RITA)
    assert as_("olga").get(f"/company/requests/{asked}").status_code == 404


def test_an_empty_company_says_so(as_: As) -> None:
    olga = as_("olga")
    assert "Nothing waits for anybody in this company." in words(olga.get("/company?view=waiting"))
    assert "Nothing has been changed here yet." in words(olga.get("/company?view=changes"))
    assert "No request waits in this company." in words(olga.get("/company?view=nonsense"))


def test_a_longer_list_of_what_waits_has_pages(
    as_: As, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.approvals.oversight.PAGE_SIZE", 1)
    desk.ask(RITA)
    desk.ask(ROB, cart("c500-rob"))
    ada = as_("ada")
    page = ada.get("/company?view=waiting")
    link = re.search(r'href="([^"]*after=[^"]*)"', page.text)
    assert link is not None
    assert "Show more" in words(page)
    assert "Back to the start" in words(ada.get(unescape(link.group(1))))


def test_a_list_of_waiting_requests_needs_no_query_for_each(
    app: Flask, as_: As, desk: Desk
) -> None:
    ada = as_("ada")
    desk.ask(RITA)
    with statements(app) as few:
        ada.get("/company?view=waiting")
    desk.ask(ROB, cart("c500-rob"))
    with statements(app) as more:
        ada.get("/company?view=waiting")
    assert len(more.seen) == len(few.seen)


def test_the_currency_of_a_first_limit_is_that_of_the_shop(desk: Desk) -> None:
    desk.run(administration.set_limit, ADA, None, seen_version=1, now=NOW)
    with desk.database.reading() as session:
        assert usual_currency(session, ADA, open_place(session, ADA)) == "EUR"
        elsewhere = replace(ADA, tenant_id="without sites")
        assert usual_currency(session, elsewhere, open_place(session, ADA)) == "EUR"


def test_a_newcomer_is_invited_by_mail_and_once_more_after_an_hour(as_: As, desk: Desk) -> None:
    ada = as_("ada")
    told = ada.post("/company/people", data=CARA, follow_redirects=True)
    assert "an invitation is on its way to cara@acme.example" in words(told)
    assert "has not signed in yet" in words(told)
    (mail,) = desk.mails()
    assert (mail.template, mail.context["company"]) == ("invited", "Hafen Logistik GmbH")
    page = f"/company/people/{mail.to}"
    assert "An invitation was sent to cara@acme.example less than an hour ago." in words(
        ada.get(page)
    )
    assert ada.post(f"{page}/invitation").status_code == 403
    desk.sql("UPDATE outbox_messages SET created_at = :past", past="2026-01-01 00:00:00+00:00")
    again = ada.post(f"{page}/invitation", follow_redirects=True)
    assert "An invitation to Cara Klein is on its way." in words(again)
    assert [one.template for one in desk.mails()] == ["invited", "invited"]
    assert "Ada Admin sent Cara Klein the invitation again" in words(
        ada.get("/company?view=changes")
    )


def test_somebody_who_has_signed_in_is_not_invited_again(as_: As, desk: Desk) -> None:
    own(desk, "rob")
    ada = as_("ada")
    assert "Send the invitation" in words(ada.get("/company/people/rob"))
    desk.sql(
        "INSERT INTO identities (tenant_id, issuer, subject, person_id)"
        " VALUES ('acme', 'https://idp', 's', 'rob')"
    )
    assert "invitation" not in words(ada.get("/company/people/rob"))
    assert "has not signed in yet" not in words(ada.get("/company"))
    reply = ada.post("/company/people/rob/invitation")
    assert reply.status_code == 403
    assert "Rob has signed in already." in words(reply)


def test_somebody_of_another_company_is_added_by_address_and_told(as_: As, desk: Desk) -> None:
    data = {**CARA, "email": "gus@acme.example", "first_name": "Whoever", "last_name": "It Is"}
    told = as_("ada").post("/company/people", data=data, follow_redirects=True)
    assert "Gus Gray belongs to the company now" in words(told)
    assert desk.told() == [("invited", "gus")]
