from dataclasses import replace

import pytest

from webapp.identity.domain import Actor, Member, Role, Source
from webapp.identity.policy import (
    is_last_admin,
    may_activate,
    may_administer,
    may_change_role,
    may_deactivate,
    may_edit,
    may_join_group,
    may_take_over,
    require_sound_limit,
)
from webapp.kernel.errors import Invalid
from webapp.kernel.money import Money
from webapp.kernel.sentence import Verdict


def member(name: str, role: Role) -> Member:
    first, last = name.split()
    return Member(
        membership_id=f"ca-{first}",
        person_id=first.lower(),
        company_id="le1",
        first_name=first,
        last_name=last,
        email=f"{first.lower()}@acme.example",
        role=role,
    )


ADA = member("Ada Admin", Role.ADMIN)
ALAN = member("Alan Archer", Role.ADMIN)
BOB = member("Bob Buyer", Role.BUYER)
RITA = member("Rita Roe", Role.REQUESTER)
COLIN = member("Colin Cook", Role.CONTACT)


def reason(verdict: Verdict) -> str:
    return verdict.reason.plain() if verdict.reason else ""


def actor(role: Role | None, company_id: str | None = "le1") -> Actor:
    return Actor(
        tenant_id="acme",
        person_id="ada",
        first_name="Ada",
        last_name="Admin",
        email="ada@acme.example",
        company_id=company_id,
        company_name="Hafen Logistik GmbH",
        role=role,
    )


@pytest.mark.parametrize(
    ("who", "allowed", "words"),
    [
        (actor(Role.ADMIN), True, ""),
        (actor(Role.BUYER), False, "Only admins of Hafen Logistik GmbH look after its people"),
        (actor(Role.REQUESTER), False, "Only admins of Hafen Logistik GmbH"),
        (actor(Role.CONTACT), False, "Only admins of Hafen Logistik GmbH"),
        (actor(None), False, "Only admins of Hafen Logistik GmbH"),
        (actor(None, None), False, "You act for no company here"),
    ],
)
def test_only_admins_look_after_a_company(who: Actor, allowed: bool, words: str) -> None:
    verdict = may_administer(who)
    assert verdict.allowed is allowed
    assert words in reason(verdict)


@pytest.mark.parametrize(
    ("source", "edits", "takes_over", "words"),
    [
        (Source.PAGE, True, False, "is looked after on this page already"),
        (Source.IMPORT, False, True, "comes from the import of your company’s directory"),
        (Source.CLAIMS, False, False, "comes from your identity provider at every sign-in"),
    ],
)
def test_a_membership_has_one_source(
    source: Source, edits: bool, takes_over: bool, words: str
) -> None:
    one = replace(BOB, source=source)
    verdicts = may_edit(one), may_take_over(one)
    assert [verdict.allowed for verdict in verdicts] == [edits, takes_over]
    assert any(words in reason(verdict) for verdict in verdicts)
    assert may_change_role(one, Role.REQUESTER, [ADA, one]).allowed is edits
    assert may_deactivate(one, [ADA, one]).allowed is edits
    assert may_activate(one, account_active=True).allowed is edits


@pytest.mark.parametrize(
    ("who", "role", "others", "code"),
    [
        (BOB, Role.REQUESTER, [ADA], "yes"),
        (BOB, Role.ADMIN, [ADA], "yes"),
        (ADA, Role.BUYER, [ALAN], "yes"),
        (ADA, Role.ADMIN, [], "yes"),
        (ADA, Role.BUYER, [BOB, RITA], "last_admin"),
        (ADA, Role.BUYER, [replace(ALAN, active=False)], "last_admin"),
        (replace(ADA, active=False), Role.BUYER, [ALAN], "yes"),
        (replace(BOB, in_group=True), Role.CONTACT, [ADA], "contact_in_group"),
        (replace(BOB, in_group=True), Role.REQUESTER, [ADA], "yes"),
        (BOB, Role.CONTACT, [ADA], "yes"),
    ],
)
def test_who_may_get_which_role(who: Member, role: Role, others: list[Member], code: str) -> None:
    verdict = may_change_role(who, role, [who, *others])
    assert (verdict.code, verdict.allowed) == (code, code == "yes")
    assert verdict.allowed or who.first_name in reason(verdict)


@pytest.mark.parametrize(
    ("who", "others", "code"),
    [
        (BOB, [ADA], "yes"),
        (ADA, [ALAN], "yes"),
        (ADA, [BOB], "last_admin"),
        (ADA, [replace(ALAN, active=False)], "last_admin"),
        (replace(BOB, in_group=True), [ADA], "last_in_group"),
        (
            replace(BOB, in_group=True),
            [replace(RITA, in_group=True, active=False)],
            "last_in_group",
        ),
        (replace(BOB, in_group=True), [replace(RITA, in_group=True)], "yes"),
    ],
)
def test_who_may_stop_acting_for_the_company(who: Member, others: list[Member], code: str) -> None:
    verdict = may_deactivate(who, [who, *others])
    assert (verdict.code, verdict.allowed) == (code, code == "yes")
    assert verdict.allowed or who.first_name in reason(verdict)


def test_an_account_that_is_off_is_not_the_companys_to_switch_on() -> None:
    assert may_activate(BOB, account_active=True)
    refused = may_activate(BOB, account_active=False)
    assert refused.code == "account_off"
    assert "The account of Bob is switched off for every company." in reason(refused)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (RITA, ""),
        (BOB, ""),
        (ADA, ""),
        (COLIN, "Colin Cook is a contact"),
        (replace(RITA, active=False), "Rita Roe is not active"),
    ],
)
def test_any_active_person_but_a_contact_may_stand_in_the_group(who: Member, words: str) -> None:
    verdict = may_join_group(who)
    assert verdict.allowed is not bool(words)
    assert reason(verdict).startswith(words)


def test_the_last_admin_is_an_active_one() -> None:
    assert is_last_admin(ADA, [ADA, BOB])
    assert not is_last_admin(ADA, [ADA, ALAN])
    assert not is_last_admin(BOB, [ADA, BOB])
    assert not is_last_admin(replace(ADA, active=False), [ADA, BOB])


@pytest.mark.parametrize("limit", [None, Money(0, "EUR"), Money(10**15, "JPY")])
def test_no_limit_and_a_limit_of_zero_are_both_sound(limit: Money | None) -> None:
    require_sound_limit(limit)


@pytest.mark.parametrize(
    ("limit", "field"), [(Money(-1, "EUR"), "amount"), (Money(1, "XXX"), "currency")]
)
def test_a_limit_needs_a_currency_and_is_not_below_zero(limit: Money, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_sound_limit(limit)
    assert list(refused.value.fields) == [field]
