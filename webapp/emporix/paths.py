"""Where the values of an approval document (`approval_shapes`) stand in a request.

Every scalar of the document can be filtered and sorted by. What is not listed here is absent from
every document, and matches nothing but `missing` and `null`.
"""

import re
from typing import Final

from webapp.approvals.criteria import ByType, Document, Field, Inside, Joined, LineField, Operand

_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
_DEEPEST = 12

_YRN = Joined(
    ("urn:yaas:saasag:caasproduct:product:", Field.TENANT, ";", LineField.PRODUCT_OR_LINE)
)


def _prices(prefix: str, *, amount: bool, is_of_quotes: bool = True) -> dict[str, Operand]:
    fields = {
        "currency": Field.CURRENCY,
        "netValue": Field.NET,
        "grossValue": Field.GROSS,
        "taxValue": Field.TAX,
        **({"amount": Field.NET} if amount else {}),
    }
    return {
        f"{prefix}.{name}": field if is_of_quotes else ByType(field, None)
        for name, field in fields.items()
    }


_VALUES: Final[dict[str, Operand]] = {
    "id": Field.ID,
    "status": Field.STATUS,
    "resourceType": Field.RESOURCE_TYPE,
    "action": Joined(("CHECKOUT",)),
    "comment": Field.COMMENT,
    "approverComment": Field.NOTE,
    "expiryDate": Field.EXPIRES_AT,
    "requestor.userId": Field.REQUESTER_ID,
    "requestor.firstName": Field.REQUESTER_FIRST_NAME,
    "requestor.lastName": Field.REQUESTER_LAST_NAME,
    "requestor.email": Field.REQUESTER_EMAIL,
    "approver.userId": Field.APPROVER_ID,
    "approver.firstName": Field.APPROVER_FIRST_NAME,
    "approver.lastName": Field.APPROVER_LAST_NAME,
    "legalEntity.id": Field.COMPANY,
    "createdResource.id": Field.ORDER,
    "metadata.version": Field.VERSION,
    "metadata.createdAt": Field.CREATED_AT,
    "metadata.modifiedAt": Field.MODIFIED_AT,
    "metadata.updatedAt": Field.MODIFIED_AT,
    "resource.id": Field.RESOURCE_ID,
    "resource.siteCode": Field.SITE,
    "resource.orderId": Field.ORDER,
    **_prices("resource.totalPrice", amount=True),
    **_prices("resource.subTotalPrice", amount=True, is_of_quotes=False),
    **_prices("resource.subtotalAggregate", amount=False),
    "resource.items.quantity": LineField.QUANTITY,
    # Clients of carts look the product up by this id, those of quotes the line.
    "resource.items.itemId": ByType(LineField.PRODUCT_OR_LINE, LineField.LINE),
    "resource.items.itemYrn": _YRN,
    "resource.items.itemName": LineField.NAME,
    "resource.items.sku": LineField.SKU,
    "resource.items.itemPrice.currency": Field.CURRENCY,
    "resource.items.itemPrice.amount": LineField.NET,
    "resource.items.itemPrice.unitPrice": LineField.UNIT_PRICE,
    "resource.items.itemPrice.newUnitPrice": ByType(None, LineField.NEW_UNIT_PRICE),
    "resource.items.itemPrice.calculatedPrice.price.netValue": LineField.NET,
    "resource.items.itemPrice.calculatedPrice.price.grossValue": LineField.GROSS,
    "resource.items.itemPrice.calculatedPrice.price.taxValue": LineField.TAX,
}
# Objects and lists of the document: they have no value, but may be there or not, as this is.
_PRESENT: Final[dict[str, Operand]] = {
    "requestor": Field.REQUESTER_ID,
    "approver": Field.APPROVER_ID,
    "legalEntity": Field.COMPANY,
    "createdResource": Field.ORDER,
    "metadata": Field.VERSION,
    "resource": Field.RESOURCE_ID,
    "resource.totalPrice": Field.NET,
    "resource.subTotalPrice": ByType(Field.NET, None),
    "resource.subtotalAggregate": Field.NET,
    "resource.items": Field.RESOURCE_ID,
    "resource.items.itemPrice": LineField.NET,
    "resource.items.itemPrice.calculatedPrice": LineField.NET,
    "resource.items.itemPrice.calculatedPrice.price": LineField.NET,
}
_DELIVERY_WINDOW = "resource.deliveryWindow"


def value_at(path: str) -> Operand | None:
    """What stands at this dotted path; None for an object, a list, or a path that does not exist.

    Below `details` and `resource.deliveryWindow` every path may exist.
    """
    return _VALUES.get(path) or _inside(path)


def presence_at(path: str) -> Operand | None:
    """What is there exactly when there is something at this path; None where nothing ever is."""
    return value_at(path) or _PRESENT.get(path)


def _inside(path: str) -> Operand | None:
    names = tuple(path.split("."))
    if len(names) > _DEEPEST or not all(_NAME.fullmatch(name) for name in names):
        return None
    if names[0] == "details":
        return ByType(Inside(Document.DETAILS, names[1:]), None)
    if path == _DELIVERY_WINDOW or path.startswith(f"{_DELIVERY_WINDOW}."):
        return Inside(Document.WINDOW, names[2:])
    return None
