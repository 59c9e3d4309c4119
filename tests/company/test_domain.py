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


@pytest.mark.parametrize(
    ("amount", "currency", "name", "words"),
    [
        ("1e999", "EUR", "amount", "“1e999” is not a number. Write it like 12.50."),
        ("NaN", "EUR", "amount", "is not a number"),
        ("-1", "EUR", "amount", "A limit cannot be below zero."),
        ("0.001", "EUR", "amount", "EUR has 2 decimals, so “0.001” cannot be a limit."),
        ("1.000", "EUR", "amount", "EUR has 2 decimals, so “1.000” cannot be a limit."),
        ("0.5", "JPY", "amount", "JPY has no decimals, so “0.5” cannot be a limit."),
        ("1234567890123", "EUR", "amount", "too many digits"),
        ("", "EUR", "amount", "Write an amount, or choose that there is no limit."),
        ("12\x00", "EUR", "amount", "is not a number"),
        ("1000", "EURO", "currency", "“EURO” is no currency in use."),
        ("1000", "", "currency", "Write its three letters, like EUR."),
        ("1000", "DEM", "currency", "“DEM” is no currency in use."),
    ],
)
def test_what_is_no_limit_says_why_beside_its_field(
    amount: str, currency: str, name: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read_limit(amount, currency, ".")
    assert words in refused.value.fields[name].plain()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (company(), "Buyers order alone up to 1,000.00 EUR; above that an admin approves."),
        (company(has_group=True), "above that the approval group decides"),
        (company(None), "There is no limit: buyers order alone, whatever it costs."),
        (company(None, has_group=True), "What requesters ask for, the approval group decides."),
        (company(Money(0, "EUR")), "Buyers order nothing alone that costs anything: an admin"),
        (company(Money(0, "EUR"), has_group=True), "costs anything: the approval group decides"),
    ],
)
def test_a_limit_says_what_follows_from_it(facts: CompanyFacts, words: str) -> None:
    assert words in limit_in_words(facts).plain()


@pytest.mark.parametrize(
    ("members", "facts", "words"),
    [
        ([], company(), "an admin on everything over 1,000.00 EUR"),
        ([], company(None), "the roles say who decides: an admin or a buyer"),
        ([member("Gus Gray", active=False)], company(), "Nobody of the approval group is active"),
        (
            [member("Gus Gray"), member("Ada Admin", Role.ADMIN)],
            company(),
            "Gus Gray, Ada Admin decide on every request, whatever their roles",
        ),
        ([member("Gus Gray")], company(), "Nobody could approve what Gus asks for"),
        (
            [member("Ada Admin", Role.ADMIN), member("Gus Gray", active=False)],
            company(),
            "Ada Admin alone decides on every request, whatever it costs. Other admins",
        ),
    ],
)
def test_a_group_says_what_follows_from_it(
    members: list[Member], facts: CompanyFacts, words: str
) -> None:
    assert words in group_in_words(members, facts).plain()


def money(minor: int, currency: str = "EUR") -> dict[str, Any]:
    return {"minor": minor, "currency": currency}


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
        ("DEACTIVATE", {"person": "Bob Buyer"}, "Ada Admin ended that Bob Buyer acts for"),
        ("TAKE_OVER", {"person": "Bob Buyer"}, "Ada Admin took Bob Buyer over from the import"),
        ("LIMIT", {"old": None, "new": money(100000)}, "Ada Admin set a limit of 1,000.00 EUR"),
        ("LIMIT", {"old": money(100000), "new": None}, "removed the limit of 1,000.00 EUR"),
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
            {"joined": [], "left": ["Rex Ross"], "size": 1},
            "Ada Admin took Rex Ross out of the approval group",
        ),
        (
            "GROUP",
            {"joined": [], "left": ["Rex Ross"], "size": 0},
            "Ada Admin emptied the approval group, so that the roles say who decides",
        ),
        ("ROLE", {}, "Something was changed here. Who did it was erased."),
    ],
)
def test_every_change_is_told_in_a_sentence(action: str, data: dict[str, Any], words: str) -> None:
    (told,) = tell([Happened(action, data)])
    assert words in told.sentence.plain()
    assert (told.at, bool(told.icon)) == (NOW, True)
