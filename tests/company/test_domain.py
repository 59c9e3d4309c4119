from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from webapp.company.domain import group_in_words, limit_in_words, read_limit, tell
from webapp.identity.domain import CompanyFacts, Member, Role
from webapp.kernel.errors import Invalid
from webapp.kernel.money import Money

EUR = Money(100000, "EUR")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def company(limit: Money | None = EUR, *, has_group: bool = False) -> CompanyFacts:
    return CompanyFacts(id="le1", name="Hafen Logistik GmbH", limit=limit, has_group=has_group)


def member(name: str, role: Role = Role.REQUESTER, *, active: bool = True) -> Member:
    first, last = name.split()
    return Member(
        membership_id=f"ca-{first}",
        person_id=first.lower(),
        company_id="le1",
        first_name=first,
        last_name=last,
        email=f"{first.lower()}@acme.example",
        role=role,
        active=active,
        in_group=True,
    )


@dataclass
class Happened:
    action: str
    data: dict[str, Any] = field(default_factory=dict)
    actor_name: str = "Ada Admin"
    at: datetime = NOW


@pytest.mark.parametrize(
    ("amount", "currency", "mark", "limit"),
    [
        ("1000", "EUR", ".", Money(100000, "EUR")),
        ("1,000.00", "EUR", ".", Money(100000, "EUR")),
        ("1.000,50", "EUR", ",", Money(100050, "EUR")),
        ("1.000", "EUR", ",", Money(100000, "EUR")),
        ("1,000", "EUR", ".", Money(100000, "EUR")),
        ("12,5", "EUR", ",", Money(1250, "EUR")),
        (" 12.5 ", " eur ", ".", Money(1250, "EUR")),
        ("0", "EUR", ".", Money(0, "EUR")),
        ("1.250", "KWD", ".", Money(1250, "KWD")),
        ("1,500", "JPY", ".", Money(1500, "JPY")),
        ("999999999999", "EUR", ".", Money(99999999999900, "EUR")),
    ],
)
def test_a_limit_is_read_in_the_language_of_whoever_types_it(
    amount: str, currency: str, mark: str, limit: Money
) -> None:
    assert read_limit(amount, currency, mark) == limit


NO_CURRENCY = "“{}” is no currency in use. Write its three letters, like EUR."


@pytest.mark.parametrize(
    ("amount", "currency", "name", "words"),
    [
        ("1e999", "EUR", "amount", "“1e999” is not a number. Write it like 12.50."),
        ("NaN", "EUR", "amount", "“NaN” is not a number. Write it like 12.50."),
        ("-1", "EUR", "amount", "A limit cannot be below zero."),
        ("0.001", "EUR", "amount", "EUR has 2 decimals, so “0.001” cannot be a limit."),
        ("1.000", "EUR", "amount", "EUR has 2 decimals, so “1.000” cannot be a limit."),
        ("0.5", "JPY", "amount", "JPY has no decimals, so “0.5” cannot be a limit."),
        ("1234567890123", "EUR", "amount", "“1234567890123” has too many digits."),
        ("", "EUR", "amount", "Write an amount, or choose that there is no limit."),
        ("12\x00", "EUR", "amount", "“12\x00” is not a number. Write it like 12.50."),
        ("1000", "EURO", "currency", NO_CURRENCY.format("EURO")),
        ("1000", "", "currency", NO_CURRENCY.format("")),
        ("1000", " dem ", "currency", NO_CURRENCY.format("dem")),
        ("1000", "E" * 5000, "currency", NO_CURRENCY.format("E" * 10)),
    ],
)
def test_what_is_no_limit_says_why_beside_its_field(
    amount: str, currency: str, name: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read_limit(amount, currency, ".")
    assert refused.value.code == "bad_limit"
    assert {name: why.plain() for name, why in refused.value.fields.items()} == {name: words}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            company(),
            "Buyers order alone up to 1,000.00 EUR; above that an admin approves. What requesters "
            "ask for, an admin or a buyer approves up to the limit, and an admin above it.",
        ),
        (
            company(has_group=True),
            "Buyers order alone up to 1,000.00 EUR; above that the approval group decides, and on "
            "everything that requesters ask for.",
        ),
        (
            company(None),
            "There is no limit: buyers order alone, whatever it costs. What requesters ask for, "
            "an admin or a buyer approves.",
        ),
        (
            company(None, has_group=True),
            "There is no limit: buyers order alone, whatever it costs. What requesters ask for, "
            "the approval group decides.",
        ),
        (
            company(Money(0, "EUR")),
            "Buyers order nothing alone that costs anything: an admin approves every order of "
            "theirs and of the requesters.",
        ),
        (
            company(Money(0, "EUR"), has_group=True),
            "Buyers order nothing alone that costs anything: the approval group decides on every "
            "order of theirs and of the requesters.",
        ),
    ],
)
def test_a_limit_says_what_follows_from_it(facts: CompanyFacts, words: str) -> None:
    assert limit_in_words(facts).plain() == words


