"""Why a request is here: one sentence with its numbers, to both readers (law 10, R9, R10, R11)."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.approvals.facts import HAFEN, NORDLICHT, WERK, WERK_GROUP, eur
from webapp.approvals.reasons import (
    Deciders,
    Reason,
    Why,
    compared_amount,
    deciders,
    exceeds,
    kept,
    reason,
)
from webapp.carts.domain import Totals
from webapp.identity.domain import CompanyFacts, LimitBasis
from webapp.kernel.money import Money

YEN = replace(HAFEN, limit=Money(100000, "JPY"))
YEN_GROUP = replace(NORDLICHT, limit=Money(100000, "JPY"))

# company, amount, what Bob reads of Rita's request, what Rita reads of her own
SENTENCES = [
    (
        HAFEN, "1480.00",
        "1,480.00 EUR is 480.00 over Hafen Logistik GmbH’s limit of 1,000.00, "
        "so an admin must approve.",
        "1,480.00 EUR is 480.00 over Hafen Logistik GmbH’s limit of 1,000.00, "
        "so you need an admin’s approval.",
    ),
    (
        NORDLICHT, "500.00",
        "500.00 EUR is 400.00 over Nordlicht Energie AG’s limit of 100.00, "
        "so somebody of its approval group must approve.",
        "500.00 EUR is 400.00 over Nordlicht Energie AG’s limit of 100.00, "
        "so you need the approval of somebody of its approval group.",
    ),
    (
        YEN, "500.00",
        "500.00 EUR cannot be compared with Hafen Logistik GmbH’s limit of 100,000 JPY, "
        "so an admin must approve.",
        "500.00 EUR cannot be compared with Hafen Logistik GmbH’s limit of 100,000 JPY, "
        "so you need an admin’s approval.",
    ),
    (
        YEN_GROUP, "500.00",
        "500.00 EUR cannot be compared with Nordlicht Energie AG’s limit of 100,000 JPY, "
        "so somebody of its approval group must approve.",
        "500.00 EUR cannot be compared with Nordlicht Energie AG’s limit of 100,000 JPY, "
        "so you need the approval of somebody of its approval group.",
    ),
    (
        HAFEN, "500.00",
        "Rita may not place orders alone, so an admin or a buyer must approve.",
        "You may not place orders alone, so you need the approval of an admin or a buyer.",
    ),
    (
        NORDLICHT, "100.00",
        "Rita may not place orders alone, "
        "so somebody of Nordlicht Energie AG’s approval group must approve.",
        "You may not place orders alone, "
        "so you need the approval of somebody of Nordlicht Energie AG’s approval group.",
    ),
    (
        WERK, "999999.99",
        "Rita may not place orders alone, so an admin or a buyer must approve.",
        "You may not place orders alone, so you need the approval of an admin or a buyer.",
    ),
    (
        WERK_GROUP, "999999.99",
        "Rita may not place orders alone, "
        "so somebody of Werk Drei KG’s approval group must approve.",
        "You may not place orders alone, "
        "so you need the approval of somebody of Werk Drei KG’s approval group.",
    ),
    (
        HAFEN, "1000.00",
        "Rita may not place orders alone, so an admin or a buyer must approve.",
        "You may not place orders alone, so you need the approval of an admin or a buyer.",
    ),
    (
        HAFEN, "1000.01",
        "1,000.01 EUR is 0.01 over Hafen Logistik GmbH’s limit of 1,000.00, "
        "so an admin must approve.",
        "1,000.01 EUR is 0.01 over Hafen Logistik GmbH’s limit of 1,000.00, "
        "so you need an admin’s approval.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("company", "amount", "to_others", "to_requester"), SENTENCES)
def test_the_reason_is_one_sentence_with_its_numbers(
    company: CompanyFacts, amount: str, to_others: str, to_requester: str
) -> None:
    made = reason(company, eur(amount), requester="Rita")
    assert made.sentence().plain() == to_others
    assert made.sentence(to_requester=True).plain() == to_requester


def test_the_excess_is_what_stands_out() -> None:
    made = reason(HAFEN, eur("1480"), requester="Rita")
    assert "*{over:bare} over*" in made.sentence().text
    assert "*{over:bare} over*" in made.sentence(to_requester=True).text


@pytest.mark.parametrize(
    ("company", "amount", "why", "who", "over"),
    [
        (HAFEN, eur("999.99"), Why.ROLE, Deciders.ADMIN_OR_BUYER, None),
        (HAFEN, eur("1000.00"), Why.ROLE, Deciders.ADMIN_OR_BUYER, None),
        (HAFEN, eur("1000.01"), Why.OVER_LIMIT, Deciders.ADMIN, eur("0.01")),
        (HAFEN, Money(1, "USD"), Why.OTHER_CURRENCY, Deciders.ADMIN, None),
        (NORDLICHT, eur("100.00"), Why.ROLE, Deciders.GROUP, None),
        (NORDLICHT, eur("100.01"), Why.OVER_LIMIT, Deciders.GROUP, eur("0.01")),
        (NORDLICHT, Money(1, "USD"), Why.OTHER_CURRENCY, Deciders.GROUP, None),
        (WERK, eur("999999"), Why.ROLE, Deciders.ADMIN_OR_BUYER, None),
        (WERK_GROUP, eur("999999"), Why.ROLE, Deciders.GROUP, None),
        (replace(HAFEN, limit=eur("0")), eur("0.01"), Why.OVER_LIMIT, Deciders.ADMIN, eur("0.01")),
        (replace(HAFEN, limit=eur("0")), eur("0"), Why.ROLE, Deciders.ADMIN_OR_BUYER, None),
    ],
)
def test_why_and_who_follow_from_limit_and_group(
    *, company: CompanyFacts, amount: Money, why: Why, who: Deciders, over: Money | None
) -> None:
    made = reason(company, amount, requester="Rita")
    assert (made.why, made.deciders, made.over) == (why, who, over)
    assert deciders(company, amount) == who
    assert (made.compared, made.limit) == (amount, company.limit)


@pytest.mark.parametrize(
    ("amount", "limit", "over"),
    [
        (eur("1000.00"), eur("1000.00"), False),
        (eur("1000.01"), eur("1000.00"), True),
        (eur("999.99"), eur("1000.00"), False),
        (eur("999999"), None, False),
        (eur("0.01"), eur("0.00"), True),
        (Money(1, "USD"), eur("1000.00"), True),
        (Money(0, "USD"), eur("1000.00"), True),
    ],
)
def test_only_more_than_the_limit_exceeds_it(
    amount: Money, limit: Money | None, over: bool
) -> None:
    assert exceeds(amount, limit) is over


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_exceeding_means_having_something_over(amount: int, limit: int) -> None:
    company = replace(HAFEN, limit=Money(limit, "EUR"))
    over = reason(company, Money(amount, "EUR"), requester="Rita").over
    assert (over is not None) is exceeds(Money(amount, "EUR"), company.limit)
    assert over is None or over.minor > 0


@pytest.mark.parametrize(
    ("basis", "amount"), [(LimitBasis.GROSS, eur("119")), (LimitBasis.NET, eur("100"))]
)
def test_the_gross_total_counts_unless_the_tenant_says_net(
    basis: LimitBasis, amount: Money
) -> None:
    assert compared_amount(Totals(eur("100"), eur("19")), basis) == amount


def test_a_net_total_within_the_limit_needs_no_admin() -> None:
    totals = Totals(eur("900"), eur("171"))
    gross, net = (compared_amount(totals, basis) for basis in (LimitBasis.GROSS, LimitBasis.NET))
    assert reason(HAFEN, gross, requester="Rita").deciders is Deciders.ADMIN
    assert reason(HAFEN, net, requester="Rita").deciders is Deciders.ADMIN_OR_BUYER


@dataclass(frozen=True, kw_only=True)
class Row:
    """A reason in columns, as a request keeps it."""

    why: str = "OVER_LIMIT"
    deciders: str = "ADMIN"
    compared_minor: int = 148000
    currency: str = "EUR"
    limit_minor: int | None = 100000
    limit_currency: str | None = "EUR"
    company_name: str = "Hafen Logistik GmbH"
    requester_first_name: str = "Rita"


def test_a_kept_reason_reads_as_it_did_when_it_was_made() -> None:
    assert kept(Row()) == reason(HAFEN, eur("1480"), requester="Rita")


def test_half_a_limit_is_none() -> None:
    assert kept(Row(limit_currency=None)).limit is None
    assert kept(Row(limit_minor=None)).limit is None


def test_the_codes_that_are_stored_stay_as_they_are() -> None:
    assert " ".join(Why) == "ROLE OVER_LIMIT OTHER_CURRENCY"
    assert " ".join(Deciders) == "ADMIN ADMIN_OR_BUYER GROUP"


def test_a_reason_without_a_limit_is_kept_without_one() -> None:
    row = Row(why="ROLE", deciders="ADMIN_OR_BUYER", limit_minor=None, limit_currency=None)
    assert kept(row) == replace(
        reason(HAFEN, eur("1480"), requester="Rita"),
        why=Why.ROLE,
        deciders=Deciders.ADMIN_OR_BUYER,
        limit=None,
    )


@pytest.mark.parametrize(
    "limit", [None, eur("1480"), Money(1, "USD")], ids=["none", "equal", "other"]
)
def test_nothing_is_over_where_nothing_can_be(limit: Money | None) -> None:
    made = Reason(
        why=Why.ROLE, deciders=Deciders.GROUP, compared=eur("1480"), limit=limit,
        company="Hafen", requester="Rita",
    )  # fmt: skip
    assert made.over is None
