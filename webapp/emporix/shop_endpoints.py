"""What storefronts read before they draw their first page, and at the checkout (section 6.5).

All of it comes from the price list of the site. There are no catalogues, pictures or stocks here,
so a storefront that shows them brings its own service for those.
"""

import re
from decimal import Decimal
from typing import Annotated, Any

from flask import Blueprint, Response, jsonify, request
from pydantic import Field
from sqlalchemy.orm import Session

from webapp.approvals import queries as approvals
from webapp.carts import catalogue
from webapp.carts.catalogue import Shop
from webapp.carts.domain import Product, ResourceType
from webapp.emporix import access, paging, reading, shop_shapes
from webapp.emporix.reading import Body
from webapp.extensions import business_now, db
from webapp.identity.bearers import Bearer
from webapp.kernel.errors import Invalid, NotFound
from webapp.kernel.sentence import sentence

bp = Blueprint("api_shop", __name__)

_LARGEST = 500
_MOST_YRNS = 1000
_MOST_WINDOWS = 100
_USUAL_WINDOWS = 10
_QUESTION = re.compile(r"(?P<path>id|code|sku|yrn):~?(?:\((?P<many>[^()]*)\)|(?P<one>[^()]*))")

Text = Annotated[str, Field(max_length=500)]


class ProductSearch(Body):
    """Products by their names among all resources, or by a question."""

    yrns: list[Text] | None = Field(default=None, max_length=_MOST_YRNS)
    q: str | None = Field(default=None, max_length=20_000)


class Destination(Body):
    """Where something is to be delivered; the site says which countries it serves."""

    postal_code: Text | None = Field(default=None, alias="postalCode")
    country: Text | None = None


class Place(Body):
    """The country whose taxes are asked for."""

    country_code: Text = Field(default="", alias="countryCode")


class TaxedPrice(Body):
    """A price of which the gross price is asked."""

    price: Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
    target_tax_class: Text = Field(default="", alias="targetTaxClass")
    target_location: Place = Field(default_factory=Place, alias="targetLocation")


class TaxQuestion(Body):
    """What the tax service is asked."""

    input: TaxedPrice


class ContextChange(Body):
    """What a storefront wants its session to be in."""

    site_code: Text | None = Field(default=None, alias="siteCode")


@bp.get("/caas-indexing/<tenant>/project/configuration")
def configuration(tenant: str) -> Response:
    """There is no search index here, which storefronts put up with."""
    raise NotFound(sentence("There is no index for searching here."), code="no_index")


@bp.get("/session-context/<tenant>/me/context")
def context(tenant: str) -> dict[str, Any]:
    """The shop that this session is in: the tenant's default one."""
    sender = access.bearer()
    with db.reading() as session:
        shop = _shops(session, tenant)[0]
    return shop_shapes.context(
        shop,
        session_id=sender.session_id,
        person_id=sender.actor.person_id if sender.actor else None,
    )


@bp.patch("/session-context/<tenant>/me/context")
def change_context(tenant: str) -> tuple[str, int]:
    """Take note of another shop: nothing is kept, since carts and reads name theirs themselves."""
    wanted = reading.read(ContextChange).site_code
    with db.reading() as session:
        if wanted is not None:
            _shop(_shops(session, tenant), wanted)
    return "", 204


@bp.get("/site/<tenant>/sites")
def sites(tenant: str) -> Response:
    """Every shop of the tenant, the default one first."""
    with db.reading() as session:
        found = catalogue.shops(session, tenant)
    return jsonify([shop_shapes.site(one) for one in found])


@bp.get("/site/<tenant>/sites/<site_code>")
def site(tenant: str, site_code: str) -> dict[str, Any]:
    """One shop of the tenant."""
    with db.reading() as session:
        return shop_shapes.site(_shop(catalogue.shops(session, tenant), site_code))


@bp.get("/currency/<tenant>/currencies")
def currencies(tenant: str) -> Response:
    """The currencies of the shops."""
    with db.reading() as session:
        codes = dict.fromkeys(one.facts.currency for one in catalogue.shops(session, tenant))
    return jsonify([shop_shapes.currency(code) for code in codes])


@bp.get("/catalog/<tenant>/catalogs")
def catalogs(tenant: str) -> Response:
    """None: products are not put into catalogues here."""
    return jsonify([])


@bp.get("/availability/<tenant>/availability")
def availability(tenant: str) -> Response:
    """What can be ordered at a shop: its list, page by page."""
    window = paging.asked_window(largest=_LARGEST, usual=_LARGEST)
    with db.reading() as session:
        shop = _shop(_shops(session, tenant), request.args.get("site"))
        facts = shop.facts
        total = catalogue.count(session, tenant, facts.currency)
        part = catalogue.part(
            session, tenant, facts.currency, offset=window.offset, limit=window.size
        )
    return paging.reply([shop_shapes.available(facts.code, one) for one in part], total)


@bp.get("/product/<tenant>/products")
def list_products(tenant: str) -> Response:
    """The list, or the products that `q` asks for by id or code."""
    return _answer(tenant, None, request.args.get("q"))