@pytest.mark.parametrize(
    ("members", "facts", "words"),
    [
        (
            [],
            company(),
            "Nobody is chosen, so the roles say who decides: an admin on everything over 1,000.00 "
            "EUR, an admin or a buyer on what requesters ask for below.",
        ),
        (
            [],
            company(None),
            "Nobody is chosen, so the roles say who decides: an admin or a buyer on what "
            "requesters ask for.",
        ),
        (
            [member("Gus Gray", active=False)],
            company(),
            "Nobody of the approval group is active, so nobody can approve anything now.",
        ),
        (
            [member("Gus Gray"), member("Ada Admin", Role.ADMIN)],
            company(),
            "Gus Gray, Ada Admin decide on every request, whatever their roles and whatever it "
            "costs. Other admins and buyers do not.",
        ),
        (
            [member("Gus Gray")],
            company(),
            "Gus Gray alone decides on every request, whatever it costs. Nobody could approve what "
            "Gus asks for, so choose a second person.",
        ),
        (
            [member("Ada Admin", Role.ADMIN), member("Gus Gray", active=False)],
            company(),
            "Ada Admin alone decides on every request, whatever it costs. Other admins and buyers "
            "do not.",
        ),
    ],
)
def test_a_group_says_what_follows_from_it(
    members: list[Member], facts: CompanyFacts, words: str
) -> None:
    assert group_in_words(members, facts).plain() == words


def money(minor: int, currency: str = "EUR") -> dict[str, Any]:
    return {"minor": minor, "currency": currency}


ABSENCE = {
    "person": "Bob Buyer",
    "deputy": "Alan Archer",
    "first_day": "2026-03-02",
    "last_day": "2026-03-06",
}


