"""Sites with their price lists, products, carts and quotes as the seed format brings them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from webapp.carts.domain import Line, QuoteStatus, Totals, total
from webapp.kernel.money import MAX_MINOR, AmountOutOfRange, is_currency
from webapp.seeding.checks import (
    NeededField,
    Shape,
    context,
    declares,
    enter,
    needed,
    one_of,
    refers,
    wrong,
)
from webapp.seeding.values import (
    Amount,
    Country,
    Currency,
    Id,
    Language,
    Name,
    Quantity,
    Rate,
    Text,
    fits,
)

PROVIDERS = ("none", "custom", "payment-gateway")
Sku = Annotated[Name, Field(max_length=120)]


class ShippingMethod(Shape):
    """A way of shipping; the amount is net, in the currency of the site."""

    zone_id: Id
    method_id: Id
    method_name: Name
    amount: Annotated[Amount, AfterValidator(fits)]
    shipping_tax_code: Text = ""


class DeliveryWindow(Shape):
    """A part of the day in which the site delivers; 1 is Monday."""

    id: Id
    slot_id: Id
    label: Name
    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]


class PaymentMethod(Shape):
    """A way of paying."""

    provider: Annotated[Text, one_of(PROVIDERS)]
    method: Name
    label: Name


class Site(Shape):
    """A shop of the tenant with its price list."""

    code: Annotated[Id, declares("site")]
    currency: Annotated[Currency, needed("site", "code")] = NeededField()
    is_default: bool = Field(default=False, alias="default")
    languages: list[Language] = Field(default_factory=list)
    default_language: Language = "en"
    countries: list[Country] = Field(default_factory=list)
    shipping_methods: list[ShippingMethod] = Field(default_factory=list)
    delivery_windows: list[DeliveryWindow] = Field(default_factory=list)
    payment_methods: list[PaymentMethod] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _enter(cls, value: Any, info: ValidationInfo) -> Any:
        return _enter_priced("site", value, info, "code")


class Product(Shape):
    """Something that can be bought."""

    id: Annotated[Id, declares("product")]
    sku: Annotated[Sku, needed("product")] = NeededField()
    name: Annotated[Name, needed("product")] = NeededField()
    unit_price: Annotated[Amount, needed("product")] = NeededField()
    currency: Annotated[Currency, needed("product")] = NeededField()
    tax_rate: Annotated[Rate, needed("product")] = NeededField()


class CartItem(Shape):
    """A line of a cart; the price is net, for one."""

    id: Id | None = None
    product_id: Annotated[Id, refers("product")]
    name: Name
    sku: Sku
    quantity: Quantity
    unit_price: Amount
    tax_rate: Rate

    def line(self, position: int) -> Line:
        """The line as the rules of carts know it; without an id it is called by its position."""
        return Line(
            line_id=self.id or str(position),
            product_id=self.product_id,
            sku=self.sku,
            name=self.name,
            quantity=Decimal(self.quantity),
            unit_price=Decimal(self.unit_price),
            tax_rate=Decimal(self.tax_rate),
        )


class QuoteItem(CartItem):
    """A line of a quote; `newUnitPrice` is the merchant's offer."""

    new_unit_price: Amount | None = None

    def line(self, position: int) -> Line:
        """The line with the price that the merchant offers."""
        offered = None if self.new_unit_price is None else Decimal(self.new_unit_price)
        return replace(super().line(position), new_unit_price=offered)


def totals(items: Sequence[CartItem], currency: str) -> Totals:
    """The sum of the lines (R13); refuses sums that cannot be stored."""
    try:
        sums = total((item.line(place) for place, item in enumerate(items, 1)), currency)
    except AmountOutOfRange:
        raise wrong("an amount is too large") from None
    if sums.gross.minor > MAX_MINOR:
        raise wrong("the total is too large")
    return sums


def _check_items(items: list[CartItem], info: ValidationInfo) -> list[CartItem]:
    """Refuse lines that share an id, and sums that cannot be stored."""
    counts = Counter(item.id or str(place) for place, item in enumerate(items, 1))
    if twice := [f"'{own}'" for own, count in counts.items() if count > 1]:
        raise wrong(f"more than one line is called {', '.join(twice)}")
    currency = context(info).current.get("currency")
    if currency is not None and is_currency(currency):
        totals(items, currency)
    return items


Items = Annotated[list[CartItem], Field(max_length=2000), AfterValidator(_check_items)]
QuoteItems = Annotated[list[QuoteItem], Field(max_length=2000), AfterValidator(_check_items)]


class Cart(Shape):
    """An open cart; what it holds is replaced as a whole by `items`."""

    id: Annotated[Id, declares("cart")]
    customer_id: Annotated[Id, refers("person"), needed("cart")] = NeededField()
    legal_entity_id: Annotated[Id, refers("company")] | None = None
    site_code: Annotated[Id, refers("site"), needed("cart")] = NeededField()
    currency: Annotated[Currency, needed("cart")] = NeededField()
    type: Annotated[Text, Field(min_length=1, max_length=32)] = "shopping"
    name: Text = ""
    items: Items = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _enter(cls, value: Any, info: ValidationInfo) -> Any:
        return _enter_priced("cart", value, info)

    @model_validator(mode="after")
    def _keeps_currency(self, info: ValidationInfo) -> Self:
        _refuse_new_currency("cart", self, info)
        return self


class Quote(Shape):
    """An offer; what it holds is replaced as a whole by `items`."""

    id: Annotated[Id, declares("quote")]
    customer_id: Annotated[Id, refers("person"), needed("quote")] = NeededField()
    legal_entity_id: Annotated[Id, refers("company")] | None = None
    site_code: Annotated[Id, refers("site"), needed("quote")] = NeededField()
    currency: Annotated[Currency, needed("quote")] = NeededField()
    status: Annotated[Text, one_of(QuoteStatus)] = QuoteStatus.OPEN
    items: QuoteItems = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _enter(cls, value: Any, info: ValidationInfo) -> Any:
        return _enter_priced("quote", value, info)

    @model_validator(mode="after")
    def _keeps_currency(self, info: ValidationInfo) -> Self:
        _refuse_new_currency("quote", self, info)
        return self


def check_defaults(sites: list[Site], info: ValidationInfo) -> list[Site]:
    """Refuse a second default site."""
    known = context(info)
    stored = {code: bool(row["is_default"]) for code, row in known.rows["site"].items()}
    given = [site for site in sites if "is_default" in site.model_fields_set]
    brought = {site.code: site.is_default for site in given}
    defaults = [code for code, default in (stored | brought).items() if default]
    if len(defaults) > 1:
        raise wrong(f"only one site can be the default, not {' and '.join(defaults)}")
    return sites


def _enter_priced(kind: str, value: Any, info: ValidationInfo, key: str = "id") -> Any:
    """Amounts below are checked in the currency that the object brings, or already has."""
    enter(kind, value, info, key)
    known = context(info)
    brought = value.get("currency") if isinstance(value, dict) else None
    row = known.rows[kind].get(known.current[kind])
    currency = brought if brought is not None else row and row["currency"]
    known.current["currency"] = currency if isinstance(currency, str) else None
    return value


def _refuse_new_currency(kind: str, shape: "Cart | Quote", info: ValidationInfo) -> None:
    row = context(info).rows[kind].get(shape.id)
    brought = shape.given("currency", "items")
    if (
        row is not None
        and "items" not in brought
        and brought.get("currency", "")
        not in (
            "",
            row["currency"],
        )
    ):
        raise wrong("another currency needs the items with their prices in it")
