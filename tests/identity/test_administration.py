from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.support.cast import ADA, ALAN, BOB, CARL, NOW, OLGA, RITA, TENANT, Desk, desk, own_desk
from webapp.identity import administration, queries
from webapp.identity.domain import CompanyFacts, Member, Role, Source
from webapp.identity.policy import Newcomer
from webapp.identity.recording import Place, open_place, stream_of
from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.kernel.money import Money
from webapp.ledger.queries import Event, events, head_of_stream
from webapp.ledger.service import Head, verify

__all__ = ["desk", "own_desk"]

CARA = Newcomer(email="cara@acme.example", first_name="Cara", last_name="Klein", role=Role.BUYER)


def place(desk: Desk, actor: Any = ADA) -> Place:
    with desk.database.reading() as session:
        return open_place(session, actor)


def found(desk: Desk, person_id: str, company_id: str = "le1") -> Member:
    with desk.database.reading() as session:
        member = queries.member(session, TENANT, company_id, person_id)
    assert member is not None
    return member


def company(desk: Desk, company_id: str = "le1") -> CompanyFacts:
    with desk.database.reading() as session:
        return queries.company(session, TENANT, company_id)


def history(desk: Desk, company_id: str = "le1") -> list[Event]:
    with desk.database.reading() as session:
        return events(session, TENANT, stream_of(company_id))


def own(desk: Desk, *person_ids: str) -> None:
    """Let the page be the source of these memberships."""
    for person_id in person_ids:
        desk.run(administration.take_over, ADA, person_id, now=NOW)


def test_a_new_person_is_made_and_belongs_to_the_company(desk: Desk) -> None:
    member = desk.run(administration.add_member, ADA, CARA, now=NOW)
    assert (member.name, member.role, member.active) == ("Cara Klein", Role.BUYER, True)
    assert found(desk, member.person_id).source is Source.PAGE
    (event,) = history(desk)
    assert (event.action, event.actor_name) == ("ADD", "Ada Admin")
    assert event.data == {
        "person": "Cara Klein", "person_id": member.person_id, "role": "B2B_BUYER"
    }  # fmt: skip


def test_people_are_added_by_and_beside_those_whom_a_page_has_no_room_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_MOST_MEMBERS", 0)
    member = desk.run(administration.add_member, ADA, CARA, now=NOW)
    assert found(desk, member.person_id).name == "Cara Klein"
    assert place(desk).headcount == len(
        desk.sql("SELECT 1 FROM memberships WHERE company_id = 'le1'")
    )
    with pytest.raises(Invalid) as refused:
        desk.run(administration.add_member, ADA, replace(CARA, email=BOB.email), now=NOW)
    assert refused.value.code == "known_member"


def test_a_person_of_the_tenant_keeps_their_name_and_gets_a_membership(desk: Desk) -> None:
    known = Newcomer(
        email="olga@acme.example", first_name="Helga", last_name="Typed", role=Role.REQUESTER
    )
    member = desk.run(administration.add_member, ADA, known, now=NOW)
    assert (member.person_id, member.name) == ("olga", "Olga Olsen")
    assert found(desk, "olga", "le2").role is Role.ADMIN


