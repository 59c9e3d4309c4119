"""Who is acting: roles, the actor of a request, and what the groups of a person grant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from webapp.kernel.money import Money
from webapp.kernel.sentence import N_


class Role(StrEnum):
    """What a person is in one company (R3); the codes are those of the reference service."""

    ADMIN = "B2B_ADMIN"
    BUYER = "B2B_BUYER"
    REQUESTER = "B2B_REQUESTER"
    CONTACT = "CONTACT"

    @property
    def label(self) -> str:
        """The word on pages, to be translated."""
        return _LABELS[self]


_LABELS = {
    Role.ADMIN: N_("Admin"),
    Role.BUYER: N_("Buyer"),
    Role.REQUESTER: N_("Requester"),
    Role.CONTACT: N_("Contact"),
}


class Source(StrEnum):
    """Where a membership comes from; everybody else shows it read-only."""

    PAGE = "PAGE"
    IMPORT = "IMPORT"
    CLAIMS = "CLAIMS"


class Scope(StrEnum):
    """The four scopes of the reference service (R1)."""

    READ_OWN = "approval.approval_read_own"
    MANAGE_OWN = "approval.approval_manage_own"
    READ = "approval.approval_read"
    MANAGE = "approval.approval_manage"


OWN = frozenset({Scope.READ_OWN, Scope.MANAGE_OWN})
GRANTS: dict[Role | None, frozenset[Scope]] = {
    Role.ADMIN: frozenset(Scope),
    Role.BUYER: frozenset(Scope),
    Role.REQUESTER: frozenset(Scope),
    Role.CONTACT: frozenset(),
    None: OWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """When somebody is away in a company, and who decides for them meanwhile (R52).

    The days are those of the owner; the instants, in UTC, are from the first one on and before the
    last one.
    """

    id: str
    company_id: str
    owner_id: str
    owner_name: str
    deputy_id: str
    deputy_name: str
    first_day: date
    last_day: date
    starts_at: datetime
    ends_at: datetime

    def covers(self, now: datetime) -> bool:
        """Whether it is going on."""
        return self.starts_at <= now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """When somebody last proved to the provider who they are, as its signed answer says.

    It counts as fresh until `fresh_until` (UTC); `level` is the `acr` of the answer (R53).
    """

    at: datetime
    fresh_until: datetime
    level: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person who acts, in the company that was chosen for this session.

    `represents` are the absences in which they stand in for somebody now, in all their companies;
    who has done so before keeps seeing what they decided (`has_represented`, R52).
    """

    tenant_id: str
    person_id: str
    first_name: str
    last_name: str
    email: str
    company_id: str | None = None
    company_name: str | None = None
    role: Role | None = None
    scopes: frozenset[Scope] = frozenset()
    in_group: bool = False
    language: str = "en"
    time_zone: str = "Europe/Berlin"
    session_id: str | None = None
    signed_in: SignedIn | None = None
    represents: tuple[Away, ...] = ()
    has_represented: bool = False

    @property
    def approves(self) -> bool:
        """Whether requests may wait for this person, who then starts in the inbox (R11)."""
        return self.in_group or self.role in {Role.ADMIN, Role.BUYER}

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFacts:
    """What rules know of a company; no `limit` is not a limit of zero (R10).

    Who decides on more than `again_above` has to have signed in just now (R53); below `link_below`
    the link of a mail decides without a sign-in (R58).
    """

    id: str
    name: str
    limit: Money | None = None
    has_group: bool = False
    again_above: Money | None = None
    link_below: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person in one company; `active` needs an active person and an active membership."""

    membership_id: str
    person_id: str
    company_id: str
    first_name: str
    last_name: str
    email: str
    role: Role
    active: bool = True
    in_group: bool = False
    source: Source = Source.PAGE
    language: str = "en"
    time_zone: str = "Europe/Berlin"

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


class Holder(StrEnum):
    """Whom a token of the API speaks for: nobody yet, a person, or a program."""

    ANONYMOUS = "ANONYMOUS"
    CUSTOMER = "CUSTOMER"
    SERVICE = "SERVICE"


class TokenKind(StrEnum):
    """What a token is for: to call, to get the next one, or to ask for tokens (a personal key)."""

    ACCESS = "ACCESS"
    REFRESH = "REFRESH"
    KEY = "KEY"


class Origin(StrEnum):
    """How the first token of a family was earned; lifetimes follow from it (R40)."""

    ANONYMOUS = "ANONYMOUS"
    PASSWORD = "PASSWORD"  # noqa: S105 - a way to sign in
    EXCHANGE = "EXCHANGE"
    PROVIDER = "PROVIDER"
    KEY = "KEY"
    CLIENT = "CLIENT"


class LimitBasis(StrEnum):
    """Which total is compared with the limit (R9)."""

    GROSS = "gross"
    NET = "net"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """The settings of a tenant that rules ask for."""

    expiry_days: int = 30
    reminder_hours: int = 24
    quotes_need_approval: bool = True
    limit_basis: LimitBasis = LimitBasis.GROSS


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """A person of a tenant with the settings of their account."""

    id: str
    first_name: str
    last_name: str
    email: str
    active: bool
    language: str
    time_zone: str
    theme: str
    has_shortcuts: bool = True

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A delivery or billing address of a company; `address` has the API's shape."""

    id: str
    kind: str
    address: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """A company that a person may act for, with what they are there."""

    membership_id: str
    company_id: str
    company_name: str
    role: Role
    in_group: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may be meant by a sign-in, in one tenant."""

    tenant_id: str
    tenant_name: str
    person_id: str
    name: str
    active: bool
    bound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a verified ID token says about somebody; `email` is empty unless it may be trusted."""

    issuer: str
    subject: str
    email: str = ""
    has_unverified_email: bool = False
    groups: tuple[str, ...] = ()


THEMES = ("system", "light", "dark")
