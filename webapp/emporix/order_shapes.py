"""Orders as the reference service shows them (section 7.4); amounts are numbers of major units."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from webapp.carts.domain import ResourceType, Totals
from webapp.carts.snapshot import SnapshotLine
from webapp.identity.domain import PersonFacts
from webapp.kernel.money import Money
from webapp.orders.queries import OrderView

# Orders are never changed, so that there is one version of each.
_VERSION = 1


def order(tenant_id: str, view: OrderView, owner: PersonFacts) -> dict[str, Any]:
    """The document of an order; what is absent is left out.

    `totalPrice` is what is paid: the gross total of the goods and the net price of shipping (R25);
    `subTotalPrice` is the goods alone.
    """
    at = moment(view.row.placed_at)
    goods = Totals(view.net, view.tax)
    return _given(
        id=view.row.id,
        status=str(view.row.status),
        created=at,
        customer=_customer(view, owner),
        entries=[_entry(tenant_id, line) for line in view.snapshot.lines],
        currency=view.row.total.currency,
        totalPrice=_number(view.row.total),
        subTotalPrice=_number(goods.gross),
        calculatedPrice=_sums(goods, view.shipping, view.row.total),
        siteCode=view.site_code,
        shippingAddress=_address(view, "SHIPPING"),
        billingAddress=_address(view, "BILLING"),
        shipping=_part(view, "shipping", dict),
        paymentMethods=_part(view, "paymentMethods", list),
        deliveryWindow=view.delivery_window,
        **_origin(view),
        approvalId=view.row.approval_id,
        legalEntityId=view.company_id,
        metadata={"version": _VERSION, "createdAt": at, "modifiedAt": at},
    )


def moment(at: datetime) -> str:
    """A moment in UTC with milliseconds, as `2026-10-21T08:00:00.000Z`."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _customer(view: OrderView, owner: PersonFacts) -> dict[str, Any]:
    first, last = owner.first_name, owner.last_name
    if f"{first} {last}".strip() != view.row.owner_name:
        # They were called otherwise when they ordered, and an order does not change.
        first, _, last = view.row.owner_name.partition(" ")
    return _given(
        id=view.row.owner_id,
        firstName=first,
        lastName=last,
        email=owner.email,
        company=view.company_name,
    )


def _entry(tenant_id: str, line: SnapshotLine) -> dict[str, Any]:
    product_id = line.product_id or line.line_id
    price = line.unit_price if line.new_unit_price is None else line.new_unit_price
    values = _values(line.totals)
    quantity = _quantity(line.quantity)
    return {
        "id": line.line_id,
        "itemYrn": f"urn:yaas:saasag:caasproduct:product:{tenant_id};{product_id}",
        "product": {"id": product_id, "sku": line.sku, "name": line.name},
        "amount": quantity,
        "orderedAmount": quantity,
        "unitPrice": float(price),
        "totalPrice": values["netValue"],
        "calculatedPrice": {"price": values, "finalPrice": values},
    }


def _sums(goods: Totals, shipping: Money, total: Money) -> dict[str, Any]:
    values = _values(goods)
    cost = _number(shipping)
    return {
        "price": values,
        "totalShipping": {"netValue": cost, "grossValue": cost, "taxValue": 0.0},
        "finalPrice": {
            "netValue": _number(goods.net + shipping),
            "grossValue": _number(total),
            "taxValue": values["taxValue"],
        },
    }


def _origin(view: OrderView) -> dict[str, str]:
    name = "cartId" if view.resource_type is ResourceType.CART else "quoteId"
    return {name: view.resource_id}


def _address(view: OrderView, kind: str) -> dict[str, Any] | None:
    addresses = _part(view, "addresses", list) or []
    of_kind = (one for one in addresses if isinstance(one, dict) and one.get("type") == kind)
    return next(of_kind, None)


def _part(view: OrderView, name: str, kind: type) -> Any:
    part = (view.raw_details or {}).get(name)
    return part if isinstance(part, kind) else None


def _values(totals: Totals) -> dict[str, float]:
    return {
        "netValue": _number(totals.net),
        "grossValue": _number(totals.gross),
        "taxValue": _number(totals.tax),
    }


def _number(money: Money) -> float:
    return float(money.amount)


def _quantity(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
