"""The states of an order and the document it is placed from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from webapp.carts.domain import ResourceType
from webapp.kernel.sentence import N_


class OrderStatus(StrEnum):
    """The states of an order in the reference service; ours begin CREATED or IN_CHECKOUT (R26)."""

    IN_CHECKOUT = "IN_CHECKOUT"
    CREATED = "CREATED"
    CONFIRMED = "CONFIRMED"
    SHIPPED = "SHIPPED"
    COMPLETED = "COMPLETED"
    DECLINED = "DECLINED"

    @property
    def label(self) -> str:
        """The word on pages, to be translated."""
        return _LABELS[self]


_LABELS = {
    OrderStatus.IN_CHECKOUT: N_("Waiting for payment"),
    OrderStatus.CREATED: N_("Placed"),
    OrderStatus.CONFIRMED: N_("Confirmed"),
    OrderStatus.SHIPPED: N_("Shipped"),
    OrderStatus.COMPLETED: N_("Completed"),
    OrderStatus.DECLINED: N_("Cancelled"),
}

# Where this provider collects the money, the order waits for it.
_PAID_LATER = "custom"


def first_status(provider: str) -> OrderStatus:
    """The state in which an order begins with this payment provider (R26)."""
    return OrderStatus.IN_CHECKOUT if provider == _PAID_LATER else OrderStatus.CREATED


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """What an order is placed from, as it was approved or checked out (R25)."""

    resource_type: ResourceType
    resource_id: str
    approval_id: str | None
    owner_id: str
    owner_name: str
    company_id: str | None
    company_name: str | None
    site_code: str
    snapshot: dict[str, Any]
    delivery_words: dict[str, Any]
    details: dict[str, Any] | None = None
    delivery_window: dict[str, Any] | None = None