def test_who_belongs_to_the_company_is_not_added_again(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.run(administration.add_member, ADA, replace(CARA, email="bob@acme.example"), now=NOW)
    assert refused.value.code == "known_member"
    assert "Bob Buyer belongs to Hafen" in refused.value.fields["email"].plain()


def test_a_role_changes_and_leaves_a_trace(desk: Desk) -> None:
    own(desk, "bob")
    changed = desk.run(
        administration.change_role, ADA, "bob", Role.REQUESTER, seen=Role.BUYER, now=NOW
    )
    assert changed.role is found(desk, "bob").role is Role.REQUESTER
    assert history(desk)[-1].data == {
        "person": "Bob Buyer", "person_id": "bob", "old": "B2B_BUYER", "new": "B2B_REQUESTER"
    }  # fmt: skip


def test_the_same_role_again_changes_nothing(desk: Desk) -> None:
    own(desk, "bob")
    desk.run(administration.change_role, ADA, "bob", Role.BUYER, seen=Role.BUYER, now=NOW)
    assert [event.action for event in history(desk)] == ["TAKE_OVER"]


def test_a_role_that_somebody_else_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    own(desk, "bob")
    desk.run(administration.change_role, ALAN, "bob", Role.ADMIN, seen=Role.BUYER, now=NOW)
    with pytest.raises(Conflict):
        desk.run(administration.change_role, ADA, "bob", Role.REQUESTER, seen=Role.BUYER, now=NOW)
    assert found(desk, "bob").role is Role.ADMIN


def test_an_imported_role_is_only_shown(desk: Desk) -> None:
    with pytest.raises(Forbidden) as refused:
        desk.run(administration.change_role, ADA, "bob", Role.ADMIN, seen=Role.BUYER, now=NOW)
    assert refused.value.code == "other_source"
    assert found(desk, "bob").role is Role.BUYER


def test_an_imported_membership_is_taken_over_once(desk: Desk) -> None:
    own(desk, "bob")
    assert found(desk, "bob").source is Source.PAGE
    with pytest.raises(Forbidden):
        own(desk, "bob")
    assert [event.action for event in history(desk)] == ["TAKE_OVER"]


def test_the_last_admin_stays_one(desk: Desk) -> None:
    own(desk, "ada", "alan")
    desk.run(administration.change_role, ADA, "alan", Role.BUYER, seen=Role.ADMIN, now=NOW)
    uses: list[tuple[Any, dict[str, Any]]] = [
        (administration.change_role, {"role": Role.BUYER, "seen": Role.ADMIN}),
        (administration.set_active, {"active": False}),
    ]
    for use_case, rest in uses:
        with pytest.raises(Forbidden) as refused:
            desk.run(use_case, ADA, "ada", now=NOW, **rest)
        assert refused.value.code == "last_admin"
    assert found(desk, "ada").role is Role.ADMIN


def test_who_was_an_admin_a_moment_ago_changes_nothing(desk: Desk) -> None:
    own(desk, "alan")
    desk.run(administration.set_active, ADA, "alan", False, now=NOW)
    with pytest.raises(Forbidden):
        desk.run(administration.add_member, ALAN, CARA, now=NOW)
    with pytest.raises(Forbidden):
        desk.run(administration.add_member, replace(OLGA, company_id="le1"), CARA, now=NOW)


@pytest.mark.parametrize("actor", [BOB, RITA, CARL])
def test_only_admins_change_anything(desk: Desk, actor: Any) -> None:
    uses: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
        (administration.add_member, (CARA,), {}),
        (administration.change_role, ("bob", Role.ADMIN), {"seen": Role.BUYER}),
        (administration.set_active, ("bob", False), {}),
        (administration.take_over, ("bob",), {}),
        (administration.set_limit, (None,), {"seen_version": 1}),
        (administration.set_group, ([],), {"seen_version": 1}),
    ]
    for use_case, args, rest in uses:
        with pytest.raises(Forbidden):
            desk.run(use_case, actor, *args, now=NOW, **rest)
    assert not history(desk)


def test_people_of_other_companies_do_not_exist(desk: Desk) -> None:
    uses: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
        (administration.change_role, (Role.ADMIN,), {"seen": Role.REQUESTER}),
        (administration.set_active, (False,), {}),
        (administration.take_over, (), {}),
    ]
    for use_case, args, rest in uses:
        with pytest.raises(NotFound):
            desk.run(use_case, ADA, "gus", *args, now=NOW, **rest)


def test_access_ends_and_begins_again(desk: Desk) -> None:
    own(desk, "bob")
    desk.run(administration.set_active, ADA, "bob", False, now=NOW)
    assert not found(desk, "bob").active
    desk.run(administration.set_active, ADA, "bob", False, now=NOW)
    desk.run(administration.set_active, ADA, "bob", True, now=NOW)
    assert found(desk, "bob").active
    assert [e.action for e in history(desk)] == ["TAKE_OVER", "DEACTIVATE", "ACTIVATE"]


def test_an_account_that_is_off_stays_off(desk: Desk) -> None:
    own(desk, "bob")
    desk.sql("UPDATE people SET active = :no WHERE id = 'bob'", no=False)
    with pytest.raises(Forbidden) as refused:
        desk.run(administration.set_active, ADA, "bob", True, now=NOW)
    assert refused.value.code == "account_off"


def test_whose_access_ends_leaves_the_group_unless_nobody_would_be_left(desk: Desk) -> None:
    own(desk, "bob", "rita")
    version = place(desk).version
    desk.run(administration.set_group, ADA, ["bob", "rita"], seen_version=version, now=NOW)
    desk.run(administration.set_active, ADA, "bob", False, now=NOW)
    assert not found(desk, "bob").in_group
    assert place(desk).version == version + 2
    with pytest.raises(Forbidden) as refused:
        desk.run(administration.set_active, ADA, "rita", False, now=NOW)
    assert refused.value.code == "last_in_group"


def test_a_limit_is_set_and_removed(desk: Desk) -> None:
    version = place(desk).version
    desk.run(administration.set_limit, ADA, Money(200000, "CHF"), seen_version=version, now=NOW)
    assert company(desk).limit == Money(200000, "CHF")
    desk.run(administration.set_limit, ADA, None, seen_version=version + 1, now=NOW)
    assert company(desk).limit is None
    assert [event.data for event in history(desk)] == [
        {"old": {"minor": 100000, "currency": "EUR"}, "new": {"minor": 200000, "currency": "CHF"}},
        {"old": {"minor": 200000, "currency": "CHF"}, "new": None},
    ]


