from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from webapp.identity.domain import Actor, Member, Role, Source
from webapp.identity.policy import (
    is_last_admin,
    may_activate,
    may_administer,
    may_change_role,
    may_deactivate,
    may_edit,
    may_invite,
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


def answer(verdict: Verdict) -> tuple[str, str]:
    assert verdict.allowed is (verdict.code == "yes")
    return verdict.code, reason(verdict)


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


YES = ("yes", "")
NO_ADMIN = (
    "not_admin",
    "Only admins of Hafen Logistik GmbH look after its people, its limit and its approvers.",
)
NO_COMPANY = ("no_company", "You act for no company here, so there is none to look after.")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (actor(Role.ADMIN), YES),
        (actor(Role.BUYER), NO_ADMIN),
        (actor(Role.REQUESTER), NO_ADMIN),
        (actor(Role.CONTACT), NO_ADMIN),
        (actor(None), NO_ADMIN),
        (actor(None, None), NO_COMPANY),
        (actor(Role.ADMIN, None), NO_COMPANY),
    ],
)
def test_only_admins_look_after_a_company(who: Actor, expected: tuple[str, str]) -> None:
    assert answer(may_administer(who)) == expected


IMPORTED = (
    "other_source",
    "What Bob is here comes from the import of your company’s directory, so it is only shown. "
    "Change it there, or look after it here from now on.",
)
CLAIMED = (
    "other_source",
    "What Bob is here comes from your identity provider at every sign-in, so it is only shown. "
    "Change it there.",
)
OURS = ("source", "What Bob is here is looked after on this page already.")
THEIRS = (
    "source",
    "Your identity provider says at every sign-in what Bob is here, so it cannot be looked after "
    "on this page.",
)


@pytest.mark.parametrize(
    ("source", "edits", "takes_over"),
    [
        (Source.PAGE, YES, OURS),
        (Source.IMPORT, IMPORTED, YES),
        (Source.CLAIMS, CLAIMED, THEIRS),
    ],
)
def test_a_membership_has_one_source(
    source: Source, edits: tuple[str, str], takes_over: tuple[str, str]
) -> None:
    one = replace(BOB, source=source)
    assert answer(may_edit(one)) == edits
    assert answer(may_take_over(one)) == takes_over
    assert answer(may_change_role(one, Role.REQUESTER, [ADA, one])) == edits
    assert answer(may_deactivate(one, [ADA, one])) == edits
    assert answer(may_activate(one, account_active=True)) == edits


WORDS = {
    "yes": "",
    "last_admin": "{name} is the only active admin. Make somebody else an admin first, or nobody "
    "could look after the company.",
    "contact_in_group": "Contacts decide nothing, and {name} belongs to the approval group. Take "
    "them out of it first.",
    "last_in_group": "{name} is the last active member of the approval group. Choose somebody "
    "else for it or empty it first, so that it is you who says who decides.",
    "account_off": "The account of {name} is switched off for every company. It can be switched "
    "on again only where it was switched off.",
}


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
    assert answer(verdict) == (code, WORDS[code].format(name=who.first_name))


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
    assert answer(verdict) == (code, WORDS[code].format(name=who.first_name))


def test_an_account_that_is_off_is_not_the_companys_to_switch_on() -> None:
    assert may_activate(BOB, account_active=True)
    refused = may_activate(BOB, account_active=False)
    assert answer(refused) == ("account_off", WORDS["account_off"].format(name="Bob"))


NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("who", "can_sign_in", "last", "expected"),
    [
        (BOB, False, None, YES),
        (BOB, False, NOW - HOUR, YES),
        (
            BOB, False, NOW - HOUR + timedelta(seconds=1),
            (
                "invited_just_now",
                "An invitation was sent to bob@acme.example less than an hour ago.",
            ),
        ),
        (BOB, True, None, ("has_come", "Bob has signed in already.")),
        (
            replace(BOB, active=False), False, None,
            ("inactive", "Bob does not act for the company."),
        ),
    ],
)  # fmt: skip
def test_whoever_has_not_come_yet_is_invited_once_an_hour(
    who: Member, can_sign_in: bool, last: datetime | None, expected: tuple[str, str]
) -> None:
    assert answer(may_invite(who, can_sign_in=can_sign_in, last=last, now=NOW)) == expected


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (RITA, YES),
        (BOB, YES),
        (ADA, YES),
        (COLIN, ("contact", "Colin Cook is a contact, and contacts only look on.")),
        (
            replace(RITA, active=False),
            ("inactive", "Rita Roe is not active, so decides nothing."),
        ),
    ],
)
def test_any_active_person_but_a_contact_may_stand_in_the_group(
    who: Member, expected: tuple[str, str]
) -> None:
    assert answer(may_join_group(who)) == expected


def test_the_last_admin_is_an_active_one() -> None:
    assert is_last_admin(ADA, [ADA, BOB])
    assert not is_last_admin(ADA, [ADA, ALAN])
    assert not is_last_admin(BOB, [ADA, BOB])
    assert not is_last_admin(replace(ADA, active=False), [ADA, BOB])


@pytest.mark.parametrize("limit", [None, Money(0, "EUR"), Money(10**15, "JPY")])
def test_no_limit_and_a_limit_of_zero_are_both_sound(limit: Money | None) -> None:
    require_sound_limit(limit)


@pytest.mark.parametrize(
    ("limit", "field", "words"),
    [
        (Money(-1, "EUR"), "amount", "A limit cannot be below zero."),
        (
            Money(1, "XXX"),
            "currency",
            "“XXX” is no currency in use. Write its three letters, like EUR.",
        ),
    ],
)
def test_a_limit_needs_a_currency_and_is_not_below_zero(
    limit: Money, field: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        require_sound_limit(limit)
    assert refused.value.code == "bad_limit"
    assert {name: why.plain() for name, why in refused.value.fields.items()} == {field: words}
