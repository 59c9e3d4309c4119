"""Carts: `/cart/{tenant}/carts` and below (section 7.1)."""

from datetime import datetime

from flask import Blueprint, Response, abort, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.carts import baskets, shopping
from webapp.carts.baskets import Basket, Criteria, Shopper
from webapp.carts.domain import Line
from webapp.emporix import access, cart_bodies, cart_shapes, dialect, reading
from webapp.emporix.cart_bodies import CartChange, Item, ItemChange, Merge, NewCart
from webapp.emporix.idempotency import once
from webapp.emporix.repeats import Answer
from webapp.extensions import business_now, db
from webapp.kernel.errors import Forbidden, Invalid
from webapp.kernel.sentence import sentence

bp = Blueprint("api_carts", __name__)

_TRUE = "true"
_MANAGE = "cart.cart_manage_own"


@bp.post("/cart/<tenant>/carts")
def create(tenant: str) -> Response:
    """Make an empty cart."""
    body = reading.read(NewCart)
    _require_own(customer_id=body.customer_id)

    def work(session: Session, now: datetime) -> Answer:
        cart_id = shopping.create(session, _shopper(), body.new_basket(), now=now)
        answer = {"cartId": cart_id, "yrn": cart_shapes.cart_yrn(tenant, cart_id)}
        place = url_for(".show", tenant=tenant, cart_id=cart_id)
        return Answer(status=201, body=answer, headers={"Location": place, "Version": "1"})

    return once(work)


@bp.get("/cart/<tenant>/carts")
def find(tenant: str) -> ResponseReturnValue:
    """The cart that fits and was changed last; a new one if there is none and one is asked for.

    It is one of the few calls that write on GET, because shops begin with it; HEAD does not.
    """
    shopper, criteria = _shopper(), _criteria()
    with db.reading() as session:
        basket = shopping.find(session, shopper, criteria)
    if basket is None and _argument("create").lower() == _TRUE and request.method == "GET":
        _require_manage()
        with db.transaction() as session:
            basket = shopping.find_or_create(session, shopper, criteria, now=business_now())
    if basket is None:
        raise baskets.no_cart()
    return cart_shapes.cart(basket)


@bp.get("/cart/<tenant>/carts/<cart_id>")
def show(tenant: str, cart_id: str) -> ResponseReturnValue:
    """One open cart."""
    return cart_shapes.cart(_basket(cart_id))


@bp.put("/cart/<tenant>/carts/<cart_id>")
def change(tenant: str, cart_id: str) -> ResponseReturnValue:
    """Replace delivery window and addresses; what is not named stays, partial or not."""
    body, shopper = reading.read(CartChange), _shopper()
    with db.transaction() as session:
        basket = baskets.get(session, shopper, cart_id)
        body.require_same(
            {
                "currency": basket.currency,
                "site_code": basket.site_code,
                "customer_id": basket.owner_id,
                "legal_entity_id": basket.company_id,
                "type": basket.kind,
            }
        )
        shopping.change(
            session,
            shopper,
            cart_id,
            parts=body.parts(),
            seen_version=body.seen_version,
            now=business_now(),
        )
    return "", 204


@bp.delete("/cart/<tenant>/carts/<cart_id>")
def delete(tenant: str, cart_id: str) -> ResponseReturnValue:
    """Delete the cart."""
    with db.transaction() as session:
        shopping.delete(session, _shopper(), cart_id, now=business_now())
    return "", 204


@bp.get("/cart/<tenant>/carts/<cart_id>/items")
def list_items(tenant: str, cart_id: str) -> ResponseReturnValue:
    """What is in the cart."""
    return jsonify(cart_shapes.items(_basket(cart_id)))


@bp.post("/cart/<tenant>/carts/<cart_id>/items")
def add_item(tenant: str, cart_id: str) -> Response:
    """Put something into the cart; more of the same raises the quantity of its item."""
    wanted = reading.read(Item).wanted()

    def work(session: Session, now: datetime) -> Answer:
        line = shopping.add_item(session, _shopper(), cart_id, wanted, now=now)
        answer = {"itemId": line.line_id, "yrn": cart_shapes.item_yrn(tenant, line)}
        return Answer(status=201, body=answer, headers={"Location": _place(tenant, cart_id, line)})

    return once(work)


@bp.post("/cart/<tenant>/carts/<cart_id>/itemsBatch")
def add_items(tenant: str, cart_id: str) -> Response:
    """Put many things into the cart; each is judged by itself."""
    batch = cart_bodies.read_batch()
    sound = [each for each in batch if not isinstance(each, Invalid)]

    def work(session: Session, now: datetime) -> Answer:
        added = iter(shopping.add_items(session, _shopper(), cart_id, sound, now=now))
        outcomes = [each if isinstance(each, Invalid) else next(added) for each in batch]
        entries = [_entry(tenant, cart_id, index, each) for index, each in enumerate(outcomes)]
        return Answer(status=200, body=entries)

    return once(work)


