"""Why a request is here, in one sentence with its numbers (law 10)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from webapp.carts.domain import Totals
from webapp.identity.domain import CompanyFacts, LimitBasis
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Sentence, sentence


class Why(StrEnum):
    """What keeps the requester from ordering alone."""

    ROLE = "ROLE"
    OVER_LIMIT = "OVER_LIMIT"
    OTHER_CURRENCY = "OTHER_CURRENCY"


class Deciders(StrEnum):
    """Who may decide (R11)."""

    ADMIN = "ADMIN"
    ADMIN_OR_BUYER = "ADMIN_OR_BUYER"
    GROUP = "GROUP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an approval is needed and who may give it, with the numbers that were compared."""

    why: Why
    deciders: Deciders
    compared: Money
    limit: Money | None
    company: str
    requester: str

    def sentence(self, *, to_requester: bool = False) -> Sentence:
        """The why-sentence, as the approver reads it or as the requester does."""
        text = (_TO_REQUESTER if to_requester else _TO_OTHERS)[self.why, self.deciders]
        over = self.over
        return sentence(
            text,
            total=self.compared,
            over=over if over is not None else self.compared,
            limit=self.limit if self.limit is not None else self.compared,
            company=self.company,
            requester=self.requester,
        )

    @property
    def over(self) -> Money | None:
        """By how much the limit is exceeded; None unless both are of one currency and it is."""
        if self.limit is None or self.limit.currency != self.compared.currency:
            return None
        return self.compared - self.limit if self.compared > self.limit else None


class ReasonFacts(Protocol):
    """The columns in which a request keeps its reason."""

    @property
    def why(self) -> str: ...
    @property
    def deciders(self) -> str: ...
    @property
    def compared_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def limit_minor(self) -> int | None: ...
    @property
    def limit_currency(self) -> str | None: ...
    @property
    def company_name(self) -> str: ...
    @property
    def requester_first_name(self) -> str: ...


def kept(row: ReasonFacts) -> Reason:
    """The reason as it was when the request was made (R16)."""
    limit = None
    if row.limit_minor is not None and row.limit_currency is not None:
        limit = Money(row.limit_minor, row.limit_currency)
    return Reason(
        why=Why(row.why),
        deciders=Deciders(row.deciders),
        compared=Money(row.compared_minor, row.currency),
        limit=limit,
        company=row.company_name,
        requester=row.requester_first_name,
    )


def compared_amount(totals: Totals, basis: LimitBasis) -> Money:
    """What counts against the limit: the gross total of the goods, or the net by setting (R9)."""
    return totals.net if basis is LimitBasis.NET else totals.gross


def exceeds(amount: Money, limit: Money | None) -> bool:
    """Whether the amount is over the limit, strictly; none is unlimited, unlike exceeds (R10)."""
    if limit is None:
        return False
    return limit.currency != amount.currency or amount > limit


def deciders(company: CompanyFacts, amount: Money) -> Deciders:
    """Who may decide in this company on this amount (R11)."""
    if company.has_group:
        return Deciders.GROUP
    return Deciders.ADMIN if exceeds(amount, company.limit) else Deciders.ADMIN_OR_BUYER


def reason(company: CompanyFacts, amount: Money, *, requester: str) -> Reason:
    """Why this person needs an approval for this amount; only for those who do (R4)."""
    return Reason(
        why=_why(company, amount),
        deciders=deciders(company, amount),
        compared=amount,
        limit=company.limit,
        company=company.name,
        requester=requester,
    )


def _why(company: CompanyFacts, amount: Money) -> Why:
    if not exceeds(amount, company.limit):
        return Why.ROLE
    if company.limit is not None and company.limit.currency != amount.currency:
        return Why.OTHER_CURRENCY
    return Why.OVER_LIMIT


_TO_OTHERS = {
    (Why.OVER_LIMIT, Deciders.ADMIN): N_(
        "{total} is *{over:bare} over* {company}’s limit of {limit:bare}, so an admin must approve."
    ),
    (Why.OVER_LIMIT, Deciders.GROUP): N_(
        "{total} is *{over:bare} over* {company}’s limit of {limit:bare}, "
        "so somebody of its approval group must approve."
    ),
    (Why.OTHER_CURRENCY, Deciders.ADMIN): N_(
        "{total} cannot be compared with {company}’s limit of {limit}, so an admin must approve."
    ),
    (Why.OTHER_CURRENCY, Deciders.GROUP): N_(
        "{total} cannot be compared with {company}’s limit of {limit}, "
        "so somebody of its approval group must approve."
    ),
    (Why.ROLE, Deciders.ADMIN_OR_BUYER): N_(
        "{requester} may not place orders alone, so an admin or a buyer must approve."
    ),
    (Why.ROLE, Deciders.GROUP): N_(
        "{requester} may not place orders alone, "
        "so somebody of {company}’s approval group must approve."
    ),
}

_TO_REQUESTER = {
    (Why.OVER_LIMIT, Deciders.ADMIN): N_(
        "{total} is *{over:bare} over* {company}’s limit of {limit:bare}, "
        "so you need an admin’s approval."
    ),
    (Why.OVER_LIMIT, Deciders.GROUP): N_(
        "{total} is *{over:bare} over* {company}’s limit of {limit:bare}, "
        "so you need the approval of somebody of its approval group."
    ),
    (Why.OTHER_CURRENCY, Deciders.ADMIN): N_(
        "{total} cannot be compared with {company}’s limit of {limit}, "
        "so you need an admin’s approval."
    ),
    (Why.OTHER_CURRENCY, Deciders.GROUP): N_(
        "{total} cannot be compared with {company}’s limit of {limit}, "
        "so you need the approval of somebody of its approval group."
    ),
    (Why.ROLE, Deciders.ADMIN_OR_BUYER): N_(
        "You may not place orders alone, so you need the approval of an admin or a buyer."
    ),
    (Why.ROLE, Deciders.GROUP): N_(
        "You may not place orders alone, "
        "so you need the approval of somebody of {company}’s approval group."
    ),
}
