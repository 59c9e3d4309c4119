"""What the people of the demo put into their carts: products of the company with their prices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from webapp.carts.lines import NewLine
from webapp.demo import cast
from webapp.demo.script import Basket, Request

Products = Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A product, how many of it, and the price of an offer where there is one."""

    product: dict[str, Any]
    quantity: int
    offered: str | None


def wanted(text: str, products: Products) -> Iterator[Wanted]:
    """Read `stretch-film 4, shelf-bay 24 at 112.00`; raises `KeyError` for unknown products."""
    for part in text.split(","):
        product_id, quantity, *offer = part.split()
        yield Wanted(products[product_id], int(quantity), offer[1] if offer else None)


def lines(text: str, products: Products) -> list[NewLine]:
    """The goods as the cart pages give them to the use case."""
    return [
        NewLine(
            product_id=one.product["id"],
            sku=one.product["sku"],
            name=one.product["name"],
            quantity=Decimal(one.quantity),
            unit_price=Decimal(one.product["unitPrice"]),
            tax_rate=Decimal(one.product["taxRate"]),
        )
        for one in wanted(text, products)
    ]


def document(basket: Request | Basket, products: Products) -> dict[str, Any]:
    """A cart or quote in the seed format, since only that knows other sites and quotes."""
    items = list(wanted(basket.goods, products))
    body = {
        "id": basket.key,
        "customerId": basket.by,
        "legalEntityId": basket.company,
        "siteCode": basket.site,
        "currency": items[0].product["currency"],
    }
    if basket.quote:
        status = basket.status if isinstance(basket, Basket) else "OPEN"
        quote = {**body, "status": status, "items": [_quote_item(one) for one in items]}
        return {"tenant": cast.TENANT, "quotes": [quote]}
    name = basket.name if isinstance(basket, Basket) else ""
    cart = {**body, "name": name, "items": [_item(one) for one in items]}
    return {"tenant": cast.TENANT, "carts": [cart]}


def _item(one: Wanted) -> dict[str, Any]:
    return {
        "productId": one.product["id"],
        "sku": one.product["sku"],
        "name": one.product["name"],
        "quantity": one.quantity,
        "unitPrice": one.product["unitPrice"],
        "taxRate": one.product["taxRate"],
    }


def _quote_item(one: Wanted) -> dict[str, Any]:
    return {**_item(one), **({"newUnitPrice": one.offered} if one.offered else {})}
