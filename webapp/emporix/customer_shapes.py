"""People and companies in the words of the reference service (sections 5.1, 6.3 and 7.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.carts.domain import SiteFacts
from webapp.identity.companies import CompanySheet
from webapp.identity.domain import Actor, Address, Member, Role, Workplace
from webapp.kernel.money import Money

# Both of somebody who has not signed in yet.
NOBODY = "00000000"
# What clients compare `b2b.role` with; the code says the same in the older way.
ROLES = {
    Role.ADMIN: "Admin",
    Role.BUYER: "Buyer",
    Role.REQUESTER: "Requester",
    Role.CONTACT: "Contact",
}
_CONSUMER = "CUSTOMER"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a person with the companies that they are an admin of, or a program (no person).

    Colleagues know each other by name; addresses are for admins, as on the page of the company.
    """

    person_id: str | None
    admin_of: frozenset[str] = frozenset()

    def sees_address_of(self, member: Member) -> bool:
        """Whether the e-mail address of this person is shown."""
        return self.person_id in (None, member.person_id) or member.company_id in self.admin_of


def anonymous(site: SiteFacts | None) -> dict[str, Any]:
    """The profile of somebody who has not signed in yet."""
    return {
        "id": NOBODY,
        "customerNumber": NOBODY,
        "firstName": "Anonymous",
        "lastName": "Anonymous",
        "active": True,
        "addresses": [],
        "accounts": [],
        "businessModel": "B2C",
        "b2b": {"legalEntities": []},
        "mixins": {},
        "metadata": {"version": 1, "mixins": {}},
        **_preferences(site),
    }


def profile(
    person: Actor,
    posts: Sequence[Workplace],
    addresses: Sequence[Address],
    site: SiteFacts | None,
) -> dict[str, Any]:
    """A customer: `posts` are their companies, `addresses` those of the company they act for."""
    return {
        "id": person.person_id,
        "customerNumber": person.person_id,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "contactEmail": person.email,
        # Nobody is asked for a number here.
        "contactPhone": "",
        "company": person.company_name or "",
        "active": True,
        "accounts": [{"id": person.email}],
        "addresses": _own_addresses(addresses),
        "preferredLanguage": person.language,
        "businessModel": "B2B" if posts else "B2C",
        "b2b": {
            "companyRegistrationId": "",
            "legalEntities": [
                {
                    "id": post.company_id,
                    "name": post.company_name,
                    "contactAssignmentId": post.membership_id,
                }
                for post in posts
            ],
        },
        "mixins": {},
        "metadata": {"version": 1, "mixins": {}},
        **_preferences(site),
    }


def legal_entity(company: CompanySheet, *, reader: Reader) -> dict[str, Any]:
    """A company; `accountLimit` is left out where there is none, which is not a limit of zero."""
    return {
        "id": company.id,
        "name": company.name,
        "type": company.kind,
        **({"parentId": company.parent_id} if company.parent_id else {}),
        **({"accountLimit": _limit(company.limit)} if company.limit else {}),
        "legalInfo": {"legalName": company.name},
        "customerGroups": [
            {"id": _group_id(company.id, role), "name": {"en": word}, "role": word}
            for role, word in ROLES.items()
        ],
        "entitiesAddresses": [_location(company.name, one) for one in company.addresses],
        "approvalGroup": [
            contact_assignment(one, company.name, reader=reader) for one in company.group
        ],
        "mixins": {},
        "metadata": {"version": company.version},
    }


def contact_assignment(member: Member, company_name: str, *, reader: Reader) -> dict[str, Any]:
    """One person in one company; the e-mail address only for whoever may know it."""
    customer = {
        "id": member.person_id,
        "name": member.first_name,
        "surname": member.last_name,
    }
    if reader.sees_address_of(member):
        customer["email"] = member.email
    return {
        "id": member.membership_id,
        "legalEntity": {"id": member.company_id, "name": company_name},
        "customer": customer,
        "type": "CONTACT",
        "primary": False,
        "metadata": {"version": 1},
    }


def groups(posts: Iterable[Workplace]) -> list[dict[str, Any]]:
    """The groups of a person: one for each company, or that of all who buy for themselves."""
    own = [
        {
            "id": _group_id(post.company_id, post.role),
            "code": str(post.role),
            "name": {"en": ROLES[post.role]},
            "userType": _CONSUMER,
            "b2b": {"legalEntityId": post.company_id, "role": ROLES[post.role]},
            "metadata": {"version": 1},
        }
        for post in posts
    ]
    consumer = {
        "id": _CONSUMER.lower(),
        "code": _CONSUMER,
        "name": {"en": "Customer"},
        "userType": _CONSUMER,
        "metadata": {"version": 1},
    }
    return own or [consumer]


def _preferences(site: SiteFacts | None) -> dict[str, Any]:
    if site is None:
        return {}
    return {"preferredSite": site.code, "preferredCurrency": site.currency}


def _own_addresses(addresses: Sequence[Address]) -> list[dict[str, Any]]:
    first = next((one.id for one in addresses if one.kind == "SHIPPING"), None)
    return [
        {**one.address, "id": one.id, "tags": [one.kind], "isDefault": one.id == first}
        for one in addresses
    ]


def _location(company_name: str, address: Address) -> dict[str, Any]:
    """An address as clients read it: the number of the house is the second line."""
    body = address.address
    return {
        "id": address.id,
        "name": str(body.get("companyName") or company_name),
        "type": "OFFICE",
        "contactDetails": {
            "addressLine1": _text(body, "street"),
            "addressLine2": _text(body, "streetNumber"),
            "city": _text(body, "city"),
            "postcode": _text(body, "zipCode"),
            "state": _text(body, "state"),
            "countryCode": _text(body, "country"),
            "tags": [address.kind],
        },
        "metadata": {"version": 1},
    }


def _text(body: Any, name: str) -> str:
    return str(body.get(name) or "")


def _limit(limit: Money) -> dict[str, Any]:
    return {"currency": limit.currency, "value": float(limit.amount)}


def _group_id(company_id: str, role: Role) -> str:
    return f"{company_id}-{ROLES[role].lower()}"
