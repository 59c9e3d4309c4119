"""Companies, people and requests as rules see them, without a database."""

from dataclasses import dataclass, replace
from datetime import datetime

from tests.support.cast import EXPIRED
from webapp.approvals.domain import Status, Turn
from webapp.identity.domain import CompanyFacts, Member, Role
from webapp.kernel.money import Money

HAFEN = CompanyFacts(id="le1", name="Hafen Logistik GmbH", limit=Money(100000, "EUR"))
NORDLICHT = CompanyFacts(
    id="le2", name="Nordlicht Energie AG", limit=Money(10000, "EUR"), has_group=True
)
WERK = CompanyFacts(id="le3", name="Werk Drei KG")
# No limit, and a group that decides.
WERK_GROUP = replace(WERK, has_group=True)


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def member(name: str, company: CompanyFacts, role: Role, *, in_group: bool = False) -> Member:
    first, last = name.split()
    return Member(
        membership_id=f"ca-{first.lower()}",
        person_id=first.lower(),
        company_id=company.id,
        first_name=first,
        last_name=last,
        email=f"{first.lower()}@acme.example",
        role=role,
        in_group=in_group,
    )


ADA = member("Ada Admin", HAFEN, Role.ADMIN)
BOB = member("Bob Buyer", HAFEN, Role.BUYER)
RITA = member("Rita Roe", HAFEN, Role.REQUESTER)
ROB = member("Rob Reed", HAFEN, Role.REQUESTER)
CLEO = member("Cleo Cole", HAFEN, Role.CONTACT)
OLGA = member("Olga Olsen", NORDLICHT, Role.ADMIN)
GUS = member("Gus Gray", NORDLICHT, Role.REQUESTER, in_group=True)
CARA = member("Cara Cole", NORDLICHT, Role.CONTACT, in_group=True)
REX = member("Rex Ross", NORDLICHT, Role.REQUESTER)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the rules need to know of a request: Rita asks Bob."""

    status: str = Status.PENDING
    turn: str | None = Turn.APPROVER
    resource_type: str = "CART"
    requester_id: str = "rita"
    requester_first_name: str = "Rita"
    approver_id: str = "bob"
    approver_first_name: str = "Bob"
    approver_last_name: str = "Buyer"
    decided_by_id: str | None = None
    decided_by_name: str | None = None
    order_id: str | None = None
    expires_at: datetime = EXPIRED
    reminded_at: datetime | None = None