def test_a_limit_of_zero_is_not_no_limit(desk: Desk) -> None:
    desk.run(
        administration.set_limit, ADA, Money(0, "EUR"), seen_version=place(desk).version, now=NOW
    )
    assert company(desk).limit == Money(0, "EUR")


def test_the_same_limit_again_leaves_no_trace(desk: Desk) -> None:
    same = company(desk).limit
    desk.run(administration.set_limit, ADA, same, seen_version=place(desk).version, now=NOW)
    assert not history(desk)


def test_a_limit_that_no_company_can_have_is_refused(desk: Desk) -> None:
    with pytest.raises(Invalid):
        desk.run(administration.set_limit, ADA, Money(-1, "EUR"), seen_version=1, now=NOW)


def test_limit_and_group_are_not_changed_from_a_stale_page(desk: Desk) -> None:
    seen = place(desk).version
    desk.run(administration.set_limit, ALAN, Money(5, "EUR"), seen_version=seen, now=NOW)
    with pytest.raises(Conflict):
        desk.run(administration.set_limit, ADA, None, seen_version=seen, now=NOW)
    with pytest.raises(Conflict):
        desk.run(administration.set_group, ADA, ["bob"], seen_version=seen, now=NOW)
    assert company(desk).limit == Money(5, "EUR")
    assert not company(desk).has_group


def test_a_group_holds_exactly_whom_the_admin_chose(desk: Desk) -> None:
    version = place(desk).version
    for step, chosen in enumerate((["bob", "rita"], ["rita", "ada", "rita"], [])):
        desk.run(administration.set_group, ADA, chosen, seen_version=version + step, now=NOW)
        assert {one.person_id for one in place(desk).group} == set(chosen)
    assert [event.data for event in history(desk)] == [
        {"joined": ["Bob Buyer", "Rita Roe"], "left": [], "size": 2},
        {"joined": ["Ada Admin"], "left": ["Bob Buyer"], "size": 2},
        {"joined": [], "left": ["Ada Admin", "Rita Roe"], "size": 0},
    ]


def test_the_same_group_again_leaves_no_trace(desk: Desk) -> None:
    desk.run(administration.set_group, ADA, [], seen_version=place(desk).version, now=NOW)
    assert not history(desk)


@pytest.mark.parametrize("stranger", ["gus", "carl", "nobody"])
def test_nobody_from_outside_comes_into_the_group(desk: Desk, stranger: str) -> None:
    with pytest.raises(Invalid) as refused:
        desk.run(administration.set_group, ADA, ["bob", stranger], seen_version=1, now=NOW)
    assert "does not belong to Hafen" in refused.value.fields["people"].plain()
    assert not company(desk).has_group


def test_who_decides_nothing_stays_out_of_the_group(desk: Desk) -> None:
    own(desk, "bob")
    desk.run(administration.set_active, ADA, "bob", False, now=NOW)
    with pytest.raises(Invalid) as refused:
        desk.run(administration.set_group, ADA, ["bob"], seen_version=place(desk).version, now=NOW)
    assert "Bob Buyer is not active" in refused.value.fields["people"].plain()


def test_the_history_of_a_company_is_a_whole_chain(desk: Desk) -> None:
    own(desk, "bob", "rita")
    desk.run(administration.set_active, ADA, "bob", False, now=NOW)
    stream_id = stream_of("le1")
    with desk.database.reading() as session:
        length, sealed = head_of_stream(session, TENANT, stream_id)
        head = Head(tenant_id=TENANT, stream_id=stream_id, length=length, hash=sealed)
        assert (length, verify(session, head)) == (3, None)
        assert head_of_stream(session, TENANT, "company:none") == (0, "0" * 64)


def test_every_company_has_a_stream_that_fits_and_is_no_approval() -> None:
    assert stream_of("le1") == "company:le1"
    longest = [stream_of("x" * 65 + last) for last in "ab"]
    assert len(set(longest)) == 2
    assert all(len(one) <= 66 and ":" in one for one in longest)


def test_two_admins_cannot_each_take_the_others_place(own_desk: Desk) -> None:
    own(own_desk, "ada", "alan")

    def demote(pair: tuple[Any, str]) -> str:
        actor, person_id = pair
        try:
            own_desk.run(
                administration.change_role, actor, person_id, Role.BUYER, seen=Role.ADMIN, now=NOW
            )
        except DomainError as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(demote, [(ADA, "alan"), (ALAN, "ada")]))
    # The slower one is no admin any more when its turn comes.
    assert answers == ["done", "not_admin"]
    admins = [one for one in place(own_desk, OLGA).members if one.role is Role.ADMIN]
    assert len(admins) == 1
    assert {found(own_desk, one).role for one in ("ada", "alan")} == {Role.ADMIN, Role.BUYER}


def test_two_companies_adding_the_same_address_make_one_person(own_desk: Desk) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(
            pool.map(
                lambda actor: own_desk.run(administration.add_member, actor, CARA, now=NOW),
                [ADA, OLGA],
            )
        )
    assert made[0].person_id == made[1].person_id
