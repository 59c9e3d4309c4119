"""What a search for approvals may ask, as values: which part of a request, and how it is tested.

A search can only narrow what a person sees anyway; nothing here knows of tables or languages.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


class Field(StrEnum):
    """A single value of a request."""

    TENANT = "tenant"
    ID = "id"
    STATUS = "status"
    RESOURCE_TYPE = "resource_type"
    RESOURCE_ID = "resource_id"
    SITE = "site"
    COMPANY = "company"
    REQUESTER_ID = "requester_id"
    REQUESTER_FIRST_NAME = "requester_first_name"
    REQUESTER_LAST_NAME = "requester_last_name"
    REQUESTER_EMAIL = "requester_email"
    APPROVER_ID = "approver_id"
    APPROVER_FIRST_NAME = "approver_first_name"
    APPROVER_LAST_NAME = "approver_last_name"
    COMMENT = "comment"
    NOTE = "note"
    CURRENCY = "currency"
    NET = "net"
    TAX = "tax"
    GROSS = "gross"
    VERSION = "version"
    CREATED_AT = "created_at"
    MODIFIED_AT = "modified_at"
    EXPIRES_AT = "expires_at"
    ORDER = "order"


class LineField(StrEnum):
    """A value that every line has; a request fits when one of its lines does."""

    LINE = "line"
    PRODUCT = "product"
    PRODUCT_OR_LINE = "product_or_line"
    SKU = "sku"
    NAME = "name"
    QUANTITY = "quantity"
    UNIT_PRICE = "unit_price"
    NEW_UNIT_PRICE = "new_unit_price"
    NET = "net"
    TAX = "tax"
    GROSS = "gross"


class Document(StrEnum):
    """A JSON document that stands beside the request."""

    DETAILS = "details"
    WINDOW = "delivery_window"


@dataclass(frozen=True, slots=True)
class Inside:
    """What stands in a document at a path of letters, digits, `_` and `-`; empty for all of it."""

    document: Document
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """A text made of fixed words and of fields, as `("order ", Field.ORDER)`."""

    parts: "tuple[str | Field | LineField, ...]"


@dataclass(frozen=True, slots=True)
class ByType:
    """One thing for carts, another one for quotes; None where that kind has nothing."""

    cart: "Operand | None"
    quote: "Operand | None"


Operand = Field | LineField | Inside | Joined | ByType


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it was written; in quotation marks it is a text or a moment and nothing else."""

    text: str
    is_quoted: bool = False

    @property
    def number(self) -> Decimal | None:
        """The number it stands for."""
        plain = not self.is_quoted and _NUMBER.fullmatch(self.text)
        return Decimal(self.text) if plain else None

    @property
    def truth(self) -> bool | None:
        """`true` or `false`."""
        return None if self.is_quoted else {"true": True, "false": False}.get(self.text)

    @property
    def moment(self) -> datetime | None:
        """The moment in UTC; a date alone stands for its first one, no zone means UTC."""
        if not _MOMENT.fullmatch(self.text):
            return None
        try:
            found = datetime.fromisoformat(self.text)
            # A zone may push the first or the last day of the calendar out of it.
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            return None


class Comparing(StrEnum):
    """How two values stand to each other."""

    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class OneOf:
    """Equal to one of these; texts letter by letter."""

    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """One value that stands in all these relations; numbers, moments or texts to their like."""

    bounds: tuple[tuple[Comparing, Literal], ...]


@dataclass(frozen=True, slots=True)
class Like:
    """A text in which this expression (`webapp.kernel.patterns`) is found."""

    pattern: str


class Presence(StrEnum):
    """Whether there is anything."""

    EXISTS = "exists"
    MISSING = "missing"
    # Missing, or the JSON value null.
    NULL = "null"


Test = OneOf | Between | Like | Presence


@dataclass(frozen=True, slots=True)
class Where:
    """A test of one operand."""

    operand: Operand
    test: Test


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these; nothing in it lets every request pass."""

    parts: "tuple[Criterion, ...]" = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of these; nothing in it lets no request pass."""

    parts: "tuple[Criterion, ...]" = ()


Criterion = Where | All | Any

EVERYTHING: Final = All()
NOTHING: Final = Any()


@dataclass(frozen=True, slots=True)
class Sorting:
    """What to sort by; what has no value there comes last in both directions."""

    operand: Operand
    is_descending: bool = False


NEWEST_FIRST: Final = (Sorting(Field.CREATED_AT, is_descending=True),)
