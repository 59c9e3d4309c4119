"""Quotes as the reference service shows them (section 7.2); amounts are numbers of major units."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from webapp.carts.domain import Line, Totals
from webapp.carts.queries import CartView


def quote(view: CartView) -> dict[str, Any]:
    """The document of a quote; what is absent is left out."""
    resource = view.resource
    sums = {"currency": resource.currency, **_values(view.totals)}
    status = {"value": resource.status, "comment": view.comment}
    return {
        "id": view.id,
        "status": {name: value for name, value in status.items() if value is not None},
        "customerId": resource.owner_id,
        **({"legalEntityId": resource.company_id} if resource.company_id else {}),
        "siteCode": resource.site_code,
        "currency": resource.currency,
        "items": [_item(line, resource.currency) for line in resource.lines],
        "totalPrice": {**sums, "amount": sums["netValue"]},
        "metadata": {
            "version": view.version,
            "createdAt": moment(view.created_at),
            "modifiedAt": moment(view.updated_at),
        },
    }


def moment(at: datetime) -> str:
    """A moment in UTC with milliseconds, as `2026-10-21T08:00:00.000Z`."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _item(line: Line, currency: str) -> dict[str, Any]:
    values = _values(line.totals(currency))
    rate = float(line.tax_rate * 100)
    new_price = line.unit_price if line.new_unit_price is None else line.new_unit_price
    return {
        "id": line.line_id,
        "product": {
            "productId": line.product_id or line.line_id,
            "sku": line.sku,
            "name": {"en": line.name},
            "media": [],
        },
        "quantity": {"quantity": _quantity(line.quantity), "unitCode": "H87"},
        "price": {
            "unitPrice": float(line.unit_price),
            "newUnitPrice": float(new_price),
            "totalNetValue": values["netValue"],
            "discount": float(line.unit_price - new_price),
            "tax": {
                "taxClass": f"{rate:g}%",
                "taxRate": rate,
                "prices": {
                    "netValue": values["netValue"],
                    "grossValue": values["grossValue"],
                },
            },
        },
    }


def _values(totals: Totals) -> dict[str, Any]:
    return {
        "netValue": float(totals.net.amount),
        "grossValue": float(totals.gross.amount),
        "taxValue": float(totals.tax.amount),
    }


def _quantity(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
