"""Approvals as the reference service shows them, deprecated fields too (sections 1.1 to 1.3, 1.8).

Rows come from `approvals.queries` and `searching`; every amount is a JSON number of major units.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from webapp.approvals.domain import Status
from webapp.approvals.policy import decided_for
from webapp.carts.domain import ResourceType, Totals
from webapp.carts.snapshot import Snapshot, SnapshotLine, thaw
from webapp.checkout.queries import Candidate, Permission

CHECKOUT = "CHECKOUT"


def approval(row: Any, revision: Any) -> dict[str, Any]:
    """The document of an approval with what stands in this revision; what is absent is left out.

    Undocumented and added: `requestor.email`, `metadata.updatedAt`, `resource.orderId`, name and
    SKU of each item, and `decidedBy` where somebody ended it on behalf of the approver (R52).
    """
    return _given(
        id=row.id,
        status=row.status,
        resourceType=row.resource_type,
        action=CHECKOUT,
        resource=_resource(row, revision),
        requestor={**_person(row, "requester"), "email": row.requester_email},
        approver=_person(row, "approver"),
        decidedBy=_deputy(row),
        comment=row.comment,
        approverComment=row.approver_comment,
        expiryDate=moment(row.expires_at),
        details=revision.details if row.resource_type == ResourceType.CART else None,
        legalEntity={"id": row.company_id},
        createdResource={"id": row.order_id} if row.order_id else None,
        metadata={
            "version": row.version,
            "createdAt": moment(row.created_at),
            "modifiedAt": moment(row.modified_at),
            "updatedAt": moment(row.modified_at),
        },
    )


def permission(found: Permission) -> dict[str, Any]:
    """The answer to whether something may be ordered; `reason` is an addition of ours (R24)."""
    reason = found.verdict.reason
    return _given(
        action=CHECKOUT,
        permitted=found.verdict.allowed,
        status=None if found.status is None else Status(found.status).value,
        approvalId=found.approval_id,
        reason=None if reason is None else reason.plain(),
    )


def users(found: Iterable[Candidate]) -> list[dict[str, Any]]:
    """People who may be asked; who is away and who represents them is ours alone (R52)."""
    return [
        {
            "userId": one.member.person_id,
            "firstName": one.member.first_name,
            "lastName": one.member.last_name,
            **_absence(one),
        }
        for one in found
    ]


def moment(at: datetime) -> str:
    """A moment in UTC with milliseconds, as `2026-10-21T08:00:00.000Z`."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _person(row: Any, side: str) -> dict[str, Any]:
    return {
        "userId": getattr(row, f"{side}_id"),
        "firstName": getattr(row, f"{side}_first_name"),
        "lastName": getattr(row, f"{side}_last_name"),
    }


def _absence(one: Candidate) -> dict[str, Any]:
    if one.away is None:
        return {}
    deputy = {"userId": one.away.deputy_id, "name": one.away.deputy_name}
    return _given(
        awayUntil=one.away.last_day.isoformat(), representedBy=deputy if one.is_covered else None
    )


def _deputy(row: Any) -> dict[str, Any] | None:
    if not decided_for(row):
        return None
    return {"userId": row.decided_by_id, "name": row.decided_by_name}


def _resource(row: Any, revision: Any) -> dict[str, Any]:
    snapshot = thaw(revision.snapshot)
    aggregate = {"currency": snapshot.currency, **_values(snapshot.totals)}
    # Shipping stands in the details and coupons are unknown here, so what is charged is the goods.
    price = {**aggregate, "amount": aggregate["netValue"]}
    is_cart = snapshot.type is ResourceType.CART
    return _given(
        id=snapshot.id,
        items=[_item(row.tenant_id, snapshot, line) for line in snapshot.lines],
        totalPrice=price,
        subTotalPrice=price if is_cart else None,
        subtotalAggregate=aggregate,
        siteCode=snapshot.site_code,
        deliveryWindow=revision.delivery_window or None,
        orderId=row.order_id,
    )


def _item(tenant_id: str, snapshot: Snapshot, line: SnapshotLine) -> dict[str, Any]:
    # Clients of carts look the product up by this id, those of quotes the line.
    product_id = line.product_id or line.line_id
    is_cart = snapshot.type is ResourceType.CART
    values = _values(line.totals)
    new_price = None if is_cart else line.new_unit_price
    return {
        "quantity": _number(line.quantity),
        "itemId": product_id if is_cart else line.line_id,
        "itemYrn": f"urn:yaas:saasag:caasproduct:product:{tenant_id};{product_id}",
        "itemName": line.name,
        "sku": line.sku,
        "itemPrice": _given(
            currency=snapshot.currency,
            amount=values["netValue"],
            unitPrice=float(line.unit_price),
            newUnitPrice=None if new_price is None else float(new_price),
            calculatedPrice={"price": values},
        ),
    }


def _values(totals: Totals) -> dict[str, Any]:
    return {
        "netValue": float(totals.net.amount),
        "grossValue": float(totals.gross.amount),
        "taxValue": float(totals.tax.amount),
    }


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
