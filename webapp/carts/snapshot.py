"""The frozen copy of a cart or quote that is approved and ordered.

Later prices and names alter nothing (R14, R16).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from webapp.carts.domain import Line, Resource, ResourceType, Totals
from webapp.kernel.money import Money

_TITLE_NAMES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotLine:
    """A frozen line: product, quantity, unit price, and its amounts as they were rounded then."""

    line_id: str
    product_id: str
    sku: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    new_unit_price: Decimal | None
    tax_rate: Decimal
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A frozen cart or quote."""

    type: ResourceType
    id: str
    site_code: str
    currency: str
    lines: tuple[SnapshotLine, ...]
    totals: Totals

    @property
    def names(self) -> list[str]:
        """The names of the first items, for a row or a subject."""
        return [line.name for line in self.lines[:_TITLE_NAMES]]


def freeze(resource: Resource) -> dict[str, Any]:
    """The resource as a JSON document: decimals as text, amounts in minor units of its currency."""
    totals = resource.totals
    return {
        "type": str(resource.type),
        "id": resource.id,
        "site": resource.site_code,
        "currency": resource.currency,
        "lines": [_freeze_line(line, resource.currency) for line in resource.lines],
        "net": totals.net.minor,
        "tax": totals.tax.minor,
    }


def thaw(document: dict[str, Any]) -> Snapshot:
    """The snapshot that `freeze` wrote."""
    currency = document["currency"]
    return Snapshot(
        type=ResourceType(document["type"]),
        id=document["id"],
        site_code=document["site"],
        currency=currency,
        lines=tuple(_thaw_line(line, currency) for line in document["lines"]),
        totals=Totals(Money(document["net"], currency), Money(document["tax"], currency)),
    )


def _freeze_line(line: Line, currency: str) -> dict[str, Any]:
    totals = line.totals(currency)
    return {
        "line": line.line_id,
        "product": line.product_id,
        "sku": line.sku,
        "name": line.name,
        "quantity": str(line.quantity),
        "unit_price": str(line.unit_price),
        "new_unit_price": None if line.new_unit_price is None else str(line.new_unit_price),
        "tax_rate": str(line.tax_rate),
        "net": totals.net.minor,
        "tax": totals.tax.minor,
    }


def _thaw_line(line: dict[str, Any], currency: str) -> SnapshotLine:
    new_price = line["new_unit_price"]
    return SnapshotLine(
        line_id=line["line"],
        product_id=line["product"],
        sku=line["sku"],
        name=line["name"],
        quantity=Decimal(line["quantity"]),
        unit_price=Decimal(line["unit_price"]),
        new_unit_price=None if new_price is None else Decimal(new_price),
        tax_rate=Decimal(line["tax_rate"]),
        totals=Totals(Money(line["net"], currency), Money(line["tax"], currency)),
    )
