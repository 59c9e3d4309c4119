"""The states of an order and the document it is placed from."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """The states of an order in the reference service; ours begin CREATED or IN_CHECKOUT (R26)."""

    IN_CHECKOUT = "IN_CHECKOUT"
    CREATED = "CREATED"
    CONFIRMED = "CONFIRMED"
    SHIPPED = "SHIPPED"
    COMPLETED = "COMPLETED"
    DECLINED = "DECLINED"
