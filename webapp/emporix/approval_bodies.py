"""What clients send about approvals, and what is wrong with it (sections 1.2, 1.4 and 3.1)."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from webapp.approvals.submission import Submission
from webapp.carts.domain import ResourceType
from webapp.emporix import reading
from webapp.emporix.reading import Body
from webapp.kernel.errors import Invalid
from webapp.kernel.ids import is_client_id
from webapp.kernel.money import is_currency
from webapp.kernel.text import clean

MAX_WORDS = 4000
_MOST_TEXT = 1000
_MOST_BYTES = 1024 * 1024
_DEEPEST = 40
# More than any shipping costs, and little enough to be added up in every currency.
_HIGHEST_PRICE = 10**10

Problems = Iterator[tuple[str, str]]


def check_words(text: str) -> str:
    """A comment that people can be shown; raises `ValueError` for one that cannot be kept (R23)."""
    if len(text) > MAX_WORDS:
        raise ValueError(f"is longer than {MAX_WORDS} characters")
    try:
        clean(text)
    except Invalid:
        raise ValueError("holds a character that cannot be stored") from None
    return text


def _check_id(text: str) -> str:
    if not is_client_id(text):
        raise ValueError("has to be 1 to 66 letters, digits, _ or -")
    return text


class Question(Body):
    """What `permitted` and the search for approvers ask about."""

    resource_type: Literal["CART", "QUOTE"] = Field(alias="resourceType")
    resource_id: str = Field(alias="resourceId", min_length=1)
    action: Literal["CHECKOUT"]

    @property
    def type(self) -> ResourceType:
        """Cart or quote."""
        return ResourceType(self.resource_type)


class Approver(Body):
    """Whom to ask; everything but the id is looked up."""

    user_id: str = Field(alias="userId", min_length=1)


class Creation(Question):
    """A new approval in the flat form; `details` belong to carts only."""

    id: Annotated[str, AfterValidator(_check_id)] | None = None
    approver: Approver
    comment: Annotated[str, AfterValidator(check_words)] | None = None
    details: dict[str, Any] | None = None

    def submission(self) -> Submission:
        """The same as a use case takes it; raises `Invalid` for details that cannot be used."""
        if self.resource_type == ResourceType.CART:
            check_details(self.details)
        elif self.details:
            reading.refuse({"details": "has to be left out for a quote"})
        return Submission(
            id=self.id,
            resource_type=self.type,
            resource_id=self.resource_id,
            approver_id=self.approver.user_id,
            comment=self.comment or "",
            details=self.details or None,
        )


def check_details(document: Any) -> None:
    """Raise `Invalid` that names what of the details cannot be used; the rest is kept (R15)."""
    problems = dict(_in_details(document))
    if problems:
        reading.refuse(problems)


def _in_details(document: Any) -> Problems:
    if not isinstance(document, dict) or not document:
        yield "details", "cannot be null" if document is None else "has to be an object with fields"
        return
    if _depth(document) > _DEEPEST:
        yield "details", "is nested too deeply"
        return
    if len(json.dumps(document, ensure_ascii=False).encode()) > _MOST_BYTES:
        yield "details", "is larger than a megabyte"
    yield from _in_currency(document.get("currency"))
    yield from _in_addresses(document.get("addresses"))
    yield from _in_shipping(document.get("shipping"))
    yield from _in_payment(document.get("payment"))
    yield from _in_payment_methods(document.get("paymentMethods"))


def _depth(value: Any) -> int:
    """How deeply arrays and objects are nested, without recursion that could run out."""
    deepest, level = 0, [value]
    while level and deepest <= _DEEPEST:
        deepest += 1
        level = [inner for outer in level for inner in _inner(outer)]
    return deepest


def _inner(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _in_currency(value: Any) -> Problems:
    if value is not None and not (isinstance(value, str) and is_currency(value)):
        yield "details.currency", "has to be a currency code of ISO 4217"


def _in_addresses(value: Any) -> Problems:
    if value is None:
        return
    if not isinstance(value, list) or not value:
        yield "details.addresses", "has to be a list of at least one address"
        return
    for index, address in enumerate(value):
        field = f"details.addresses.{index}"
        if not isinstance(address, dict):
            yield field, "has to be an object"
            continue
        yield from _in_address(address, field)
    seen = [json.dumps(address, sort_keys=True) for address in value]
    if len(set(seen)) < len(seen):
        yield "details.addresses", "holds the same address twice"


_ADDRESS_TEXTS = {
    "contactName": _MOST_TEXT,
    "companyName": _MOST_TEXT,
    "street": _MOST_TEXT,
    "streetNumber": _MOST_TEXT,
    "streetAppendix": _MOST_TEXT,
    "zipCode": 11,
    "city": _MOST_TEXT,
    "country": _MOST_TEXT,
    "state": _MOST_TEXT,
    "contactPhone": _MOST_TEXT,
}


def _in_address(address: Mapping[str, Any], field: str) -> Problems:
    yield from _in_texts(address, field, _ADDRESS_TEXTS)
    if address.get("country") == "":
        yield f"{field}.country", "cannot be empty"
    if address.get("type") not in (None, "SHIPPING", "BILLING"):
        yield f"{field}.type", "has to be SHIPPING or BILLING"


def _in_shipping(value: Any) -> Problems:
    if value is None:
        return
    if not isinstance(value, dict):
        yield "details.shipping", "has to be an object"
        return
    texts = dict.fromkeys(("methodId", "zoneId", "shippingTaxCode"), _MOST_TEXT)
    # Some clients send the name in all their languages.
    if not isinstance(value.get("methodName"), dict):
        texts["methodName"] = _MOST_TEXT
    yield from _in_texts(value, "details.shipping", texts)
    yield from _in_amount(value, "details.shipping", least=0)


def _in_payment(value: Any) -> Problems:
    if value is None:
        return
    if not isinstance(value, dict):
        yield "details.payment", "has to be an object"
        return
    yield from _in_texts(value, "details.payment", {"paymentId": _MOST_TEXT})
    yield from _in_attributes(value, "details.payment")


def _in_payment_methods(value: Any) -> Problems:
    if value is None:
        return
    if not isinstance(value, list):
        yield "details.paymentMethods", "has to be a list"
        return
    for index, method in enumerate(value):
        field = f"details.paymentMethods.{index}"
        if not isinstance(method, dict):
            yield field, "has to be an object"
            continue
        yield from _in_texts(method, field, {"provider": _MOST_TEXT, "method": _MOST_TEXT})
        yield from _in_amount(method, field, least=-_HIGHEST_PRICE)
        yield from _in_attributes(method, field)


def _in_texts(holder: Mapping[str, Any], field: str, longest: Mapping[str, int]) -> Problems:
    for name, most in longest.items():
        value = holder.get(name)
        if value is not None and not isinstance(value, str):
            yield f"{field}.{name}", "has to be a string"
        elif value is not None and len(value) > most:
            yield f"{field}.{name}", f"is longer than {most} characters"


def _in_amount(holder: Mapping[str, Any], field: str, *, least: int) -> Problems:
    value = holder.get("amount")
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield f"{field}.amount", "has to be a number"
    elif not least <= value <= _HIGHEST_PRICE:
        yield f"{field}.amount", f"has to be a number from {least} to {_HIGHEST_PRICE}"


def _in_attributes(holder: Mapping[str, Any], field: str) -> Problems:
    if not isinstance(holder.get("customAttributes"), dict | None):
        yield f"{field}.customAttributes", "has to be an object"