@pytest.mark.parametrize(
    ("action", "data", "words"),
    [
        (
            "ADD",
            {"person": "Cara Klein", "role": "B2B_BUYER"},
            "Ada Admin added Cara Klein (Buyer)",
        ),
        (
            "ROLE",
            {"person": "Bob Buyer", "old": "B2B_BUYER", "new": "B2B_ADMIN"},
            "Ada Admin changed the role of Bob Buyer from Buyer to Admin",
        ),
        ("ACTIVATE", {"person": "Bob Buyer"}, "Ada Admin let Bob Buyer act for the company again"),
        (
            "DEACTIVATE",
            {"person": "Bob Buyer"},
            "Ada Admin ended that Bob Buyer acts for the company",
        ),
        ("TAKE_OVER", {"person": "Bob Buyer"}, "Ada Admin took Bob Buyer over from the import"),
        ("LIMIT", {"old": None, "new": money(100000)}, "Ada Admin set a limit of 1,000.00 EUR"),
        (
            "LIMIT",
            {"old": money(100000), "new": None},
            "Ada Admin removed the limit of 1,000.00 EUR",
        ),
        (
            "LIMIT",
            {"old": money(100000), "new": money(200000)},
            "Ada Admin raised the limit from 1,000.00 to 2,000.00 EUR",
        ),
        (
            "LIMIT",
            {"old": money(100000), "new": money(0)},
            "Ada Admin lowered the limit from 1,000.00 to 0.00 EUR",
        ),
        (
            "LIMIT",
            {"old": money(100000), "new": money(50000, "CHF")},
            "Ada Admin changed the limit from 1,000.00 EUR to 500.00 CHF",
        ),
        (
            "GROUP",
            {"joined": ["Gus Gray", "Rex Ross"], "left": [], "size": 2},
            "Ada Admin put Gus Gray, Rex Ross into the approval group",
        ),
        (
            "GROUP",
            {"joined": ["Gus Gray"], "left": ["Rex Ross"], "size": 1},
            "Ada Admin put Gus Gray into the approval group and took Rex Ross out of it",
        ),
        (
            "GROUP",
            {"joined": [], "left": ["Rex Ross", "Gus Gray"], "size": 1},
            "Ada Admin took Rex Ross, Gus Gray out of the approval group",
        ),
        (
            "GROUP",
            {"joined": [], "left": ["Rex Ross"], "size": 0},
            "Ada Admin emptied the approval group, so that the roles say who decides",
        ),
        ("INVITE", {"person": "Bob Buyer"}, "Ada Admin sent Bob Buyer the invitation again"),
        ("ERASE", {"of": 1}, "The operator erased the names and words of somebody"),
        (
            "DIRECTORY",
            {"person": "Bob Buyer", "role": "B2B_ADMIN"},
            "The identity provider says what Bob Buyer is here: Admin",
        ),
        (
            "DIRECTORY",
            {"person": "Bob Buyer"},
            "The identity provider says that Bob Buyer acts for the company no more",
        ),
        ("PHRASES", {"phrases": ["No."]}, "Ada Admin changed the reasons for declining"),
        ("PHRASES", {"phrases": []}, "Ada Admin went back to the usual reasons for declining"),
        (
            "WEBHOOK",
            {"deed": "paused", "address": "https://shop.example/in"},
            "Ada Admin switched off the webhook to https://shop.example/in",
        ),
        (
            "CLIENT",
            {"deed": "client_added", "program": "Storefront"},
            "Ada Admin made an API client for Storefront",
        ),
        (
            "AGAIN",
            {"old": None, "new": money(50000)},
            "Ada Admin asks for a fresh sign-in before decisions above 500.00 EUR",
        ),
        (
            "AGAIN",
            {"old": money(50000), "new": None},
            "Ada Admin asks for no fresh sign-in before decisions",
        ),
        (
            "LINK",
            {"old": None, "new": money(50000)},
            "Ada Admin lets links of mails decide below 500.00 EUR without a sign-in",
        ),
        (
            "LINK",
            {"old": money(50000), "new": None},
            "Ada Admin lets no link of a mail decide without a sign-in",
        ),
        (
            "AWAY",
            ABSENCE | {"person": "Ada Admin"},
            "Ada Admin is away from 2026-03-02 to 2026-03-06, represented by Alan Archer",
        ),
        (
            "AWAY",
            ABSENCE,
            "Ada Admin had Bob Buyer represented by Alan Archer from 2026-03-02 to 2026-03-06",
        ),
        (
            "BACK",
            ABSENCE | {"person": "Ada Admin"},
            "Ada Admin ended being represented by Alan Archer, planned until 2026-03-06",
        ),
        (
            "BACK",
            ABSENCE,
            "Ada Admin ended that Alan Archer represents Bob Buyer, planned until 2026-03-06",
        ),
        ("ROLE", {}, "Something was changed here. Who did it was erased."),
    ],
)
def test_every_change_is_told_in_a_sentence(action: str, data: dict[str, Any], words: str) -> None:
    (told,) = tell([Happened(action, data)])
    assert told.sentence.plain() == words
    assert (told.at, bool(told.icon)) == (NOW, True)
