"""Roles from groups of the identity provider: given, changed and taken at each sign-in (R57)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.identity.conftest import make_desk, start
from tests.support.app import HouseClient, make_app, sign_in
from tests.support.cast import Desk, cart
from tests.support.provider import Provider
from webapp.config import BadSettings
from webapp.db import Database
from webapp.kernel.clock import utcnow

GRANTS = [
    {"group": "hafen-buyers", "tenant": "acme", "company": "le1", "role": "B2B_BUYER"},
    {"group": "hafen-admins", "tenant": "acme", "company": "le1", "role": "B2B_ADMIN"},
    {"group": "nord-buyers", "tenant": "acme", "company": "le2", "role": "B2B_BUYER"},
    {"group": "elsewhere", "tenant": "zeta", "company": "le1", "role": "B2B_ADMIN"},
    {"group": "gone", "tenant": "acme", "company": "nowhere", "role": "B2B_ADMIN"},
]
SEAT = "SELECT role, active, source FROM memberships WHERE person_id = :who AND company_id = :where"

Enter = Callable[..., TestResponse]


@pytest.fixture
def enter(acme: Database, provider: Provider, tmp_path: Path) -> Enter:
    """Carl, who belongs to no company, signs in with these groups in the claim."""
    (tmp_path / "roles.json").write_text(json.dumps(GRANTS), "utf-8")
    client = make_desk(acme, provider, oidc_roles_file=str(tmp_path / "roles.json")).test_client()
    assert isinstance(client, HouseClient)

    def entering(groups: object, *, who: str = "carl", told: bool = False) -> TestResponse:
        provider.answers.subject, provider.answers.email = f"sub-{who}", f"{who}@acme.example"
        claim = {} if groups is None else {"groups": groups}
        if told:
            provider.answers.userinfo = lambda claims: claims.update(claim)
        else:
            provider.answers.claims = lambda claims: claims.update(claim)
        return client.get("/auth/callback", query_string=provider.authorize(start(client)))

    return entering


def seat(desk: Desk, where: str = "le1", who: str = "carl") -> tuple[object, ...] | None:
    """Role, activity and source of a membership, or None."""
    found = desk.sql(SEAT, who=who, where=where)
    return (found[0][0], bool(found[0][1]), found[0][2]) if found else None


def test_a_group_gives_a_role(enter: Enter, desk: Desk) -> None:
    assert enter(["hafen-buyers", "others"]).status_code == 303
    assert seat(desk) == ("B2B_BUYER", True, "CLAIMS")
    assert seat(desk, "le2") is None


def test_groups_may_be_told_only_when_asked_for(enter: Enter, desk: Desk) -> None:
    enter(["hafen-buyers"], told=True)
    assert seat(desk) == ("B2B_BUYER", True, "CLAIMS")


def test_of_several_groups_the_strongest_counts(enter: Enter, desk: Desk) -> None:
    enter(["hafen-buyers", "hafen-admins"])
    assert seat(desk) == ("B2B_ADMIN", True, "CLAIMS")


@pytest.mark.parametrize("groups", [[], None, "others", 7, {"hafen-buyers": True}, [["x"], None]])
def test_who_is_in_no_group_any_more_acts_no_more(enter: Enter, desk: Desk, groups: object) -> None:
    enter(["hafen-buyers"])
    desk.sql(
        "INSERT INTO approval_group_members (tenant_id, company_id, membership_id) "
        "SELECT tenant_id, company_id, id FROM memberships WHERE person_id = 'carl'"
    )
    enter(groups)
    assert seat(desk) == ("B2B_BUYER", False, "CLAIMS")
    assert desk.sql("SELECT 1 FROM approval_group_members WHERE company_id = 'le1'") == []
    enter("hafen-admins")
    assert seat(desk) == ("B2B_ADMIN", True, "CLAIMS")


def test_a_role_that_is_taken_counts_at_once(enter: Enter, desk: Desk, acme: Database) -> None:
    enter(["hafen-admins"])
    other = sign_in(make_app(acme), "carl", "le1")
    assert other.get("/company").status_code == 200
    enter(["hafen-buyers"])
    assert other.get("/company").status_code == 403


def test_memberships_of_another_source_are_left_alone(enter: Enter, desk: Desk) -> None:
    before = seat(desk, who="rita")
    enter(["hafen-admins"], who="rita")
    assert seat(desk, who="rita") == before


def test_the_page_of_the_company_only_shows_it(enter: Enter, desk: Desk, acme: Database) -> None:
    enter(["hafen-buyers"])
    ada = sign_in(make_app(acme), "ada", "le1")
    assert "identity provider" in ada.get("/company/people/carl").text
    data = {"role": "B2B_ADMIN", "seen": "B2B_BUYER"}
    assert ada.post("/company/people/carl/role", data=data).status_code == 403
    told = ada.get("/company?view=changes").text
    assert "The identity provider says what Carl Consumer is here: Buyer" in told


def test_each_change_is_recorded_once(enter: Enter, desk: Desk) -> None:
    for groups in (["hafen-buyers"], ["hafen-buyers"], [], []):
        enter(groups)
    entries = "SELECT count(*) FROM ledger_entries WHERE action = 'DIRECTORY'"
    assert desk.sql(entries) == [(2,)]


def test_admins_are_told_what_nobody_may_decide_on_any_more(
    enter: Enter, desk: Desk, acme: Database
) -> None:
    enter(["hafen-buyers"])
    made = desk.ask(what=cart("c500-rita", approver_id="carl"), now=utcnow())
    before = len(desk.mails())
    enter(["hafen-buyers"])
    assert len(desk.mails()) == before
    enter([])
    told = desk.mails()[before:]
    assert [(one.template, one.to) for one in told] == [
        ("stranded", "ada"),
        ("stranded", "alan"),
    ]
    assert told[0].context["requests"] == [
        f"{desk.approval(made).number} – {desk.approval(made).title}"
    ]
    assert (
        "One request needs an approver"
        in sign_in(make_app(acme), "ada", "le1").get("/company?view=waiting").text
    )


def test_who_loses_their_deputy_is_told(enter: Enter, desk: Desk) -> None:
    enter(["hafen-buyers"])
    desk.sql(
        "INSERT INTO absences (tenant_id, id, company_id, owner_id, deputy_id, first_day, last_day,"
        " starts_at, ends_at) VALUES ('acme', 'away', 'le1', 'bob', 'carl', '2026-01-01',"
        " '2099-01-01', '2026-01-01 00:00:00', '2099-01-01 00:00:00')"
    )
    before = len(desk.mails())
    enter([])
    told = {one.to: one for one in desk.mails()[before:] if one.template == "no_deputy"}
    assert told.keys() == {"ada", "alan", "bob"}
    assert told["bob"].context["actor"] == ""


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", '{"a": 1}', '[{"group": "a"}]', json.dumps([{**GRANTS[0], "role": "KING"}]),
     json.dumps([{**GRANTS[0], "more": "x"}]), json.dumps([{**GRANTS[0], "group": 7}])],
)  # fmt: skip
def test_a_file_that_makes_no_sense_keeps_the_desk_from_starting(
    acme: Database, tmp_path: Path, text: str
) -> None:
    (tmp_path / "roles.json").write_text(text, "utf-8")
    with pytest.raises(BadSettings, match="OIDC_ROLES_FILE"):
        make_app(acme, oidc_roles_file=str(tmp_path / "roles.json"))
