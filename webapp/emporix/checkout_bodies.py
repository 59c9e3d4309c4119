"""What shops send to order and to answer a quote: more and less than the schema says (section 7).

What is ordered from an approval is what was approved (R25), so these bodies are held to their
shape, and only the parts that an order keeps are taken out of them.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from webapp.carts.domain import QuoteStatus, ResourceType
from webapp.checkout.service import Checkout
from webapp.emporix import reading
from webapp.emporix.reading import Body
from webapp.kernel.errors import Conflict
from webapp.kernel.sentence import sentence
from webapp.orders.terms import Terms

# In major units; past it no amount can be stored exactly.
_MOST = 10**12
_LONGEST_COMMENT = 4000
_TWO_ADDRESSES = 2
_WINDOW_KEYS = ("id", "slotId", "deliveryDate")
_STATUS_PATH = "/status"


def _has_both_addresses(addresses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kinds = [address.get("type") for address in addresses]
    if len(addresses) < _TWO_ADDRESSES or not {"SHIPPING", "BILLING"} <= {*map(str, kinds)}:
        raise ValueError("have to be at least two, one SHIPPING and one BILLING")
    return addresses


def _has_one_method(methods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(methods) != 1:
        raise ValueError("have to be exactly one")
    provider, method = methods[0].get("provider"), methods[0].get("method")
    if not isinstance(provider, str) or not provider.strip():
        raise ValueError("need a provider")
    if method is not None and not isinstance(method, str):
        raise ValueError("need a text as method")
    _check_amount(methods[0])
    return methods


def _is_shipping(shipping: dict[str, Any]) -> dict[str, Any]:
    for name in ("zoneId", "methodId"):
        if not isinstance(shipping.get(name, ""), str | None):
            raise ValueError(f"needs a text as {name}")
    _check_amount(shipping)
    return shipping


def _check_amount(part: dict[str, Any]) -> None:
    amount = part.get("amount")
    is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
    if amount is not None and not (is_number and 0 <= amount <= _MOST):
        raise ValueError(f"need a number from 0 to {_MOST} as amount")


_Id = Annotated[str, Field(min_length=1, max_length=200)]
_Payment = Annotated[list[dict[str, Any]], AfterValidator(_has_one_method)]


class Customer(Body):
    """For whom the shop says it orders."""

    id: str | None = None


class CartOrder(Body):
    """A cart that is to be ordered."""

    cart_id: _Id = Field(alias="cartId")
    customer: Customer
    shipping: Annotated[dict[str, Any], AfterValidator(_is_shipping)]
    addresses: Annotated[list[dict[str, Any]], AfterValidator(_has_both_addresses)]
    payment_methods: _Payment = Field(alias="paymentMethods")
    delivery_window: dict[str, Any] | None = Field(None, alias="deliveryWindow")

    def checkout(self) -> Checkout:
        """What is asked for, in our words."""
        details = {
            "shipping": self.shipping,
            "addresses": self.addresses,
            "paymentMethods": self.payment_methods,
        }
        window = self.delivery_window or {}
        kept = {key: window[key] for key in _WINDOW_KEYS if isinstance(window.get(key), str)}
        return Checkout(
            resource_type=ResourceType.CART,
            resource_id=self.cart_id,
            terms=Terms(details=details, delivery_window=kept or None),
            customer_id=self.customer.id or None,
        )


class QuoteOrder(Body):
    """A quote that is to be ordered; it brings its own terms, but for the payment."""

    quote_id: _Id = Field(alias="quoteId")
    payment_methods: _Payment = Field(alias="paymentMethods")
    customer: Customer = Customer()

    def checkout(self) -> Checkout:
        """What is asked for, in our words."""
        return Checkout(
            resource_type=ResourceType.QUOTE,
            resource_id=self.quote_id,
            terms=Terms(details={"paymentMethods": self.payment_methods}, delivery_window=None),
            customer_id=self.customer.id or None,
        )


class QuoteState(Body):
    """The state that a quote is to get, and what is said to it."""

    value: QuoteStatus = Field(strict=False)
    comment: str | None = Field(None, max_length=_LONGEST_COMMENT)
    reason_id: str | None = Field(None, alias="quoteReasonId", max_length=200)


class QuoteOperation(Body):
    """One operation on a quote: nothing but its status is changed."""

    op: str
    path: Literal["/status"]
    value: QuoteState


def read_checkout() -> Checkout:
    """The order that this request asks for; raises `Invalid` that names each field."""
    document = reading.read_json()
    if not isinstance(document, dict):
        reading.refuse({"body": "has to be a JSON object"})
    if document.get("quoteId") is None:
        return reading.parse(CartOrder, document).checkout()
    if document.get("cartId") is not None:
        reading.refuse({"quoteId": "cannot be given beside a cartId"})
    return reading.parse(QuoteOrder, document).checkout()


def read_quote_state() -> QuoteState:
    """The state that this request gives a quote: one operation, in an array or bare."""
    document = reading.read_json()
    operations = document if isinstance(document, list) else [document]
    if len(operations) != 1 or not isinstance(operations[0], dict):
        reading.refuse({"body": "has to be one operation, in an array or alone"})
    operation = reading.parse(QuoteOperation, operations[0])
    if operation.op.lower() not in ("replace", "add"):
        reading.refuse({"op": f"has to be replace for {_STATUS_PATH}"})
    return operation.value


def naming_order(refusal: Conflict, checkout: Checkout) -> Conflict:
    """The refusal of a second order with the fields that clients look for (section 7.3)."""
    if refusal.code != "ordered":
        return refusal
    field = "cartId" if checkout.resource_type is ResourceType.CART else "quoteId"
    order = str(refusal.sentence.params.get("order", ""))
    return Conflict(
        refusal.sentence,
        code=refusal.code,
        fields={field: refusal.sentence, "existingOrderId": sentence("{order}", order=order)},
    )