@bp.post("/product/<tenant>/search")
def search_products(tenant: str) -> Response:
    """Products by YRN or `q`, and without either the list.

    Goods that are not on the list are found by whoever sees the cart, quote or approval that names
    them, so that every line of an approval has its product; for others they do not exist.
    """
    wanted = reading.read(ProductSearch)
    return _answer(tenant, wanted.yrns, wanted.q)


@bp.get("/shipping/<tenant>/<site_code>/zones")
def shipping_zones(tenant: str, site_code: str) -> Response:
    """The price list of shipping, with methods and fees whether they are expanded or not."""
    with db.reading() as session:
        shop = _shop(_shops(session, tenant), site_code)
    return jsonify(shop_shapes.zones(shop))


@bp.post("/shipping/<tenant>/findSite")
def find_site(tenant: str) -> Response:
    """The shops that deliver to a country, each with its next delivery windows."""
    wanted, most = reading.read(Destination), _windows_limit()
    with db.reading() as session:
        found = catalogue.shops(session, tenant)
    country = (wanted.country or "").upper()
    serving = [one for one in found if not country or country in one.facts.countries]
    today = business_now().date()
    return jsonify([shop_shapes.site_with_windows(one, after=today, most=most) for one in serving])


@bp.put("/tax/<tenant>/taxes/calculation-commands")
def calculate_tax(tenant: str) -> dict[str, Any]:
    """The gross price of something with a net price of its own, such as shipping."""
    asked = reading.read(TaxQuestion).input
    return shop_shapes.tax(
        Decimal(repr(asked.price)), asked.target_tax_class, asked.target_location.country_code
    )


def _shops(session: Session, tenant_id: str) -> list[Shop]:
    found = catalogue.shops(session, tenant_id)
    if not found:
        raise NotFound(sentence("There is no shop here yet."), code="no_site")
    return found


def _shop(found: list[Shop], code: str | None) -> Shop:
    """The shop with this code, or the first where none is named."""
    named = [one for one in found if code in (None, one.facts.code)]
    if not named:
        raise NotFound(sentence("There is no such shop."), code="no_site")
    return named[0]


def _answer(tenant: str, yrns: list[str] | None, q: str | None) -> Response:
    window = paging.asked_window(largest=_LARGEST)
    path, words = ("yrn", yrns) if yrns is not None else _asked(q)
    with db.reading() as session:
        if words is None:
            total = catalogue.count(session, tenant)
            found = catalogue.part(session, tenant, offset=window.offset, limit=window.size)
        else:
            found = _named(session, access.bearer(), path, words)
            total = len(found)
    return paging.reply([shop_shapes.product(tenant, one) for one in found], total)


def _asked(q: str | None) -> tuple[str, list[str] | None]:
    """What a question asks for; None for everything."""
    text = (q or "").strip()
    if not text:
        return "", None
    match = _QUESTION.fullmatch(text)
    why = reading.unusable_text(text)
    if match is None or why is not None:
        rule = sentence("{why}", why=why or "can ask for id, code or yrn, as in id:(a,b)")
        message = sentence("The query q {why}.", why=rule.plain())
        raise Invalid(message, code="query", fields={"q": rule})
    words = [word.strip().strip('"') for word in (match["many"] or match["one"] or "").split(",")]
    if len(words) > _MOST_YRNS:
        reading.refuse({"q": f"asks for more than {_MOST_YRNS} products"})
    return match["path"], [word for word in words if word]


def _named(session: Session, sender: Bearer, path: str, words: list[str]) -> list[Product]:
    if path in ("code", "sku"):
        return catalogue.by_skus(session, sender.tenant_id, words)
    ids = list(dict.fromkeys(word.rpartition(";")[2] for word in words))
    listed = {one.id: one for one in catalogue.by_ids(session, sender.tenant_id, ids)}
    unlisted = _unlisted(session, sender, [one for one in ids if one not in listed])
    found = {**listed, **unlisted}
    return [found[one] for one in ids if one in found]


def _unlisted(session: Session, sender: Bearer, ids: list[str]) -> dict[str, Product]:
    actor, tenant_id = sender.actor, sender.tenant_id
    if not ids:
        return {}
    if actor is None:
        carts = catalogue.carts_of_visit(tenant_id, sender.session_id)
        return catalogue.goods(session, tenant_id, ids, carts=[carts])
    cart, quote = ResourceType.CART, ResourceType.QUOTE
    return catalogue.goods(
        session,
        tenant_id,
        ids,
        carts=[catalogue.own_carts(actor), approvals.resource_ids(actor, cart)],
        quotes=[catalogue.own_quotes(actor), approvals.resource_ids(actor, quote)],
    )


def _windows_limit() -> int:
    text = request.args.get("windowsLimit")
    if text is None:
        return _USUAL_WINDOWS
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_MOST_WINDOWS))
    if not is_number or not 1 <= int(text) <= _MOST_WINDOWS:
        reading.refuse({"windowsLimit": f"has to be a whole number from 1 to {_MOST_WINDOWS}"})
    return int(text)
