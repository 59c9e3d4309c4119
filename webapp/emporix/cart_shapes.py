"""Carts as the reference service shows them, deprecated fields too (section 7.1)."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from webapp.carts.baskets import Basket
from webapp.carts.domain import CartStatus, Line, Totals
from webapp.carts.picking import Doubt
from webapp.kernel.money import Money

_ERROR_CODES = {"moved": "CART-ITEM-UNIT-PRICE-100001", "two": "CART-ITEM-UNIT-PRICE-100002"}
_NOTHING = {"netValue": 0.0, "grossValue": 0.0, "taxValue": 0.0}


def cart_yrn(tenant_id: str, cart_id: str) -> str:
    """The name of a cart among all resources."""
    return f"urn:yaas:hybris:cart:cart:{tenant_id};{cart_id}"


def item_yrn(tenant_id: str, line: Line) -> str:
    """The name of the product of a line; goods without a product are named after their line."""
    return f"urn:yaas:saasag:caasproduct:product:{tenant_id};{line.product_id or line.line_id}"


def cart(basket: Basket) -> dict[str, Any]:
    """The document of a cart; every amount is a number of major units, and net where it is one."""
    sums = _values(basket.totals)
    price = {"currency": basket.currency, "amount": sums["netValue"], **sums}
    document = {
        "id": basket.id,
        "yrn": cart_yrn(basket.tenant_id, basket.id),
        "status": CartStatus.OPEN.value,
        "type": basket.kind or None,
        "siteCode": basket.site_code,
        "currency": basket.currency,
        "customerId": basket.owner_id,
        "sessionId": basket.session_id,
        "legalEntityId": basket.company_id,
        "items": items(basket),
        "totalUnitsCount": float(sum(line.quantity for line in basket.lines)),
        "totalPrice": price,
        "subTotalPrice": price,
        "subtotalAggregate": {"currency": basket.currency, **sums},
        "totalTax": {"amount": sums["taxValue"], "currency": basket.currency},
        **_by_rate(basket, sums),
        "discounts": [],
        "addresses": _addresses(basket),
        "deliveryWindow": basket.delivery_window,
        "metadata": {
            "version": basket.version,
            "createdAt": _moment(basket.created_at),
            "modifiedAt": _moment(basket.updated_at),
        },
    }
    return {name: value for name, value in document.items() if value is not None}


def items(basket: Basket) -> list[dict[str, Any]]:
    """The items of a cart."""
    return [_item(basket, line) for line in basket.lines]


def verdict(doubts: Iterable[Doubt]) -> dict[str, Any]:
    """The answer to whether the prices of a cart are those of the shop."""
    details: dict[str, list[dict[str, str]]] = {}
    for doubt in doubts:
        error = {
            "errorCode": _ERROR_CODES[doubt.code],
            "field": "items.unitPrice",
            "message": doubt.sentence.plain(),
        }
        details.setdefault(doubt.line_id, []).append(error)
    return {
        "isValid": not details,
        "itemsValidationDetails": [
            {"id": line_id, "errors": errors} for line_id, errors in details.items()
        ],
    }


def _item(basket: Basket, line: Line) -> dict[str, Any]:
    currency, rate = basket.currency, float(line.tax_rate * 100)
    unit = float(line.unit_price)
    line_price = {**_values(line.totals(currency)), "taxCode": _tax_name(rate), "taxRate": rate}
    yrn = item_yrn(basket.tenant_id, line)
    return {
        "id": line.line_id,
        "itemYrn": yrn,
        "yrn": yrn,
        "product": {"id": line.product_id, "sku": line.sku, "name": line.name},
        "quantity": float(line.quantity),
        "effectiveQuantity": float(line.quantity),
        "price": {
            "priceId": line.price_id or "",
            "originalAmount": unit,
            "effectiveAmount": unit,
            "currency": currency,
        },
        "itemPrice": {"amount": line_price["netValue"], "currency": currency},
        "itemTaxInfo": [
            {
                "name": _tax_name(rate),
                "rate": rate,
                "value": line_price["taxValue"],
                "netValue": line_price["netValue"],
                "grossValue": line_price["grossValue"],
            }
        ],
        "totalTax": line_price["taxValue"],
        "unitPrice": _unit_price(line, rate),
        "calculatedPrice": {"price": line_price, "finalPrice": line_price},
    }


def _by_rate(basket: Basket, sums: dict[str, float]) -> dict[str, Any]:
    """The sums of a cart, split by the rates of its taxes, in the new and in the old words."""
    zero = Money.zero(basket.currency)
    rates: dict[Decimal, Totals] = {}
    for line in basket.lines:
        own, before = line.totals(basket.currency), rates.get(line.tax_rate, Totals(zero, zero))
        rates[line.tax_rate] = Totals(before.net + own.net, before.tax + own.tax)
    parts = [(float(rate * 100), _values(totals)) for rate, totals in sorted(rates.items())]
    lines = [{**own, "taxCode": _tax_name(rate), "taxRate": rate} for rate, own in parts]
    old_lines = [
        {
            "name": _tax_name(rate),
            "rate": rate,
            "amount": own["taxValue"],
            "taxable": own["netValue"],
        }
        for rate, own in parts
    ]
    return {
        "taxAggregate": {"lines": old_lines},
        "calculatedPrice": {
            "price": sums,
            "totalShipping": _NOTHING,
            "finalPrice": {**sums, "taxAggregate": {"lines": lines}},
        },
    }


def _addresses(basket: Basket) -> list[Any]:
    addresses = (basket.details or {}).get("addresses")
    return addresses if isinstance(addresses, list) else []


def _values(totals: Totals) -> dict[str, float]:
    return {
        "netValue": float(totals.net.amount),
        "grossValue": float(totals.gross.amount),
        "taxValue": float(totals.tax.amount),
    }


def _unit_price(line: Line, rate: float) -> dict[str, Any]:
    """The price of one, which is not rounded to the minor unit before it is multiplied."""
    tax = line.unit_price * line.tax_rate
    return {
        "netValue": float(line.unit_price),
        "grossValue": float(line.unit_price + tax),
        "taxValue": float(tax),
        "taxCode": _tax_name(rate),
        "taxRate": rate,
    }


def _tax_name(rate: float) -> str:
    return f"{rate:g}%"


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
