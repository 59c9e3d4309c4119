"""Approvals as the reference service shows them, deprecated fields too (sections 1.1 to 1.3, 1.8).

Rows come from `approvals.searching`; every amount is a JSON number of major units.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from webapp.approvals.domain import Status
from webapp.approvals.policy import decided_for
from webapp.carts.domain import ResourceType, Totals
from webapp.carts.snapshot import Snapshot, SnapshotLine, thaw
from webapp.checkout.queries import Candidate, Permission

CHECKOUT = "CHECKOUT"
# So many snapshots are remembered as they were written out: some 15 kB each, and none ever changes.
_KEPT = 256


def approval(row: Any) -> dict[str, Any]:
    """The document of an approval, for `orjson`; what is absent is left out.

    Undocumented and added: `requestor.email`, `metadata.updatedAt`, `resource.orderId`, name and
    SKU of each item, and `decidedBy` where somebody ended it on behalf of the approver (R52).
    """
    return _given(
        id=row.id,
        status=row.status,
        resourceType=row.resource_type,
        action=CHECKOUT,
        resource=_resource(row),
        requestor={**_person(row, "requester"), "email": row.requester_email},
        approver=_person(row, "approver"),
        decidedBy=_deputy(row),
        comment=row.comment,
        approverComment=row.approver_comment,
        expiryDate=moment(row.expires_at),
        details=_stored(row.details) if row.resource_type == ResourceType.CART else None,
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


def _resource(row: Any) -> dict[str, Any]:
    window = None if row.delivery_window == "{}" else _stored(row.delivery_window)
    return _goods(row.tenant_id, row.snapshot) | _given(deliveryWindow=window, orderId=row.order_id)


def _stored(document: str | None) -> orjson.Fragment | None:
    """A document that is passed through as it is kept."""
    return None if document in (None, "null") else orjson.Fragment(document)


@lru_cache(maxsize=_KEPT)
def _goods(tenant_id: str, snapshot: str) -> dict[str, Any]:
    """What follows from a snapshot alone; the items, which are most of it, are written out."""
    frozen = thaw(orjson.loads(snapshot))
    aggregate = {"currency": frozen.currency, **_values(frozen.totals)}
    # Shipping stands in the details and coupons are unknown here, so what is charged is the goods.
    price = {**aggregate, "amount": aggregate["netValue"]}
    items = [_item(tenant_id, frozen, line) for line in frozen.lines]
    return _given(
        id=frozen.id,
        items=orjson.Fragment(orjson.dumps(items)),
        totalPrice=price,
        subTotalPrice=price if frozen.type is ResourceType.CART else None,
        subtotalAggregate=aggregate,
        siteCode=frozen.site_code,
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
