"""What is bought: snapshots of some 4 kB, written as the history hashes them."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from webapp.approvals.finding import plain
from webapp.bench.plan import Company
from webapp.bench.words import FINISHES, KINDS
from webapp.ledger.domain import canonical

CURRENCY = "EUR"
SITE = "main"
SHIPPING_MINOR = 1_000
_FEWEST, _MOST = 12, 30
_VARIANTS = 2_000
_TAX_PERCENT = 20

WORDS = canonical({"slot": "8 to 12", "payment": "Invoice, 30 days", "listed": True}).decode()

SITE_DOCUMENT: dict[str, Any] = {
    "code": SITE,
    "currency": CURRENCY,
    "default": True,
    "languages": ["en", "de"],
    "defaultLanguage": "en",
    "countries": ["DE"],
    "shippingMethods": [
        {
            "zoneId": "zone-de",
            "methodId": "standard",
            "methodName": "Standard, 2 to 4 days",
            "amount": "10.00",
            "shippingTaxCode": "STANDARD",
        }
    ],
    "deliveryWindows": [
        {"id": "morning", "slotId": "08-12", "label": "8 to 12", "weekdays": [1, 2, 3, 4, 5]}
    ],
    "paymentMethods": [{"provider": "none", "method": "invoice", "label": "Invoice, 30 days"}],
}


@dataclass(frozen=True, slots=True)
class Goods:
    """A frozen cart as text, and what of it stands in columns."""

    text: str
    title: str
    count: int
    net: int
    tax: int
    words: list[str]
    """What it is found by, in small letters."""

    @property
    def gross(self) -> int:
        """Net and tax."""
        return self.net + self.tax


def goods(cart_id: str, draw: Random, count: int = 0) -> Goods:
    """A cart of `count` lines, or of 12 to 30 of them."""
    count = count or draw.randint(_FEWEST, _MOST)
    first = draw.randrange(_VARIANTS)
    variants = _variants()
    chosen = [variants[(first + 37 * at) % _VARIANTS] for at in range(count)]
    net = sum(line.net for line in chosen)
    tax = sum(line.tax for line in chosen)
    lines = ",".join(f'{{"line":"{at}",{line.text}' for at, line in enumerate(chosen, 1))
    text = (
        f'{{"currency":"{CURRENCY}","id":"{cart_id}","lines":[{lines}],'
        f'"net":{net},"site":"{SITE}","tax":{tax},"type":"CART"}}'
    )
    title = f"{chosen[0].name}, {chosen[1].name}"
    words = [word for line in chosen for word in line.words]
    return Goods(text, title, count, net, tax, words)


@cache
def details(company: Company) -> str:
    """Delivery and payment of a company, as the API's `details`."""
    address = {
        "companyName": company.name,
        "contactName": "Goods in",
        "street": "Am Kai",
        "streetNumber": str(company.number % 90 + 1),
        "zipCode": f"{20_000 + company.number}",
        "city": company.name.partition(" ")[0],
        "country": "DE",
        "contactPhone": "+49 40 5550100",
    }
    return canonical(
        {
            "currency": CURRENCY,
            "addresses": [{**address, "type": "SHIPPING"}, {**address, "type": "BILLING"}],
            "shipping": {
                "zoneId": "zone-de",
                "methodId": "standard",
                "methodName": "Standard, 2 to 4 days",
                "amount": 10.0,
                "shippingTaxCode": "STANDARD",
            },
            "paymentMethods": [{"provider": "none", "method": "invoice"}],
        }
    ).decode()


@cache
def window(day: date) -> str:
    """A morning two weeks after this day."""
    wanted = (day + timedelta(days=14)).isoformat()
    return canonical(
        {"id": "morning", "slotId": "08-12", "deliveryDate": f"{wanted}T00:00:00.000Z"}
    ).decode()


def conditions(company: Company, asked: datetime) -> str:
    """The text of delivery and payment that the history hashes."""
    chosen = window(asked.date())
    return f'{{"delivery_window":{chosen},"details":{details(company)},"words":{WORDS}}}'


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    words: list[str]
    text: str
    net: int
    tax: int


@cache
def _variants() -> list[_Line]:
    return [_line(at) for at in range(_VARIANTS)]


def _line(at: int) -> _Line:
    name = f"{KINDS[at % len(KINDS)]} {FINISHES[at // len(KINDS) % len(FINISHES)]}"
    quantity, price = 1 + at % 12, 450 + at * 131 % 20_000
    net = price * quantity
    tax = net * _TAX_PERCENT // 100
    rest = {
        "name": name,
        "net": net,
        "new_unit_price": None,
        "product": f"product-{at % 160}-{at // 160:02}",
        "quantity": str(quantity),
        "sku": f"SKU-{at:06}",
        "tax": tax,
        "tax_rate": "0.20",
        "unit_price": f"{price // 100}.{price % 100:02}",
    }
    text = json.dumps(rest, separators=(",", ":"), ensure_ascii=False)[1:]
    return _Line(name, plain([name, f"SKU-{at:06}"]).split(), text, net, tax)
