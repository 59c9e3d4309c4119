"""Somebody's own company in the seed format, with its people, price list and addresses."""

from collections.abc import Iterable
from typing import Any

from webapp.demo import cast, filling
from webapp.demo.prospect import Prospect, slug
from webapp.identity.domain import Role
from webapp.wording import gettext as _

_COMPANY, _SITE = "logistik", "main"
_ROLES = {
    "rita": Role.REQUESTER,
    "ada": Role.ADMIN,
    "bob": Role.BUYER,
    "claus": Role.ADMIN,
    "ines": Role.REQUESTER,
}


def document(prospect: Prospect) -> dict[str, Any]:
    """The whole company, in the words of the reader."""
    return {
        "tenant": cast.TENANT,
        "name": prospect.company.name,
        "settings": {"approval.default_expiryDays": 7},
        "sites": [_site(prospect)],
        "products": list(_products(prospect)),
        "legalEntities": [_company(prospect)],
        "customers": customers(prospect),
    }


def customers(prospect: Prospect) -> list[dict[str, Any]]:
    """Its people, each in their part; their addresses are of a domain that nobody has."""
    return [_customer(prospect, one, name) for one, name in prospect.people.items()]


def _site(prospect: Prospect) -> dict[str, Any]:
    company = prospect.company
    return {
        "code": _SITE,
        "currency": company.currency,
        "default": True,
        "languages": ["en", "de"],
        "defaultLanguage": company.language,
        "countries": [company.country],
        "shippingMethods": [
            _shipping("pickup", _("Collected by ourselves"), "0"),
            _shipping("standard", _("Standard, 2 to 4 days"), "15"),
            _shipping("express", _("Express, next working day"), "30"),
        ],
        "deliveryWindows": [
            {"id": "dw-morning", "slotId": "07-12", "label": _("7 to 12 o’clock"),
             "weekdays": [1, 2, 3, 4, 5]},
        ],
        "paymentMethods": [
            {"provider": "none", "method": "invoice", "label": _("Invoice, 30 days")},
            {"provider": "custom", "method": "prepayment", "label": _("Prepayment")},
        ],
    }  # fmt: skip


def _shipping(method: str, name: str, amount: str) -> dict[str, str]:
    return {
        "zoneId": "zone",
        "methodId": method,
        "methodName": name,
        "amount": amount,
        "shippingTaxCode": "STANDARD",
    }


def _products(prospect: Prospect) -> Iterable[dict[str, str]]:
    for number, article in enumerate(prospect.articles):
        yield {
            "id": filling.product_id(number),
            "sku": article.sku,
            "name": article.name,
            "unitPrice": f"{article.price:f}",
            "currency": prospect.company.currency,
            "taxRate": f"{article.tax:f}",
        }


def _company(prospect: Prospect) -> dict[str, Any]:
    company = prospect.company
    place = {
        "companyName": company.name,
        "street": company.street,
        "zipCode": company.zip_code,
        "city": company.city,
        "country": company.country,
    }
    return {
        "id": _COMPANY,
        "name": company.name,
        "type": "COMPANY",
        "accountLimit": {"currency": company.currency, "value": company.limit},
        "addresses": [
            {"id": f"{_COMPANY}-w1", "type": "SHIPPING", **place},
            {"id": f"{_COMPANY}-billing", "type": "BILLING", **place},
        ],
    }


def _customer(prospect: Prospect, person_id: str, name: str) -> dict[str, Any]:
    first, _space, last = name.partition(" ")
    assignment = {
        "id": f"ca-{person_id}-{_COMPANY}",
        "legalEntityId": _COMPANY,
        "role": _ROLES[person_id],
    }
    return {
        "id": person_id,
        "email": f"{slug(first)}.{slug(last)}@{prospect.slug}.example",
        "firstName": first,
        "lastName": last,
        "language": prospect.company.language,
        "timeZone": prospect.company.time_zone,
        "contactAssignments": [assignment],
    }