@bp.delete("/cart/<tenant>/carts/<cart_id>/items")
def clear(tenant: str, cart_id: str) -> ResponseReturnValue:
    """Take everything out of the cart."""
    with db.transaction() as session:
        shopping.clear(session, _shopper(), cart_id, now=business_now())
    return "", 204


@bp.put("/cart/<tenant>/carts/<cart_id>/items/<item_id>")
def change_item(tenant: str, cart_id: str, item_id: str) -> ResponseReturnValue:
    """Change how much of it there is; 0 takes it out."""
    body = reading.read(ItemChange)
    if body.quantity is None:
        reading.refuse({"quantity": "cannot be null"})
    with db.transaction() as session:
        basket = baskets.claim(session, _shopper(), cart_id)
        body.require_same(basket.lines, item_id)
        shopping.change_item(
            session, _shopper(), cart_id, item_id, quantity=body.quantity, now=business_now()
        )
    return "", 204


@bp.delete("/cart/<tenant>/carts/<cart_id>/items/<item_id>")
def remove_item(tenant: str, cart_id: str, item_id: str) -> ResponseReturnValue:
    """Take one item out."""
    with db.transaction() as session:
        shopping.remove_item(session, _shopper(), cart_id, item_id, now=business_now())
    return "", 204


@bp.post("/cart/<tenant>/carts/<cart_id>/merge")
def merge(tenant: str, cart_id: str) -> Response:
    """Put what is in other carts into this one, after signing in for example."""
    others = reading.read(Merge).carts

    def work(session: Session, now: datetime) -> Answer:
        basket = shopping.merge(session, _shopper(), cart_id, others, now=now)
        return Answer(status=200, body=cart_shapes.cart(basket))

    return once(work)


@bp.get("/cart/<tenant>/carts/<cart_id>/validate")
def validate(tenant: str, cart_id: str) -> ResponseReturnValue:
    """Whether the prices in the cart are still those of the shop."""
    with db.reading() as session:
        doubts = shopping.doubts(session, _shopper(), cart_id)
    return cart_shapes.verdict(doubts)


def _shopper() -> Shopper:
    sender = access.bearer()
    return Shopper(tenant_id=sender.tenant_id, session_id=sender.session_id, actor=sender.actor)


def _require_manage() -> None:
    """What reads may write here, which a customer needs the scope of writing for."""
    sender = access.bearer()
    if sender.actor is not None and _MANAGE not in sender.scopes:
        abort(dialect.forbidden(_MANAGE))


def _basket(cart_id: str) -> Basket:
    with db.reading() as session:
        return baskets.get(session, _shopper(), cart_id)


def _criteria() -> Criteria:
    _require_own(customer_id=_argument("customerId"), session_id=_argument("sessionId"))
    site_code = _argument("siteCode")
    if not site_code:
        reading.refuse({"siteCode": "cannot be null"})
    return Criteria(
        site_code=site_code,
        company_id=_argument("legalEntityId") or None,
        kind=_argument("type", most=32),
    )


def _argument(name: str, *, most: int = 66) -> str:
    text = request.args.get(name, "")
    why = reading.unusable_text(text)
    if why is None and len(text) > most:
        why = f"has to have at most {most} characters"
    if why is not None:
        reading.refuse({name: why})
    return text


def _require_own(*, customer_id: str | None = None, session_id: str | None = None) -> None:
    """The token says who shops; whoever else is named in the call is refused, not believed."""
    sender = access.bearer()
    own_id = sender.actor.person_id if sender.actor else None
    if customer_id and customer_id != own_id:
        raise Forbidden(sentence("This is not the customer of the token."), code="other_customer")
    if session_id and session_id != sender.session_id:
        raise Forbidden(sentence("This is not the session of the token."), code="other_session")


def _place(tenant: str, cart_id: str, line: Line) -> str:
    return url_for(".remove_item", tenant=tenant, cart_id=cart_id, item_id=line.line_id)


def _entry(tenant: str, cart_id: str, index: int, outcome: Line | Invalid) -> dict[str, object]:
    if isinstance(outcome, Invalid):
        return {"index": index, "status": 400, "errorMessage": _words(outcome)}
    return {
        "index": index,
        "status": 201,
        "id": outcome.line_id,
        "yrn": cart_shapes.item_yrn(tenant, outcome),
        "headers": {"location": _place(tenant, cart_id, outcome)},
    }


def _words(refusal: Invalid) -> str:
    named = [f"{field}: {why.plain()}" for field, why in refusal.fields.items()]
    return "; ".join(named) or refusal.sentence.plain()
