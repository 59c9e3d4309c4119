"""Lines and their arithmetic: each line is rounded, then added (R13)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from webapp.kernel.errors import Invalid
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Sentence, sentence


class CartStatus(StrEnum):
    """OPEN until it is handed over: SUBMITTED (frozen by a request), ORDERED, or DELETED."""

    OPEN = "OPEN"
    SUBMITTED = "SUBMITTED"
    ORDERED = "ORDERED"
    DELETED = "DELETED"


class QuoteStatus(StrEnum):
    """The states of a quote in the reference service; only an OPEN one can be ordered."""

    CREATING = "CREATING"
    AWAITING = "AWAITING"
    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    DECLINED_BY_MERCHANT = "DECLINED_BY_MERCHANT"
    EXPIRED = "EXPIRED"

    @property
    def label(self) -> str:
        """The word on pages, to be translated."""
        return _QUOTE_LABELS[self]


_QUOTE_LABELS = {
    QuoteStatus.CREATING: N_("Being written"),
    QuoteStatus.AWAITING: N_("Waiting for the shop"),
    QuoteStatus.OPEN: N_("Open"),
    QuoteStatus.IN_PROGRESS: N_("Being revised"),
    QuoteStatus.ACCEPTED: N_("Ordered"),
    QuoteStatus.DECLINED: N_("Declined"),
    QuoteStatus.DECLINED_BY_MERCHANT: N_("Declined by the shop"),
    QuoteStatus.EXPIRED: N_("Expired"),
}


class ResourceType(StrEnum):
    """What an approval or an order is about."""

    CART = "CART"
    QUOTE = "QUOTE"


@dataclass(frozen=True, slots=True)
class Totals:
    """Net, tax and gross amounts of one currency; gross is always net plus tax."""

    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        """What counts against the company limit (R9)."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a cart or quote: prices are net, for one unit, in the cart's currency.

    `price_id` is the shop's own id of the price, only to be told back to it.
    """

    line_id: str
    product_id: str
    sku: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    tax_rate: Decimal
    new_unit_price: Decimal | None = None
    price_id: str | None = None

    def totals(self, currency: str) -> Totals:
        """Net and tax of the line, each rounded half up to the minor unit (R13)."""
        price = self.unit_price if self.new_unit_price is None else self.new_unit_price
        net = Money.of(self.quantity * price, currency)
        return Totals(net, Money.of(net.amount * self.tax_rate, currency))


def total(lines: Iterable[Line], currency: str) -> Totals:
    """The sum of the rounded lines."""
    parts = [line.totals(currency) for line in lines]
    zero = Money.zero(currency)
    return Totals(sum((part.net for part in parts), zero), sum((part.tax for part in parts), zero))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A cart or a quote as rules, snapshots and orders see it.

    `tenant_id` and `version` are those of the row it was read from, so that it is consumed only as
    it was seen; a resource that was built by hand has none.
    """

    type: ResourceType
    id: str
    owner_id: str
    company_id: str | None
    site_code: str
    currency: str
    lines: tuple[Line, ...]
    status: str
    delivery_window: dict[str, object] | None = None
    details: dict[str, object] | None = None
    tenant_id: str = ""
    version: int | None = None

    @property
    def open(self) -> bool:
        """Whether it can still be submitted or ordered."""
        return self.status == (
            CartStatus.OPEN if self.type is ResourceType.CART else QuoteStatus.OPEN
        )

    @property
    def totals(self) -> Totals:
        """The sum of the rounded lines, without shipping."""
        return total(self.lines, self.currency)


# How a resource may be handed over, to a request or to an order (R7, R25). A quote stays OPEN while
# its request is pending.
HANDOVERS: dict[tuple[ResourceType, str], tuple[str, ...]] = {
    (ResourceType.CART, CartStatus.OPEN): (CartStatus.SUBMITTED, CartStatus.ORDERED),
    (ResourceType.CART, CartStatus.SUBMITTED): (CartStatus.ORDERED,),
    (ResourceType.QUOTE, QuoteStatus.OPEN): (QuoteStatus.ACCEPTED,),
}


def may_hand_over(resource: Resource, to: CartStatus | QuoteStatus) -> bool:
    """Whether a resource in this state may be consumed into that one."""
    return to in HANDOVERS.get((resource.type, resource.status), ())


def require_goods(resource: Resource) -> None:
    """Return when there is something to buy, otherwise raise `Invalid` (code `nothing_in_it`)."""
    if not resource.lines:
        raise Invalid(sentence(N_("There is nothing in it yet.")), code="nothing_in_it")


def title(names: Sequence[str], count: int) -> Sentence:
    """The first items of a list in words: "Label printer, Thermal labels and 2 more"."""
    if not names:
        return sentence(N_("No items yet"))
    shown = ", ".join(names)
    more = count - len(names)
    return sentence(
        N_("{names} and {more} more") if more > 0 else "{names}", names=shown, more=more
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingMethod:
    """A way of shipping on the price list; its price is net and does not count for the limit."""

    zone_id: str
    method_id: str
    name: str
    price: Money
    tax_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryWindow:
    """A part of the day in which the site delivers, on these ISO weekdays (1 is Monday)."""

    id: str
    slot_id: str
    label: str
    weekdays: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod:
    """A way of paying on the site's list; `provider` is `none`, `custom` or `payment-gateway`."""

    provider: str
    method: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """A site with its price list (R34)."""

    code: str
    currency: str
    countries: tuple[str, ...]
    shipping_methods: tuple[ShippingMethod, ...]
    delivery_windows: tuple[DeliveryWindow, ...]
    payment_methods: tuple[PaymentMethod, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product of the list; what a cart line takes from it is copied and not looked up again."""

    id: str
    sku: str
    name: str
    unit_price: Decimal
    tax_rate: Decimal
