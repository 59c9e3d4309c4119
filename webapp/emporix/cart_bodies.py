"""What shops send about carts, in their words; most of what they send besides is left alone."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from webapp.carts.domain import Line
from webapp.carts.picking import Wanted
from webapp.carts.shopping import NewBasket
from webapp.emporix import reading
from webapp.emporix.reading import Body
from webapp.kernel.errors import Invalid
from webapp.kernel.text import clean

MAX_BATCH = 200
_YRN = re.compile(r"urn:yaas:[^;]+;(?P<id>[^\x00-\x1f\x7f]{1,66})")
_MILLIONTH = Decimal("0.000001")


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("has to be a number")
    return Decimal(str(value))


def _rounded(value: Decimal) -> Decimal:
    """Clients add binary fractions; what is beyond the sixth decimal is their noise."""
    return value.quantize(_MILLIONTH, rounding=ROUND_HALF_UP).normalize() + 0


def _printable(text: str) -> str:
    try:
        return clean(text)
    except Invalid as refusal:
        raise ValueError(refusal.sentence.plain()) from None


def _product_id(yrn: str) -> str:
    found = _YRN.fullmatch(yrn)
    if found is None:
        raise ValueError("has to be a YRN like urn:yaas:saasag:caasproduct:product:acme;drill")
    return found["id"]


def _iso_date(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("has to be a date like 2026-10-02T10:00:00.000Z") from None
    return text


Amount = Annotated[
    Decimal, BeforeValidator(_number), Field(ge=0, le=10**13), AfterValidator(_rounded)
]
Quantity = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=10**7)]
Percent = Annotated[
    Decimal, BeforeValidator(_number), Field(ge=0, le=100), AfterValidator(_rounded)
]
Word = Annotated[str, Field(max_length=66), AfterValidator(_printable)]
Text = Annotated[str, Field(max_length=300), AfterValidator(_printable)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class _Shape(Body):
    model_config = ConfigDict(alias_generator=to_camel)


class Window(_Shape):
    """A delivery window; labels that clients send along are not kept."""

    id: Word | None = None
    slot_id: Word | None = None
    delivery_date: Annotated[Word, AfterValidator(_iso_date)] | None = None


class Address(_Shape):
    """An address of the cart."""

    type: Literal["SHIPPING", "BILLING"] | None = None
    contact_name: Text | None = None
    company_name: Text | None = None
    street: Text | None = None
    street_number: Text | None = None
    street_appendix: Text | None = None
    zip_code: Text | None = None
    city: Text | None = None
    state: Text | None = None
    country: Text | None = None
    contact_phone: Text | None = None


class _Parts(_Shape):
    delivery_window: Window | None = None
    addresses: Annotated[list[Address], Field(max_length=20)] | None = None

    def parts(self) -> dict[str, Any]:
        """The parts that were named, as they are kept; null empties one."""
        named: dict[str, Any] = {}
        if "delivery_window" in self.model_fields_set:
            window = self.delivery_window
            named["delivery_window"] = _document(window) or None if window else None
        if "addresses" in self.model_fields_set:
            known = [_document(address) for address in self.addresses or [] if address.type]
            named["addresses"] = known
        return named


class NewCart(_Parts):
    """The body that creates a cart."""

    currency: Currency
    site_code: Word | None = None
    customer_id: Word | None = None
    legal_entity_id: Word | None = None
    type: Annotated[str, Field(max_length=32), AfterValidator(_printable)] | None = None

    def new_basket(self) -> NewBasket:
        """The cart to be made."""
        return NewBasket(
            currency=self.currency,
            site_code=self.site_code,
            company_id=self.legal_entity_id,
            kind=self.type or "",
            parts=self.parts(),
        )


class _Version(Body):
    version: int | None = None


class CartChange(_Parts):
    """The body that changes a cart; what a cart was made for stays as it is."""

    currency: str | None = None
    site_code: str | None = None
    customer_id: str | None = None
    legal_entity_id: str | None = None
    type: str | None = None
    metadata: _Version | None = None

    @property
    def seen_version(self) -> int | None:
        """The version that the client saw, if it says so."""
        return self.metadata.version if self.metadata else None

    def require_same(self, own: Mapping[str, str | None]) -> None:
        """Return if what cannot change is named as it is; raises `Invalid`."""
        named = {to_camel(name): getattr(self, name) for name in own}
        others = {
            name: "cannot be changed"
            for (name, value), is_now in zip(named.items(), own.values(), strict=True)
            if value is not None and value != (is_now or "")
        }
        if others:
            reading.refuse(others)


class _Price(_Shape):
    price_id: Annotated[str, Field(max_length=120), AfterValidator(_printable)] | None = None
    original_amount: Amount | None = None
    effective_amount: Amount | None = None
    currency: Currency | None = None


class _Product(_Shape):
    id: Word | None = None
    sku: Annotated[str, Field(max_length=120), AfterValidator(_printable)] | None = None
    name: Text | dict[str, Text] | None = None
    localized_name: dict[str, Text] | None = None

    @property
    def text(self) -> str:
        """The name, in the first language that has one."""
        maps = [name for name in (self.name, self.localized_name) if isinstance(name, dict)]
        names = [self.name] if isinstance(self.name, str) else []
        return next(filter(None, [*names, *(text for each in maps for text in each.values())]), "")


class _Tax(_Shape):
    rate: Percent | None = None
    net_value: Amount | None = None
    gross_value: Amount | None = None


class Item(_Shape):
    """Something for a cart; a product of the list needs no more than its YRN and a quantity."""

    item_yrn: Annotated[str, AfterValidator(_product_id)] | None = None
    quantity: Quantity
    price: _Price | None = None
    product: _Product | None = None
    tax: _Tax | None = None
    keep_as_separate_line_item: bool | None = None

    def wanted(self) -> Wanted:
        """The item in our words; the price is net."""
        product, price, tax = self.product, self.price, self.tax
        product_id = self.item_yrn or (product and product.id)
        if not product_id and not product:
            reading.refuse({"itemYrn": "cannot be null"})
        rate = tax.rate if tax else None
        return Wanted(
            product_id=product_id or "",
            sku=product.sku or "" if product else "",
            name=product.text if product else "",
            quantity=self.quantity,
            unit_price=self._net(),
            tax_rate=None if rate is None else (rate / 100).normalize() + 0,
            currency=price.currency if price else None,
            price_id=price.price_id if price else None,
            is_separate=bool(self.keep_as_separate_line_item),
        )

    def _net(self) -> Decimal | None:
        tax, price = self.tax, self.price
        amounts = [price.effective_amount, price.original_amount] if price else []
        amount = next((each for each in amounts if each is not None), None)
        if tax is None or amount is None:
            return amount
        if tax.gross_value == amount and tax.net_value != amount and tax.rate is not None:
            return _rounded(amount / (1 + tax.rate / 100))
        return amount if tax.net_value is None else tax.net_value


class ItemChange(_Shape):
    """The body that changes an item; its price and product stay as they are."""

    quantity: Quantity | None = None
    item_yrn: Annotated[str, AfterValidator(_product_id)] | None = None

    def require_same(self, lines: Iterable[Line], line_id: str) -> None:
        """Return unless another product is named than that of the line; raises `Invalid`."""
        own = {line.line_id: (line.product_id, line.sku, line.line_id) for line in lines}
        if self.item_yrn and line_id in own and self.item_yrn not in own[line_id]:
            reading.refuse({"itemYrn": "cannot be changed"})


class Merge(_Shape):
    """The body that merges carts."""

    carts: Annotated[list[Word], Field(min_length=1, max_length=50)]


def read_batch() -> list[Wanted | Invalid]:
    """The items of the body, or why one is none; raises `Invalid` for a body that is no list."""
    document = reading.read_json()
    if not isinstance(document, list):
        reading.refuse({"body": "has to be a JSON array"})
    if len(document) > MAX_BATCH:
        reading.refuse({"body": f"has to hold at most {MAX_BATCH} items"})
    return [_wanted(each) for each in document]


def _wanted(document: object) -> Wanted | Invalid:
    try:
        if not isinstance(document, dict):
            reading.refuse({"item": "has to be a JSON object"})
        return reading.parse(Item, document).wanted()
    except Invalid as refusal:
        return refusal


def _document(shape: _Shape) -> dict[str, Any]:
    return shape.model_dump(by_alias=True, exclude_none=True)
